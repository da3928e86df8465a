/*
 * user/servers/files/tree/archive.c -- the boot archive's members become nodes.
 *
 * A member of cpio's "newc" form (cpio(5)) is a header of 110 bytes in ASCII,
 * the name and the body, each padded to 4 bytes.  tools/mkarchive lets each
 * file's body start on a page, so that programs run, and mmap shows files,
 * where they are in the archive.
 *
 * The kernel has checked the archive before it started any process.
 * next_member() checks what it follows once more, and stops at the first
 * member that does not fit.
 */
#include "node.h"

#include "../../../lib/inspect.h"

#define HEADER  110
#define MAGIC   "070701"
#define TRAILER "TRAILER!!!"

struct member {
	const char *name;
	uint32_t name_bytes; /* without the NUL */
	const uint8_t *body;
	uint32_t bytes, mode, uid, gid, mtime;
};

static uint32_t archive_bytes;

/* The header's fields are eight hexadecimal digits each, after the magic. */
static uint32_t field(const uint8_t *header, int index)
{
	char digits[9];

	memcpy(digits, header + 6 + 8 * index, 8);
	digits[8] = '\0';
	return number_parse(digits, 16);
}

/* Reads the member at *offset and moves *offset behind it.  False: the end. */
static bool next_member(uint32_t *offset, struct member *member)
{
	const uint8_t *header = archive + *offset;
	uint32_t name_size, body;

	if (archive_bytes - *offset < HEADER || memcmp(header, MAGIC, 6) != 0)
		return false;
	name_size = field(header, 11);
	member->bytes = field(header, 6);
	if (name_size == 0 || name_size > archive_bytes - *offset - HEADER)
		return false;
	body = (*offset + HEADER + name_size + 3) & ~3u;
	if (body > archive_bytes || member->bytes > archive_bytes - body)
		return false;
	member->name = (const char *)header + HEADER;
	if (member->name[name_size - 1] != '\0')
		return false;
	member->name_bytes = strlen(member->name);
	member->body = archive + body;
	member->mode = field(header, 1);
	member->uid = field(header, 2);
	member->gid = field(header, 3);
	member->mtime = field(header, 5);
	*offset = (body + member->bytes + 3) & ~3u;
	return strcmp(member->name, TRAILER) != 0;
}

static bool add(const struct member *member)
{
	int i = node_add_path(member->name, member->name_bytes, member->mode);
	struct node *node;

	if (i == NO_NODE)
		return false;
	node = node_edit(i);
	node->mode = member->mode;
	node_own(i, member->uid, member->gid);
	node->mtime = (struct moment){member->mtime, 0};
	node->atime = node->ctime = node->btime = node->mtime;
	node->bytes.where = BYTES_ARCHIVE;
	node->bytes.archive = member->body;
	node->bytes.size = member->bytes;
	return true;
}

static bool map_archive(void)
{
	uint32_t bytes = inspect_now()->archive_bytes;
	int address = map_new(SEGMENT_OF_ARCHIVE, 0, bytes, PROT_READ);

	if (unix_failed(address))
		return false;
	archive = (const uint8_t *)(uintptr_t)address;
	archive_bytes = bytes;
	return true;
}

/* What programs expect to find, whatever is in the archive. */
static bool add_places(void)
{
	static const struct {
		const char *path;
		uint32_t mode;
	} places[] = {{"dev", 0755},  {"dev/shm", 01777}, {"home", 0755},
	              {"root", 0700}, {"run", 0755},      {"tmp", 01777},
	              {"var", 0755},  {"var/log", 0755},  {"var/tmp", 01777}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *path = places[i].path;
		int at = node_add_path(path, strlen(path), S_IFDIR);

		if (at == NO_NODE)
			return false;
		node_edit(at)->mode = S_IFDIR | places[i].mode;
	}
	return true;
}

bool archive_start(void)
{
	struct member member;
	uint32_t offset = 0;

	if (!map_archive() || !node_start())
		return false;
	while (next_member(&offset, &member))
		if (!add(&member))
			return false;
	return add_places();
}
