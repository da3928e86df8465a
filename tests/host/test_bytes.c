// with: user/servers/files/bytes/bytes.c user/servers/files/bytes/arena.c
// with: user/servers/files/bytes/quota.c user/lib/server.c
// with: -includetests/host/fake_native.h
// alone
/*
 * tests/host/test_bytes.c -- the bytes of files, against arrays that hold what
 * they should be.
 *
 * A fake kernel has segments, which fail as soon as memory runs out, and one
 * client, whose buffer may end anywhere.  Files are written, resized, mapped
 * and dropped at random.  After each step each file has its model's bytes, and
 * the pages that are taken are those that the files' segments have.
 */
#include "../../user/lib/inspect.h"
#include "../../user/servers/files/bytes/bytes.h"
#include "tap.h"

#define FILES       24
#define LONGEST     300000u
#define SEGMENTS    512
#define RESERVE     (1u << 20) /* bytes of address space of a segment */
#define CLIENT      7
#define LOW_ADDRESS 0x40 /* MAP_32BIT: a server's address is an int */
#define NEW_MEMORY  0x22 /* MAP_PRIVATE | MAP_ANONYMOUS */

extern void *mmap(void *, size_t, int, int, int, long);

/* ---- the kernel --------------------------------------------------------- */

static struct {
	bool used;
	uint8_t *start; /* once it has been used */
	uint32_t pages;
} segments_of[SEGMENTS];

static int pages_left; /* of memory; beyond it all is refused */
static uint8_t buffer[LONGEST];
static uint32_t buffer_ends; /* beyond it is EFAULT */
static uint32_t euid;        /* of the client */

