/*
 * tests/guest/names.c -- names, rights and times in a tree that can be written.
 *
 * Each test works in a directory of its own below /tmp, which it makes and
 * removes.  On Linux /tmp is a tmpfs.  The bytes of files are not tested here,
 * but in bytes.c.
 */
#include "test.h"

#include "names.h"
#include <dirent.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>

#define TOP "/tmp/names-test"

#define USER 1000

#define NOREPLACE 1
#define EXCHANGE  2
#define OMIT      0x3ffffffe
#define NOW       0x3fffffff

static char name_256[257], path_4096[4097];

/* ---- the place of a test ------------------------------------------------ */

/* Removes all that is below a directory, and the directory. */
static void remove_tree(const char *path)
{
	struct dirent *entry;
	DIR *directory = opendir(path);

	while (directory && (entry = readdir(directory)) != NULL) {
		char name[600];

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR)
			remove_tree(name);
		else
			unlink(name);
	}
	if (directory)
		closedir(directory);
	rmdir(path);
}

/* A fresh directory, which everybody may write, becomes the test's own. */
static void begin(void)
{
	umask(0);
	remove_tree(TOP);
	OK(mkdir(TOP, 0777));
	OK(chdir(TOP));
	memset(name_256, 'n', 256);
	memset(path_4096, '/', 4096);
}

static void end(void)
{
	OK(chdir("/"));
	remove_tree(TOP);
	ERR(SYS(NR_access, P(TOP), F_OK), ENOENT);
}

#define TREE(sentence)                                                         \
	static void PASTE(body_, __LINE__)(void);                              \
	TEST(sentence)                                                         \
	{                                                                      \
		begin();                                                       \
		PASTE(body_, __LINE__)();                                      \
		end();                                                         \
	}                                                                      \
	static void PASTE(body_, __LINE__)(void)

#define PASTE2(a, b) a##b
#define PASTE(a, b)  PASTE2(a, b)

static int made(const char *path, int flags, int mode)
{
	return OK(SYS(NR_open, P(path), flags | O_CREAT, mode));
}

static void file(const char *path, int mode)
{
	OK(close(made(path, O_WRONLY | O_EXCL, mode)));
}

/* What a call of the C library says, as the kernel does. */
static long said(long result)
{
	return result < 0 ? -errno : result;
}

static long try_open(const char *path, int flags)
{
	long fd = SYS(NR_open, P(path), flags, 0666);

	return fd < 0 ? fd : SYS(NR_close, fd);
}

static struct stat64 look(const char *path)
{
	struct stat64 st;

	OK(SYS(NR_lstat64, P(path), P(&st)));
	return st;
}

static int mode_of(const char *path)
{
	return look(path).st_mode & 07777;
}

/* ---- making files ------------------------------------------------------- */

TREE(
    "NAME-open O_CREAT makes an empty file of the caller, without umask's bits")
{
	struct stat64 st;

	umask(027);
	file("a", 0666);
	st = look("a");
	EQ(st.st_mode, S_IFREG | 0640);
	EQ(st.st_uid, 0);
	EQ(st.st_gid, 0);
	EQ(st.st_size, 0);
	EQ(st.st_nlink, 1);
	file("b", 07777);
	EQ(mode_of("b"), 07750);
	AS(USER, USER + 1)
	{
		file("c", 0600);
		EQ(look("c").st_uid, USER);
		EQ(look("c").st_gid, USER + 1);
	}
}

TREE("NAME-open O_EXCL makes a file once; without it the file is just opened")
{
	file("a", 0600);
	ERR(try_open("a", O_CREAT | O_EXCL | O_RDWR), EEXIST);
	OK(try_open("a", O_CREAT | O_RDWR));
	OK(symlink("nowhere", "dangling"));
	ERR(try_open("dangling", O_CREAT | O_EXCL | O_RDWR), EEXIST);
	ERR(SYS(NR_access, P("nowhere"), F_OK), ENOENT);
}

TREE("NAME-open O_CREAT makes what a dangling link names")
{
	OK(mkdir("d", 0755));
	OK(symlink("d/target", "link"));
	ERR(try_open("link", O_RDWR), ENOENT);
	OK(try_open("link", O_CREAT | O_RDWR));
	EQ(look("d/target").st_mode & S_IFMT, S_IFREG);
	OK(symlink("nodir/target", "bad"));
	ERR(try_open("bad", O_CREAT | O_RDWR), ENOENT);
	OK(symlink("nofollow", "l"));
	ERR(try_open("l", O_CREAT | O_NOFOLLOW | O_RDWR), ELOOP);
}

TREE("NAME-open a file that is made with no rights is open all the same")
{
	AS(USER, USER)
	{
		int fd = made("a", O_RDWR | O_EXCL, 0);

		EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
		ERR(try_open("a", O_RDONLY), EACCES);
		ERR(try_open("a", O_WRONLY), EACCES);
	}
}

