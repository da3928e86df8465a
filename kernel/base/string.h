/*
 * kernel/base/string.h -- memory and strings as in the C library, and nothing
 * else of it.  Sizes are bytes.  string.c has what is not inline.
 */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include "../../abi/types.h"

void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t bytes);

static inline uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline uint32_t max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

#endif
