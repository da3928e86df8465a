/*
 * user/servers/console/vga.c -- the screen: 80 by 25 cells of VGA text memory,
 * and the rows that have left it at the top.
 *
 * A cell is a character and its colours; the memory at 0xB8000 is a device
 * segment mapped into this process.  That memory is slow, so characters go
 * into `cells`, and vga_show() copies those that have changed: a thousand
 * newlines scroll the screen once.
 *
 *	past    | the last PAST rows that left the screen, in a ring |
 *	                                  +--------------------------+
 *	what is shown, `back` rows above  | the end of `past`        |
 *	                                  +--------------------------+
 *	cells   | the screen: row 0 ...   | ... which is shown below |
 *
 * Shift-PgUp looks back.  The next change of a cell, and the next key, come
 * back to the screen.
 */
#include "console.h"
#include "../../lib/port.h"

#define PAST             400 /* sixteen screens */
#define VGA_MEMORY       0xB8000u
#define CRTC_INDEX       0x3D4
#define CRTC_DATA        0x3D5
#define CRTC_CURSOR_HIGH 14
#define CRTC_CURSOR_LOW  15

static uint16_t *screen; /* the machine's cells; 0: there is no screen */
static uint16_t cells[CELLS];
static int changed_from = CELLS, changed_to; /* cells to be shown */
static int cursor;     /* where the machine is to show the cursor */
static int shown = -1; /* where it shows it; CELLS is nowhere */

static uint16_t past[PAST][COLUMNS];
static uint32_t left; /* rows that have left the screen since the start */
static int back;      /* how many rows above the screen the view begins */

void vga_start(void)
{
	int address = map_new(SEGMENT_OF_DEVICE, VGA_MEMORY, PAGE_SIZE,
	                      PROT_READ | PROT_WRITE);

	cells_clear(0, CELLS, PLAIN);
	if (unix_failed(address) || k_ports(CRTC_INDEX, CRTC_DATA) < 0) {
		log_line("no screen: error %d", address);
		return;
	}
	screen = (uint16_t *)(uintptr_t)address;
}

/* ---- the cells ---------------------------------------------------------- */

static void change(int from, int to)
{
	if (back > 0)
		vga_look_back(-CELLS);
	if (from < changed_from)
		changed_from = from;
	if (to > changed_to)
		changed_to = to;
}

void cells_put(int at, uint16_t cell)
{
	cells[at] = cell;
	change(at, at + 1);
}

void cells_clear(int from, int to, uint16_t colours)
{
	for (int i = from; i < to; i++)
		cells[i] = colours | ' ';
	change(from, to);
}

void cells_move(int to, int from, int count)
{
	memmove(&cells[to], &cells[from], (size_t)count * sizeof(*cells));
	change(to, to + count);
}

void cells_keep(int rows)
{
	for (int i = 0; i < rows; i++)
		memcpy(past[left++ % PAST], &cells[i * COLUMNS],
		       sizeof(past[0]));
}

/* ---- what is shown ------------------------------------------------------ */

void vga_cursor(int at)
{
	cursor = at;
}

void vga_look_back(int rows)
{
	int most = left < PAST ? (int)left : PAST;

	back += rows;
	back = back < 0 ? 0 : back > most ? most : back;
	changed_from = 0;
	changed_to = CELLS;
}

/* The cells of a row of the view. */
static const uint16_t *row_shown(int row)
{
	if (row >= back)
		return &cells[(row - back) * COLUMNS];
	return past[(left - (uint32_t)(back - row)) % PAST];
}

static void show_cursor(int at)
{
	shown = at;
	out8(CRTC_INDEX, CRTC_CURSOR_HIGH);
	out8(CRTC_DATA, (uint8_t)(at >> 8));
	out8(CRTC_INDEX, CRTC_CURSOR_LOW);
	out8(CRTC_DATA, (uint8_t)at);
}

void vga_show(void)
{
	int at = back > 0 ? CELLS : cursor;

	if (screen == 0)
		return;
	for (int i = changed_from; i < changed_to; i++)
		screen[i] = row_shown(i / COLUMNS)[i % COLUMNS];
	changed_from = CELLS;
	changed_to = 0;
	if (at != shown)
		show_cursor(at);
}
