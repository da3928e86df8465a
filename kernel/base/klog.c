/*
 * kernel/base/klog.c -- the kernel's log.
 *
 * A line goes to port 0xE9, where QEMU and others keep it.  The port is probed
 * at first use: where it exists, reading it gives 0xE9 back; elsewhere (a
 * browser, a real PC) nothing is written.
 *
 * What a process can cause (a crime, an unknown call) is limited in lines a
 * second, so that no program fills a disk or slows the machine with it.  What
 * the kernel and the servers have to say is not limited.
 */
#include "klog.h"

#include "../../abi/trace.h"
#include "cpu.h"

enum klog_level klog_level = KLOG_INFO;

bool klog_raw(const void *bytes, int count)
{
	static int exists = -1;

	if (exists < 0)
		exists = inb(LOG_PORT) == LOG_PORT;
	for (int i = 0; exists && i < count; i++)
		outb(LOG_PORT, ((const uint8_t *)bytes)[i]);
	return exists;
}

static void write_line(enum klog_level level, const char *text, va_list args)
{
	char line[160];
	int length = vformat(line, sizeof(line) - 1, text, args);

	line[length++] = '\n';
	if (level <= klog_level)
		klog_raw(line, length);
}

void klog(enum klog_level level, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	write_line(level, text, args);
	va_end(args);
}

static uint32_t caused; /* lines, in this second */

void klog_caused(const char *text, ...)
{
	va_list args;

	if (++caused > KLOG_CAUSED_LINES)
		return;
	va_start(args, text);
	write_line(KLOG_INFO, text, args);
	va_end(args);
}

void klog_second(void)
{
	if (caused > KLOG_CAUSED_LINES)
		klog(KLOG_INFO, "%u lines about processes were left out",
		     caused - KLOG_CAUSED_LINES);
	caused = 0;
}

/* ---- format ------------------------------------------------------------- */

/* Where the next character goes, and the last byte, which is the NUL's. */
struct output {
	char *to, *end;
};

static void put(struct output *out, char c)
{
	if (out->to < out->end)
		*out->to++ = c == TRACE_MARK ? '?' : c; /* a file's name */
}

/* At least `width` digits. */
static void put_number(struct output *out, uint32_t value, unsigned base,
                       int width)
{
	char digits[12];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (width-- > n)
		put(out, '0');
	while (n > 0)
		put(out, digits[--n]);
}

/* One conversion.  `text` is behind the '%'; returns what is behind it. */
static const char *convert(struct output *out, const char *text, va_list *args)
{
	uint32_t value;
	int width = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		width = width * 10 + *text - '0';
	switch (*text) {
	case 'd':
	case 'u':
	case 'x':
		value = va_arg(*args, uint32_t);
		if (*text == 'd' && (int)value < 0) {
			put(out, '-');
			value = -value;
		}
		put_number(out, value, *text == 'x' ? 16 : 10, width);
		break;
	case 's':
		for (const char *s = va_arg(*args, const char *); *s; s++)
			put(out, *s);
		break;
	default:
		put(out, *text);
	}
	return text + 1;
}

int vformat(char *to, int size, const char *text, va_list args)
{
	struct output out = {to, to + size - 1};

	while (*text)
		if (*text == '%')
			text = convert(&out, text + 1, &args);
		else
			put(&out, *text++);
	*out.to = 0;
	return out.to - to;
}

int format(char *to, int size, const char *text, ...)
{
	va_list args;
	int length;

	va_start(args, text);
	length = vformat(to, size, text, args);
	va_end(args);
	return length;
}
