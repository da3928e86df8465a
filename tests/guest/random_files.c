/*
 * tests/guest/random_files.c -- files at random, as Linux answers for them.
 *
 *	random_files [-v] [FIRST [SEEDS [CALLS]]]	50 seeds of 300 calls
 *
 * Each seed gives a sequence of calls on a tree below /tmp: names are made,
 * moved, linked and removed; files are opened, written, cut and mapped; rights
 * are changed, and three users try them.  Some calls are made by a child, which
 * shares the open files and the mappings.
 *
 * All that happens becomes text: each call, what it returned, and now and then
 * the whole tree with the bytes of its files, as root sees it.  There a file's
 * number is its place in the order in which it is first seen.  So Linux writes
 * the same text.  The answer is a sum of the text for each hundred
 * calls; -v shows the text, one line for each call.
 *
 *	/tmp/w/w/w/w/w/w/w/w/         the walk begins here: a link that leads
 *	    a  b  cc  d.d  ...        up stays in this tree
 *
 * What Linux does in another way, or leaves to the file system, is not told:
 * the sizes of directories, the order of their names, times that nobody set,
 * or after a store to a mapping, bytes behind the end of a file, and a private
 * page that was cut off.
 */
#define OWN_MAIN
#define TIME_OUT 100
#include "random.h"
#include <dirent.h>

#define TOP     "/tmp/w"
#define DEEP    "/tmp/w/w/w/w/w/w/w/w"
#define FILES   10 /* open at once */
#define MAPS    5
#define SEEN    4000 /* files, in one seed */
#define BIGGEST 200000

enum {
	NR_link = 9,
	NR_unlink = 10,
	NR_lseek = 19,
	NR_rename = 38,
	NR_mkdir = 39,
	NR_rmdir = 40,
	NR_dup = 41,
	NR_umask = 60,
	NR_symlink = 83,
	NR_fchmod = 94,
	NR_fchdir = 133,
	NR_msync = 144,
	NR_pread64 = 180,
	NR_pwrite64 = 181,
	NR_truncate64 = 193,
	NR_ftruncate64 = 194,
	NR_lchown32 = 198,
	NR_setresuid32 = 208,
	NR_chown32 = 212,
	NR_fcntl64 = 221,
	NR_mkdirat = 296,
	NR_mknodat = 297,
	NR_unlinkat = 301,
	NR_renameat = 302,
	NR_linkat = 303,
	NR_fchmodat = 306,
	NR_utimensat = 320,
	NR_fallocate = 324,
	NR_renameat2 = 353,
};

struct mapping {
	unsigned char *start; /* 0: none */
	int fd;               /* of its file; its own */
	long pages, first;
	int shared, rights, torn; /* torn: a private page may have gone */
};

static int fds[FILES];
static struct mapping maps[MAPS];
static unsigned long long seen[SEEN];
static int seen_count, user;
static const int users[] = {0, 1000, 1001};

/* Tells the call and its result. */
static long told(long result)
{
	tell("%s = %s", call_text, outcome(result));
	call_text[0] = '\0';
	return result;
}

/* --- the arguments ------------------------------------------------------- */

static const char *name(void)
{
	static const char *const names[] = {"a", "b",  "cc", "d.d",
	                                    "e", "a",  "b",  "cc",
	                                    ".", "..", "f",  "long name"};

	return names[chance(ALL(names))];
}

/* A path of one to three names. */
static const char *path(void)
{
	static char paths[4][200];
	static int turn;
	char *p = paths[turn++ % 4];
	int names = (int)ONE_OF(1, 1, 1, 2, 2, 3);

	strcpy(p, chance(12) == 0 ? DEEP "/" : "");
	for (int i = 0; i < names; i++) {
		strcat(p, name());
		if (i < names - 1 || chance(25) == 0)
			strcat(p, chance(20) ? "/" : "//");
	}
	if (chance(80) == 0)
		*p = '\0';
	text(" \"%s\"", p);
	return p;
}

