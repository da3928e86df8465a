/*
 * user/bin/look/screen.h -- what a person reads comes a screen at a time.
 *
 * If the standard input and output are terminals, nothing scrolls away: before
 * the next screen the person is asked for a key.  After a `q` nothing more is
 * shown, and the program runs to its end, so that it can still tidy up.  If
 * one of the two is a file or a pipe, nobody is asked for anything.
 */
#ifndef LOOK_SCREEN_H
#define LOOK_SCREEN_H

#define SCREEN_LINES 24

/* Ends a screen: waits for a key, and the next screen is empty. */
void screen_end(void);

/* Ends the screen if it has no room for `lines` more, which come now. */
void screen_lines(int lines);

/*
 * Removes from a line that was typed what arrows and other keys without a
 * character send ("ESC [ ... letter", ECMA-48), and control characters.
 */
void drop_keys(char *line);

#endif