TREE("NAME-open O_CREAT in what cannot hold a file, and with slashes")
{
	file("a", 0644);
	OK(mkdir("d", 0755));
	ERR(try_open("a/b", O_CREAT | O_RDWR), ENOTDIR);
	ERR(try_open("no/b", O_CREAT | O_RDWR), ENOENT);
	ERR(try_open("d", O_CREAT | O_RDONLY), EISDIR);
	ERR(try_open("d", O_WRONLY), EISDIR);
	ERR(try_open("new/", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("a/", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("", O_CREAT | O_RDWR), ENOENT);
	ERR(try_open(".", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("new", O_CREAT | O_DIRECTORY), EINVAL);
	ERR(try_open(name_256, O_CREAT | O_RDWR), ENAMETOOLONG);
	ERR(try_open(path_4096, O_CREAT | O_RDWR), ENAMETOOLONG);
	name_256[255] = '\0';
	OK(try_open(name_256, O_CREAT | O_RDWR));
}

TREE("NAME-open O_CREAT of a name with slashes, and by a link to one: EISDIR")
{
	file("a", 0644);
	OK(mkdir("d", 0755));
	OK(symlink("no/", "none"));
	OK(symlink("a/", "file"));
	OK(symlink("d/", "directory"));
	OK(symlink("a", "good"));
	ERR(try_open("none", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("file", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("file", O_RDWR), ENOTDIR);
	ERR(try_open("directory", O_CREAT | O_RDONLY), EISDIR);
	OK(try_open("directory", O_RDONLY));
	ERR(try_open("good//", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("good/", O_CREAT | O_EXCL | O_RDWR), EISDIR);
	ERR(try_open("none", O_CREAT | O_NOFOLLOW | O_RDWR), ELOOP);
	ERR(try_open("d/./", O_CREAT | O_RDONLY), EISDIR);
	ERR(try_open("d/..", O_CREAT | O_RDONLY), EISDIR);
	ERR(try_open("d/...//", O_CREAT | O_RDWR), EISDIR);
	ERR(try_open("a/b/", O_CREAT | O_RDWR), ENOTDIR);
	ERR(try_open("no/b/", O_CREAT | O_RDWR), ENOENT);
	ERR(SYS(NR_access, P("no"), F_OK), ENOENT);
	AS(USER, USER)
	{
		ERR(try_open("new/", O_CREAT | O_RDWR), EISDIR);
	}
}

TREE("NAME-open a directory of another one's: EACCES, and nothing is made")
{
	OK(mkdir("d", 0755));
	OK(mkdir("w", 0772));
	AS(USER, USER)
	{
		ERR(try_open("d/a", O_CREAT | O_RDWR), EACCES);
		/* w without x */
		ERR(try_open("w/a", O_CREAT | O_RDWR), EACCES);
	}
	ERR(SYS(NR_access, P("d/a"), F_OK), ENOENT);
	file("d/a", 0666);
	AS(USER, USER) OK(try_open("d/a", O_CREAT | O_RDWR));
}

TREE("NAME-creat is open for writing, made and emptied")
{
	int fd = OK(SYS(NR_creat, P("a"), 0640));

	EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	EQ(mode_of("a"), 0640);
	EQ(write(fd, "abc", 3), 3);
	OK(close(fd));
	EQ(look("a").st_size, 3);
	OK(close(OK(SYS(NR_creat, P("a"), 0600))));
	EQ(look("a").st_size, 0);
	EQ(mode_of("a"), 0640);
	ERR(SYS(NR_creat, P("."), 0600), EISDIR);
}

TREE("NAME-open the mode 3 asks for both rights, and then nothing is allowed")
{
	char byte;
	int fd;

	file("a", 0666);
	file("r", 0444);
	fd = OK(SYS(NR_open, P("a"), O_ACCMODE));
	ERR(said(read(fd, &byte, 1)), EBADF);
	ERR(said(write(fd, "x", 1)), EBADF);
	ERR(said(ftruncate(fd, 1)), EINVAL);
	EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_ACCMODE);
	AS(USER, USER) ERR(SYS(NR_open, P("r"), O_ACCMODE), EACCES);
}

TREE("NAME-open O_PATH has flags to read, and tells of the file system")
{
	struct statfs st;
	int fd;

	file("a", 0666);
	fd = OK(open("a", O_PATH));
	ERR(said(fcntl(fd, F_SETFL, O_NONBLOCK)), EBADF);
	ERR(said(futimens(fd, NULL)), EBADF);
	OK(fstatfs(fd, &st));
}

TREE("NAME-open O_TMPFILE makes a file without a name, which may get one")
{
	char path[40];
	int fd;

	fd = OK(open(".", O_TMPFILE | O_RDWR, 0640));
	EQ(write(fd, "abc", 3), 3);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	OK(SYS(NR_linkat, AT_FDCWD, P(path), AT_FDCWD, P("a"),
	       AT_SYMLINK_FOLLOW));
	EQ(look("a").st_mode, S_IFREG | 0640);
	EQ(look("a").st_nlink, 1);
	EQ(look("a").st_size, 3);
	OK(link("a", "b"));
	OK(unlink("a"));
	OK(unlink("b"));
	ERR(SYS(NR_linkat, fd, P(""), AT_FDCWD, P("c"), AT_EMPTY_PATH), ENOENT);
	fd = OK(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0640));
	ERR(SYS(NR_linkat, fd, P(""), AT_FDCWD, P("c"), AT_EMPTY_PATH), ENOENT);
}

TREE("NAME-open O_TMPFILE its errors")
{
	file("a", 0666);
	OK(mkdir("d", 0755));
	ERR(said(open(".", O_TMPFILE | O_RDONLY, 0600)), EINVAL);
	ERR(said(open(".", O_TMPFILE | O_CREAT | O_RDWR, 0600)), EINVAL);
	ERR(said(open("a", O_TMPFILE | O_RDWR, 0600)), ENOTDIR);
	ERR(said(open("b", O_TMPFILE | O_RDWR, 0600)), ENOENT);
	AS(USER, USER) ERR(said(open("d", O_TMPFILE | O_RDWR, 0600)), EACCES);
	ERR(said(open("/proc", O_TMPFILE | O_RDWR, 0600)), EOPNOTSUPP);
}

TREE("NAME-open O_PATH names a file and does nothing else")
{
	struct stat64 st;
	char c;
	int fd;

	file("secret", 0);
	OK(symlink("secret", "link"));
	AS(USER, USER)
	{
		fd = OK(SYS(NR_open, P("secret"), O_PATH, 0));
		OK(SYS(NR_fstat64, fd, P(&st)));
		EQ(st.st_ino, look("secret").st_ino);
		ERR(SYS(NR_read, fd, P(&c), 1), EBADF);
		ERR(SYS(NR_write, fd, P(&c), 1), EBADF);
		ERR(SYS(NR_fchmod, fd, 0777), EBADF);
		ERR(SYS(NR_fchown32, fd, USER, USER), EBADF);
		ERR(SYS(NR_getdents64, fd, P(&st), sizeof st), EBADF);
		EQ(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
		fd = OK(SYS(NR_open, P("link"), O_PATH | O_NOFOLLOW, 0));
		OK(SYS(NR_fstat64, fd, P(&st)));
		EQ(st.st_mode & S_IFMT, S_IFLNK);
		ERR(SYS(NR_open, P("secret"), O_PATH | O_DIRECTORY), ENOTDIR);
		fd = OK(SYS(NR_open, P("."), O_PATH | O_DIRECTORY));
		OK(SYS(NR_openat, fd, P("link"), O_PATH, 0));
		OK(SYS(NR_fchdir, fd));
	}
}

/* ---- directories -------------------------------------------------------- */

TREE("NAME-mkdir makes an empty directory, without umask's bits")
{
	struct stat64 st;

	umask(027);
	OK(SYS(NR_mkdir, P("d"), 07777));
	st = look("d");
	EQ(st.st_mode, S_IFDIR | 01750);
	EQ(st.st_nlink, 2);
	EQ(look("d/..").st_ino, look(".").st_ino);
	EQ(look("d/.").st_ino, st.st_ino);
	OK(SYS(NR_mkdir, P("with/slash/" + 5), 0755)); /* "slash/" */
	OK(SYS(NR_mkdirat, AT_FDCWD, P("d/e"), 0700));
	EQ(look("d").st_nlink, 3);
}

TREE("NAME-mkdir of what is there, or where nothing can be")
{
	file("a", 0644);
	OK(symlink("nowhere", "l"));
	ERR(SYS(NR_mkdir, P("a"), 0755), EEXIST);
	ERR(SYS(NR_mkdir, P("l"), 0755), EEXIST);
	ERR(SYS(NR_mkdir, P("l/"), 0755), EEXIST);
	ERR(SYS(NR_mkdir, P("."), 0755), EEXIST);
	ERR(SYS(NR_mkdir, P(".."), 0755), EEXIST);
	ERR(SYS(NR_mkdir, P("/"), 0755), EEXIST);
	ERR(SYS(NR_mkdir, P("a/b"), 0755), ENOTDIR);
	ERR(SYS(NR_mkdir, P("no/b"), 0755), ENOENT);
	ERR(SYS(NR_mkdir, P(""), 0755), ENOENT);
	ERR(SYS(NR_mkdir, P(name_256), 0755), ENAMETOOLONG);
	ERR(SYS(NR_mkdir, P(path_4096), 0755), ENAMETOOLONG);
	OK(mkdir("d", 0755));
	AS(USER, USER) ERR(SYS(NR_mkdir, P("d/e"), 0755), EACCES);
	ERR(SYS(NR_mkdir, P("/proc/x"), 0755), ENOENT);
}

TREE("NAME-rmdir removes an empty directory, and its errors")
{
	OK(mkdir("d", 0755));
	OK(mkdir("d/e", 0755));
	file("a", 0644);
	OK(symlink("d/e", "l"));
	ERR(SYS(NR_rmdir, P("d")), ENOTEMPTY);
	ERR(SYS(NR_rmdir, P("d/e/.")), EINVAL);
	ERR(SYS(NR_rmdir, P("d/e/..")), ENOTEMPTY);
	ERR(SYS(NR_rmdir, P("/")), EBUSY);
	ERR(SYS(NR_rmdir, P("a")), ENOTDIR);
	ERR(SYS(NR_rmdir, P("a/")), ENOTDIR);
	ERR(SYS(NR_rmdir, P("l")), ENOTDIR);
	ERR(SYS(NR_rmdir, P("l/")), ENOTDIR);
	ERR(SYS(NR_rmdir, P("no")), ENOENT);
	ERR(SYS(NR_rmdir, P("")), ENOENT);
	ERR(SYS(NR_rmdir, P(name_256)), ENAMETOOLONG);
	AS(USER, USER) ERR(SYS(NR_rmdir, P("d/e")), EACCES);
	OK(SYS(NR_rmdir, P("d/e/")));
	EQ(look("d").st_nlink, 2);
	OK(SYS(NR_unlinkat, AT_FDCWD, P("d"), AT_REMOVEDIR));
	ERR(SYS(NR_access, P("d"), F_OK), ENOENT);
	ERR(SYS(NR_unlinkat, AT_FDCWD, P("a"), 1), EINVAL);
	ERR(SYS(NR_rmdir, P("/proc")), EBUSY);
}

TREE("NAME-rmdir of the working directory: it is empty, nameless and dead")
{
	char path[100];
	struct stat64 st;
	int fd;

	OK(mkdir("d", 0755));
	OK(chdir("d"));
	fd = OK(open(".", O_RDONLY));
	OK(rmdir("../d"));
	ERR(SYS(NR_getcwd, P(path), sizeof path), ENOENT);
	ERR(SYS(NR_mkdir, P("x"), 0755), ENOENT);
	ERR(try_open("x", O_CREAT | O_RDWR), ENOENT);
	ERR(SYS(NR_getdents64, fd, P(path), sizeof path), ENOENT);
	OK(SYS(NR_stat64, P("."), P(&st)));
	EQ(st.st_nlink, 0);
	EQ(look("..").st_ino, look(TOP).st_ino);
	ERR(SYS(NR_rename, P(TOP "/no"), P("x")), ENOENT);
	OK(mkdir(TOP "/d", 0755)); /* another one of that name */
	TRUE(look(TOP "/d").st_ino != st.st_ino);
	OK(close(fd));
	OK(chdir(".."));
	EQ(strcmp(getcwd(path, sizeof path), TOP), 0);
}

TREE("NAME-getcwd follows a directory that is renamed with those inside")
{
	char path[100];

	OK(mkdir("a", 0755));
	OK(mkdir("a/b", 0755));
	OK(mkdir("c", 0755));
	OK(chdir("a/b"));
	OK(rename(TOP "/a", TOP "/c/new"));
	EQ(strcmp(getcwd(path, sizeof path), TOP "/c/new/b"), 0);
	ERR(SYS(NR_getcwd, P(path), 5), ERANGE);
	OK(chdir("../.."));
	EQ(strcmp(getcwd(path, sizeof path), TOP "/c"), 0);
}

/* ---- reading directories ------------------------------------------------ */

#define MANY 300

static void make_many(const char *directory)
{
	char name[64];

	OK(mkdir(directory, 0755));
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "%s/file%03d", directory, i);
		file(name, 0644);
	}
}

/* Reads entries by getdents64 and counts them in `seen`, by their number. */
static int read_some(int fd, char *seen, int size)
{
	char bytes[4096];
	int n = OK(SYS(NR_getdents64, fd, P(bytes), size));

	for (int at = 0; at < n;) {
		struct dirent64 *entry = (struct dirent64 *)(bytes + at);

		if (strncmp(entry->d_name, "file", 4) == 0)
			seen[atoi(entry->d_name + 4)]++;
		at += entry->d_reclen;
	}
	return n;
}

TREE("NAME-getdents each name is seen once, in buffers of any size")
{
	static const int sizes[] = {40, 100, 1000, 4096};
	char seen[MANY];

	make_many("d");
	for (size_t i = 0; i < ALL(sizes); i++) {
		int fd = OK(open("d", O_RDONLY));

		memset(seen, 0, sizeof seen);
		while (read_some(fd, seen, sizes[i]) > 0)
			continue;
		for (int k = 0; k < MANY; k++)
			EQ(seen[k], 1);
		ERR(SYS(NR_getdents64, OK(open("d", O_RDONLY)), P(seen), 10),
		    EINVAL);
		OK(close(fd));
	}
}

TREE("NAME-getdents a name is passed over by nobody when others are removed")
{
	char seen[MANY] = {0}, name[64];
	int fd, bytes, removed = 0;

	make_many("d");
	fd = OK(open("d", O_RDONLY));
	while ((bytes = read_some(fd, seen, 600)) > 0)
		for (int i = 0; i < MANY; i++)
			if (seen[i] == 1) { /* as rm -r does it */
				snprintf(name, sizeof name, "d/file%03d", i);
				OK(unlink(name));
				seen[i] = 2;
				removed++;
			}
	EQ(removed, MANY);
	OK(rmdir("d"));
}

TREE("NAME-getdents the next name is removed, and those after it are seen")
{
	char seen[MANY] = {0}, name[64];
	int fd;

	make_many("d");
	fd = OK(open("d", O_RDONLY));
	OK(read_some(fd, seen, 600));
	for (int i = 0; i < MANY; i++)
		if (!seen[i] && i % 2) {
			snprintf(name, sizeof name, "d/file%03d", i);
			OK(unlink(name));
			seen[i] = 1;
		}
	while (read_some(fd, seen, 600) > 0)
		continue;
	for (int i = 0; i < MANY; i++)
		EQ(seen[i], 1);
}

TREE("NAME-getdents seekdir comes back to a place that telldir has told")
{
	char first[64], again[64];
	long place = 0;
	DIR *directory;

	make_many("d");
	directory = opendir("d");
	for (int i = 0; i < 150; i++) {
		place = telldir(directory);
		strcpy(first, readdir(directory)->d_name);
	}
	rewinddir(directory);
	seekdir(directory, place);
	strcpy(again, readdir(directory)->d_name);
	EQ(strcmp(first, again), 0);
	OK(closedir(directory));
}

TREE("NAME-getdents the older call says the same, the type in its last byte")
{
	struct old {
		unsigned long ino, next;
		unsigned short bytes;
		char name[];
	} *entry;
	char bytes[1000];
	int fd, n, files = 0, links = 0, directories = 0;

	file("a", 0644);
	OK(symlink("a", "l"));
	OK(mkdir("d", 0755));
	fd = OK(open(".", O_RDONLY));
	n = OK(SYS(NR_getdents, fd, P(bytes), sizeof bytes));
	for (int at = 0; at < n; at += entry->bytes) {
		entry = (struct old *)(bytes + at);
		files += bytes[at + entry->bytes - 1] == DT_REG;
		links += bytes[at + entry->bytes - 1] == DT_LNK;
		directories += bytes[at + entry->bytes - 1] == DT_DIR;
		if (strcmp(entry->name, "a") == 0)
			EQ(entry->ino, look("a").st_ino);
	}
	EQ(files, 1);
	EQ(links, 1);
	EQ(directories, 3);
	EQ(SYS(NR_getdents, fd, P(bytes), sizeof bytes), 0);
	ERR(SYS(NR_getdents, OK(open("a", O_RDONLY)), P(bytes), 1000), ENOTDIR);
}

/* ---- links -------------------------------------------------------------- */

TREE("NAME-link gives a file one more name, and unlink takes one")
{
	struct stat64 a, b;

	file("a", 0644);
	OK(SYS(NR_link, P("a"), P("b")));
	a = look("a");
	b = look("b");
	EQ(a.st_ino, b.st_ino);
	EQ(a.st_nlink, 2);
	OK(chmod("b", 0600));
	EQ(mode_of("a"), 0600);
	OK(SYS(NR_unlink, P("a")));
	EQ(look("b").st_nlink, 1);
	EQ(look("b").st_ino, b.st_ino);
	ERR(SYS(NR_access, P("a"), F_OK), ENOENT);
}

TREE("NAME-link its errors, and which links it follows")
{
	file("a", 0644);
	file("b", 0644);
	OK(mkdir("d", 0755));
	OK(symlink("a", "l"));
	ERR(SYS(NR_link, P("a"), P("b")), EEXIST);
	ERR(SYS(NR_link, P("a"), P("d")), EEXIST);
	ERR(SYS(NR_link, P("a"), P("a")), EEXIST);
	ERR(SYS(NR_link, P("no"), P("c")), ENOENT);
	ERR(SYS(NR_link, P("a"), P("no/c")), ENOENT);
	ERR(SYS(NR_link, P("a"), P("c/")), ENOENT);
	ERR(SYS(NR_link, P("a/"), P("c")), ENOTDIR);
	ERR(SYS(NR_link, P("a"), P("b/c")), ENOTDIR);
	ERR(SYS(NR_link, P("d"), P("c")), EPERM);
	ERR(SYS(NR_link, P("a"), P(name_256)), ENAMETOOLONG);
	ERR(SYS(NR_link, P("/proc/meminfo"), P("c")), EXDEV);
	OK(chmod("b", 0666));
	AS(USER, USER) ERR(SYS(NR_link, P("b"), P("d/c")), EACCES);
	OK(SYS(NR_link, P("l"), P("l2")));
	EQ(look("l2").st_mode & S_IFMT, S_IFLNK);
	EQ(look("l").st_nlink, 2);
	OK(SYS(NR_linkat, AT_FDCWD, P("l"), AT_FDCWD, P("c"),
	       AT_SYMLINK_FOLLOW));
	EQ(look("c").st_ino, look("a").st_ino);
	ERR(SYS(NR_linkat, AT_FDCWD, P("l"), AT_FDCWD, P("x"), 1), EINVAL);
}

TREE("NAME-link nobody keeps a file that he could not write")
{
	file("readable", 0644);
	file("writable", 0666);
	file("program", 0666);
	OK(chmod("program", 04777));
	OK(symlink("x", "l"));
	AS(USER, USER)
	{
		ERR(SYS(NR_link, P("readable"), P("a")), EPERM);
		ERR(SYS(NR_link, P("program"), P("a")), EPERM);
		ERR(SYS(NR_link, P("l"), P("a")), EPERM);
		OK(SYS(NR_link, P("writable"), P("a")));
		file("mine", 0);
		OK(SYS(NR_link, P("mine"), P("b")));
	}
}

TREE("NAME-symlink a stranger's in a sticky directory leads nowhere")
{
	OK(mkdir("d", 0777));
	OK(chmod("d", 01777));
	file("f", 0644);
	AS(USER, USER) OK(symlink("../f", "d/l"));
	OK(symlink("../f", "d/roots"));
	ERR(try_open("d/l", O_RDONLY), EACCES);
	EQ(SYS(NR_access, P("d/roots"), F_OK), 0);
	EQ(look("d/l").st_uid, USER);
	AS(USER, USER) OK(symlink("/tmp", "d/m"));
	ERR(try_open("d/m", O_RDONLY), EACCES);
	ERR(try_open("d/m/", O_RDONLY), EACCES);
	OK(try_open("d/m/.", O_RDONLY)); /* that is in the middle */
	AS(USER, USER) OK(try_open("d/l", O_RDONLY));
	AS(USER + 1, USER)
	{
		ERR(try_open("d/l", O_RDONLY), EACCES);
		OK(try_open("d/roots", O_RDONLY));
	}
	OK(chmod("d", 0777));
	OK(try_open("d/l", O_RDONLY));
}

TREE("NAME-unlink removes a name, not what is open, and its errors")
{
	struct stat64 st;
	char bytes[4];
	int fd = made("a", O_RDWR, 0644);

	EQ(write(fd, "abc", 3), 3);
	OK(SYS(NR_unlink, P("a")));
	ERR(SYS(NR_access, P("a"), F_OK), ENOENT);
	OK(SYS(NR_fstat64, fd, P(&st)));
	EQ(st.st_nlink, 0);
	EQ(st.st_size, 3);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	EQ(read(fd, bytes, 4), 3);
	ERR(SYS(NR_linkat, fd, P(""), AT_FDCWD, P("b"), AT_EMPTY_PATH), ENOENT);
	OK(close(fd));
	OK(mkdir("d", 0755));
	ERR(SYS(NR_unlink, P("d")), EISDIR);
	ERR(SYS(NR_unlink, P("d/")), EISDIR);
	ERR(SYS(NR_unlink, P("d/.")), EISDIR);
	ERR(SYS(NR_unlink, P("d/..")), EISDIR);
	ERR(SYS(NR_unlink, P("/")), EISDIR);
	ERR(SYS(NR_unlink, P("no")), ENOENT);
	ERR(SYS(NR_unlink, P("no/")), ENOENT);
	ERR(SYS(NR_unlink, P("")), ENOENT);
	file("b", 0644);
	ERR(SYS(NR_unlink, P("b/")), ENOTDIR);
	ERR(SYS(NR_unlink, P("b/c")), ENOTDIR);
	ERR(SYS(NR_unlink, P(name_256)), ENAMETOOLONG);
	file("d/f", 0666);
	AS(USER, USER) ERR(SYS(NR_unlink, P("d/f")), EACCES);
	ERR(SYS(NR_unlink, P("/proc/meminfo")), EPERM);
	OK(symlink("d", "l"));
	OK(SYS(NR_unlink, P("l"))); /* the link, not what it names */
	EQ(look("d").st_mode & S_IFMT, S_IFDIR);
}

TREE("NAME-symlink keeps its text, whatever it is")
{
	char text[4200], long_text[4097];
	struct stat64 st;

	memset(long_text, 'x', sizeof long_text);
	OK(SYS(NR_symlink, P("/no such/place"), P("l")));
	st = look("l");
	EQ(st.st_mode, S_IFLNK | 0777);
	EQ(st.st_size, 14);
	EQ(SYS(NR_readlink, P("l"), P(text), sizeof text), 14);
	EQ(memcmp(text, "/no such/place", 14), 0);
	EQ(SYS(NR_readlink, P("l"), P(text), 3), 3);
	long_text[4095] = '\0';
	OK(SYS(NR_symlinkat, P(long_text), AT_FDCWD, P("long")));
	EQ(SYS(NR_readlink, P("long"), P(text), sizeof text), 4095);
	EQ(memcmp(text, long_text, 4095), 0);
	long_text[4095] = 'x';
	long_text[4096] = '\0';
	ERR(SYS(NR_symlink, P(long_text), P("longer")), ENAMETOOLONG);
	ERR(SYS(NR_symlink, P(""), P("m")), ENOENT);
	ERR(SYS(NR_symlink, P("x"), P("l")), EEXIST);
	ERR(SYS(NR_symlink, P("x"), P(".")), EEXIST);
	ERR(SYS(NR_symlink, P("x"), P("m/")), ENOENT);
	ERR(SYS(NR_symlink, P("x"), P("no/m")), ENOENT);
	ERR(SYS(NR_symlink, P("x"), P(name_256)), ENAMETOOLONG);
	ERR(SYS(NR_readlink, P("."), P(text), sizeof text), EINVAL);
	OK(mkdir("d", 0755));
	AS(USER, USER) ERR(SYS(NR_symlink, P("x"), P("d/m")), EACCES);
}

TREE("NAME-symlink of forty links is followed, one more is ELOOP")
{
	char name[16], target[16];

	file("l0", 0644);
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof name, "l%d", i);
		snprintf(target, sizeof target, "l%d", i - 1);
		OK(symlink(target, name));
	}
	OK(try_open("l40", O_RDONLY));
	ERR(try_open("l41", O_RDONLY), ELOOP);
	OK(symlink("loop", "loop"));
	ERR(try_open("loop", O_RDONLY), ELOOP);
	ERR(try_open("loop", O_RDWR | O_CREAT), ELOOP);
	ERR(try_open("loop/x", O_RDONLY), ELOOP);
	ERR(SYS(NR_chmod, P("loop"), 0600), ELOOP);
	OK(symlink("b", "a"));
	OK(symlink("a", "b"));
	ERR(SYS(NR_mkdir, P("a/x"), 0755), ELOOP);
}

/* ---- rename ------------------------------------------------------------- */

TREE("NAME-rename moves a name, and replaces what is there")
{
	struct stat64 a, b;
	int fd;

	file("a", 0644);
	file("b", 0600);
	a = look("a");
	fd = OK(open("b", O_RDONLY));
	OK(SYS(NR_rename, P("a"), P("b")));
	EQ(look("b").st_ino, a.st_ino);
	ERR(SYS(NR_access, P("a"), F_OK), ENOENT);
	OK(SYS(NR_fstat64, fd, P(&b)));
	EQ(b.st_nlink, 0); /* replaced, but open */
	OK(mkdir("d", 0755));
	OK(SYS(NR_rename, P("b"), P("d/c")));
	EQ(look("d/c").st_ino, a.st_ino);
	OK(SYS(NR_rename, P("d/c"), P("d/c")));
	OK(symlink("d", "l"));
	OK(SYS(NR_rename, P("l"), P("m"))); /* the link itself */
	EQ(look("m").st_mode & S_IFMT, S_IFLNK);
}

TREE("NAME-rename of two names of one file does nothing")
{
	file("a", 0644);
	OK(link("a", "b"));
	OK(SYS(NR_rename, P("a"), P("b")));
	EQ(look("a").st_ino, look("b").st_ino);
	EQ(look("a").st_nlink, 2);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("b"), NOREPLACE),
	    EEXIST);
}

