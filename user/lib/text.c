/*
 * user/lib/text.c -- numbers and text: a printf that uses nothing else.
 *
 * A conversion is '%', flags ('-' aligns to the left, '0' pads with zeroes), a
 * width and a letter.  It is parsed into a struct field, and put() adds the
 * result to the text.  Only text_byte() looks whether there is still room.
 *
 * Every program of user space without a libc prints its numbers here.  The
 * kernel has a formatter of its own, for its log: the two sides share abi/ and
 * nothing else.
 */
#include "string.h"

struct field {
	bool left, zeroes;
	uint32_t width;
};

uint32_t digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	c |= 32;
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : NO_DIGIT;
}

uint32_t number_parse(const char *text, uint32_t base)
{
	uint32_t value = 0;

	for (; digit_value(*text) < base; text++)
		value = value * base + digit_value(*text);
	return value;
}

void text_byte(struct text *text, char byte)
{
	if (text->used < text->size)
		text->start[text->used] = byte;
	text->used++;
}

void text_bytes(struct text *text, const char *from, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		text_byte(text, from[i]);
}

static void pad(struct text *text, char byte, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		text_byte(text, byte);
}

static void put(struct text *text, const struct field *field, const char *from,
                uint32_t bytes)
{
	uint32_t sign = field->zeroes && bytes > 0 && from[0] == '-';

	text_bytes(text, from, sign);
	if (!field->left)
		pad(text, field->zeroes ? '0' : ' ', bytes, field->width);
	text_bytes(text, from + sign, bytes - sign);
	if (field->left)
		pad(text, ' ', bytes, field->width);
}

/* Writes the digits of `value` so that they end at `end`; where they begin. */
static char *digits(char *end, uint32_t value, uint32_t base)
{
	do {
		*--end = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	return end;
}

static void put_number(struct text *text, const struct field *field,
                       uint32_t value, char letter)
{
	char buffer[12];
	char *end = buffer + sizeof(buffer);
	bool minus = letter == 'd' && (int)value < 0;
	uint32_t base = letter == 'x' ? 16 : letter == 'o' ? 8 : 10;
	char *at = digits(end, minus ? -value : value, base);

	if (minus)
		*--at = '-';
	put(text, field, at, (uint32_t)(end - at));
}

static const char *parse_field(const char *format, struct field *field)
{
	*field = (struct field){0};
	for (; *format == '-' || *format == '0'; format++) {
		field->left |= *format == '-';
		field->zeroes |= *format == '0';
	}
	for (; *format >= '0' && *format <= '9'; format++)
		field->width = field->width * 10 + (uint32_t)(*format - '0');
	while (*format == 'l')
		format++;
	return format;
}

void text_add_list(struct text *text, const char *format, va_list list)
{
	struct field field;
	const char *string;

	for (; *format != '\0'; format++) {
		if (*format != '%') {
			text_byte(text, *format);
			continue;
		}
		format = parse_field(format + 1, &field);
		if (*format == '%') {
			text_byte(text, '%');
		} else if (*format == 's') {
			string = va_arg(list, const char *);
			put(text, &field, string, strlen(string));
		} else if (*format == 'c') {
			char byte = (char)va_arg(list, int);

			put(text, &field, &byte, 1);
		} else {
			put_number(text, &field, va_arg(list, uint32_t),
			           *format);
		}
	}
}

void text_add(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text_add_list(text, format, list);
	va_end(list);
}
