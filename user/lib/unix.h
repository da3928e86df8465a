/*
 * user/lib/unix.h -- the Unix door, int 0x80, for programs without a libc,
 * and the structures that cross it (Linux i386's layout; names are POSIX's).
 *
 * The servers answer with these structures; init and bench call the kernel
 * through these stubs.  Each stub returns the result of the call, or -errno.
 */
#ifndef USER_LIB_UNIX_H
#define USER_LIB_UNIX_H

#include "../../abi/errno.h"
#include "../../abi/fcntl.h"
#include "../../abi/mman.h"
#include "../../abi/process.h"
#include "../../abi/poll.h"
#include "../../abi/types.h"
#include "../../build/gen/syscall_numbers.h"

/* clang-format off */
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define SEEK_DATA 3
#define SEEK_HOLE 4

#define S_IFMT  0170000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFBLK 0060000
#define S_IFIFO 0010000
#define S_IFSOCK 0140000
#define S_ISUID 0004000u
#define S_ISGID 0002000u
#define S_ISVTX 0001000u
#define S_IXGRP 0000010u

#define TCGETS     0x5401
#define TCSETS     0x5402
#define TCSETSW    0x5403
#define TCSETSF    0x5404
#define TCSBRK     0x5409
#define TCXONC     0x540A
#define TCFLSH     0x540B
#define TIOCSCTTY  0x540E
#define TIOCGPGRP  0x540F
#define TIOCSPGRP  0x5410
#define TIOCOUTQ   0x5411
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD   0x541B
#define FIONBIO    0x5421
#define TIOCNOTTY  0x5422
#define TCSBRKP    0x5425
#define TIOCGSID   0x5429
#define TCGETS2    0x802C542Au
#define TCSETS2    0x402C542Bu
#define TCSETSW2   0x402C542Cu
#define TCSETSF2   0x402C542Du

#define PATH_MAX 4096 /* bytes of a path, its NUL included */
#define NAME_MAX 255  /* bytes of one component */
/* clang-format on */

struct stat64 {
	uint32_t st_dev, dev_high, pad0;
	uint32_t ino_low;
	uint32_t st_mode, st_nlink, st_uid, st_gid;
	uint32_t st_rdev, rdev_high, pad3;
	uint32_t st_size, size_high;
	uint32_t st_blksize;
	uint32_t st_blocks, blocks_high;
	uint32_t st_atime, atime_nsec;
	uint32_t st_mtime, mtime_nsec;
	uint32_t st_ctime, ctime_nsec;
	uint32_t st_ino, ino_high;
};

/* What stat, lstat and fstat fill, the calls 106 to 108. */
struct old_stat {
	uint32_t st_dev, st_ino;
	uint16_t st_mode, st_nlink, st_uid, st_gid;
	uint32_t st_rdev, st_size, st_blksize, st_blocks;
	uint32_t st_atime, atime_nsec;
	uint32_t st_mtime, mtime_nsec;
	uint32_t st_ctime, ctime_nsec;
	uint32_t unused[2];
};

struct statx_time {
	uint32_t seconds, seconds_high, nsec, pad;
};

struct statx {
	uint32_t stx_mask, stx_blksize;
	uint32_t attributes, attributes_high;
	uint32_t stx_nlink, stx_uid, stx_gid;
	uint16_t stx_mode, pad1;
	uint32_t stx_ino, ino_high;
	uint32_t stx_size, size_high;
	uint32_t stx_blocks, blocks_high;
	uint32_t attributes_mask, attributes_mask_high;
	struct statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint32_t spare[28];
};

#define STATX_BASIC_STATS 0x7FFu

/* An entry of getdents; its last byte is the type. */
struct dirent32 {
	uint32_t d_ino, d_off;
	uint16_t d_reclen;
	char d_name[];
};