TREE("NAME-rename moves a directory, its links and its ..")
{
	OK(mkdir("a", 0755));
	OK(mkdir("a/sub", 0755));
	file("a/sub/f", 0644);
	OK(mkdir("b", 0755));
	EQ(look("b").st_nlink, 2);
	OK(SYS(NR_rename, P("a"), P("b/a/")));
	EQ(look("b").st_nlink, 3);
	EQ(look(".").st_nlink, 3);
	EQ(look("b/a/..").st_ino, look("b").st_ino);
	OK(SYS(NR_access, P("b/a/sub/f"), F_OK));
	OK(mkdir("c", 0755));
	OK(SYS(NR_rename, P("b/a"), P("c"))); /* an empty one is replaced */
	EQ(look("b").st_nlink, 2);
	EQ(look("c").st_nlink, 3);
	OK(SYS(NR_access, P("c/sub/f"), F_OK));
}

TREE("NAME-rename its errors, in order")
{
	file("a", 0644);
	OK(mkdir("d", 0755));
	OK(mkdir("d/e", 0755));
	OK(mkdir("full", 0755));
	file("full/f", 0644);
	ERR(SYS(NR_rename, P("no"), P("x")), ENOENT);
	ERR(SYS(NR_rename, P("a"), P("no/x")), ENOENT);
	ERR(SYS(NR_rename, P(""), P("x")), ENOENT);
	ERR(SYS(NR_rename, P("a"), P("")), ENOENT);
	ERR(SYS(NR_rename, P("a"), P("d")), EISDIR);
	ERR(SYS(NR_rename, P("d"), P("a")), ENOTDIR);
	ERR(SYS(NR_rename, P("a/"), P("x")), ENOTDIR);
	ERR(SYS(NR_rename, P("a"), P("x/")), ENOTDIR);
	ERR(SYS(NR_rename, P("a/b"), P("x")), ENOTDIR);
	ERR(SYS(NR_rename, P("d"), P("full")), ENOTEMPTY);
	ERR(SYS(NR_rename, P("d"), P("d/x")), EINVAL);
	ERR(SYS(NR_rename, P("d"), P("d/e/x")), EINVAL);
	ERR(SYS(NR_rename, P("d"), P("d/e")), EINVAL);
	ERR(SYS(NR_rename, P("d/e"), P("d")), ENOTEMPTY);
	ERR(SYS(NR_rename, P("full/f"), P("full")), ENOTEMPTY);
	ERR(SYS(NR_rename, P("."), P("x")), EBUSY);
	ERR(SYS(NR_rename, P("a"), P(".")), EBUSY);
	ERR(SYS(NR_rename, P("d/.."), P("x")), EBUSY);
	ERR(SYS(NR_rename, P("/"), P("/x")), EBUSY);
	ERR(SYS(NR_rename, P("a"), P(name_256)), ENAMETOOLONG);
	ERR(SYS(NR_rename, P("a"), P(path_4096)), ENAMETOOLONG);
	ERR(SYS(NR_rename, P("a"), P("/proc/x")), EXDEV);
	ERR(SYS(NR_rename, P("/proc/meminfo"), P("x")), EXDEV);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("x"), 64), EINVAL);
	EQ(look("a").st_nlink, 1);
}

