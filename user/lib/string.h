/*
 * user/lib/string.h -- memory, strings and text for freestanding programs.
 *
 * The C standard's functions have their standard names; the compiler itself
 * calls the first four.  `struct text` is a buffer that text is added to.
 */
#ifndef USER_LIB_STRING_H
#define USER_LIB_STRING_H

#include <stdarg.h>
#include "../../abi/types.h"

void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t bytes);
char *strchr(const char *text, int byte);

static inline uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The value of a digit, of any base up to 16, or NO_DIGIT. */
#define NO_DIGIT 99u
uint32_t digit_value(char c);

/*
 * The number at `text`, which ends before the first character that is no digit
 * of `base`.
 */
uint32_t number_parse(const char *text, uint32_t base);

/*
 * Text that grows in a buffer.  Bytes that do not fit are dropped, but `used`
 * counts them: used > size says that the text did not fit, and how long it is.
 */
struct text {
	char *start;
	uint32_t size;
	uint32_t used;
};

void text_byte(struct text *text, char byte);
void text_bytes(struct text *text, const char *from, uint32_t bytes);

/*
 * Adds text in printf's manner: %s %c %d %u %o %x and %%, each with an
 * optional '-' or '0' and a width.  An 'l' is ignored, because an int and a
 * long have the same size.
 */
void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *text, const char *format, va_list list);

#endif
