/* The numbers of the Unix calls: made by tools/mktables from abi/syscalls.tbl. */
#ifndef SYSCALL_NUMBERS_H
#define SYSCALL_NUMBERS_H

#define SYS_pid 20
#define SYS_end 1
#define SYS_leave 2
#define SYS_wide 4
#define SYS_uid 5
#define SYS_setuid 6
#define SYS_setgid 7
#define SYS_nothing 8
#define SYS_fork 9
#define SYS_brk 10
#define SYS_where 11
#define SYS_mmap 12
#define SYS_fcntl 13
#define SYS_read 30
#define SYS_write 31
#define SYS_readv 32
#define SYS_writev 33
#define SYS_stat 34
#define SYS_pair 35
#define SYS_dial 36
#define SYS_mq_open 39
#define SYS_chdir 37
#define SYS_open 40
#define SYS_openat 41
#define SYS_pipe 42
#define SYS_rename 43
#define SYS_renameat 44
#define SYS_linkat 45
#define SYS_plain 51

#define SYSCALL_LIMIT 52

#endif
