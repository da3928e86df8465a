/* Made by tools/mktables from abi/native.tbl. */
#ifndef NATIVE_STUBS_H
#define NATIVE_STUBS_H

#include "../../abi/message.h"

static inline int native(uint32_t number, uint32_t a, uint32_t b,
			 uint32_t c, uint32_t d, uint32_t e, uint32_t f)
{
	uint32_t more[2] = {number, f};
	int result;

	__asm__ volatile("pushl %%ebp\n\t"
			 "movl 4(%%eax), %%ebp\n\t"
			 "movl (%%eax), %%eax\n\t"
			 "int $0x81\n\t"
			 "popl %%ebp"
			 : "=a"(result)
			 : "a"(more), "b"(a), "c"(b), "d"(c), "S"(d),
			   "D"(e)
			 : "memory");
	return result;
}

static inline int k_receive(struct message *message)
{
	return native(0, (uint32_t)message, 0, 0, 0, 0, 0);
}

static inline int k_reply(uint32_t token, uint32_t status, const struct reply *reply)
{
	return native(1, (uint32_t)token, (uint32_t)status, (uint32_t)reply, 0, 0, 0);
}

static inline int k_pass(uint32_t token, uint32_t fd)
{
	return native(2, (uint32_t)token, (uint32_t)fd, 0, 0, 0, 0);
}

static inline int k_read(uint32_t token, uint32_t argument, uint32_t lease_offset, void *buf, uint32_t len)
{
	return native(3, (uint32_t)token, (uint32_t)argument, (uint32_t)lease_offset, (uint32_t)buf, (uint32_t)len, 0);
}

static inline int k_write(uint32_t token, uint32_t argument, uint32_t lease_offset, const void *buf, uint32_t len)
{
	return native(4, (uint32_t)token, (uint32_t)argument, (uint32_t)lease_offset, (uint32_t)buf, (uint32_t)len, 0);
}

static inline int k_make(uint32_t kind, uint32_t a, uint32_t b, uint32_t whom)
{
	return native(5, (uint32_t)kind, (uint32_t)a, (uint32_t)b, (uint32_t)whom, 0, 0);
}

static inline int k_fill(uint32_t handle, uint32_t offset, uint32_t token, uint32_t argument, uint32_t lease_offset, uint32_t len)
{
	return native(6, (uint32_t)handle, (uint32_t)offset, (uint32_t)token, (uint32_t)argument, (uint32_t)lease_offset, (uint32_t)len);
}

static inline int k_drop(uint32_t handle)
{
	return native(7, (uint32_t)handle, 0, 0, 0, 0, 0);
}

static inline int k_exec(uint32_t token, const struct exec *exec)
{
	return native(8, (uint32_t)token, (uint32_t)exec, 0, 0, 0, 0);
}

static inline int k_log(const char *text, uint32_t len)
{
	return native(9, (uint32_t)text, (uint32_t)len, 0, 0, 0, 0);
}

static inline int k_string(uint32_t token, uint32_t argument, void *buf, uint32_t size)
{
	return native(10, (uint32_t)token, (uint32_t)argument, (uint32_t)buf, (uint32_t)size, 0, 0);
}

static inline int k_check(void)
{
	return native(11, 0, 0, 0, 0, 0, 0);
}

static inline int k_six(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f)
{
	return native(12, (uint32_t)a, (uint32_t)b, (uint32_t)c, (uint32_t)d, (uint32_t)e, (uint32_t)f);
}

static inline int k_ask(uint32_t token, struct client *client)
{
	return native(13, (uint32_t)token, (uint32_t)client, 0, 0, 0, 0);
}

static inline int k_store(uint32_t handle, uint32_t offset, const void *from, uint32_t len)
{
	return native(14, (uint32_t)handle, (uint32_t)offset, (uint32_t)from, (uint32_t)len, 0, 0);
}

#endif
