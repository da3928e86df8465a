/*
 * ipc/sysv/msg.h -- System V message queues.
 *
 * (The messages of the microkernel, ipc/message/message.h, are another thing.)
 * Sources: msgget(2), msgop(2), msgctl(2), svipc(7).
 */
#ifndef IPC_MSG_H
#define IPC_MSG_H

#include "../../abi/msg.h"
#include "object.h"
#include "../../kernel/process/wait.h"

/*
 * Tunables, as IPC_INFO shows them: the kernel command line and
 * /proc/sys/kernel set msgmax, msgmnb (msg_qbytes of a new queue) and msgmni.
 */
extern struct msginfo msg_limits;

/*
 * The head of a message, in the first cell of its chain.  The text follows the
 * type at once, as in a program's struct msgbuf.
 */
struct msg {
	int next;      /* the next message's chain, or -1 */
	uint32_t size; /* bytes of text */
	int type;
};

struct msg_queue {
	struct ids_slot slot;
	struct msqid_ds ds; /* at every moment what IPC_STAT gives out */
	int first, last;    /* messages: chains of pool.h; -1 */
	struct line senders, receivers;
};

extern struct msg_queue msgs[]; /* at a fixed address (linker.ld) */
extern struct ids msg_ids;

int msg_check(void); /* self-check: how many breaches it has logged */

#endif