/* Where a path starts: the working directory, or something that is open. */
static long start(void)
{
	int n = chance(FILES);

	if (chance(3) || fds[n] < 0) {
		text(" cwd");
		return AT_FDCWD;
	}
	text(" f%d", n);
	return fds[n];
}

static long mode(void)
{
	long m = ONE_OF(0644, 0600, 0755, 0777, 0700, 0666, 0444, 0, 0222, 0111,
	                01777, 04755, 02755, 02770, 0640, 0707);

	text(" %lo", m);
	return m;
}

static long file(void)
{
	int n = chance(FILES);

	for (int tries = 0; tries < 5 && fds[n] < 0; tries++)
		n = chance(FILES);
	text(" f%d", n);
	return fds[n];
}

/* An offset or a size: small, near a page, or anything. */
static long place(void)
{
	long n = ONE_OF(0, 1, 10, 31, 32, 33, 100, 1000, 4095, 4096, 4097, 8192,
	                12288, 5000, 65536, 65537, 70000, BIGGEST);

	if (chance(3) == 0)
		n = chance(ONE_OF(64, 5000, BIGGEST));
	text(" %ld", n);
	return n;
}

static unsigned char buffer[BIGGEST + 1];

static long some_bytes(void)
{
	long n = place();
	unsigned state = random_state;

	for (long i = 0; i < n; i++) {
		state = state * 1103515245u + 12345u;
		buffer[i] = state >> 16;
	}
	return n;
}

/* --- calls on names ------------------------------------------------------ */

static void make_name(void)
{
	const char *p, *q;
	long at, m;

	switch (chance(7)) {
	case 0:
		text("mkdir");
		p = path();
		m = mode();
		told(SYS(NR_mkdir, P(p), m));
		break;
	case 1:
		text("mkdirat");
		at = start();
		p = path();
		told(SYS(NR_mkdirat, at, P(p), 0777));
		break;
	case 2:
		text("link");
		p = path();
		q = path();
		told(SYS(NR_link, P(p), P(q)));
		break;
	case 3:
		text("linkat");
		at = start();
		p = path();
		q = path();
		m = ONE_OF(0, 0, 0x400);
		text(" %lx", m);
		told(SYS(NR_linkat, at, P(p), AT_FDCWD, P(q), m));
		break;
	case 4:
		text("symlink");
		p = chance(4) ? path() : "..";
		q = path();
		told(SYS(NR_symlink, P(p), P(q)));
		break;
	case 5:
		text("mknodat");
		at = start();
		p = path();
		m = mode() | ONE_OF(S_IFIFO, S_IFREG, 0);
		text(" %lo", m);
		told(SYS(NR_mknodat, at, P(p), m, 0));
		break;
	default:
		text("mkdir");
		p = path();
		told(SYS(NR_mkdir, P(p), 0777));
	}
}

static void remove_name(void)
{
	const char *p;
	long at, flags;

	switch (chance(3)) {
	case 0:
		text("unlink");
		p = path();
		told(SYS(NR_unlink, P(p)));
		break;
	case 1:
		text("rmdir");
		p = path();
		told(SYS(NR_rmdir, P(p)));
		break;
	default:
		text("unlinkat");
		at = start();
		p = path();
		flags = ONE_OF(0, 0x200, 1);
		text(" %lx", flags);
		told(SYS(NR_unlinkat, at, P(p), flags));
	}
}

static void move_name(void)
{
	long at, flags;
	const char *p, *q;

	if (chance(2)) {
		text("rename");
		p = path();
		q = path();
		told(SYS(NR_rename, P(p), P(q)));
		return;
	}
	text("renameat2");
	at = start();
	p = path();
	q = path();
	flags = ONE_OF(0, 1);
	text(" %ld", flags);
	told(SYS(NR_renameat2, at, P(p), AT_FDCWD, P(q), flags));
}

