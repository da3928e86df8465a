/*
 * user/bin/look/command.h -- what the commands share: numbers and complaints.
 */
#ifndef LOOK_COMMAND_H
#define LOOK_COMMAND_H

#include <stdbool.h>

/* Is `text` a number and nothing else?  C's notation: 0x1f, 017, 15. */
bool number(const char *text, long *value);

/* Says how a command is called.  2, the exit status for wrong usage. */
int usage(const char *text);

/* Says by errno why /proc/PID cannot be shown.  1, the exit status. */
int not_shown(const char *command, long pid);

#endif
