/*
 * abi/message.h -- what a server and the kernel say to each other.
 *
 * The second door, int 0x81, is the kernel's own: eax = number
 * (abi/native.tbl), ebx ecx edx esi edi ebp = arguments, eax = result or
 * -errno.  Only the servers that the kernel itself started may come by it;
 * others get -EPERM.
 *
 * A server's life is one loop:
 *
 *	receive(&m);                         a request, or a pulse
 *	for (;;) {
 *		... lease_read(m.token, 1, ...) lease_write(...) ...
 *		reply_receive(m.token, status, &m);
 *	}
 *
 * A reply may also come later, or never: reply() and receive() are calls of
 * their own as well.
 *
 * A request *is* a Unix call: its type is the call's number, its words are the
 * caller's argument registers.  Where a word is a pointer, abi/syscalls.tbl
 * says what the server may reach through it.  That is a lease.  It is named by
 * the argument's position (0..5), and it lasts until the reply.
 */
#ifndef ABI_MESSAGE_H
#define ABI_MESSAGE_H

#include "types.h"

/* Message types below zero are pulses; the others are call numbers. */
#define PULSE_INTERRUPT -1 /* args[0]: bits of lines that fired; 0: alarm() */
#define PULSE_CLOSE     -2 /* last close of `object` (of `connection`) */
#define PULSE_UNBLOCK   -3 /* the client of `token` wants an answer soon */

struct message {
	int type;       /* call number, or a pulse */
	int token;      /* names the waiting client, until it is replied to */
	int object;     /* the one of the server's objects that is meant */
	int connection; /* that it came by; ready() takes it */
	int pid, pgid, sid; /* of the client; client() says more */
	uint32_t uid, euid, egid;
	uint32_t args[6]; /* the caller's ebx ecx edx esi edi ebp */
};

_Static_assert(sizeof(struct message) == 64, "one cache line");

#define GROUPS_MAX 32 /* supplementary groups of a process */

/* client(token, struct client *): what only few calls ask about a client. */
struct client {
	uint32_t gid, umask, euid;
	uint32_t file_limit; /* RLIMIT_FSIZE, the soft one */
	int ngroups;
	uint32_t groups[GROUPS_MAX];
};

/*
 * What a reply may carry, for calls with a result column (fd, fd2, cwd): up to
 * two new connections.  Each goes to an object of the server's own
 * (`descriptor` -1), or hands on what is behind a descriptor of the server's:
 * an object of a higher server.
 */
struct reply {
	int count; /* 0..2 */
	struct {
		int descriptor;     /* -1: an object of its own */
		int object;         /* used when descriptor is -1 */
		uint32_t readiness; /* the first poll bits */
	} connection[2];
};

#define COUNT_MAX 0x7ffff000u /* bytes of one read or write, as on Linux */

#define TOKEN_SELF 0 /* in place of a token: the caller itself */

/*
 * Tokens of clients are positive.  Clients that wait at the same time differ in
 * token % TOKEN_SLOTS.  So a server that keeps tokens needs one place for each
 * remainder: if a token comes whose place is taken, the kept one is dead.
 */
#define TOKEN_SLOTS 4096

/*
 * segment_make(kind, a, b, whom): makes a segment.  Its handle is a small
 * positive number.  If the server makes it for a client it must name that
 * client: the memory then counts at the client's level.  So no client takes, by
 * way of a server, what is kept for root and for the servers (mm/frame.h,
 * LEVEL_*).
 */
#define SEGMENT_OF_MEMORY  1 /* a = bytes; resizable */
#define SEGMENT_OF_ARCHIVE 2 /* a = offset in the archive (page), b = bytes */
#define SEGMENT_OF_DEVICE  3 /* a = physical address (page), b = bytes */
#define SEGMENT_UNPROMISED 0x10 /* or-ed in: promise no memory for it */

/*
 * foreground(sid, pgid) answers the group in the foreground of a session's
 * terminal, 0 if it has no terminal, or sets it to `pgid`; NO_FOREGROUND: it
 * has no terminal any more.  -ESRCH: there is no such leader, or no such group;
 * -EPERM: the group is another session's.
 *
 * background(token, signal): the client does what only the foreground may do.
 * 0: it may, because it is in front, or has no terminal, or does not mind
 * SIGTTOU.  -EINTR: its group has been sent the signal; the server answers so,
 * the client stops, and its call begins again.  -EIO: it may not, and no stop
 * would help, because it does not mind SIGTTIN or its group is orphaned.
 */
#define NO_FOREGROUND (-1)

#define ID_KEPT UINT32_MAX /* in place of an id: it stays as it is */

/*
 * exec(token, struct exec *): the image of the program the client becomes.  An
 * answer above 0 says that the program has an interpreter, its dynamic linker,
 * and that nothing has happened: the interpreter's path stands at that byte of
 * the image, with its NUL.  The server finds the file and calls again.
 */
#define INTERPRETER_MAX 4096 /* bytes of that path at most */

struct exec {
	int image;            /* segment handle of the ELF file */
	uint32_t image_bytes; /* its length */
	int interpreter;      /* the same of its interpreter; 0: none */
	uint32_t interpreter_bytes;
	int file;          /* a number of the server's, for /proc/PID/exe */
	uint32_t uid, gid; /* its effective ids, or ID_KEPT */
	/* The path in execve, then what "#!" puts in place of argv[0]; NULs. */
	vaddr_t strings;
	uint32_t strings_bytes;
};

/* tunable(which, value): kernel/look/tunable.c has their names and ranges. */
enum tunable_number {
	TUNABLE_SHMMAX,
	TUNABLE_SHMMIN,
	TUNABLE_SHMMNI,
	TUNABLE_SHMALL,
	TUNABLE_SHMSEG,
	TUNABLE_SEMMSL, /* these four are /proc/sys/kernel/sem, in this order */
	TUNABLE_SEMMNS,
	TUNABLE_SEMOPM,
	TUNABLE_SEMMNI,
	TUNABLE_MSGMAX,
	TUNABLE_MSGMNB,
	TUNABLE_MSGMNI,
	TUNABLE_SHM_NEXT_ID,
	TUNABLE_SEM_NEXT_ID,
	TUNABLE_MSG_NEXT_ID,
	TUNABLE_SHM_RMID_FORCED,
	TUNABLE_PID_MAX,
	TUNABLE_THREADS_MAX,
	TUNABLE_RESERVE,
	TUNABLE_LOG,
	TUNABLE_TRACE,
	TUNABLE_QUANTUM,
	TUNABLES /* at most 24: abi/inspect.h */
};

#endif
