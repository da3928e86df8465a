/*
 * user/servers/console/ansi.c -- output: characters, and sequences of ECMA-48.
 *
 * A sequence is ESC, "[", numbers with semicolons between them, and a letter.
 * The table below has a function for each letter that vi, less, top, a shell
 * with line editing and a program with colours send; the others are dropped.
 *
 *	      0 +--------------------+
 *	        | these rows stay    |
 *	    top +--------------------+  a newline on the last row of the
 *	        | these rows scroll  |  region scrolls it; rows that leave
 *	 bottom +--------------------+  row 0 are kept (vga.c)
 *	        | these rows stay    |
 *	     25 +--------------------+
 *
 * A character in the last column leaves the cursor there; only the next one
 * goes to the next row, as on a VT100.  So a program can fill the last cell of
 * the screen.
 *
 * The font has no Unicode, so each UTF-8 character above ASCII is shown as
 * '?'.
 */
#include "console.h"

#define CAN     0x18
#define ESC     0x1B
#define NUMBERS 16 /* of a sequence; what is more is dropped */
#define MANY    9999

struct place {
	int row, column;
	bool full; /* the last column is written: the next one wraps */
};

struct pen {
	uint8_t ink, paper;
	bool bold, reverse;
};

static struct place at, saved_at;
static struct pen pen = {7, 0, false, false}, saved_pen = {7, 0, false, false};
static uint16_t colours = PLAIN; /* what `pen` is, in a cell */
static int top, bottom = ROWS;
static bool hidden;    /* the cursor */
static bool inserting; /* a character moves the rest of its row */

static enum {
	TEXT,
	ESCAPE,   /* behind ESC */
	SEQUENCE, /* behind ESC [ */
	STRING,   /* behind ESC ] and its like, as far as BEL or ESC \ */
	ONE_MORE  /* a byte belongs to what came before it */
} state;
static int numbers[NUMBERS + 1], count; /* the last one: of what is dropped */
static bool private;                    /* a "?" came before the numbers */

/* ---- places ------------------------------------------------------------- */

static int number(int index, int missing)
{
	return index < count && numbers[index] > 0 ? numbers[index] : missing;
}

