/*
 * tests/host/space_model.h -- what spaces should be: a model, page by page.
 *
 * The model is simple and slow.  It has no tables, regions or frames, but for
 * each page of each space what is mapped there and every byte that would be
 * read.  An operation is done by the real mm and by the model, and their
 * answers are compared.  Then model_compare() looks at everything that can be
 * seen.
 */
#ifndef TESTS_SPACE_MODEL_H
#define TESTS_SPACE_MODEL_H

#include "../../mm/region.h"
#include "tap.h"

#define SPACES      2
#define SEGMENTS    2
#define PAGES       ((int)(USER_LIMIT / PAGE_SIZE))
#define MODEL_PAGES 6
#define SERIALS     40
#define R           RIGHT_READ
#define RW          (RIGHT_READ | RIGHT_WRITE)
#define RWX         (RW | RIGHT_EXEC)

#define ARCHIVE_START (HOST_FRAMES * PAGE_SIZE)
#define DEVICE_START  ((HOST_FRAMES + 4) * PAGE_SIZE)

enum { NONE, SHARED, PRIVATE, HEAP, STACK };

struct page {
	uint8_t kind, rights, ceiling;
	int8_t segment, shown; /* PRIVATE of a segment, too */
	uint8_t own;           /* private: written, its own bytes */
	uint8_t serial;        /* of its attach; 0: none */
	uint8_t bytes[PAGE_SIZE];
};

struct model {
	struct {
		int8_t alive, index; /* index: in `spaces` */
		uint16_t heap_break;
		struct page page[PAGES];
	} space[SPACES];
	struct {
		int8_t index, pages;
		int8_t held;     /* by the test's handle */
		int8_t attaches; /* kept as shm_nattch is */
		uint8_t bytes[MODEL_PAGES][PAGE_SIZE];
	} segment[SEGMENTS];
	uint8_t base[SERIALS]; /* page of each attach's base, by its age */
	uint8_t next_serial;
};

/* How a world's segments are made. */
struct segment_plan {
	enum segment_kind kind;
	bool promised, resizable;
	uint8_t pages, bytes; /* bytes: of an archive */
	bool full;            /* every page touched at once */
};

extern struct model m;
extern const struct segment_plan *plans; /* SEGMENTS of them */

enum op_kind {
	LOAD,
	ATTACH,
	DETACH,
	MAP,
	MAP_SEGMENT,
	MAP_STACK,
	UNMAP,
	PROTECT,
	TOUCH,
	TOUCH_ALL,
	FORK,
	BIRTH,
	DROP,
	MAKE,
	HANDLE,
	RESIZE,
	BRK,
	COPY
};

/* a, b, c, d: by kind; s: which space. */
struct op {
	uint8_t kind, s, a, b, c, d;
	bool leaf; /* its result is judged, and not explored further */
};

enum copy_kind { COPY_OUT, COPY_IN, WRITE, READ, STRING_BYTES, TRANSFER };

/* Makes a world of one space, which is loaded, and two segments, held. */
void model_make_world(void);

/* May `op` be tried here?  Otherwise it does nothing, or is undefined. */
bool model_possible(const struct op *op);

/*
 * Does `op` with its nth promise refused (0: none).  False: it asks for fewer
 * promises, and was done whole.
 */
bool model_do(const struct op *op, int nth);

/* Everything seen is what the model says, and mm_check() finds no breach. */
void model_compare(void);

static inline vaddr_t va_of_page(int page)
{
	return (vaddr_t)page * PAGE_SIZE;
}

bool segment_alive(int g);

#define check(condition, what) check_at(condition, what, __FILE__, __LINE__)
void check_at(bool condition, const char *what, const char *file, int line);

void print_op(const struct op *op);

#endif