TREE("NAME-rename RENAME_NOREPLACE replaces nothing")
{
	file("a", 0644);
	file("b", 0644);
	OK(mkdir("d", 0755));
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("b"), NOREPLACE),
	    EEXIST);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("d"), NOREPLACE),
	    EEXIST);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("."), NOREPLACE),
	    EEXIST);
	OK(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("c"), NOREPLACE));
	OK(SYS(NR_access, P("c"), F_OK));
}

static long exchange(const char *a, const char *b)
{
	return SYS(NR_renameat2, AT_FDCWD, P(a), AT_FDCWD, P(b), EXCHANGE);
}

TREE("NAME-rename RENAME_EXCHANGE gives two files each other's name")
{
	struct stat64 a, b;

	file("a", 0644);
	OK(mkdir("d", 0755));
	file("d/b", 0644);
	OK(link("a", "a2"));
	a = look("a");
	b = look("d/b");
	OK(exchange("a", "d/b"));
	EQ(look("a").st_ino, b.st_ino);
	EQ(look("d/b").st_ino, a.st_ino);
	OK(unlink("d/b"));
	EQ(look("a2").st_nlink, 1);
	EQ(look("a").st_nlink, 1);
	OK(exchange("a", "a"));
}

TREE("NAME-rename RENAME_WHITEOUT is for what lies on another file system")
{
	enum { WHITEOUT = 4 };

	file("a", 0644);
	file("b", 0644);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("b"),
	        WHITEOUT | EXCHANGE),
	    EINVAL);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("b"), WHITEOUT),
	    HERE(0, EINVAL));
	OK(look("a").st_nlink);
	OK(unlink("a"));
}

