/*
 * boot/archive.c -- the boot archive, as far as the kernel needs it: to find
 * the servers and init.  The file server reads the rest of it.
 *
 * The format is cpio "newc" (cpio(5)): a header has 13 fields of 8 hexadecimal
 * digits after its magic, and the name follows.  The body of a file starts on a
 * page, as tools/mkarchive pads it.
 */
#include "boot.h"

#include "../kernel/base/string.h"
#include "../kernel/look/machine.h"
#include "../mm/segment.h"

#define HEADER_BYTES    110
#define FIELD_SIZE      6
#define FIELD_NAME_SIZE 11
#define FIELD_CHECK     12
/* Field 1 is the mode; a symbolic link's kind is S_IFLNK (cpio(5)). */
#define IS_LINK(header) (field(header, 1) >> 12 == 10)

struct entry {
	const char *name;
	uint32_t body, bytes; /* its offset in the archive; its length */
	uint32_t check;       /* the sum of the body's bytes */
	uint32_t next;        /* offset of the next header */
};

/*
 * Field `i`: eight hexadecimal digits.  Other characters give some number as
 * well.  That is safe, because the caller checks what each number leads to.
 */
static uint32_t field(const char *header, int i)
{
	const char *digits = header + 6 + i * 8;
	uint32_t value = 0;

	for (int k = 0; k < 8; k++)
		value = value << 4 | ((digits[k] + (digits[k] > '9') * 9) & 15);
	return value;
}

/* Goes on to the next entry.  False: nothing sound is there. */
static bool next_entry(struct entry *entry)
{
	uint32_t offset = entry->next;
	const char *header = (char *)phys_to_kernel(archive_start) + offset;
	uint32_t name_bytes, room;

	if (offset > archive_bytes || archive_bytes - offset < HEADER_BYTES ||
	    strncmp(header, "070701", 6) != 0)
		return false;
	entry->bytes = field(header, FIELD_SIZE);
	name_bytes = field(header, FIELD_NAME_SIZE);
	room = archive_bytes - offset - HEADER_BYTES;
	if (name_bytes == 0 || name_bytes > room ||
	    header[HEADER_BYTES + name_bytes - 1] != 0)
		return false;
	entry->check = field(header, FIELD_CHECK);
	/* A link is nothing that the kernel could start, so it has no name. */
	entry->name = IS_LINK(header) ? "" : header + HEADER_BYTES;
	entry->body = (offset + HEADER_BYTES + name_bytes + 3) & ~3u;
	entry->next = (entry->body + entry->bytes + 3) & ~3u;
	return entry->body <= archive_bytes &&
	       entry->bytes <= archive_bytes - entry->body &&
	       (IS_LINK(header) || entry->bytes == 0 ||
	        entry->body % PAGE_SIZE == 0);
}

/* Is the sum of the body that of its header? */
static bool intact(const struct entry *entry)
{
	const uint8_t *body = phys_to_kernel(archive_start + entry->body);
	uint32_t sum = 0;

	for (uint32_t i = 0; i < entry->bytes; i++)
		sum += body[i];
	return sum == entry->check;
}

paddr_t archive_find(const char *path, uint32_t *bytes)
{
	struct entry entry = {.next = 0};

	while (next_entry(&entry)) {
		if (strcmp(entry.name, path) == 0) {
			if (!intact(&entry))
				machine_refuse("/%s in the boot archive is "
				               "damaged: run `make` again",
				               path);
			*bytes = entry.bytes;
			return archive_start + entry.body;
		}
	}
	return 0;
}
