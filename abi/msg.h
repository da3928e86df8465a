/*
 * abi/msg.h -- System V message queues, as they cross the Unix door.
 *
 * The names are POSIX's, <sys/msg.h>.  Sizes are bytes, times seconds since
 * 1970.  Source: msgget(2), msgop(2), msgctl(2).
 */
#ifndef ABI_MSG_H
#define ABI_MSG_H

#include "sysv.h"

#define MSG_NOERROR 010000 /* msgrcv: cut off what is too long */
#define MSG_EXCEPT  020000 /* msgrcv: any type but this */
#define MSG_COPY    040000 /* msgrcv: the nth, which stays */

#define MSG_STAT     11
#define MSG_INFO     12
#define MSG_STAT_ANY 13

struct msqid_ds {
	struct ipc_perm msg_perm;
	uint32_t msg_stime, stime_high; /* last msgsnd */
	uint32_t msg_rtime, rtime_high; /* last msgrcv */
	uint32_t msg_ctime, ctime_high; /* made, or last changed by msgctl */
	uint32_t msg_cbytes;            /* bytes of all its messages */
	uint32_t msg_qnum;              /* messages */
	uint32_t msg_qbytes;            /* bytes, and messages, at most */
	int msg_lspid, msg_lrpid;       /* last msgsnd, last msgrcv */
	uint32_t unused[2];
};

struct msginfo {
	uint32_t msgpool; /* MSG_INFO: queues in use */
	uint32_t msgmap;  /* MSG_INFO: messages in all queues */
	uint32_t msgmax;  /* bytes of a message */
	uint32_t msgmnb;  /* bytes of a queue */
	uint32_t msgmni;  /* queues in the system */
	uint32_t msgssz;  /* not used, as on Linux */
	uint32_t msgtql;  /* MSG_INFO: bytes of all messages */
	uint16_t msgseg, pad;
};

_Static_assert(sizeof(struct msqid_ds) == 88, "Linux i386 msqid64_ds");
_Static_assert(offsetof(struct msqid_ds, msg_qbytes) == 68, "msg_qbytes");
_Static_assert(sizeof(struct msginfo) == 32, "Linux i386 msginfo");

#endif