TREE("NAME-handle a name has no number that would open it")
{
	struct {
		unsigned bytes;
		int type;
		char number[128];
	} handle = {.bytes = 128};
	enum { NR_name_to_handle_at = 341 };
	int mount;

	file("a", 0644);
	ERR(SYS(NR_name_to_handle_at, AT_FDCWD, P("a"), P(&handle), P(&mount),
	        0),
	    HERE(0, EOPNOTSUPP));
}

TREE("NAME-rename RENAME_EXCHANGE moves directories, with links and ..")
{
	uint32_t inode;

	OK(mkdir("d", 0755));
	OK(mkdir("d/in", 0755));
	OK(mkdir("e", 0755));
	file("e/f", 0644);
	EQ(look(".").st_nlink, 4);
	OK(exchange("d/in", "e/f")); /* a directory and a file */
	EQ(look("d").st_nlink, 2);
	EQ(look("e").st_nlink, 3);
	inode = look("e").st_ino;
	EQ(look("e/f/..").st_ino, inode);
	EQ(look("d/in").st_mode, S_IFREG | 0644);
	OK(exchange("d", "e"));
	EQ(look("d/f/..").st_ino, inode);
	EQ(look("d").st_nlink, 3);
	OK(exchange("d/f", "e"));
	EQ(look("d").st_nlink, 3);
	EQ(look("d/f/in").st_mode, S_IFREG | 0644);
	OK(rmdir("e"));
	ERR(said(rmdir("d/f")), ENOTEMPTY);
	OK(unlink("d/f/in"));
	OK(rmdir("d/f"));
	OK(rmdir("d"));
	EQ(look(".").st_nlink, 2);
}

TREE("NAME-rename RENAME_EXCHANGE its errors")
{
	file("a", 0644);
	OK(mkdir("d", 0755));
	OK(mkdir("d/in", 0755));
	ERR(exchange("a", "x"), ENOENT);
	ERR(exchange("x", "a"), ENOENT);
	ERR(exchange("d", "d/in"), EINVAL);
	ERR(exchange("d/in", "d"), EINVAL);
	ERR(exchange("d", "a/"), ENOTDIR);
	ERR(exchange("a/", "d"), ENOTDIR);
	ERR(exchange(".", "d"), EBUSY);
	ERR(SYS(NR_renameat2, AT_FDCWD, P("a"), AT_FDCWD, P("d"),
	        EXCHANGE | NOREPLACE),
	    EINVAL);
	OK(exchange("a", "d/")); /* it is the directory that has the slash */
	OK(exchange("a", "d"));
	AS(USER, USER)
	{
		file("b", 0644);
		ERR(exchange("b", "d/in"), EACCES);
		OK(exchange("b", "a"));
	}
	OK(chmod(".", 01777));
	AS(USER, USER)
	{
		file("c", 0644);
		ERR(exchange("c", "d"), EPERM);
	}
}

TREE("NAME-rename asks for the rights of both directories")
{
	OK(mkdir("mine", 0777));
	OK(mkdir("yours", 0755));
	file("yours/f", 0666);
	AS(USER, USER)
	{
		file("mine/g", 0644);
		OK(mkdir("mine/d", 0555));
		OK(mkdir("mine/to", 0755));
		ERR(SYS(NR_rename, P("yours/f"), P("mine/f")), EACCES);
		ERR(SYS(NR_rename, P("mine/g"), P("yours/g")), EACCES);
		ERR(SYS(NR_rename, P("mine/g"), P("yours/f")), EACCES);
		/* its .. would change, and it cannot be written */
		ERR(SYS(NR_rename, P("mine/d"), P("mine/to/d")), EACCES);
		OK(SYS(NR_rename, P("mine/d"), P("mine/e")));
		OK(SYS(NR_rename, P("mine/g"), P("mine/to/g")));
	}
}

TREE("NAME-renameat each path begins at its own directory")
{
	int a, b, null;

	OK(mkdir("a", 0755));
	OK(mkdir("b", 0755));
	file("a/f", 0644);
	a = OK(open("a", O_RDONLY));
	b = OK(open("b", O_RDONLY));
	null = OK(open("/dev/null", O_RDONLY));
	OK(SYS(NR_renameat, a, P("f"), b, P("g")));
	OK(SYS(NR_access, P("b/g"), F_OK));
	OK(SYS(NR_renameat, b, P("g"), AT_FDCWD, P("h")));
	OK(SYS(NR_renameat, AT_FDCWD, P("h"), a, P("f")));
	OK(SYS(NR_renameat, 99, P(TOP "/a/f"), b, P("g")));
	OK(SYS(NR_renameat, b, P("g"), 99, P(TOP "/a/f")));
	ERR(SYS(NR_renameat, a, P("f"), 99, P("g")), EBADF);
	ERR(SYS(NR_renameat, 99, P("f"), a, P("g")), EBADF);
	ERR(SYS(NR_renameat, a, P("f"), null, P("g")), ENOTDIR);
	ERR(SYS(NR_renameat, null, P("f"), a, P("g")), ENOTDIR);
	OK(SYS(NR_linkat, a, P("f"), b, P("l"), 0));
	EQ(look("a/f").st_ino, look("b/l").st_ino);
	OK(SYS(NR_symlinkat, P("f"), a, P("s")));
	EQ(look("a/s").st_mode & S_IFMT, S_IFLNK);
	OK(SYS(NR_mkdirat, b, P("d"), 0755));
	OK(SYS(NR_mknodat, b, P("n"), S_IFREG | 0600, 0));
	OK(SYS(NR_fchmodat, b, P("n"), 0640));
	EQ(mode_of("b/n"), 0640);
	OK(SYS(NR_unlinkat, b, P("d"), AT_REMOVEDIR));
	OK(SYS(NR_unlinkat, b, P("n"), 0));
	ERR(SYS(NR_unlinkat, null, P("n"), 0), ENOTDIR);
}

TREE("NAME-renameat a terminal is no directory to begin at")
{
	int tty = SYS(NR_open, P("/dev/console"), O_RDWR | O_NOCTTY, 0);
	int here = OK(open(".", O_RDONLY));

	file("f", 0644);
	if (tty < 0)
		tty = OK(open("/dev/null", O_RDWR));
	ERR(SYS(NR_renameat, here, P("f"), tty, P("g")), ENOTDIR);
	ERR(SYS(NR_renameat, tty, P("f"), here, P("g")), ENOTDIR);
	ERR(SYS(NR_linkat, tty, P("f"), here, P("g"), 0), ENOTDIR);
	ERR(SYS(NR_unlinkat, tty, P("f"), 0), ENOTDIR);
	ERR(SYS(NR_mkdirat, tty, P("f"), 0755), ENOTDIR);
	ERR(SYS(NR_symlinkat, P("f"), tty, P("f")), ENOTDIR);
	ERR(SYS(NR_fchmodat, tty, P("f"), 0755), ENOTDIR);
	ERR(SYS(NR_utimensat, tty, P("f"), 0, 0), ENOTDIR);
}

/* ---- mknod -------------------------------------------------------------- */

TREE("NAME-mknod makes files and FIFOs, and nobody a device but root")
{
	umask(022);
	OK(SYS(NR_mknod, P("file"), S_IFREG | 0666, 0));
	EQ(look("file").st_mode, S_IFREG | 0644);
	OK(SYS(NR_mknod, P("plain"), 0600, 0));
	EQ(look("plain").st_mode, S_IFREG | 0600);
	OK(SYS(NR_mknod, P("fifo"), S_IFIFO | 0666, 0));
	EQ(look("fifo").st_mode, S_IFIFO | 0644);
	OK(SYS(NR_mknodat, AT_FDCWD, P("fifo2"), S_IFIFO | 0600, 0));
	ERR(SYS(NR_mknod, P("fifo"), S_IFIFO | 0666, 0), EEXIST);
	ERR(SYS(NR_mknod, P("d"), S_IFDIR | 0755, 0), EPERM);
	ERR(SYS(NR_mknod, P("l"), S_IFLNK | 0777, 0), EINVAL);
	ERR(SYS(NR_mknod, P("x/"), S_IFREG | 0600, 0), ENOENT);
	ERR(SYS(NR_mknod, P("no/x"), S_IFREG | 0600, 0), ENOENT);
	AS(USER, USER)
	{
		OK(SYS(NR_mknod, P("mine"), S_IFIFO | 0600, 0));
		ERR(SYS(NR_mknod, P("dev"), S_IFCHR | 0600, 0x103), EPERM);
		ERR(SYS(NR_mknod, P("dev"), S_IFBLK | 0600, 0x103), EPERM);
	}
}

TREE("NAME-mknod root makes no device here")
{
	EQ(SYS(NR_mknod, P("null"), S_IFCHR | 0600, 0x103), HERE(0, -EPERM));
}

TREE("NAME-mknod there are no sockets here")
{
	EQ(SYS(NR_mknod, P("socket"), S_IFSOCK | 0600, 0), HERE(0, -EPERM));
}

/* ---- rights ------------------------------------------------------------- */

