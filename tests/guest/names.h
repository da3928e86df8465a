/*
 * tests/guest/names.h -- the numbers of the calls about names.
 */
#ifndef NAMES_H
#define NAMES_H

enum {
	NR_creat = 8,
	NR_link = 9,
	NR_unlink = 10,
	NR_mknod = 14,
	NR_chmod = 15,
	NR_lchown = 16,
	NR_utime = 30,
	NR_rename = 38,
	NR_mkdir = 39,
	NR_rmdir = 40,
	NR_symlink = 83,
	NR_fchmod = 94,
	NR_fchown = 95,
	NR_stat = 106,
	NR_lstat = 107,
	NR_fstat = 108,
	NR_fchdir = 133,
	NR_getdents = 141,
	NR_chown = 182,
	NR_lchown32 = 198,
	NR_fchown32 = 207,
	NR_chown32 = 212,
	NR_statfs64 = 268,
	NR_utimes = 271,
	NR_mkdirat = 296,
	NR_mknodat = 297,
	NR_fchownat = 298,
	NR_futimesat = 299,
	NR_unlinkat = 301,
	NR_renameat = 302,
	NR_linkat = 303,
	NR_symlinkat = 304,
	NR_fchmodat = 306,
	NR_utimensat = 320,
	NR_renameat2 = 353,
	NR_utimensat64 = 412,
	NR_faccessat2 = 439,
};

#endif