static int limit(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static int cell(void)
{
	return at.row * COLUMNS + at.column;
}

static int row_end(void)
{
	return (at.row + 1) * COLUMNS;
}

static void move_to(int row, int column)
{
	at.row = limit(row, 0, ROWS - 1);
	at.column = limit(column, 0, COLUMNS - 1);
	at.full = false;
}

int ansi_row(void)
{
	return at.row + 1;
}

int ansi_column(void)
{
	return at.column + 1;
}

/* Moves the rows from `first` to `bottom` up, or down if `rows` is below 0. */
static void scroll(int first, int rows)
{
	int room = bottom - first, n = limit(rows, -room, room);
	int moved = (room - (n > 0 ? n : -n)) * COLUMNS;
	int from = first * COLUMNS, end = bottom * COLUMNS;

	if (n > 0) {
		cells_move(from, from + n * COLUMNS, moved);
		cells_clear(from + moved, end, colours);
	} else {
		cells_move(from - n * COLUMNS, from, moved);
		cells_clear(from, end - moved, colours);
	}
}

static void newline(void)
{
	at.full = false;
	if (at.row != bottom - 1) {
		at.row = limit(at.row + 1, 0, ROWS - 1);
		return;
	}
	if (top == 0)
		cells_keep(1);
	scroll(top, 1);
}

static void newline_back(void)
{
	at.full = false;
	if (at.row == top)
		scroll(top, -1);
	else
		at.row = limit(at.row - 1, 0, ROWS - 1);
}

/* ---- what the letters do ------------------------------------------------ */

static void up(void)
{
	move_to(at.row - number(0, 1), at.column);
}

static void down(void)
{
	move_to(at.row + number(0, 1), at.column);
}

static void right(void)
{
	move_to(at.row, at.column + number(0, 1));
}

static void left(void)
{
	move_to(at.row, at.column - number(0, 1));
}

static void rows_down(void)
{
	move_to(at.row + number(0, 1), 0);
}

static void rows_up(void)
{
	move_to(at.row - number(0, 1), 0);
}

static void to_column(void)
{
	move_to(at.row, number(0, 1) - 1);
}

static void to_row(void)
{
	move_to(number(0, 1) - 1, at.column);
}

static void to_place(void)
{
	move_to(number(0, 1) - 1, number(1, 1) - 1);
}

/* 0: from the cursor on; 1: as far as the cursor; 2: all. */
static void erase(int from, int to)
{
	int how = number(0, 0);

	cells_clear(how == 0 ? cell() : from, how == 1 ? cell() + 1 : to,
	            colours);
	at.full = false;
}

static void erase_screen(void)
{
	erase(0, CELLS);
}

static void erase_row(void)
{
	erase(at.row * COLUMNS, row_end());
}

static void erase_cells(void)
{
	cells_clear(cell(), limit(cell() + number(0, 1), 0, row_end()),
	            colours);
	at.full = false;
}

static void insert_cells(void)
{
	int n = limit(number(0, 1), 1, COLUMNS - at.column);

	cells_move(cell() + n, cell(), row_end() - cell() - n);
	cells_clear(cell(), cell() + n, colours);
	at.full = false;
}

static void delete_cells(void)
{
	int n = limit(number(0, 1), 1, COLUMNS - at.column);

	cells_move(cell(), cell() + n, row_end() - cell() - n);
	cells_clear(row_end() - n, row_end(), colours);
	at.full = false;
}

static void insert_rows(void)
{
	if (at.row >= top && at.row < bottom)
		scroll(at.row, -number(0, 1));
}

static void delete_rows(void)
{
	if (at.row >= top && at.row < bottom)
		scroll(at.row, number(0, 1));
}

static void scroll_up(void)
{
	scroll(top, number(0, 1));
}

static void scroll_down(void)
{
	scroll(top, -number(0, 1));
}

static void set_region(void)
{
	int from = number(0, 1) - 1;
	int to = limit(number(1, ROWS), 1, ROWS);

	if (from >= to - 1)
		return;
	top = from;
	bottom = to;
	move_to(0, 0);
}

static void save(void)
{
	saved_at = at;
	saved_pen = pen;
}

static void mix(void)
{
	uint8_t ink = pen.reverse ? pen.paper : pen.ink;
	uint8_t paper = pen.reverse ? pen.ink : pen.paper;

	colours = (uint16_t)((ink | (pen.bold ? 8 : 0)) << 8 | paper << 12);
}

static void restore(void)
{
	at = saved_at;
	pen = saved_pen;
	mix();
}

/* "?25": the cursor is shown.  "4": characters are inserted. */
static void mode(bool on)
{
	for (int i = 0; i < count; i++)
		if (private && numbers[i] == 25)
			hidden = !on;
		else if (!private && numbers[i] == 4)
			inserting = on;
}

static void set_mode(void)
{
	mode(true);
}

static void reset_mode(void)
{
	mode(false);
}

/* ANSI counts red, green, blue; VGA blue, green, red. */
static uint8_t colour(int ansi)
{
	static const uint8_t vga[8] = {0, 4, 2, 6, 1, 5, 3, 7};

	return vga[ansi & 7];
}

/*
 * One number of SGR.  Bright colours are bold ones; as the colour of the paper
 * they are plain.
 */
static void render(int n)
{
	if (n == 0)
		pen = (struct pen){7, 0, false, false};
	else if (n == 1)
		pen.bold = true;
	else if (n == 22)
		pen.bold = false;
	else if (n == 7)
		pen.reverse = true;
	else if (n == 27)
		pen.reverse = false;
	else if (n == 39)
		pen.ink = 7;
	else if (n == 49)
		pen.paper = 0;
	else if (n >= 30 && n <= 37)
		pen.ink = colour(n - 30);
	else if (n >= 40 && n <= 47)
		pen.paper = colour(n - 40);
	else if (n >= 100 && n <= 107)
		pen.paper = colour(n - 100);
	else if (n >= 90 && n <= 97) {
		pen.ink = colour(n - 90);
		pen.bold = true;
	}
}

static void set_pen(void)
{
	for (int i = 0; i < count || i == 0; i++) {
		int n = number(i, 0);

		if (n == 38 || n == 48) /* of 256 or of all colours */
			i += number(i + 1, 0) == 5 ? 2 : 4;
		else
			render(n);
	}
	mix();
}

/* clang-format off */
/* By the last byte of a sequence, with ECMA-48's names; (VT) is DEC's. */
static void (*const letters[128])(void) = {
	['@'] = insert_cells, /* ICH */
	['A'] = up,           /* CUU */
	['B'] = down,         /* CUD */
	['C'] = right,        /* CUF */
	['D'] = left,         /* CUB */
	['E'] = rows_down,    /* CNL */
	['F'] = rows_up,      /* CPL */
	['G'] = to_column,    /* CHA */
	['H'] = to_place,     /* CUP */
	['J'] = erase_screen, /* ED */
	['K'] = erase_row,    /* EL */
	['L'] = insert_rows,  /* IL */
	['M'] = delete_rows,  /* DL */
	['P'] = delete_cells, /* DCH */
	['S'] = scroll_up,    /* SU */
	['T'] = scroll_down,  /* SD */
	['X'] = erase_cells,  /* ECH */
	['`'] = to_column,    /* HPA */
	['a'] = right,        /* HPR */
	['d'] = to_row,       /* VPA */
	['e'] = down,         /* VPR */
	['f'] = to_place,     /* HVP */
	['h'] = set_mode,     /* SM */
	['l'] = reset_mode,   /* RM */
	['m'] = set_pen,      /* SGR */
	['r'] = set_region,   /* DECSTBM (VT) */
	['s'] = save,         /* SCOSC, as ansi.sys has it */
	['u'] = restore,      /* SCORC */
};
/* clang-format on */

/* ---- bytes -------------------------------------------------------------- */

static void reset(void)
{
	at = (struct place){0, 0, false};
	top = 0;
	bottom = ROWS;
	hidden = inserting = false;
	render(0);
	mix();
	cells_clear(0, CELLS, colours);
}

/* The byte behind ESC. */
static void escape(uint8_t c)
{
	state = TEXT;
	if (c == '[') {
		state = SEQUENCE;
		memset(numbers, 0, sizeof(numbers));
		count = 0;
		private = false;
	} else if (c == ']' || c == 'P' || c == '^' || c == '_') {
		state = STRING;
	} else if (c == '(' || c == ')' || c == '#' || c == '%') {
		state = ONE_MORE;
	} else if (c == '7') {
		save();
	} else if (c == '8') {
		restore();
	} else if (c == 'M') {
		newline_back();
	} else if (c == 'D' || c == 'E') {
		at.column = c == 'E' ? 0 : at.column;
		newline();
	} else if (c == 'c') {
		reset();
	}
}

static void sequence(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		if (count == 0)
			count = 1;
		numbers[count - 1] =
		    limit(numbers[count - 1] * 10 + c - '0', 0, MANY);
	} else if (c == ';') {
		count = limit(count + (count == 0 ? 2 : 1), 1, NUMBERS + 1);
	} else if (c == '?') {
		private = true;
	} else if (c >= '@' && c <= '~') {
		state = TEXT;
		count = limit(count, 0, NUMBERS);
		if (letters[c] != 0)
			letters[c]();
	}
}

