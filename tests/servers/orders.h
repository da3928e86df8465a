/*
 * tests/servers/orders.h -- what tests/guest/messages.c may order of a server.
 *
 * An order is ioctl(fd, ORDER_x, words): the server sees the sixteen words and
 * may change them (`inout[64]`).  What it did to the kernel, and what the
 * kernel said, stands in the words afterwards.
 */
#ifndef TESTS_ORDERS_H
#define TESTS_ORDERS_H

#define ORDER_WORDS 16

/* clang-format off */
enum order {
	ORDER_ADD = 0x7001,  /* adds 1 to each word */
	ORDER_STALL,         /* never answers */
	ORDER_STALLED,       /* tries the token of the last stalled client */
	ORDER_ANSWER,        /* answers the last stalled client: 7 */
	ORDER_LOOP,          /* loops for ever */
	ORDER_CRASH,         /* reads address 0 */
	ORDER_EXIT,          /* leaves */
	ORDER_TOKENS,        /* calls with tokens that are nobody's */
	ORDER_TWICE,         /* replies twice: results told by ORDER_TOLD */
	ORDER_TOLD,
	ORDER_CARRY,         /* replies with connections nobody asked for */
	ORDER_LEASES,        /* reaches beyond its leases */
	ORDER_SEGMENTS,      /* makes, resizes, reads, writes, drops segments */
	ORDER_RESIZE,        /* its mapped segment: to words[0] bytes */
	ORDER_PEEK,          /* its mapped segment: 64 bytes from words[0] */
	ORDER_POKE,          /* ... writes words[1..15] at words[0] */
	ORDER_MACHINE,       /* interrupt, ports, log, inspect, tunable, check */
	ORDER_COUNTS,        /* opens, last closes, object of this one */
	ORDER_SEND,          /* sends by descriptors that it has not */
	ORDER_READY,         /* writes readiness words */
	ORDER_BAD_BUFFERS,   /* gives the kernel bad addresses of its own */
	ORDER_STRING,        /* asks for a path where there is none */
};
/* clang-format on */

#define MAPPED_BYTES 8192 /* the segment that mmap2 shows */

#endif
