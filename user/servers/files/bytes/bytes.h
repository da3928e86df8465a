/*
 * user/servers/files/bytes/bytes.h -- the bytes of files, and where they lie.
 *
 * This folder knows no names and no open files.  A `struct bytes` is all that
 * it keeps of a file; one that is all zeroes is an empty file of root's.
 *
 *	SMALL     up to a page: a cell of the arena (arena.c)
 *	ARCHIVE   in the boot archive, mapped read-only
 *	SEGMENT   a segment of memory of its own
 *
 *	          grows over a page, is mapped or run
 *	  SMALL ------------------------------------> SEGMENT (and stays one)
 *	    ^                                            ^
 *	    +------------------ ARCHIVE -----------------+
 *	                opened for writing (bytes_copy_up)
 *
 * `whom` is the token of the client that causes it: memory that is taken counts
 * at the level of that client.  Results are 0 or a count, or -errno.  After an
 * error nothing has changed.
 */
#ifndef FILES_BYTES_H
#define FILES_BYTES_H

#include "../../../lib/server.h"

/* ---- quota.c: how much memory files may take, and how much a user ------- */

#define ACCOUNTS 1024

struct quota {
	uint32_t limit, used;     /* pages */
	uint32_t kept;            /* the part of `limit` that is root's */
	uint32_t taken[ACCOUNTS]; /* the parts of `used` */
};

extern struct quota files_quota; /* of all files */

/*
 * The limit is half of `pages`, which is the machine's memory; or `mib`, unless
 * that is 0.
 */
void quota_start(uint32_t pages, uint32_t mib);
/* The account of a user, and of a client by its effective uid. */
int account_of_user(uint32_t uid);
int account_of(int whom);
/* How many pages more may that client take for the account? */
uint32_t quota_left(const struct quota *quota, int whom, int account);
/* Takes `pages`; false: they are more than that. */
bool quota_take(struct quota *quota, uint32_t pages, int whom, int account);
void quota_give(struct quota *quota, uint32_t pages, int account);

/* ---- arena.c: cells of 32 to 4,096 bytes -------------------------------- */

#define CELL_MAX 4096u

/* `pages`: what all files may take.  False: there is no memory. */
bool arena_start(uint32_t pages);
/*
 * Takes a cell of at least `bytes` bytes, 1 to CELL_MAX, for an account.  Its
 * number, which is above 0, or -ENOSPC.  Its contents are undefined.
 */
int arena_take(uint32_t bytes, int whom, int account);
void arena_drop(int cell);
/* Where a cell is, until it is dropped; and how many bytes it really has. */
uint8_t *arena_at(int cell);
uint32_t arena_bytes(int cell);

/* ---- bytes.c ------------------------------------------------------------ */

#define BYTES_MAX 0x7fffffffu /* the greatest size of a file */
#define PIECE     65536u      /* bytes that one native call moves */

enum bytes_where { BYTES_SMALL, BYTES_ARCHIVE, BYTES_SEGMENT };

struct bytes {
	uint8_t where;    /* enum bytes_where */
	uint16_t account; /* at which their memory counts */
	uint32_t size;
	union {
		int small;   /* a cell; 0: none, and the file is empty */
		int segment; /* its handle */
		const uint8_t *archive;
	};
};

/* All of the boot archive, mapped read-only by tree/archive.c. */
extern const uint8_t *archive;

/*
 * Does a segment of memory with that handle show the file, or a segment of the
 * archive that begins at that offset?
 */
static inline bool bytes_in_segment(const struct bytes *b, uint32_t handle)
{
	return b->where == BYTES_SEGMENT && (uint32_t)b->segment == handle;
}

static inline bool bytes_in_archive(const struct bytes *b, uint32_t offset)
{
	return b->where == BYTES_ARCHIVE && b->size > 0 &&
	       (uint32_t)(b->archive - archive) == offset;
}

/*
 * Which bytes of a file move, and to or from where: in which lease, or in our
 * own memory.
 */
struct span {
	int token, argument;
	uint8_t *memory; /* in place of the lease, or 0 */
	uint32_t lease_offset;
	uint32_t offset; /* in the file */
	uint32_t bytes;
};

/* Moves bytes to the client.  How many: fewer at the end of the file. */
int bytes_read(struct bytes *b, struct span span);
/*
 * Moves bytes from the client; the file grows as it needs to, at the level of
 * that client.  How many arrived: fewer if the client's buffer ends (EFAULT) or
 * the memory does (ENOSPC), none of which is an error unless it is 0.  -EFBIG
 * at BYTES_MAX.
 */
int bytes_write(struct bytes *b, struct span span);
/* Makes the file longer, with zeroes, or shorter.  -ENOSPC, -EFBIG. */
int bytes_resize(struct bytes *b, uint32_t size, int whom);
/*
 * How short the file may become in one turn: `size`, or more if many spaces
 * show what it loses, which the kernel takes from them page by page.
 */
uint32_t bytes_cut(const struct bytes *b, uint32_t size);
/*
 * Writes zeroes between two places of the file, at most 64 KiB.  0 or -ENOSPC.
 */
int bytes_zero(struct bytes *b, uint32_t from, uint32_t to, int whom);
/*
 * The handle of a segment that shows the file: mmap and exec.  The caller gives
 * it back with bytes_release() when it has used it.  A segment of its own also
 * shows what is written into the file later.
 */
int bytes_segment(struct bytes *b, int whom);
int bytes_own_segment(struct bytes *b, int whom);
void bytes_release(const struct bytes *b, int handle);
/* A file of the archive gets bytes of its own: bytes_write() does it first. */
int bytes_copy_up(struct bytes *b, int whom);
/* The file ends.  Mappings of it keep its segment. */
void bytes_drop(struct bytes *b);
/* Copies bytes of the file to memory of this server.  How many. */
int bytes_load(const struct bytes *b, uint32_t offset, void *to,
               uint32_t bytes);
/* They count at another account from now on. */
void bytes_own(struct bytes *b, int account);
/* The memory it takes, in blocks of 512 bytes: st_blocks. */
uint32_t bytes_blocks(const struct bytes *b);

#endif
