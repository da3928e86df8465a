/*
 * tests/host/fake_native.h -- the kernel's own door, for a server's files on
 * the host.
 *
 * It takes the place of the stubs that tools/mktables makes.  The functions are
 * in the test that is linked with a server's files.
 */
#ifndef NATIVE_STUBS_H
#define NATIVE_STUBS_H

#include "../../abi/message.h"
#include "../../user/lib/unix.h"

/*
 * getrandom(), the one Unix call of a server's files: each time the same
 * numbers, so that a test can be repeated.  Addresses are 32 bits: such a
 * program is linked with -no-pie.
 */
static inline int fake_unix_call(int number, uint32_t to, uint32_t bytes,
                                 uint32_t flags)
{
	uint64_t state = 88172645463325252u;

	(void)number, (void)flags;
	for (uint32_t i = 0; i < bytes; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		((uint8_t *)(uintptr_t)to)[i] = (uint8_t)(state >> 32);
	}
	return (int)bytes;
}
#define unix_call fake_unix_call

/* clang-format off */
int k_receive(struct message *m);
int k_reply(int token, int status, const struct reply *reply);
int k_reply_receive(int token, int status, struct message *m);
int k_log(const char *text, uint32_t bytes);
int k_client(int token, struct client *client);
int k_lease_read(int token, int argument, uint32_t offset, void *to, uint32_t bytes);
int k_lease_write(int token, int argument, uint32_t offset, const void *from, uint32_t bytes);
int k_lease_size(int token, int argument);
int k_lease_move(int reader, int token, int argument, uint32_t offset, uint32_t bytes);
int k_ready(int connection, uint32_t word);
int k_segment_make(uint32_t kind, uint32_t a, uint32_t b, uint32_t whom);
int k_segment_resize(int handle, uint32_t bytes, uint32_t whom);
int k_segment_drop(int handle);
int k_segment_read(int handle, uint32_t offset, int token, int argument, uint32_t lease_offset, uint32_t bytes);
int k_segment_write(int handle, uint32_t offset, int token, int argument, uint32_t lease_offset, uint32_t bytes);
int k_segment_load(int handle, uint32_t offset, void *to, uint32_t bytes);
int k_segment_store(int handle, uint32_t offset, const void *from, uint32_t bytes);
int k_map_self(int handle, uint32_t offset, uint32_t bytes, uint32_t rights);
/* clang-format on */

#endif