static void control(uint8_t c)
{
	if (c == '\n' || c == '\v' || c == '\f')
		newline();
	else if (c == '\r')
		move_to(at.row, 0);
	else if (c == '\b')
		move_to(at.row, at.column - 1);
	else if (c == '\t')
		move_to(at.row, (at.column | 7) + 1);
}

static void draw(uint8_t c)
{
	if (at.full) {
		at.column = 0;
		newline();
	}
	if (inserting) {
		count = 0;
		insert_cells();
	}
	cells_put(cell(), colours | c);
	if (at.column < COLUMNS - 1)
		at.column++;
	else
		at.full = true;
}

static void take(uint8_t c)
{
	if (c == ESC)
		state = ESCAPE;
	else if (c == CAN)
		state = TEXT; /* what has begun is dropped */
	else if (state == STRING)
		state = c == '\a' ? TEXT : STRING;
	else if (c < ' ')
		control(c);
	else if (state == ESCAPE)
		escape(c);
	else if (state == SEQUENCE)
		sequence(c);
	else if (state == ONE_MORE)
		state = TEXT;
	else if (c != 0x7F)
		draw(c < 0x80 ? c : '?');
}

void ansi_put(uint8_t c)
{
	if ((c & 0xC0) == 0x80)
		return; /* the rest of a UTF-8 character */
	take(c);
	vga_cursor(hidden ? CELLS : cell());
}
