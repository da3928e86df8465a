/*
 * user/bin/bench/longest_files.c -- the longest calls about names.
 *
 * As in longest.c, each case is the worst one known that processes without
 * privilege can arrange.  The server of names does nothing else meanwhile.  A
 * call that it does in turns (a long read, a search in a long directory) is no
 * case: other clients come between.
 */
#include "../../../abi/fcntl.h"
#include "../../lib/string.h"
#include "bench.h"

#define LINKS 40 /* as many as a path may lead through */
#define PART  "d/../"
#define PARTS 815 /* of a link's target, which has 4,095 bytes at most */
#define BIG   0x1000000u
#define MANY  3000

static void made(int result)
{
	if (result < 0)
		give_up("a name, or a file");
}

/* Each link leads through a long path to the next one. */
static void make_links(void)
{
	static char target[PATH_MAX];
	char name[16];

	for (int i = 0; i < LINKS; i++) {
		struct text to = {target, sizeof(target), 0};
		struct text from = {name, sizeof(name), 0};

		for (int part = 0; part < PARTS; part++)
			text_bytes(&to, PART, sizeof(PART) - 1);
		text_add(&to, "l%d%c", i + 1, 0);
		text_add(&from, "l%d%c", i, 0);
		made(unix_call(SYS_symlink, unix_address(target),
		               unix_address(name), 0));
	}
	made(unix_call(SYS_mkdir, unix_address("l40"), 0700, 0));
}

static void note_path(const char *name, uint32_t call, const char *path)
{
	uint64_t from = rdtsc64();

	made(unix_call((int)call, unix_address(path), 0, 0));
	note_call(name, from);
}

/* The file has pages of its own, which must be given back. */
static void make_big(void)
{
	static char page[PAGE_SIZE];
	int fd = unix_call(SYS_creat, unix_address("big"), 0600, 0);

	made(fd);
	for (uint32_t at = 0; at < BIG; at += PAGE_SIZE)
		made(unix_write(fd, page, PAGE_SIZE));
	made(unix_close(fd));
}

/* A directory whose list is as long as its page of entries is full. */
static void note_names(void)
{
	static char page[PAGE_SIZE];
	char name[16];
	uint64_t from;
	int fd;

	for (int i = 0; i < MANY; i++) {
		struct text text = {name, sizeof(name), 0};

		text_add(&text, "d/%d%c", i, 0);
		made(unix_call(SYS_link, unix_address("big"),
		               unix_address(name), 0));
	}
	fd = unix_open("d", O_RDONLY);
	made(fd);
	from = rdtsc64();
	made(unix_call(SYS_getdents64, (uint32_t)fd, unix_address(page),
	               PAGE_SIZE));
	note_call("long_getdents_page", from);
	made(unix_close(fd));
	for (int i = 0; i < MANY; i++) {
		struct text text = {name, sizeof(name), 0};

		text_add(&text, "d/%d%c", i, 0);
		made(unix_call(SYS_unlink, unix_address(name), 0, 0));
	}
}

void longest_files(void)
{
	made(unix_call(SYS_chdir, unix_address("/tmp"), 0, 0));
	made(unix_call(SYS_mkdir, unix_address("d"), 0700, 0));
	make_links();
	note_path("long_path_links", SYS_access, "l0");
	make_big();
	note_names();
	note_path("long_unlink_16m", SYS_unlink, "big");
}
