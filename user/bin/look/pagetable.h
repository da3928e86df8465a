/*
 * user/bin/look/pagetable.h -- the words of two processes, drawn so that
 * sharing can be seen.
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

#endif