static void change_rights(void)
{
	static const struct {
		int seconds, nanoseconds;
	} times[2] = {{1000000000, 5}, {1234567890, 0}};
	const char *p;
	long m, fd;

	switch (chance(6)) {
	case 0:
		text("fchmod");
		fd = file();
		m = mode();
		told(SYS(NR_fchmod, fd, m));
		break;
	case 1:
		text("chown");
		p = path();
		m = ONE_OF(0, 1000, 1001, -1);
		text(" %ld", m);
		told(SYS(chance(2) ? NR_chown32 : NR_lchown32, P(p), m, m));
		break;
	case 2:
		text("utimensat");
		p = path();
		told(SYS(NR_utimensat, AT_FDCWD, P(p), P(times), 0));
		break;
	case 3:
		text("umask");
		m = ONE_OF(0, 022, 077, 0777, 02);
		text(" %lo", m);
		told(SYS(NR_umask, m));
		break;
	default:
		text("fchmodat");
		p = path();
		m = mode();
		told(SYS(NR_fchmodat, AT_FDCWD, P(p), m));
	}
}

static void change_place(void)
{
	static char where[4096];
	const char *p;
	long fd;

	switch (chance(4)) {
	case 0:
		text("fchdir");
		fd = file();
		told(SYS(NR_fchdir, fd));
		break;
	case 1:
		text("getcwd");
		if (told(SYS(NR_getcwd, P(where), sizeof where)) > 0)
			tell("  %s", where);
		break;
	case 2:
		told((text("chdir home"), SYS(NR_chdir, P(DEEP))));
		break;
	default:
		text("chdir");
		p = path();
		told(SYS(NR_chdir, P(p)));
	}
}

/* --- looking ------------------------------------------------------------- */

static int number_of(const struct stat64 *st)
{
	unsigned long long ino = st->st_ino;

	for (int i = seen_count - 1; i >= 0; i--)
		if (seen[i] == ino)
			return i;
	if (seen_count == SEEN)
		return -1;
	seen[seen_count] = ino;
	return seen_count++;
}

static void tell_stat(const char *what, const struct stat64 *st)
{
	tell("  %s %o links %d by %d:%d size %lld%s", what,
	     (unsigned)st->st_mode, (int)st->st_nlink, (int)st->st_uid,
	     (int)st->st_gid,
	     S_ISDIR(st->st_mode) ? 0LL : (long long)st->st_size,
	     st->st_mtime == 1234567890 ? " old" : "");
}

static void ask(void)
{
	static char target[300];
	struct stat64 st;
	const char *p;
	long fd, m;

	switch (chance(6)) {
	case 0:
		text("lstat");
		p = path();
		if (told(SYS(NR_lstat64, P(p), P(&st))) == 0)
			tell_stat("is", &st);
		break;
	case 1:
		text("fstat");
		fd = file();
		if (told(SYS(NR_fstat64, fd, P(&st))) == 0)
			tell_stat("is", &st);
		break;
	case 2:
		text("readlink");
		p = path();
		m = ONE_OF(300, 300, 3, 1, 0);
		text(" %ld", m);
		memset(target, 0, sizeof target);
		if (told(SYS(NR_readlink, P(p), P(target), m)) > 0)
			tell("  %.299s", target);
		break;
	case 3:
		text("access");
		p = path();
		m = ONE_OF(0, 1, 2, 4, 6, 7);
		text(" %ld", m);
		told(SYS(NR_access, P(p), m));
		break;
	default:
		text("stat");
		p = path();
		if (told(SYS(NR_stat64, P(p), P(&st))) == 0)
			tell_stat("is", &st);
	}
}

