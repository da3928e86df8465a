/*
 * user/servers/console/vga.c -- the screen: 80 by 25 cells of VGA text memory.
 *
 * A cell is a character and its colours; the memory at 0xB8000 is a device
 * segment mapped into this process.  That memory is slow, so characters go
 * into `cells`, and vga_show() copies those that have changed: a thousand
 * newlines scroll the screen once.  Of the ANSI sequences (ECMA-48, "ESC [
 * numbers letter") vga_put() understands those that a shell with line editing
 * and a program with colours send; it drops the others.
 *
 * The font has no Unicode, so each UTF-8 character above ASCII is shown as
 * '?'.
 */
#include "console.h"
#include "../../lib/port.h"

#define COLUMNS          80
#define ROWS             25
#define CELLS            (COLUMNS * ROWS)
#define VGA_MEMORY       0xB8000u
#define CRTC_INDEX       0x3D4
#define CRTC_DATA        0x3D5
#define CRTC_CURSOR_HIGH 14
#define CRTC_CURSOR_LOW  15
#define PLAIN            0x0700 /* light grey on black */
#define BOLD             0x0800
#define NUMBERS          8

static uint16_t *screen; /* the machine's cells; 0: there is no screen */
static uint16_t cells[CELLS];
static int changed_from = CELLS, changed_to; /* cells to be shown */
static int cursor;     /* cell where the next character goes */
static int shown = -1; /* where the machine shows the cursor */
static uint16_t colours = PLAIN;

static enum { TEXT, ESCAPE, SEQUENCE } state;
static int numbers[NUMBERS], count;

static void change(int from, int to)
{
	if (from < changed_from)
		changed_from = from;
	if (to > changed_to)
		changed_to = to;
}

static void clear(int from, int to)
{
	for (int i = from; i < to; i++)
		cells[i] = colours | ' ';
	change(from, to);
}

static void scroll(void)
{
	memmove(cells, cells + COLUMNS, (CELLS - COLUMNS) * sizeof(*cells));
	clear(CELLS - COLUMNS, CELLS);
	change(0, CELLS);
	cursor -= COLUMNS;
}

void vga_start(void)
{
	int address = map_new(SEGMENT_OF_DEVICE, VGA_MEMORY, PAGE_SIZE,
	                      PROT_READ | PROT_WRITE);

	if (unix_failed(address) || k_ports(CRTC_INDEX, CRTC_DATA) < 0) {
		log_line("no screen: error %d", address);
		return;
	}
	screen = (uint16_t *)(uintptr_t)address;
	clear(0, CELLS);
}

static int number(int index, int missing)
{
	return index < count && numbers[index] > 0 ? numbers[index] : missing;
}

static int limit(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static void move_to(int row, int column)
{
	cursor =
	    limit(row, 0, ROWS - 1) * COLUMNS + limit(column, 0, COLUMNS - 1);
}

/* SGR: "ESC [ ... m".  ANSI counts red, green, blue; VGA blue, green, red. */
static void set_colours(void)
{
	static const uint8_t vga[8] = {0, 4, 2, 6, 1, 5, 3, 7};

	for (int i = 0; i < count || i == 0; i++) {
		int n = number(i, 0);

		if (n == 0)
			colours = PLAIN;
		else if (n == 1)
			colours |= BOLD;
		else if (n == 7)
			colours = PLAIN >> 8 << 12;
		else if (n >= 30 && n <= 37)
			colours = (colours & ~0x0700) | vga[n - 30] << 8;
		else if (n >= 40 && n <= 47)
			colours = (colours & ~0x7000) | vga[n - 40] << 12;
	}
}

static void erase(char letter, int how)
{
	int from = letter == 'J' ? 0 : cursor / COLUMNS * COLUMNS;
	int to = letter == 'J' ? CELLS : from + COLUMNS;

	if (how == 0)
		from = cursor;
	else if (how == 1)
		to = cursor + 1;
	clear(from, to);
}

static void run_sequence(char letter)
{
	int row = cursor / COLUMNS, column = cursor % COLUMNS;

	switch (letter) {
	case 'A':
		move_to(row - number(0, 1), column);
		break;
	case 'B':
		move_to(row + number(0, 1), column);
		break;
	case 'C':
		move_to(row, column + number(0, 1));
		break;
	case 'D':
		move_to(row, column - number(0, 1));
		break;
	case 'G':
		move_to(row, number(0, 1) - 1);
		break;
	case 'H':
	case 'f':
		move_to(number(0, 1) - 1, number(1, 1) - 1);
		break;
	case 'J':
	case 'K':
		erase(letter, number(0, 0));
		break;
	case 'm':
		set_colours();
		break;
	}
}

static void sequence(uint8_t c)
{
	if (state == ESCAPE) {
		state = c == '[' ? SEQUENCE : TEXT;
		memset(numbers, 0, sizeof(numbers));
		count = 0;
		return;
	}
	if (c >= '0' && c <= '9') {
		if (count == 0)
			count = 1;
		numbers[count - 1] =
		    limit(numbers[count - 1] * 10 + c - '0', 0, 9999);
	} else if (c == ';') {
		count = limit(count + (count == 0 ? 2 : 1), 1, NUMBERS);
	} else if (c >= '@' && c <= '~') {
		run_sequence((char)c);
		state = TEXT;
	}
}

static void control(uint8_t c)
{
	int column = cursor % COLUMNS;

	if (c == '\n')
		cursor += COLUMNS;
	else if (c == '\r')
		cursor -= column;
	else if (c == '\b' && column > 0)
		cursor--;
	else if (c == '\t')
		cursor += limit(8 - column % 8, 1, COLUMNS - 1 - column);
	else if (c == 0x1B)
		state = ESCAPE;
}

static void draw(uint8_t c)
{
	cells[cursor] = colours | c;
	change(cursor, cursor + 1);
	cursor++;
}

void vga_put(uint8_t c)
{
	if (screen == 0 || (c & 0xC0) == 0x80)
		return;
	if (state != TEXT)
		sequence(c);
	else if (c < ' ')
		control(c);
	else if (c != 0x7F)
		draw(c < 0x80 ? c : '?');
	if (cursor >= CELLS)
		scroll();
}

static void show_cursor(void)
{
	shown = cursor;
	out8(CRTC_INDEX, CRTC_CURSOR_HIGH);
	out8(CRTC_DATA, (uint8_t)(cursor >> 8));
	out8(CRTC_INDEX, CRTC_CURSOR_LOW);
	out8(CRTC_DATA, (uint8_t)cursor);
}

void vga_show(void)
{
	if (screen == 0)
		return;
	for (int i = changed_from; i < changed_to; i++)
		screen[i] = cells[i];
	changed_from = CELLS;
	changed_to = 0;
	if (cursor != shown)
		show_cursor();
}
