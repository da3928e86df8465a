/*
 * kernel/base/string.c -- memory and strings.  The compiler calls the first
 * three by itself.  `rep` does their work in one instruction, where a loop
 * would run four instructions a byte.
 */
#include "string.h"

void *memset(void *to, int byte, size_t bytes)
{
	void *start = to;
	size_t words = bytes / 4;

	__asm__ volatile("rep stosl\n\t"
	                 "mov %2, %%ecx\n\t"
	                 "rep stosb"
	                 : "+D"(to), "+c"(words)
	                 : "r"(bytes & 3), "a"((uint8_t)byte * 0x01010101u)
	                 : "memory");
	return start;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	void *start = to;
	size_t words = bytes / 4;

	__asm__ volatile("rep movsl\n\t"
	                 "mov %3, %%ecx\n\t"
	                 "rep movsb"
	                 : "+D"(to), "+S"(from), "+c"(words)
	                 : "r"(bytes & 3)
	                 : "memory");
	return start;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + bytes)
		return memcpy(to, from, bytes);
	while (bytes-- > 0)
		t[bytes] = f[bytes];
	return to;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (a[i] != b[i] || !a[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
	return 0;
}