struct dirent64 {
	uint32_t d_ino, ino_high;
	uint32_t d_off, off_high;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

struct termios {
	uint32_t c_iflag, c_oflag, c_cflag, c_lflag;
	uint8_t c_line;
	uint8_t c_cc[19];
};

struct termios2 {
	struct termios common;
	uint32_t c_ispeed, c_ospeed; /* in bits a second */
};

struct winsize {
	uint16_t ws_row, ws_col, ws_xpixel, ws_ypixel;
};

_Static_assert(sizeof(struct stat64) == 96, "Linux i386 stat64");
_Static_assert(sizeof(struct old_stat) == 64, "Linux i386 stat");
_Static_assert(sizeof(struct statx) == 256, "Linux statx");
_Static_assert(offsetof(struct dirent64, d_name) == 19, "Linux dirent64");
_Static_assert(sizeof(struct termios) == 36, "Linux i386 kernel termios");
_Static_assert(sizeof(struct termios2) == 44, "Linux i386 termios2");

/* Every program without a libc has this main; user/lib/start.c calls it. */
int main(int argc, char **argv, char **envp);

static inline int unix_call5(int number, uint32_t a, uint32_t b, uint32_t c,
                             uint32_t d, uint32_t e)
{
	int result;

	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
	                 : "memory");
	return result;
}

static inline int unix_call(int number, uint32_t a, uint32_t b, uint32_t c)
{
	int result;

	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "a"(number), "b"(a), "c"(b), "d"(c)
	                 : "memory");
	return result;
}

/* Is this result of a call that returns an address an error (-errno)? */
static inline bool unix_failed(int result)
{
	return (uint32_t)result > -(uint32_t)PAGE_SIZE;
}

static inline uint32_t unix_address(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

__attribute__((noreturn)) static inline void unix_exit(int status)
{
	for (;;)
		unix_call(SYS_exit_group, (uint32_t)status, 0, 0);
}

static inline int unix_getpid(void)
{
	return unix_call(SYS_getpid, 0, 0, 0);
}

static inline int unix_fork(void)
{
	return unix_call(SYS_fork, 0, 0, 0);
}

static inline int unix_read(int fd, void *buffer, uint32_t bytes)
{
	return unix_call(SYS_read, (uint32_t)fd, unix_address(buffer), bytes);
}

static inline int unix_write(int fd, const void *buffer, uint32_t bytes)
{
	return unix_call(SYS_write, (uint32_t)fd, unix_address(buffer), bytes);
}

static inline int unix_open(const char *path, int flags)
{
	return unix_call(SYS_open, unix_address(path), (uint32_t)flags, 0);
}

static inline int unix_fstat(int fd, struct stat64 *st)
{
	return unix_call(SYS_fstat64, (uint32_t)fd, unix_address(st), 0);
}

static inline int unix_close(int fd)
{
	return unix_call(SYS_close, (uint32_t)fd, 0, 0);
}

static inline int unix_dup2(int fd, int newfd)
{
	return unix_call(SYS_dup2, (uint32_t)fd, (uint32_t)newfd, 0);
}

static inline int unix_wait(int *status, int options)
{
	return unix_call(SYS_waitpid, (uint32_t)-1, unix_address(status),
	                 (uint32_t)options);
}

static inline int unix_execve(const char *path, char *const *argv,
                              char *const *envp)
{
	return unix_call(SYS_execve, unix_address(path), unix_address(argv),
	                 unix_address(envp));
}

/* Ends the machine, or starts it anew.  Returns only if it may not do that. */
static inline void unix_reboot(uint32_t command)
{
	unix_call(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, command);
}

/* mmap2 of anonymous memory.  Returns the address or -errno: unix_failed(). */
int unix_mmap(uint32_t at, uint32_t bytes, uint32_t rights, uint32_t flags);

/* New private memory to read and write, all of it promised; 0: not enough. */
void *unix_map(uint32_t bytes);
void unix_unmap(void *start, uint32_t bytes);

#endif
