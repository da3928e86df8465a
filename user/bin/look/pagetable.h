/*
 * user/bin/look/pagetable.h -- the words of page directories and tables, as
 * shown by /proc/PID/pt, drawn so that sharing can be seen.
 *
 * The file has one line for each word that is present, in the order of linear
 * addresses, a PDE before the PTEs of its table; numbers after the index are
 * hexadecimal, and what follows the word is for people:
 *
 *	CR3 00116000
 *	PDE 256 40000000 00113467 ...
 *	PTE 0 40000000 0010d067 ...
 */
#ifndef LOOK_PAGETABLE_H
#define LOOK_PAGETABLE_H

#include <sys/types.h>

/*
 * Shows the slots of `a` and `b` (0: none) that can show shared memory, with a
 * mark at every frame that both of them reach.  It shows nothing if there is
 * no /proc/PID/pt.
 */
void pagetables_show(pid_t a, pid_t b);

/* Shows every word of a process.  0, or -1 with errno set. */
int pagetable_show(pid_t pid);

#endif
