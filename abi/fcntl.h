/*
 * abi/fcntl.h -- what open(2), openat(2) and fcntl(2) are asked for,
 * and what close_range(2) and ioctl(2) are asked about a descriptor.
 */
#ifndef ABI_FCNTL_H
#define ABI_FCNTL_H

/* clang-format off */
#define O_ACCMODE       3
#define O_RDONLY        0
#define O_WRONLY        1
#define O_RDWR          2
#define O_CREAT         0100
#define O_EXCL          0200
#define O_NOCTTY        0400
#define O_TRUNC         01000
#define O_APPEND        02000
#define O_NONBLOCK      04000
#define O_LARGEFILE     0100000
#define O_DIRECT        040000
#define O_DIRECTORY     0200000
#define O_NOFOLLOW      0400000
#define O_NOATIME       01000000
#define O_CLOEXEC       02000000u
#define O_SYNC          04010000
#define O_PATH          010000000
#define O_TMPFILE       020200000

/* preadv2(2), pwritev2(2).  The first three ask for what is so anyway. */
#define RWF_HIPRI  0x01u
#define RWF_DSYNC  0x02u
#define RWF_SYNC   0x04u
#define RWF_APPEND 0x10u

/* fallocate(2) */
#define FALLOC_FL_KEEP_SIZE      0x01u
#define FALLOC_FL_PUNCH_HOLE     0x02u
#define FALLOC_FL_COLLAPSE_RANGE 0x08u
#define FALLOC_FL_ZERO_RANGE     0x10u
#define FALLOC_FL_INSERT_RANGE   0x20u
#define FALLOC_FL_UNSHARE_RANGE  0x40u

#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EACCESS          0x200 /* of faccessat2 */
#define AT_REMOVEDIR        0x200 /* of unlinkat */
#define AT_SYMLINK_FOLLOW   0x400
#define AT_NO_AUTOMOUNT     0x800
#define AT_EMPTY_PATH       0x1000
#define AT_STATX_SYNC_TYPE  0x6000

#define AT_FDCWD (-100)

#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2

#define CLOSE_RANGE_UNSHARE 0x2u
#define CLOSE_RANGE_CLOEXEC 0x4u

#define FIONCLEX 0x5450u /* ioctl(2) */
#define FIOCLEX  0x5451u

#define FD_CLOEXEC      1
#define F_DUPFD         0
#define F_GETFD         1
#define F_SETFD         2
#define F_GETFL         3
#define F_SETFL         4
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ    1031
#define F_GETPIPE_SZ    1032
#define F_ADD_SEALS     1033
#define F_GET_SEALS     1034

#define F_SEAL_SEAL         0x01u
#define F_SEAL_SHRINK       0x02u
#define F_SEAL_GROW         0x04u
#define F_SEAL_WRITE        0x08u
#define F_SEAL_FUTURE_WRITE 0x10u
#define F_SEAL_WRITES       0x18u /* both */
/* clang-format on */

#endif
