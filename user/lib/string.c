/*
 * user/lib/string.c -- memory and strings for freestanding programs.
 *
 * The string instructions do the work: they are short, and they are faster
 * than a loop of bytes, under an emulator as well as on silicon.  The
 * direction flag is clear whenever C code runs (System V ABI).
 */
#include "string.h"

void *memset(void *to, int byte, size_t bytes)
{
	void *at = to;

	__asm__ volatile("rep stosb"
	                 : "+D"(at), "+c"(bytes)
	                 : "a"(byte)
	                 : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	void *at = to;
	size_t words = bytes / 4;

	__asm__ volatile("rep movsl\n\t"
	                 "movl %3, %%ecx\n\t"
	                 "rep movsb"
	                 : "+D"(at), "+S"(from), "+c"(words)
	                 : "g"(bytes % 4)
	                 : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	char *at = to;
	const char *source = from;

	if (at <= source || at >= source + bytes)
		return memcpy(to, from, bytes);
	while (bytes-- > 0)
		at[bytes] = source[bytes];
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const uint8_t *x = a, *y = b;

	for (; bytes > 0; bytes--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t bytes)
{
	for (; bytes > 0; bytes--, a++, b++)
		if (*a != *b || *a == '\0')
			return (uint8_t)*a - (uint8_t)*b;
	return 0;
}

char *strchr(const char *text, int byte)
{
	for (; *text != (char)byte; text++)
		if (*text == '\0')
			return 0;
	return (char *)text;
}
