/*
 * kernel/calls.h -- the system calls the kernel owns, by their C prototypes.
 *
 * Each does what its man page (section 2) says, as far as its row in
 * abi/syscalls.tbl and the limits in README.md go; 0 or a positive result, or
 * -errno.  Results that are addresses go out by the last parameter.
 */
#ifndef KERNEL_CALLS_H
#define KERNEL_CALLS_H

#include "../abi/types.h"

/* lifecycle.c */
int sys_fork(void);
int sys_clone(uint32_t flags, vaddr_t stack, vaddr_t ptid, uint32_t tls,
              vaddr_t ctid);
__attribute__((noreturn)) int sys_exit(int status);
__attribute__((noreturn)) int sys_exit_group(int status);
int sys_wait4(int pid, vaddr_t status, uint32_t options, vaddr_t rusage);
int sys_waitpid(int pid, vaddr_t status, uint32_t options);

/* schedule.c */
int sys_sched_yield(void);

/* signal.c */
int sys_kill(int pid, int signal);
int sys_tkill(int tid, int signal);
int sys_tgkill(int tgid, int tid, int signal);
int sys_pause(void);
int sys_rt_sigprocmask(int how, vaddr_t set, vaddr_t oldset, uint32_t size);

/* identity.c */
int sys_getpid(void);
int sys_gettid(void);
int sys_getppid(void);
int sys_getuid(void);
int sys_getgid(void);
int sys_geteuid(void);
int sys_getegid(void);
int sys_getuid32(void);
int sys_getgid32(void);
int sys_geteuid32(void);
int sys_getegid32(void);
int sys_setuid32(uint32_t uid);
int sys_setgid32(uint32_t gid);
int sys_setreuid32(uint32_t ruid, uint32_t euid);
int sys_setregid32(uint32_t rgid, uint32_t egid);
int sys_setresuid32(uint32_t ruid, uint32_t euid, uint32_t suid);
int sys_setresgid32(uint32_t rgid, uint32_t egid, uint32_t sgid);
int sys_getresuid32(vaddr_t ruid, vaddr_t euid, vaddr_t suid);
int sys_getresgid32(vaddr_t rgid, vaddr_t egid, vaddr_t sgid);
int sys_getgroups32(int size, vaddr_t list);
int sys_setgroups32(int size, vaddr_t list);
int sys_umask(uint32_t mask);
int sys_setpgid(int pid, int pgid);
int sys_getpgid(int pid);
int sys_getpgrp(void);
int sys_setsid(void);
int sys_getsid(int pid);
int sys_uname(vaddr_t buf);
int sys_set_tid_address(vaddr_t tidptr);
int sys_set_thread_area(vaddr_t desc);
int sys_reboot(uint32_t magic1, uint32_t magic2, uint32_t command, vaddr_t arg);

/* memory.c */
int sys_brk(vaddr_t address, vaddr_t *result);
int sys_mmap2(vaddr_t address, uint32_t length, uint32_t prot, uint32_t flags,
              int fd, uint32_t pgoffset, vaddr_t *result);
int sys_munmap(vaddr_t address, uint32_t length);
int sys_mprotect(vaddr_t address, uint32_t length, uint32_t prot);

/* time.c */
int sys_time(vaddr_t result);
int sys_gettimeofday(vaddr_t tv, vaddr_t tz);
int sys_clock_gettime(int clock, vaddr_t tp);
int sys_clock_gettime64(int clock, vaddr_t tp);
int sys_clock_getres(int clock, vaddr_t tp);
int sys_clock_getres64(int clock, vaddr_t tp);
int sys_nanosleep(vaddr_t request, vaddr_t remain);
int sys_clock_nanosleep(int clock, uint32_t flags, vaddr_t request,
                        vaddr_t remain);
int sys_clock_nanosleep64(int clock, uint32_t flags, vaddr_t request,
                          vaddr_t remain);

#endif
