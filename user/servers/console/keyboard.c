/*
 * user/servers/console/keyboard.c -- the PS/2 keyboard: scan codes to bytes.
 *
 * The scan codes are set 1, the layout is that of the US.  A code says that a
 * key goes down; with bit 7 set, that it comes up.  0xE0 comes before the code
 * of a key that the first PC did not have.  Keys without a character send what
 * a VT100 sends ("ESC [ A" for cursor up).
 */
#include "console.h"
#include "../../lib/port.h"

#define DATA          0x60
#define STATUS        0x64
#define STATUS_FULL   0x01
#define STATUS_ABSENT 0xFF
#define LINE          1

#define RELEASED        0x80
#define EXTENDED        0xE0
#define KEY_CTRL        0x1D
#define KEY_LEFT_SHIFT  0x2A
#define KEY_RIGHT_SHIFT 0x36
#define KEY_CAPS        0x3A
#define KEYS            0x54

/* clang-format off */
static const char plain[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\n\0asdfghjkl;'`"
	"\0\\zxcvbnm,./\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\000789-456+1230.";
static const char shifted[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~"
	"\0|ZXCVBNM<>?\0*\0 \0\0\0\0\0\0\0\0\0\0\0\0\000789-456+1230.";
/* clang-format on */
_Static_assert(sizeof(plain) == KEYS + 1 && sizeof(shifted) == KEYS + 1,
               "a character for each key, and the NUL");

static bool shift, ctrl, caps, extended;

void keyboard_start(void)
{
	if (k_ports(DATA, DATA) < 0 || k_ports(STATUS, STATUS) < 0)
		return;
	if (in8(STATUS) == STATUS_ABSENT)
		return;
	while (in8(STATUS) & STATUS_FULL)
		in8(DATA);
	k_interrupt(LINE, 1);
}

static void type(uint8_t c)
{
	if (tty_room())
		tty_input(c);
}

static void type_text(const char *text)
{
	while (*text != '\0')
		type((uint8_t)*text++);
}

static void key_extended(uint8_t key)
{
	static const struct {
		uint8_t key;
		const char *text;
	} keys[] = {
	    {0x48, "\033[A"},  {0x50, "\033[B"}, {0x4D, "\033[C"},
	    {0x4B, "\033[D"},  {0x47, "\033[H"}, {0x4F, "\033[F"},
	    {0x53, "\033[3~"}, {0x1C, "\r"},     {0x35, "/"},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].key == key)
			type_text(keys[i].text);
}

static void key_down(uint8_t key)
{
	char c = key < KEYS ? (shift ? shifted : plain)[key] : '\0';
	bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

	if (letter && caps)
		c ^= 32;
	if (ctrl && (letter || (c >= '[' && c <= '_')))
		c &= 31;
	if (c == '\n' && !ctrl)
		c = '\r';
	if (c != '\0')
		type((uint8_t)c);
}

static void code(uint8_t code)
{
	uint8_t key = code & ~RELEASED;
	bool down = !(code & RELEASED);
	bool was_extended = extended;

	extended = code == EXTENDED;
	if (extended)
		return;
	if (key == KEY_CTRL)
		ctrl = down;
	else if (was_extended && down)
		key_extended(key);
	else if (was_extended)
		return;
	else if (key == KEY_LEFT_SHIFT || key == KEY_RIGHT_SHIFT)
		shift = down;
	else if (key == KEY_CAPS && down)
		caps = !caps;
	else if (down)
		key_down(key);
}

void keyboard_interrupt(void)
{
	while (in8(STATUS) & STATUS_FULL)
		code(in8(DATA));
}