TREE("NAME-chmod the owner and root set the rights, nobody else")
{
	int fd;

	AS(USER, USER)
	{
		file("a", 0644);
		OK(SYS(NR_chmod, P("a"), 0600));
		EQ(mode_of("a"), 0600);
		fd = OK(open("a", O_RDONLY));
		OK(SYS(NR_fchmod, fd, 0400));
		EQ(mode_of("a"), 0400);
		ERR(try_open("a", O_WRONLY), EACCES);
	}
	AS(USER + 1, USER)
	{
		ERR(SYS(NR_chmod, P("a"), 0666), EPERM);
		ERR(SYS(NR_chmod, P("no"), 0666), ENOENT);
	}
	OK(SYS(NR_chmod, P("a"), 0170666)); /* the kind stays */
	EQ(look("a").st_mode, S_IFREG | 0666);
	OK(symlink("a", "l"));
	OK(SYS(NR_fchmodat, AT_FDCWD, P("l"), 0640));
	EQ(mode_of("a"), 0640);
	EQ(mode_of("l"), 0777);
	ERR(SYS(NR_chmod, P("a/"), 0600), ENOTDIR);
	ERR(SYS(NR_fchmod, 99, 0600), EBADF);
	ERR(SYS(NR_chmod, P(name_256), 0600), ENAMETOOLONG);
}

TREE("NAME-chmod a group's s-bit is not given to who is not in the group")
{
	file("a", 0755);
	OK(chown("a", USER, USER + 7));
	AS(USER, USER)
	{
		OK(SYS(NR_chmod, P("a"), 06755));
		EQ(mode_of("a"), 04755);
	}
	OK(SYS(NR_chmod, P("a"), 06755));
	EQ(mode_of("a"), 06755);
}

TREE("NAME-chown root gives a file away, the owner chooses among his groups")
{
	gid_t groups[] = {USER + 5};

	file("a", 0644);
	OK(SYS(NR_chown32, P("a"), USER, USER));
	EQ(look("a").st_uid, USER);
	EQ(look("a").st_gid, USER);
	OK(SYS(NR_chown32, P("a"), -1, -1));
	EQ(look("a").st_uid, USER);
	IN_CHILD
	{
		OK(setgroups(1, groups));
		OK(setresgid(USER, USER, USER));
		OK(setresuid(USER, USER, USER));
		ERR(SYS(NR_chown32, P("a"), USER + 1, -1), EPERM);
		ERR(SYS(NR_chown32, P("a"), -1, USER + 6), EPERM);
		OK(SYS(NR_chown32, P("a"), USER, USER + 5));
		EQ(look("a").st_gid, USER + 5);
	}
	AS(USER + 1, USER)
	{
		ERR(SYS(NR_chown32, P("a"), USER + 1, -1), EPERM);
		ERR(SYS(NR_chown32, P("a"), -1, USER), EPERM);
	}
	ERR(SYS(NR_chown32, P("no"), 0, 0), ENOENT);
	ERR(SYS(NR_fchown32, 99, 0, 0), EBADF);
	ERR(SYS(NR_fchownat, AT_FDCWD, P("a"), 0, 0, 1), EINVAL);
}

TREE("NAME-chown which links are followed, and ids of 16 bits")
{
	int fd;

	file("a", 0644);
	OK(symlink("a", "l"));
	OK(SYS(NR_lchown32, P("l"), 5, 6));
	EQ(look("l").st_uid, 5);
	EQ(look("a").st_uid, 0);
	OK(SYS(NR_chown32, P("l"), 7, 8));
	EQ(look("a").st_uid, 7);
	OK(SYS(NR_fchownat, AT_FDCWD, P("l"), 9, 9, AT_SYMLINK_NOFOLLOW));
	EQ(look("l").st_gid, 9);
	OK(SYS(NR_chown, P("l"), 0xffff, 11));
	EQ(look("a").st_uid, 7);
	EQ(look("a").st_gid, 11);
	OK(SYS(NR_lchown, P("a"), 12, 0xffff));
	EQ(look("a").st_uid, 12);
	EQ(look("a").st_gid, 11);
	fd = OK(open("a", O_RDONLY));
	OK(SYS(NR_fchown, fd, 13, 13));
	OK(SYS(NR_fchown32, fd, -1, 70000));
	EQ(look("a").st_uid, 13);
	EQ(look("a").st_gid, 70000);
	OK(SYS(NR_fchownat, fd, P(""), 14, -1, AT_EMPTY_PATH));
	EQ(look("a").st_uid, 14);
}

TREE("NAME-chown a stranger who keeps both ids takes no s-bits")
{
	file("a", 0755);
	OK(chmod("a", 06755));
	AS(USER, USER)
	{
		ERR(SYS(NR_chown32, P("a"), -1, -1), EPERM);
		ERR(SYS(NR_chown, P("a"), 0xFFFF, 0xFFFF), EPERM);
	}
	EQ(mode_of("a"), 06755);
	OK(chmod("a", 0755));
	AS(USER, USER) OK(SYS(NR_chown32, P("a"), -1, -1));
	OK(chmod("a", 06755));
	OK(SYS(NR_chown32, P("a"), -1, -1));
	EQ(mode_of("a"), 0755);
}

TREE("NAME-chown takes the s-bits of a program, not of a directory")
{
	file("a", 0755);
	OK(chmod("a", 06755));
	OK(chown("a", USER, USER));
	EQ(mode_of("a"), 0755);
	OK(chmod("a", 06745)); /* without the group's x it is no program's */
	OK(chown("a", USER, USER));
	EQ(mode_of("a"), 02745);
	OK(mkdir("d", 0755));
	OK(chmod("d", 06755));
	OK(chown("d", USER, USER));
	EQ(mode_of("d"), 06755);
}

TREE("NAME-write takes the s-bits of a program, unless root writes")
{
	int fd;

	file("a", 0777);
	OK(chmod("a", 06777));
	fd = OK(open("a", O_WRONLY));
	EQ(write(fd, "x", 1), 1);
	EQ(mode_of("a"), 06777);
	AS(USER, USER) EQ(write(OK(open("a", O_WRONLY)), "x", 1), 1);
	EQ(mode_of("a"), 0777);
	OK(chmod("a", 06777));
	AS(USER, USER) OK(close(OK(open("a", O_WRONLY | O_TRUNC))));
	EQ(mode_of("a"), 0777);
}

TREE("NAME-rights a set-group-id directory hands on its group")
{
	OK(mkdir("d", 0777));
	OK(chown("d", 0, USER + 3));
	OK(chmod("d", 02777));
	AS(USER, USER)
	{
		file("d/f", 0644);
		EQ(look("d/f").st_gid, USER + 3);
		OK(mkdir("d/e", 0755));
		EQ(look("d/e").st_gid, USER + 3);
		EQ(mode_of("d/e"), 02755);
		file("d/program", 02755);
		EQ(mode_of("d/program"), 0755); /* not of a group of his */
		OK(symlink("x", "d/l"));
		EQ(look("d/l").st_gid, USER + 3);
	}
}

TREE("NAME-rights in a sticky directory others remove and move nothing")
{
	OK(mkdir("d", 0777));
	OK(chmod("d", 01777));
	AS(USER, USER)
	{
		file("d/f", 0666);
		OK(mkdir("d/e", 0777));
	}
	AS(USER + 1, USER)
	{
		file("d/mine", 0666);
		ERR(SYS(NR_unlink, P("d/f")), EPERM);
		ERR(SYS(NR_rmdir, P("d/e")), EPERM);
		ERR(SYS(NR_rename, P("d/f"), P("d/g")), EPERM);
		ERR(SYS(NR_rename, P("d/mine"), P("d/f")), EPERM);
		ERR(SYS(NR_unlink, P("d/e")), EPERM);
		OK(SYS(NR_rename, P("d/mine"), P("d/h")));
		OK(SYS(NR_unlink, P("d/h")));
	}
	AS(USER, USER) OK(SYS(NR_unlink, P("d/f")));
	OK(SYS(NR_rmdir, P("d/e"))); /* root */
}

TREE("NAME-rights owner, group and others: only the first class counts")
{
	file("a", 0077);
	OK(chown("a", USER, USER));
	file("b", 0707);
	OK(chown("b", 0, USER));
	AS(USER, USER)
	{
		ERR(try_open("a", O_RDONLY), EACCES);
		ERR(try_open("b", O_RDONLY), EACCES);
		OK(try_open("b", O_PATH));
	}
	AS(USER + 1, USER) OK(try_open("a", O_RDWR));
	AS(USER + 1, USER + 1) OK(try_open("b", O_RDWR));
	OK(try_open("a", O_RDWR)); /* root */
}

TREE("NAME-rights a directory's x is for what is in it, its r for its list")
{
	char bytes[200];

	OK(mkdir("x", 0711));
	OK(mkdir("r", 0744));
	file("x/f", 0644);
	file("r/f", 0644);
	AS(USER, USER)
	{
		ERR(try_open("x", O_RDONLY), EACCES);
		OK(try_open("x/f", O_RDONLY));
		EQ(SYS(NR_getdents64, OK(open("r", O_RDONLY)), P(bytes), 200) >
		       0,
		   1);
		ERR(try_open("r/f", O_RDONLY), EACCES);
		ERR(try_open("r/no", O_RDONLY), EACCES);
		ERR(SYS(NR_chdir, P("r")), EACCES);
		OK(SYS(NR_chdir, P("x")));
		ERR(SYS(NR_fchdir, OK(open("../r", O_RDONLY))), EACCES);
	}
}

