/* The calls that servers answer: X(number, name, owner): made by tools/mktables from abi/syscalls.tbl. */
#define SERVER_CALLS(X) \
	X(12, mmap, FD) \
	X(13, fcntl, FD) \
	X(30, read, FD) \
	X(31, write, FD) \
	X(32, readv, FD) \
	X(33, writev, FD) \
	X(34, stat, FD) \
	X(35, pair, FD) \
	X(36, dial, FD) \
	X(39, mq_open, NAME) \
	X(37, chdir, FD) \
	X(40, open, NAME) \
	X(41, openat, NAME) \
	X(42, pipe, NAME) \
	X(43, rename, NAME) \
	X(44, renameat, NAME) \
	X(45, linkat, NAME)
