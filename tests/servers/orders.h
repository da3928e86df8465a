/*
 * tests/servers/orders.h -- what tests/guest/messages.c may order of a server.
 *
 * An order is ioctl(fd, ORDER_x, words).  The server sees the sixteen words and
 * may change them (`inout[64]`).  Afterwards the words say what it did to the
 * kernel, and what the kernel answered.
 */
#ifndef TESTS_ORDERS_H
#define TESTS_ORDERS_H

#define ORDER_WORDS 16

/* clang-format off */
enum order {
	ORDER_ADD = 0x7001,  /* adds 1 to each word */
	ORDER_STALL,         /* never answers; words[0] of ORDER_TOLD: token */
	ORDER_TOKEN,         /* uses the token words[0] in every way */
	ORDER_ANSWER,        /* answers the last stalled client: 7, then 8 */
	ORDER_LOOP,          /* loops and never ends */
	ORDER_CRASH,         /* reads address 0 */
	ORDER_EXIT,          /* exits */
	ORDER_TOKENS,        /* makes calls with tokens of no client */
	ORDER_TWICE,         /* replies twice: results told by ORDER_TOLD */
	ORDER_TOLD,          /* what it could not say before */
	ORDER_CARRY,         /* replies with connections nobody asked for */
	ORDER_LEASES,        /* reaches beyond its leases */
	ORDER_SEGMENTS,      /* makes, resizes, reads, writes, drops segments */
	ORDER_KINDS,         /* segments of the archive and of devices */
	ORDER_RESIZE,        /* its mapped segment: to words[0] bytes */
	ORDER_PEEK,          /* its mapped segment: 64 bytes from words[0] */
	ORDER_POKE,          /* its mapped segment: words[1..15] to words[0] */
	ORDER_SHOW,          /* maps from now on with rights words[0]; words[1]: */
	                     /* 0 its segment, 1 the page of the reset vector */
	ORDER_MACHINE,       /* interrupt, ports, log, tunable, check */
	ORDER_INSPECT,       /* inspect, rightly and wrongly */
	ORDER_CLOCK,         /* words[0]: the real-time clock interrupts, or not */
	ORDER_COUNTS,        /* opens, last closes, interrupts, who asks */
	ORDER_LOOK,          /* the state of process words[0]; this connection */
	ORDER_SEND,          /* what a server may not do: open, send, fork */
	ORDER_READY,         /* writes readiness words */
	ORDER_BAD_BUFFERS,   /* gives the kernel bad addresses of its own */
	ORDER_CARELESS,      /* words[0]: receives with a bad address first */
	ORDER_NATIVE,        /* native call words[0] of words[1..6]: words[7] */
	ORDER_BEHALF,        /* takes memory for its client, then for itself */
	ORDER_LOWER,         /* its readiness is POLLOUT: before the reply, or */
	                     /* if words[0] after it; it is slow before and after */
};
/* clang-format on */

/* As arguments of ORDER_NATIVE these stand for things of the server. */
#define NATIVE_TOKEN  0x5EA10001 /* the client's token */
#define NATIVE_HANDLE 0x5EA10002 /* its segment of MAPPED_BYTES */
#define NATIVE_BUFFER 0x5EA10003 /* a page of its own */

#define MAPPED_BYTES 8192 /* the segment that mmap2 maps */

/* Flags of open(2) that order the server to try something wrong first. */
#define OPEN_WRONG O_APPEND   /* replies that do not fit, then a right one */
#define OPEN_PATH  O_NONBLOCK /* what it learns of the path; ORDER_TOLD */

#endif