TREE("NAME-access asks for the real ids, faccessat2 for those it is told")
{
	file("a", 0600);
	OK(symlink("no", "l"));
	EQ(SYS(NR_access, P("a"), R_OK | W_OK), 0);
	ERR(SYS(NR_access, P("a"), X_OK), EACCES);
	EQ(SYS(NR_access, P("."), W_OK), 0);
	ERR(SYS(NR_access, P("l"), F_OK), ENOENT);
	EQ(SYS(NR_faccessat2, AT_FDCWD, P("l"), F_OK, AT_SYMLINK_NOFOLLOW), 0);
	ERR(SYS(NR_faccessat2, AT_FDCWD, P("a"), F_OK, 1), EINVAL);
	ERR(SYS(NR_faccessat2, AT_FDCWD, P("a"), 8, 0), EINVAL);
	IN_CHILD
	{
		OK(setresuid(USER, 0, 0));
		ERR(SYS(NR_faccessat2, AT_FDCWD, P("a"), R_OK, 0), EACCES);
		EQ(SYS(NR_faccessat2, AT_FDCWD, P("a"), R_OK, AT_EACCESS), 0);
		OK(try_open("a", O_RDONLY));
	}
	AS(USER, USER)
	{
		ERR(SYS(NR_access, P("a"), R_OK), EACCES);
		EQ(SYS(NR_faccessat2, OK(open("a", O_PATH)), P(""), F_OK,
		       AT_EMPTY_PATH),
		   0);
	}
}

/* ---- times -------------------------------------------------------------- */

/* Sets a file's three times back to known ones. */
static void set_back(const char *path)
{
	struct timespec old[2] = {{1000, 0}, {2000, 0}};

	OK(utimensat(AT_FDCWD, path, old, AT_SYMLINK_NOFOLLOW));
}

static int recent(struct timespec t)
{
	struct timespec now;

	OK(clock_gettime(CLOCK_REALTIME, &now));
	return t.tv_sec >= now.tv_sec - 60 && t.tv_sec <= now.tv_sec + 1;
}

TREE("NAME-time a new file has the time of now, and its directory, too")
{
	struct stat64 st;

	OK(mkdir("d", 0755));
	set_back("d");
	file("d/a", 0644);
	st = look("d/a");
	TRUE(recent(st.st_atim) && recent(st.st_mtim) && recent(st.st_ctim));
	st = look("d");
	EQ(st.st_atime, 1000);
	TRUE(recent(st.st_mtim) && recent(st.st_ctim));
	set_back("d");
	OK(unlink("d/a"));
	TRUE(recent(look("d").st_mtim));
	set_back("d");
	OK(symlink("x", "d/l"));
	TRUE(recent(look("d").st_mtim));
	set_back("d");
	OK(rename("d/l", "m"));
	TRUE(recent(look("d").st_mtim));
}

TREE("NAME-time chmod and link are no change of the contents")
{
	file("a", 0644);
	set_back("a");
	OK(chmod("a", 0600));
	OK(link("a", "b"));
	OK(unlink("b"));
	OK(rename("a", "c"));
	EQ(look("c").st_mtime, 2000);
	EQ(look("c").st_atime, 1000);
	TRUE(recent(look("c").st_ctim));
}

TREE("NAME-time a look at a file moves its time of access, if it tells more")
{
	struct timespec old[2] = {{3000, 0}, {2000, 0}};
	char bytes[100];
	int fd;

	fd = made("a", O_RDWR, 0644);
	EQ(write(fd, "abc", 3), 3);
	set_back("a");
	EQ(pread(fd, bytes, 3, 0), 3);
	TRUE(recent(look("a").st_atim));
	OK(utimensat(AT_FDCWD, "a", old, 0)); /* older than a day */
	EQ(pread(fd, bytes, 3, 0), 3);
	TRUE(recent(look("a").st_atim));
	EQ(look("a").st_mtime, 2000);
	OK(mkdir("d", 0755));
	set_back("d");
	fd = OK(open("d", O_RDONLY));
	EQ(look("d").st_atime, 1000); /* open is no look at it */
	OK(SYS(NR_getdents64, fd, P(bytes), sizeof bytes));
	TRUE(recent(look("d").st_atim));
	OK(symlink("x", "l"));
	set_back("l");
	EQ(SYS(NR_readlink, P("l"), P(bytes), 9), 1);
	TRUE(recent(look("l").st_atim));
}

TREE("NAME-time O_NOATIME keeps the time of access; it is for the owner")
{
	char byte;
	int fd = made("a", O_RDWR, 0666);

	EQ(write(fd, "abc", 3), 3);
	set_back("a");
	fd = OK(open("a", O_RDONLY | O_NOATIME));
	EQ(read(fd, &byte, 1), 1);
	EQ(look("a").st_atime, 1000);
	OK(fcntl(fd, F_SETFL, 0));
	EQ(read(fd, &byte, 1), 1);
	TRUE(recent(look("a").st_atim));
	AS(USER, USER)
	{
		ERR(said(open("a", O_RDONLY | O_NOATIME)), EPERM);
		fd = OK(open("a", O_RDONLY));
		ERR(said(fcntl(fd, F_SETFL, O_NOATIME)), EPERM);
	}
	set_back("a");
	OK((long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == -1 ? -1
	                                                               : 0);
	TRUE(recent(look("a").st_atim));
}

TREE("NAME-time utimensat sets, keeps or takes the time of now")
{
	struct timespec t[2] = {{-5, 999999999}, {123456789, 987654321}};
	struct timespec bad[2] = {{0, 1000000000}, {0, 0}};
	struct timespec omit[2] = {{0, OMIT}, {0, OMIT}};
	struct stat64 st;
	int fd;

	file("a", 0644);
	OK(SYS(NR_utimensat, AT_FDCWD, P("a"), P(t), 0));
	st = look("a");
	EQ(st.st_atim.tv_sec, -5);
	EQ(st.st_atim.tv_nsec, 999999999);
	EQ(st.st_mtim.tv_sec, 123456789);
	EQ(st.st_mtim.tv_nsec, 987654321);
	t[0].tv_nsec = OMIT;
	t[1].tv_nsec = NOW;
	OK(SYS(NR_utimensat, AT_FDCWD, P("a"), P(t), 0));
	EQ(look("a").st_atim.tv_sec, -5);
	TRUE(recent(look("a").st_mtim));
	set_back("a");
	OK(SYS(NR_utimensat, AT_FDCWD, P("a"), 0, 0));
	TRUE(recent(look("a").st_atim));
	TRUE(recent(look("a").st_mtim));
	ERR(SYS(NR_utimensat, AT_FDCWD, P("a"), P(bad), 0), EINVAL);
	OK(SYS(NR_utimensat, AT_FDCWD, P("no"), P(omit), 0));
	ERR(SYS(NR_utimensat, AT_FDCWD, P("no"), 0, 0), ENOENT);
	ERR(SYS(NR_utimensat, AT_FDCWD, P("a"), 0, 1), EINVAL);
	fd = OK(open("a", O_RDONLY));
	set_back("a");
	OK(SYS(NR_utimensat, fd, 0, 0, 0));
	TRUE(recent(look("a").st_mtim));
	ERR(SYS(NR_utimensat, fd, 0, 0, AT_SYMLINK_NOFOLLOW), EINVAL);
	ERR(SYS(NR_utimensat, AT_FDCWD, 0, 0, 0), EFAULT);
	OK(symlink("a", "l"));
	set_back("l");
	EQ(look("l").st_mtime, 2000);
	TRUE(recent(look("a").st_mtim));
}

TREE("NAME-time utimensat with 64 bits, and the older calls")
{
	long long wide[4] = {7, 8, 9, 10};
	int narrow[2] = {11, 12};
	int micro[4] = {13, 14, 15, 16};
	int bad[4] = {0, 1000000, 0, 0};
	struct stat64 st;

	file("a", 0644);
	OK(SYS(NR_utimensat64, AT_FDCWD, P("a"), P(wide), 0));
	st = look("a");
	EQ(st.st_atim.tv_sec, 7);
	EQ(st.st_atim.tv_nsec, 8);
	EQ(st.st_mtim.tv_sec, 9);
	EQ(st.st_mtim.tv_nsec, 10);
	OK(SYS(NR_utime, P("a"), P(narrow)));
	EQ(look("a").st_atim.tv_sec, 11);
	EQ(look("a").st_mtim.tv_sec, 12);
	EQ(look("a").st_mtim.tv_nsec, 0);
	OK(SYS(NR_utimes, P("a"), P(micro)));
	EQ(look("a").st_atim.tv_nsec, 14000);
	EQ(look("a").st_mtim.tv_sec, 15);
	set_back("a");
	OK(SYS(NR_futimesat, AT_FDCWD, P("a"), P(micro)));
	EQ(look("a").st_mtim.tv_nsec, 16000);
	OK(SYS(NR_futimesat, OK(open("a", O_RDONLY)), 0, 0));
	TRUE(recent(look("a").st_mtim));
	set_back("a");
	OK(SYS(NR_utime, P("a"), 0));
	TRUE(recent(look("a").st_mtim));
	ERR(SYS(NR_utimes, P("a"), P(bad)), EINVAL);
	ERR(SYS(NR_utimes, P("no"), P(micro)), ENOENT);
}

TREE("NAME-time who may set a file's times")
{
	struct timespec t[2] = {{1, 0}, {2, 0}}, now[2] = {{0, NOW}, {0, NOW}};

	file("writable", 0666);
	file("readable", 0644);
	AS(USER, USER)
	{
		ERR(SYS(NR_utimensat, AT_FDCWD, P("writable"), P(t), 0), EPERM);
		OK(SYS(NR_utimensat, AT_FDCWD, P("writable"), 0, 0));
		OK(SYS(NR_utimensat, AT_FDCWD, P("writable"), P(now), 0));
		ERR(SYS(NR_utimensat, AT_FDCWD, P("readable"), 0, 0), EACCES);
		ERR(SYS(NR_utimensat, AT_FDCWD, P("readable"), P(t), 0), EPERM);
		file("mine", 0400);
		OK(SYS(NR_utimensat, AT_FDCWD, P("mine"), P(t), 0));
		EQ(look("mine").st_mtime, 2);
	}
}

/* ---- stat --------------------------------------------------------------- */

TREE("NAME-stat the older calls say what the newer ones say")
{
	struct old {
		unsigned dev, ino;
		unsigned short mode, nlink, uid, gid;
		unsigned rdev, size, blksize, blocks;
		unsigned atime, ansec, mtime, mnsec, ctime, cnsec, unused[2];
	} old;
	struct stat64 st;

	file("a", 0640);
	OK(symlink("a", "l"));
	OK(chown("a", 3, 4));
	set_back("a");
	st = look("a");
	OK(SYS(NR_stat, P("l"), P(&old)));
	EQ(old.ino, st.st_ino);
	EQ(old.dev, st.st_dev);
	EQ(old.mode, S_IFREG | 0640);
	EQ(old.nlink, 1);
	EQ(old.uid, 3);
	EQ(old.gid, 4);
	EQ(old.atime, 1000);
	EQ(old.mtime, 2000);
	OK(SYS(NR_lstat, P("l"), P(&old)));
	EQ(old.mode & S_IFMT, S_IFLNK);
	EQ(old.size, 1);
	OK(SYS(NR_fstat, OK(open("a", O_RDONLY)), P(&old)));
	EQ(old.ino, st.st_ino);
	ERR(SYS(NR_stat, P("no"), P(&old)), ENOENT);
}

TREE("NAME-stat inodes are unique and stay, through rename and links")
{
	struct stat64 a;

	file("a", 0644);
	file("b", 0644);
	a = look("a");
	TRUE(a.st_ino != look("b").st_ino);
	EQ(a.st_dev, look("b").st_dev);
	OK(rename("a", "c"));
	OK(link("c", "d"));
	EQ(look("c").st_ino, a.st_ino);
	EQ(look("d").st_ino, a.st_ino);
	EQ(ftok("c", 1), ftok("d", 1));
	TRUE(ftok("c", 1) != ftok("b", 1));
}

/* ---- many --------------------------------------------------------------- */

TREE("NAME-many a thousand files and a deep tree come and go")
{
	char name[32];

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "f%d", i);
		OK(close(OK(
		    SYS(NR_open, P(name), O_CREAT | O_EXCL | O_RDWR, 0600))));
	}
	for (int i = 0; i < 1000; i += 97) {
		snprintf(name, sizeof name, "f%d", i);
		OK(SYS(NR_access, P(name), F_OK));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "f%d", i);
		OK(SYS(NR_unlink, P(name)));
	}
	for (int i = 0; i < 400; i++) {
		OK(SYS(NR_mkdir, P("deep"), 0755));
		OK(SYS(NR_chdir, P("deep")));
	}
	for (int i = 0; i < 400; i++) {
		OK(SYS(NR_chdir, P("..")));
		OK(SYS(NR_rmdir, P("deep")));
	}
}

