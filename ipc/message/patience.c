/*
 * ipc/message/patience.c -- a server that has something to do at a time.
 *
 * A server sleeps where it receives and nowhere else, so the clock wakes it
 * there: sleep.c knows that a process in RECEIVING may have a time.  The server
 * keeps by itself what is to be done when (console: a read with VTIME).
 */
#include "message.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/process/schedule.h"

int native_receive_for(vaddr_t buffer, uint32_t milliseconds)
{
	const uint64_t until = clock_deadline((struct timespec32){
	    milliseconds / 1000, milliseconds % 1000 * 1000000});
	int result;

	while ((result = native_poll(buffer)) == -EAGAIN &&
	       clock_counts < until)
		if (block_until(PROC_RECEIVING, &until) == DIE)
			return -EINTR;
	return result;
}