/* The bytes of a plain file, as a sum. */
static unsigned sum_of_file(const char *name)
{
	static unsigned char bytes[65536];
	unsigned sum = 1;
	long n;
	int fd = open(name, O_RDONLY);

	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		sum = sum * 31 + sum_of(bytes, n);
	close(fd);
	return sum;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Tells of all that is in the working directory, and below. */
static void tell_directory(int depth)
{
	char *names[100], label[400];
	DIR *directory = opendir(".");
	struct dirent64 *entry;
	struct stat64 st;
	int count = 0;

	while (directory && count < 100 && (entry = readdir64(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			names[count++] = strdup(entry->d_name);
	if (directory)
		closedir(directory);
	qsort(names, count, sizeof names[0], by_name);
	for (int i = 0; i < count; i++) {
		if (lstat64(names[i], &st) < 0)
			FAIL("%s has gone", names[i]);
		snprintf(label, sizeof label, "%*s%s n%d", 2 * depth, "",
		         names[i], number_of(&st));
		tell_stat(label, &st);
		if (S_ISREG(st.st_mode))
			tell("  %u", sum_of_file(names[i]));
		if (S_ISDIR(st.st_mode) && chdir(names[i]) == 0) {
			tell_directory(depth + 1);
			OK(chdir(".."));
		}
		free(names[i]);
	}
}

/* What root sees of everything. */
static void see_everything(void)
{
	int back = open(".", O_PATH | O_CLOEXEC);

	OK(SYS(NR_setresuid32, -1, 0, -1));
	OK(chdir(TOP));
	seen_count = 0;
	tell_directory(0);
	if (back >= 0) {
		OK(fchdir(back));
		close(back);
	} else {
		OK(chdir(DEEP));
	}
	OK(SYS(NR_setresuid32, -1, users[user], -1));
}

/* --- calls on open files ------------------------------------------------- */

static void open_file(void)
{
	int n = chance(FILES);
	long flags, at, fd, m;
	const char *p;

	if (fds[n] >= 0) {
		close(fds[n]);
		fds[n] = -1;
	}
	text("f%d: open", n);
	at = start();
	p = path();
	flags = O_NONBLOCK | O_CLOEXEC |
	        ONE_OF(O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY);
	flags |= ONE_OF(O_CREAT, O_CREAT, O_CREAT, 0, O_CREAT | O_EXCL,
	                O_CREAT | O_TRUNC, O_TRUNC, O_APPEND | O_CREAT,
	                O_DIRECTORY, O_NOFOLLOW);
	if (flags & O_DIRECTORY)
		flags &= ~O_ACCMODE;
	text(" %lo", flags);
	m = mode();
	fd = SYS(NR_openat, at, P(p), flags, m);
	told(fd < 0 ? fd : 0);
	fds[n] = fd < 0 ? -1 : (int)fd;
}

static void move_bytes(void)
{
	long fd, n, at, result;

	switch (chance(8)) {
	case 0:
	case 1:
		text("write");
		fd = file();
		n = some_bytes();
		told(SYS(NR_write, fd, P(buffer), n));
		break;
	case 2:
	case 3:
		text("pwrite");
		fd = file();
		n = some_bytes();
		at = place();
		told(SYS(NR_pwrite64, fd, P(buffer), n, at, 0));
		break;
	case 4:
		text("lseek");
		fd = file();
		n = place() - (chance(4) ? 0 : 1000);
		at = ONE_OF(0, 0, 1, 2, 7);
		text(" %ld", at);
		told(SYS(NR_lseek, fd, n, at));
		break;
	case 5:
		text("pread");
		fd = file();
		n = place();
		at = place();
		result = told(SYS(NR_pread64, fd, P(buffer), n, at, 0));
		if (result > 0)
			tell("  %u", sum_of(buffer, result));
		break;
	default:
		text("read");
		fd = file();
		n = place();
		result = told(SYS(NR_read, fd, P(buffer), n));
		if (result > 0)
			tell("  %u", sum_of(buffer, result));
	}
}

/* A file has been cut: private pages of it may have gone, on Linux. */
static void note_cut(void)
{
	for (int i = 0; i < MAPS; i++)
		maps[i].torn |= !maps[i].shared;
}

static void change_size(void)
{
	const char *p;
	long fd, n;

	switch (chance(3)) {
	case 0:
		text("truncate");
		p = path();
		n = place();
		told(SYS(NR_truncate64, P(p), n, 0));
		break;
	case 1:
		text("fallocate");
		fd = file();
		n = place();
		text(" +100");
		told(SYS(NR_fallocate, fd, 0, n, 0, 100, 0));
		return;
	default:
		text("ftruncate");
		fd = file();
		n = place();
		told(SYS(NR_ftruncate64, fd, n, 0));
	}
	note_cut();
}

static void change_open(void)
{
	int n = chance(FILES), to = chance(FILES);
	long flags;

	switch (chance(4)) {
	case 0:
		text("append f%d", n);
		told(SYS(NR_fcntl64, fds[n], F_SETFL,
		         O_NONBLOCK | (chance(2) ? O_APPEND : 0)));
		break;
	case 1:
		text("flags f%d", n);
		flags = SYS(NR_fcntl64, fds[n], F_GETFL, 0);
		told(flags < 0 ? flags : flags & ~0100000);
		break;
	case 2:
		if (n == to || fds[n] < 0)
			break;
		if (fds[to] >= 0)
			close(fds[to]);
		text("f%d: dup f%d", to, n);
		fds[to] = SYS(NR_dup, fds[n]);
		told(fds[to] < 0 ? fds[to] : 0);
		break;
	default:
		if (fds[n] < 0)
			break;
		text("close f%d", n);
		told(SYS(NR_close, fds[n]));
		fds[n] = -1;
	}
}

/* --- mappings ------------------------------------------------------------ */

static void unmap(struct mapping *m)
{
	if (m->start == 0)
		return;
	OK(munmap(m->start, m->pages * PAGE));
	OK(close(m->fd));
	m->start = 0;
}

static void map_file(void)
{
	int n = chance(MAPS);
	struct mapping *m = &maps[n];
	long fd, result;

	unmap(m);
	text("m%d: mmap", n);
	fd = file();
	*m = (struct mapping){.shared = chance(3) > 0,
	                      .pages = ONE_OF(1, 1, 2, 3, 20),
	                      .first = ONE_OF(0, 0, 0, 1, 2),
	                      .rights = ONE_OF(1, 3, 3, 3)};
	text(" %s %ld+%ld %d", m->shared ? "shared" : "private", m->first,
	     m->pages, m->rights);
	result = SYS(NR_mmap2, 0, m->pages * PAGE, m->rights,
	             m->shared ? MAP_SHARED : MAP_PRIVATE, fd, m->first);
	told(result < 0 && result > -4096 ? result : 0);
	if (result < 0 && result > -4096)
		return;
	m->start = (unsigned char *)result;
	m->fd = OK(dup((int)fd));
}

/*
 * Where in the mapping the file's bytes are, or -1: the place is one behind its
 * end, in a page that is not there.
 */
static long in_mapping(const struct mapping *m, long *at)
{
	struct stat64 st;
	long left;

	OK(fstat64(m->fd, &st));
	*at = chance(m->pages) * PAGE + ONE_OF(0, 1, 100, 4000, 4095);
	text(" +%ld", *at);
	left = st.st_size - m->first * (long)PAGE;
	if (*at < left)
		return *at;
	return *at < (left + (long)PAGE - 1) / (long)PAGE * (long)PAGE ? -2
	                                                               : -1;
}

/* Touches a page that is not there: SIGBUS. */
static void touch_beyond(const struct mapping *m, long at, int write)
{
	pid_t pid = fork();
	volatile unsigned char *p = m->start + at;

	if (pid == 0) {
		if (write)
			*p = 1;
		_exit(*p * 0);
	}
	told(WTERMSIG(wait_status(pid)));
}

/*
 * Stores a byte.  On Linux that may move the file's times; so root moves them
 * in any case.
 */
static void store(const struct mapping *m, long at)
{
	m->start[at] = (unsigned char)calls;
	if (!m->shared)
		return;
	OK(SYS(NR_setresuid32, -1, 0, -1));
	OK(SYS(NR_utimensat, m->fd, 0, 0, 0));
	OK(SYS(NR_setresuid32, -1, users[user], -1));
}

static void touch_mapping(void)
{
	int n = chance(MAPS), write = chance(2);
	struct mapping *m = &maps[n];
	long at, where;

	if (m->start == 0 || m->torn)
		return;
	if (write && !(m->rights & PROT_WRITE))
		write = 0;
	text("%s m%d", write ? "store" : "load", n);
	where = in_mapping(m, &at);
	if (where >= 0 && write)
		store(m, where);
	if (where >= 0)
		told(m->start[where]);
	else if (where == -1)
		touch_beyond(m, at, write);
	else
		told(0);
}

static void change_mapping(void)
{
	int n = chance(MAPS);
	struct mapping *m = &maps[n];
	long rights;

	if (m->start == 0)
		return;
	switch (chance(3)) {
	case 0:
		rights = ONE_OF(1, 3);
		text("mprotect m%d %ld", n, rights);
		if (told(SYS(NR_mprotect, P(m->start), m->pages * PAGE,
		             rights)) == 0)
			m->rights = rights;
		break;
	case 1:
		text("msync m%d", n);
		told(SYS(NR_msync, P(m->start), m->pages * PAGE, MS_SYNC));
		break;
	default:
		text("munmap m%d", n);
		told(0);
		unmap(m);
	}
}

/* --- a seed -------------------------------------------------------------- */

static void change_user(void)
{
	user = chance(4) ? 0 : chance(ALL(users));
	OK(SYS(NR_setresuid32, -1, 0, -1));
	OK(SYS(NR_setresuid32, -1, users[user], -1));
	tell("user %d", users[user]);
}

static void step(void)
{
	static const struct {
		void (*run)(void);
		int weight;
	} steps[] = {{open_file, 20},
	             {move_bytes, 25},
	             {change_size, 6},
	             {change_open, 6},
	             {map_file, 5},
	             {touch_mapping, 10},
	             {change_mapping, 2},
	             {make_name, 14},
	             {remove_name, 8},
	             {move_name, 8},
	             {change_rights, 6},
	             {change_place, 4},
	             {ask, 8},
	             {change_user, 2}};
	int all = 0, n;

	for (size_t i = 0; i < ALL(steps); i++)
		all += steps[i].weight;
	n = chance(all);
	for (size_t i = 0; i < ALL(steps); i++) {
		n -= steps[i].weight;
		if (n < 0) {
			steps[i].run();
			return;
		}
	}
}

/*
 * A child makes the call.  It tells what it sees, but its sum is lost: so its
 * text goes into the parent's sum by way of the shared page.
 */
static void step_in_child(void)
{
	static void (*const steps[])(void) = {move_bytes, change_size,
	                                      make_name, touch_mapping, ask};
	unsigned choice = chance(ALL(steps));
	pid_t pid = fork();

	if (pid == 0) {
		steps[choice]();
		shared->value[0] = text_sum;
		shared->value[1] = random_state;
		_exit(0);
	}
	EXITS(pid, 0);
	text_sum = shared->value[0];
	random_state = shared->value[1];
}

static void remove_all(const char *name)
{
	struct dirent *entry;
	DIR *directory;

	if (unlink(name) == 0)
		return;
	OK(chmod(name, 0700));
	OK(chdir(name));
	directory = opendir(".");
	while (directory && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			remove_all(entry->d_name);
	if (directory)
		closedir(directory);
	OK(chdir(".."));
	OK(rmdir(name));
}

static void set_up(void)
{
	static const char *const first[] = {"a", "b", "cc", "a", "e", "f"};
	char way[80] = TOP;

	begin_seed();
	umask(0);
	OK(mkdir(TOP, 0777));
	while (strlen(way) < strlen(DEEP))
		OK(mkdir(strcat(way, "/w"), 0777));
	OK(chdir(DEEP));
	for (int i = 0; i < FILES; i++)
		fds[i] =
		    i < 4 ? OK(open(first[i], O_RDWR | O_CREAT, 0666)) : -1;
	for (int i = 4; i < 6; i++)
		OK(mkdir(first[i], 0777));
}

static void run_seed(void)
{
	set_up();
	while (calls < calls_wanted) {
		calls++;
		if (chance(12) == 0)
			step_in_child();
		else
			step();
		call_text[0] = '\0';
		if (calls % 25 == 0)
			see_everything();
		answer_sum();
	}
	OK(SYS(NR_setresuid32, -1, 0, -1));
	OK(chdir("/tmp"));
	remove_all("w");
}

int main(int argc, char **argv)
{
	(void)argc;
	return run_seeds(argv, "files", run_seed, 300);
}