/* Makes links with long targets until the memory is full.  Their number. */
static int fill(const char *letter)
{
	char target[4001], name[32];
	long error = 0;
	int made = 0;

	memset(target, 'x', 4000);
	target[4000] = '\0';
	while (error == 0) {
		snprintf(name, sizeof name, "%s%d", letter, made);
		error = SYS(NR_symlink, P(target), P(name));
		made += error == 0;
	}
	EQ(error, -ENOSPC);
	return made;
}

static void empty(const char *letter, int made)
{
	char name[32];

	for (int i = 0; i < made; i++) {
		snprintf(name, sizeof name, "%s%d", letter, i);
		OK(SYS(NR_unlink, P(name)));
	}
}

TREE("NAME-full a full memory is ENOSPC, with nothing made, and root has more")
{
	need_tessera(); /* a tmpfs has all of Linux's memory */
	AS(USER, USER)
	{
		int made = fill("u"), before = look(".").st_size;
		char name[32];

		TRUE(made > 1000);
		snprintf(name, sizeof name, "u%d", made);
		ERR(SYS(NR_access, P(name), F_OK), ENOENT);
		EQ(look(".").st_size, before);
		EQ(fill("v"), 0);
		shared->value[0] = made;
	}
	shared->value[1] = fill("r"); /* what is kept for root */
	TRUE(shared->value[1] > 10);
	OK(SYS(NR_rename, P("r0"), P("s"))); /* it needs little */
	OK(SYS(NR_rename, P("s"), P("r0")));
	empty("r", shared->value[1]);
	empty("u", shared->value[0]);
	EQ(look(".").st_size, 40);
	file("a", 0600);
}

/* The pages that are free, and those of them that the caller may take. */
static unsigned long free_pages(void)
{
	unsigned long words[21];

	OK(SYS(NR_statfs64, P("."), sizeof words, P(words)));
	return words[4];
}

static unsigned long available_pages(void)
{
	unsigned long words[21];

	OK(SYS(NR_statfs64, P("."), sizeof words, P(words)));
	return words[6];
}

/* A file of 16 KiB, a directory, a link and a full pipe. */
static void make_something(void)
{
	static char bytes[16384];
	int fd = OK(SYS(NR_open, P("mine"), O_CREAT | O_RDWR, 0600)), ends[2];

	EQ(SYS(NR_write, fd, P(bytes), sizeof bytes), sizeof bytes);
	OK(SYS(NR_mkdir, P("own"), 0755));
	OK(SYS(NR_link, P("mine"), P("own/mine")));
	OK(SYS(NR_symlink, P("own"), P("way")));
	OK(pipe(ends));
	EQ(SYS(NR_write, ends[1], P(bytes), sizeof bytes), sizeof bytes);
	OK(SYS(NR_unlink, P("way")));
	OK(SYS(NR_unlink, P("own/mine")));
	OK(SYS(NR_rmdir, P("own")));
	OK(SYS(NR_unlink, P("mine")));
}

TREE("NAME-full a user who fills the memory leaves some of it to others")
{
	unsigned long before = 0;

	need_tessera();
	for (int times = 0; times < 2; times++) {
		AS(USER, USER)
		{
			shared->value[0] = fill("u");
			TRUE(available_pages() < 64);
			TRUE(free_pages() > 256);
		}
		for (int other = 1; other <= 2; other++)
			AS(USER + other, USER)
			{
				TRUE(available_pages() >= 64);
				make_something();
				empty("v", fill("v"));
			}
		empty("u", shared->value[0]);
		if (times > 0)
			EQ(free_pages(), before);
		before = free_pages();
	}
}

#define DEEP 4200

/* Makes a deep tree, and removes it while its lowest directory is open. */
static void go_deep(void)
{
	int bottom;

	for (int i = 0; i < DEEP; i++) {
		OK(SYS(NR_mkdir, P("deep"), 0755));
		OK(SYS(NR_chdir, P("deep")));
	}
	bottom = OK(SYS(NR_open, P("."), O_RDONLY));
	ERR(SYS(NR_rename, P(TOP "/d"), P("d")), ELOOP);
	OK(rename(TOP "/f", "f"));
	OK(rename("f", TOP "/f"));
	for (int i = 0; i < DEEP; i++) {
		OK(SYS(NR_chdir, P("..")));
		OK(SYS(NR_rmdir, P("deep")));
	}
	OK(close(bottom));
}

TREE("NAME-deep what is 4,200 deep ends, and no directory is moved there")
{
	unsigned long before;

	need_tessera(); /* Linux walks up, however long it takes */
	OK(SYS(NR_mkdir, P("d"), 0755));
	file("f", 0600);
	go_deep();
	before = free_pages();
	go_deep();
	EQ(free_pages(), before);
}

TREE("NAME-many a path that is too long is known by steps, and getcwd refuses")
{
	static char path[8192];
	char *name = name_256;
	int depth = 0;

	name[255] = '\0';
	for (; depth < 20; depth++) {
		OK(SYS(NR_mkdir, P(name), 0755));
		OK(SYS(NR_chdir, P(name)));
	}
	ERR(SYS(NR_getcwd, P(path), sizeof path), ENAMETOOLONG);
	for (; depth > 0; depth--) {
		OK(SYS(NR_chdir, P("..")));
		OK(SYS(NR_rmdir, P(name)));
	}
}

TREE("NAME-places what a person expects is there, with the usual rights")
{
	EQ(look("/tmp").st_mode, S_IFDIR | 01777);
	EQ(look("/dev/shm").st_mode, S_IFDIR | 01777);
	EQ(look("/var/tmp").st_mode, S_IFDIR | 01777);
	EQ(look("/root").st_mode, S_IFDIR | 0700);
	EQ(look("/home").st_mode, S_IFDIR | 0755);
	EQ(look("/run").st_mode, S_IFDIR | 0755);
	EQ(look("/").st_mode, S_IFDIR | 0755);
	AS(USER, USER)
	{
		file("/dev/shm/names-test", 0600);
		OK(unlink("/dev/shm/names-test"));
		ERR(try_open("/x", O_CREAT | O_RDWR), EACCES);
		ERR(try_open("/dev/x", O_CREAT | O_RDWR), EACCES);
		ERR(SYS(NR_unlink, P("/dev/null")), EACCES);
	}
}
