/*
 * tests/guest/names_badptr.c -- bad pointers in the calls that change names.
 *
 * The table of them is in bad_pointers.h.  After all of them the tree is as it
 * was: no path that cannot be read makes, moves or removes anything.
 */
#include "bad_pointers.h"

#include "names.h"

#define HERE_FD AT_FDCWD
#define GOOD    P("/tmp")
#define NEW     P("/tmp/new")

static int tmp_fd(void)
{
	return OK(open("/tmp", O_RDONLY | O_DIRECTORY));
}

BAD("creat path", STRING, 2, 0, NR_creat, 1, {0, 0600})
BAD("link old", STRING, 2, 0, NR_link, 1, {0, NEW})
BAD("link new", STRING, 2, 0, NR_link, 2, {P("/dev/null"), 0})
BAD("unlink path", STRING, 2, 0, NR_unlink, 1, {0})
BAD("mknod path", STRING, 2, 0, NR_mknod, 1, {0, S_IFREG | 0600, 0})
BAD("chmod path", STRING, 2, 0, NR_chmod, 1, {0, 0600})
BAD("lchown path", STRING, 2, 0, NR_lchown, 1, {0, 0, 0})
BAD("chown path", STRING, 2, 0, NR_chown, 1, {0, 0, 0})
BAD("lchown32 path", STRING, 2, 0, NR_lchown32, 1, {0, 0, 0})
BAD("chown32 path", STRING, 2, 0, NR_chown32, 1, {0, 0, 0})
BAD("rename old", STRING, 2, 0, NR_rename, 1, {0, NEW})
BAD("rename new", STRING, 2, 0, NR_rename, 2, {GOOD, 0})
BAD("mkdir path", STRING, 2, 0, NR_mkdir, 1, {0, 0700})
BAD("rmdir path", STRING, 2, 0, NR_rmdir, 1, {0})
BAD("symlink target", STRING, 2, 0, NR_symlink, 1, {0, NEW})
BAD("symlink path", STRING, 2, 0, NR_symlink, 2, {P("x"), 0})
BAD("utime path", STRING, 2, 0, NR_utime, 1, {0, 0})
BAD("utime times", IN, 8, 1, NR_utime, 2, {GOOD, 0})
BAD("utimes path", STRING, 2, 0, NR_utimes, 1, {0, 0})
BAD("utimes times", IN, 16, 1, NR_utimes, 2, {GOOD, 0})
BAD("futimesat path", STRING, 2, 0, NR_futimesat, 2, {HERE_FD, 0, 0})
BAD("futimesat times", IN, 16, 1, NR_futimesat, 3, {HERE_FD, GOOD, 0})
BAD("utimensat path", STRING, 2, 0, NR_utimensat, 2, {HERE_FD, 0, 0, 0})
BAD("utimensat times", IN, 16, 1, NR_utimensat, 3, {HERE_FD, GOOD, 0, 0})
BAD("utimensat_time64 path", STRING, 2, 0, NR_utimensat64, 2, {HERE_FD, 0})
BAD("utimensat_time64 times", IN, 32, 1, NR_utimensat64, 3, {HERE_FD, GOOD, 0})
BAD("mkdirat path", STRING, 2, 0, NR_mkdirat, 2, {HERE_FD, 0, 0700})
BAD("mknodat path", STRING, 2, 0, NR_mknodat, 2, {HERE_FD, 0, 0600, 0})
BAD("fchownat path", STRING, 2, 0, NR_fchownat, 2, {HERE_FD, 0, 0, 0, 0})
BAD("unlinkat path", STRING, 2, 0, NR_unlinkat, 2, {HERE_FD, 0, 0})
BAD("renameat old", STRING, 2, 0, NR_renameat, 2, {HERE_FD, 0, HERE_FD, NEW})
BAD("renameat new", STRING, 2, 0, NR_renameat, 4, {HERE_FD, GOOD, HERE_FD, 0})
BAD("renameat2 old", STRING, 2, 0, NR_renameat2, 2, {HERE_FD, 0, HERE_FD, NEW})
BAD("renameat2 new", STRING, 2, 0, NR_renameat2, 4,
    {HERE_FD, GOOD, HERE_FD, 0, 0})
BAD("linkat old", STRING, 2, 0, NR_linkat, 2, {HERE_FD, 0, HERE_FD, NEW, 0})
BAD("linkat new", STRING, 2, 0, NR_linkat, 4,
    {HERE_FD, P("/dev/null"), HERE_FD, 0, 0})
BAD("linkat new, by a descriptor", STRING, 2, 0, NR_linkat, 4,
    {HERE_FD, P("/dev/null"), tmp_fd(), 0, 0})
BAD("symlinkat target", STRING, 2, 0, NR_symlinkat, 1, {0, HERE_FD, NEW})
BAD("symlinkat path", STRING, 2, 0, NR_symlinkat, 3, {P("x"), HERE_FD, 0})
BAD("fchmodat path", STRING, 2, 0, NR_fchmodat, 2, {HERE_FD, 0, 0600})
BAD("faccessat2 path", STRING, 2, 0, NR_faccessat2, 2, {HERE_FD, 0, 0, 0})
BAD("stat path", STRING, 2, 0, NR_stat, 1, {0, P(private_page)})
BAD("stat buf", OUT, 64, 0, NR_stat, 2, {GOOD, 0})
BAD("lstat path", STRING, 2, 0, NR_lstat, 1, {0, P(private_page)})
BAD("lstat buf", OUT, 64, 0, NR_lstat, 2, {GOOD, 0})
BAD("fstat buf", OUT, 64, 0, NR_fstat, 2, {tmp_fd(), 0})
BAD("getdents buf", OUT, 16, 0, NR_getdents, 2, {tmp_fd(), 0, 4096})

TEST("SEC-S10 a bad path has made, moved and removed nothing")
{
	struct stat64 st;

	ERR(SYS(NR_access, NEW, F_OK), ENOENT);
	OK(SYS(NR_stat64, GOOD, P(&st)));
	EQ(st.st_mode, S_IFDIR | 01777);
	EQ(st.st_uid, 0);
	OK(SYS(NR_access, P("/dev/null"), R_OK | W_OK));
}
