/*
 * user/servers/console/keyboard.c -- the PS/2 keyboard: scan codes to bytes.
 *
 * The scan codes are set 1, the layout is that of the US.  A code says that a
 * key goes down; with bit 7 set, that it comes up.  0xE0 comes before the code
 * of a key that the first PC did not have.
 *
 * Keys without a character send what xterm sends: cursor up "ESC [ A", with
 * Shift, Alt or Ctrl "ESC [ 1 ; 2 A" (3, 5; the sum of them).  Alt with a
 * character sends ESC before it.  Shift with PgUp or PgDn looks at what has
 * left the screen, and sends nothing.
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
#define KEY_ALT         0x38
#define KEY_CAPS        0x3A
#define KEY_SLASH       0x35 /* extended: on the keypad, as Enter is */
#define KEY_ENTER       0x1C
#define KEY_PAGE_UP     0x49
#define KEY_PAGE_DOWN   0x51
#define KEYS            0x54
#define PAGE_ROWS       (ROWS - 1)

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

static bool shift, ctrl, alt, caps, extended;

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
	vga_look_back(-CELLS);
	if (tty_room())
		tty_input(c);
}

/* ---- keys without a character ------------------------------------------- */

struct special {
	uint8_t key;
	bool extended;
	char letter;    /* what ends its sequence */
	uint8_t number; /* before "~" */
};

static const struct special specials[] = {
    {0x48, true, 'A', 1},   {0x50, true, 'B', 1},   {0x4D, true, 'C', 1},
    {0x4B, true, 'D', 1},   {0x47, true, 'H', 1},   {0x4F, true, 'F', 1},
    {0x52, true, '~', 2},   {0x53, true, '~', 3},   {0x49, true, '~', 5},
    {0x51, true, '~', 6},   {0x3B, false, 'P', 1},  {0x3C, false, 'Q', 1},
    {0x3D, false, 'R', 1},  {0x3E, false, 'S', 1},  {0x3F, false, '~', 15},
    {0x40, false, '~', 17}, {0x41, false, '~', 18}, {0x42, false, '~', 19},
    {0x43, false, '~', 20}, {0x44, false, '~', 21}, {0x57, false, '~', 23},
    {0x58, false, '~', 24},
};

/* F1 to F4 send "ESC O" and a letter, as on a VT100. */
static void type_special(const struct special *key)
{
	int with = 1 + shift + 2 * alt + 4 * ctrl;
	char buffer[16];
	struct text text = {buffer, sizeof(buffer), 0};
	bool number = key->letter == '~' || with > 1;

	text_add(&text, "\033%s",
	         !number && key->letter >= 'P' && key->letter <= 'S' ? "O"
	                                                             : "[");
	if (number)
		text_add(&text, "%d", key->number);
	if (with > 1)
		text_add(&text, ";%d", with);
	text_add(&text, "%c", key->letter);
	for (uint32_t i = 0; i < text.used; i++)
		type((uint8_t)buffer[i]);
}

static const struct special *find_special(uint8_t key, bool is_extended)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++)
		if (specials[i].key == key &&
		    specials[i].extended == is_extended)
			return &specials[i];
	return 0;
}

/* True: it was such a key. */
static bool special(uint8_t key, bool is_extended)
{
	const struct special *found = find_special(key, is_extended);

	if (found == 0)
		return false;
	if (shift && is_extended &&
	    (key == KEY_PAGE_UP || key == KEY_PAGE_DOWN))
		vga_look_back(key == KEY_PAGE_UP ? PAGE_ROWS : -PAGE_ROWS);
	else
		type_special(found);
	return true;
}

/* ---- keys with one ------------------------------------------------------ */

/* The character of a key with Ctrl. */
static char control(char c)
{
	if (c == ' ' || c == '2')
		return '\0';
	if (c == '/')
		return 31;
	if (c == 127)
		return '\b';
	return c >= '@' && c < 127 ? c & 31 : c;
}

static void key_down(uint8_t key)
{
	char c = key < KEYS ? (shift ? shifted : plain)[key] : '\0';
	bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

	if (c == '\0')
		return;
	if (letter && caps)
		c ^= 32;
	if (alt)
		type('\033');
	if (shift && c == '\t') {
		type('\033');
		type('[');
		c = 'Z';
	} else if (c == '\n') {
		c = ctrl ? '\n' : '\r';
	} else if (ctrl) {
		c = control(c);
	}
	type((uint8_t)c);
}

static bool modifier(uint8_t key, bool down)
{
	if (key == KEY_CTRL)
		ctrl = down;
	else if (key == KEY_ALT)
		alt = down;
	else if (key == KEY_LEFT_SHIFT || key == KEY_RIGHT_SHIFT)
		shift = down;
	else
		return false;
	return true;
}

static void code(uint8_t code)
{
	uint8_t key = code & ~RELEASED;
	bool down = !(code & RELEASED);
	bool was_extended = extended;

	extended = code == EXTENDED;
	if (extended)
		return;
	if (was_extended && (key == KEY_LEFT_SHIFT || key == KEY_RIGHT_SHIFT))
		return; /* the keyboard says it by itself, around other keys */
	if (modifier(key, down) || !down || special(key, was_extended))
		return;
	if (key == KEY_CAPS)
		caps = !caps;
	else if (!was_extended || key == KEY_SLASH || key == KEY_ENTER)
		key_down(key);
}

void keyboard_interrupt(void)
{
	while (in8(STATUS) & STATUS_FULL)
		code(in8(DATA));
}