static uint32_t pages_for_bytes(uint32_t bytes)
{
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

int k_segment_resize(int handle, uint32_t bytes, uint32_t whom)
{
	int more = (int)(pages_for_bytes(bytes) - segments_of[handle].pages);
	uint8_t *start = segments_of[handle].start;

	(void)whom;
	if (more > pages_left || bytes > RESERVE)
		return -ENOMEM;
	pages_left -= more;
	segments_of[handle].pages += (uint32_t)more;
	if (more < 0)
		memset(start + segments_of[handle].pages * PAGE_SIZE, 0,
		       (uint32_t)-more * PAGE_SIZE);
	return 0;
}

int k_segment_make(uint32_t kind, uint32_t a, uint32_t b, uint32_t whom)
{
	int i = 1;

	(void)b;
	REQUIRE(kind == SEGMENT_OF_MEMORY && a > 0);
	while (i < SEGMENTS && segments_of[i].used)
		i++;
	if (i == SEGMENTS)
		return -ENOMEM;
	if (segments_of[i].start == 0)
		segments_of[i].start = mmap(0, RESERVE, PROT_READ | PROT_WRITE,
		                            NEW_MEMORY | LOW_ADDRESS, -1, 0);
	segments_of[i].used = true;
	REQUIRE((uintptr_t)segments_of[i].start < INT32_MAX);
	if (k_segment_resize(i, a, whom) == 0)
		return i;
	segments_of[i].used = false;
	return -ENOMEM;
}

int k_segment_drop(int handle)
{
	REQUIRE(segments_of[handle].used);
	k_segment_resize(handle, 0, 0);
	segments_of[handle].used = false;
	return 0;
}

int k_map_self(int handle, uint32_t offset, uint32_t bytes, uint32_t rights)
{
	(void)rights;
	REQUIRE(offset == 0 && bytes <= segments_of[handle].pages * PAGE_SIZE);
	return (int)(uintptr_t)segments_of[handle].start;
}

void unix_unmap(void *start, uint32_t bytes)
{
	(void)start, (void)bytes;
}

/* Where bytes of a segment are; they must be in it. */
static uint8_t *part(int handle, uint32_t offset, uint32_t bytes)
{
	REQUIRE(segments_of[handle].used);
	REQUIRE(offset + bytes <= segments_of[handle].pages * PAGE_SIZE);
	return segments_of[handle].start + offset;
}

int k_segment_load(int handle, uint32_t offset, void *to, uint32_t bytes)
{
	memcpy(to, part(handle, offset, bytes), bytes);
	return (int)bytes;
}

int k_segment_store(int handle, uint32_t offset, const void *from,
                    uint32_t bytes)
{
	memcpy(part(handle, offset, bytes), from, bytes);
	return (int)bytes;
}

/*
 * A copy that the client's memory refuses may have moved some bytes before; so
 * may this one, and says EFAULT.
 */
static int copy(uint32_t offset, uint8_t *mine, uint32_t bytes, bool in)
{
	uint32_t there = offset < buffer_ends ? buffer_ends - offset : 0;
	uint32_t now = bytes < there ? bytes : there;

	REQUIRE(bytes <= 65536);
	memcpy(in ? mine : buffer + offset, in ? buffer + offset : mine, now);
	return now < bytes ? -EFAULT : (int)bytes;
}

int k_lease_read(int token, int argument, uint32_t offset, void *to,
                 uint32_t bytes)
{
	REQUIRE(token >= CLIENT && argument == BUFFER);
	return copy(offset, to, bytes, true);
}

int k_lease_write(int token, int argument, uint32_t offset, const void *from,
                  uint32_t bytes)
{
	REQUIRE(token >= CLIENT && argument == BUFFER);
	return copy(offset, (uint8_t *)(uintptr_t)from, bytes, false);
}

int k_segment_read(int handle, uint32_t offset, int token, int argument,
                   uint32_t lease_offset, uint32_t bytes)
{
	return k_lease_write(token, argument, lease_offset,
	                     part(handle, offset, bytes), bytes);
}

int k_segment_write(int handle, uint32_t offset, int token, int argument,
                    uint32_t lease_offset, uint32_t bytes)
{
	return k_lease_read(token, argument, lease_offset,
	                    part(handle, offset, bytes), bytes);
}

int k_client(int token, struct client *client)
{
	REQUIRE(token >= CLIENT);
	*client = (struct client){.euid = euid};
	return 0;
}

bool row_read(struct row *row, enum table table, int index)
{
	(void)row;
	return table == SEGMENTS + 0u && index >= 0 && false;
}

uint32_t row_get(const struct row *row, enum field field)
{
	(void)row, (void)field;
	return 0;
}

/* What the servers' library has beside the objects is not called here. */
int k_reply(int token, int status, const struct reply *reply)
{
	(void)reply;
	return token + status;
}

int k_receive(struct message *m)
{
	return m->type;
}

int k_reply_receive(int token, int status, struct message *m)
{
	return token + status + m->type;
}

int k_log(const char *text, uint32_t bytes)
{
	return (int)bytes + *text;
}

int k_lease_size(int token, int argument)
{
	return token + argument;
}

void text_add_list(struct text *text, const char *format, va_list list)
{
	(void)text, (void)format, (void)list;
}

/* ---- the files ---------------------------------------------------------- */

static struct {
	struct bytes bytes;
	uint8_t text[LONGEST];
	uint32_t size;
} files[FILES];

static uint8_t archived[LONGEST];

static uint32_t random_below(uint32_t limit)
{
	static uint32_t state = 1;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

/* Sizes are small, near a page, or anything. */
static uint32_t some_size(void)
{
	switch (random_below(4)) {
	case 0:
		return random_below(200);
	case 1:
		return random_below(6000);
	case 2:
		return PAGE_SIZE * random_below(4) + random_below(3);
	default:
		return random_below(LONGEST / 2);
	}
}

static struct span span_by(int whom, uint32_t offset, uint32_t bytes)
{
	return (struct span){.token = whom,
	                     .argument = BUFFER,
	                     .offset = offset,
	                     .bytes = bytes};
}

static struct span span_of(uint32_t offset, uint32_t bytes)
{
	return span_by(CLIENT, offset, bytes);
}

/* The next message of a client with this effective uid. */
static int client_of(uint32_t uid)
{
	static int token = CLIENT;

	euid = uid;
	return ++token;
}

static void write_some(int i)
{
	uint32_t offset = some_size(), bytes = some_size(), wanted = bytes;
	int wrote;

	for (uint32_t n = 0; n < bytes; n++)
		buffer[n] = (uint8_t)random_below(256);
	buffer_ends = random_below(4) ? LONGEST : random_below(bytes + 1);
	wrote = bytes_write(&files[i].bytes, span_of(offset, bytes));
	if (buffer_ends < wanted)
		wanted = buffer_ends;
	if (wrote == -ENOSPC || wrote == -EFAULT) {
		EXPECT(wrote == -EFAULT && wanted > 0 && pages_left > 200,
		       false);
		return;
	}
	REQUIRE(wrote >= 0 && (uint32_t)wrote <= wanted);
	if (pages_left > 200)
		EXPECT(wrote, wanted);
	if (wrote == 0)
		return;
	memcpy(files[i].text + offset, buffer, (uint32_t)wrote);
	if (offset + (uint32_t)wrote > files[i].size)
		files[i].size = offset + (uint32_t)wrote;
}

static void resize(int i)
{
	uint32_t size = some_size(), old = files[i].size;
	int error = bytes_resize(&files[i].bytes, size, CLIENT);

	if (error < 0) {
		EXPECT(error, -ENOSPC);
		REQUIRE(size > old || files[i].bytes.where == BYTES_ARCHIVE);
		return;
	}
	if (size < old)
		memset(files[i].text + size, 0, old - size);
	files[i].size = size;
}

/* Maps it, and writes where a mapping may: behind the end of the last page. */
static void map(int i)
{
	int handle = bytes_own_segment(&files[i].bytes, CLIENT);
	uint32_t size = files[i].size, left = -size % PAGE_SIZE;

	if (handle < 0) {
		EXPECT(handle, -ENOSPC);
		return;
	}
	EXPECT(files[i].bytes.where, BYTES_SEGMENT);
	if (left > 0)
		memset(part(handle, size, left), 0xEE, left);
	bytes_release(&files[i].bytes, handle);
}

static void drop(int i)
{
	bytes_drop(&files[i].bytes);
	memset(files[i].text, 0, LONGEST);
	files[i].size = 0;
	if (random_below(3) == 0) {
		uint32_t bytes = some_size();

		files[i].bytes = (struct bytes){
		    .where = BYTES_ARCHIVE, .size = bytes, .archive = archived};
		memcpy(files[i].text, archived, bytes);
		files[i].size = bytes;
	}
}

static void compare(int i)
{
	buffer_ends = LONGEST;
	EXPECT(files[i].bytes.size, files[i].size);
	EXPECT(bytes_read(&files[i].bytes, span_of(0, LONGEST)), files[i].size);
	EXPECT(memcmp(buffer, files[i].text, files[i].size), 0);
}

/* The pages of all segments, without the arena's rows. */
static uint32_t pages_taken(void)
{
	uint32_t pages = 0;

	for (int i = 2; i < SEGMENTS; i++)
		if (segments_of[i].used)
			pages += segments_of[i].pages;
	return pages;
}

static void at_random(int steps, int memory, const char *sentence)
{
	static void (*const acts[])(int) = {write_some, write_some, write_some,
	                                    resize,     map,        drop};

	pages_left = memory;
	for (int step = 0; step < steps; step++) {
		int i = (int)random_below(FILES);

		acts[random_below(6)](i);
		compare(i);
		compare((int)random_below(FILES));
		EXPECT(files_quota.used, pages_taken());
	}
	tap("%s", sentence);
	for (int i = 0; i < FILES; i++) {
		bytes_drop(&files[i].bytes);
		memset(files[i].text, 0, LONGEST);
		files[i].size = 0;
	}
	EXPECT(files_quota.used, 0);
	EXPECT(pages_taken(), 0);
	tap("... and all memory comes back");
}

/* Two chunks are full; cells of both go and come, and no third one is made. */
static void cells(void)
{
	int taken[32];

	pages_left = 100000;
	for (int i = 0; i < 32; i++) {
		taken[i] = arena_take(CELL_MAX - (uint32_t)i, CLIENT, 2);
		memset(arena_at(taken[i]), i, CELL_MAX);
	}
	EXPECT(pages_taken(), 32);
	for (int times = 0; times < 1000; times++) {
		int i = (int)random_below(32);

		EXPECT(arena_at(taken[i])[CELL_MAX - 1], i);
		arena_drop(taken[i]);
		taken[i] = arena_take(CELL_MAX, CLIENT, 2);
		memset(arena_at(taken[i]), i, CELL_MAX);
		EXPECT(pages_taken(), 32);
	}
	for (int i = 0; i < 32; i++)
		arena_drop(taken[i]);
	EXPECT(pages_taken(), 0);
	tap("cells of full chunks are taken again, and chunks given back");
}

static void limits(void)
{
	struct bytes *b = &files[0].bytes;
	uint32_t limit, kept;
	int whom;

	pages_left = 100000;
	buffer_ends = LONGEST;
	EXPECT(bytes_write(b, span_of(BYTES_MAX, 1)), -EFBIG);
	EXPECT(bytes_write(b, span_of(BYTES_MAX, 0)), 0);
	EXPECT(bytes_resize(b, BYTES_MAX + 1, CLIENT), -EFBIG);
	EXPECT(b->size, 0);
	tap("a file has 2^31 - 1 bytes at most");

	quota_start(200, 0);
	limit = files_quota.limit;
	kept = files_quota.kept;
	whom = client_of(0);
	EXPECT(bytes_resize(b, (limit - kept) * PAGE_SIZE, whom), 0);
	EXPECT(bytes_resize(b, (limit - kept) * PAGE_SIZE + 1, client_of(9)),
	       -ENOSPC);
	whom = client_of(0);
	EXPECT(bytes_resize(b, limit * PAGE_SIZE, whom), 0);
	EXPECT(bytes_resize(b, limit * PAGE_SIZE + 1, whom), -ENOSPC);
	EXPECT(bytes_write(b, span_by(whom, limit * PAGE_SIZE - 10, 100)), 10);
	EXPECT(bytes_write(b, span_by(whom, limit * PAGE_SIZE, 100)), -ENOSPC);
	EXPECT(bytes_resize(b, 0, whom), 0);
	EXPECT(files_quota.used, 0);
	bytes_drop(b);
	tap("half of the memory is for files, and the last 1/32 for root");

	quota_start(100000, 3);
	EXPECT(files_quota.limit, 3 * 256);
	quota_start(1000, 64);
	EXPECT(files_quota.limit, 1000);
	quota_start(1000, 0xFFFFFFFF);
	EXPECT(files_quota.limit, 1000);
	tap("or what the command line says, if the machine has it");
}

/* How many pages more a file of the user's may have, and gets. */
static uint32_t fill(int file, uint32_t uid)
{
	int whom = client_of(uid), account = account_of_user(uid);
	struct bytes *b = &files[file].bytes;
	uint32_t pages = quota_left(&files_quota, whom, account);
	uint32_t size = b->size + pages * PAGE_SIZE;

	bytes_own(b, account);
	EXPECT(bytes_resize(b, size, whom), 0);
	EXPECT(bytes_resize(b, size + 1, whom), -ENOSPC);
	return pages;
}

/* 200 pages without root's; each next user finds 7/8 of what is left. */
static void shares(void)
{
	quota_start(412, 0);
	EXPECT(files_quota.limit - files_quota.kept, 200);
	EXPECT(fill(0, 1001), 175);
	EXPECT(fill(1, 1002), 21);
	EXPECT(fill(2, 1003), 3);
	EXPECT(bytes_resize(&files[0].bytes, 0, client_of(1001)), 0);
	EXPECT(fill(1, 1002), 151);
	tap("a user takes seven times what it leaves, and so does the next");

	bytes_own(&files[1].bytes, account_of_user(1003));
	EXPECT(fill(3, 1002), 21);
	bytes_own(&files[3].bytes, account_of_user(0));
	EXPECT(files_quota.taken[account_of_user(1002)], 0);
	EXPECT(bytes_resize(&files[1].bytes, 9 * PAGE_SIZE, client_of(1003)),
	       0);
	EXPECT(files_quota.taken[account_of_user(1003)], 9 + 3);
	tap("a file counts at its new owner, and may shrink there");

	for (int i = 0; i < 4; i++)
		bytes_drop(&files[i].bytes);
	EXPECT(files_quota.used, 0);
	EXPECT(files_quota.taken[account_of_user(1003)], 0);
}

/* A cell of one user's does not keep the chunk of another. */
static void chunks(void)
{
	int hog[32], others;

	quota_start(100000, 0);
	for (int i = 0; i < 32; i++)
		hog[i] = arena_take(CELL_MAX, client_of(1001), 2);
	arena_drop(hog[0]);
	others = arena_take(CELL_MAX, client_of(1002), 3);
	for (int i = 1; i < 32; i++)
		arena_drop(hog[i]);
	EXPECT(files_quota.taken[2], 0);
	EXPECT(files_quota.taken[3], files_quota.used);
	arena_drop(others);
	EXPECT(files_quota.used, 0);
	tap("nobody keeps another user's chunk by a cell in it");
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	archive = archived;
	for (uint32_t n = 0; n < LONGEST; n++)
		archived[n] = (uint8_t)random_below(256);
	pages_left = 100000;
	quota_start(100000, 0);
	REQUIRE(arena_start(1 << 12));
	at_random(6000, 50000, "files have the bytes that were written");
	at_random(6000, 120, "a full memory tears nothing");
	cells();
	limits();
	shares();
	chunks();
	return tap_end();
}
