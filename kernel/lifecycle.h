/*
 * kernel/lifecycle.h -- birth, change and death of processes, for the rooms of
 * kernel/ alone (ipc sees process.h).
 */
#ifndef KERNEL_LIFECYCLE_H
#define KERNEL_LIFECYCLE_H

#include "../abi/errno.h"
#include "../mm/table.h"
#include "process.h"

#define QUANTUM   1 /* ticks: 10 ms */
#define WAIT_CORE 0x80

extern struct table proc_table;
extern char kernel_stacks[];

/* ---- process.c: states ----------------------------------------------- */

void proc_free(int proc);
bool proc_pid_taken(int pid);
uintptr_t proc_stack_top(int proc);
bool proc_blocked(int proc);
bool may_stop_in(enum proc_state state);
void proc_set_running(int proc);
void proc_set_ready(int proc);
void proc_set_zombie(int proc);

/* ---- schedule.c ------------------------------------------------------ */

void enqueue(int proc, bool first);
int sleep_until(uint32_t tick);
extern uint32_t count_switches;

/* ---- lifecycle.c ----------------------------------------------------- */

/* Ends the current process; status as wait4(2) gives it. */
__attribute__((noreturn)) void proc_exit(int wait_status);

/* A process that starts at trap_return with an empty trapframe. */
void proc_prepare_stack(int proc);

/* Tells the parent that a child has ended, stopped or continued. */
void proc_notify_parent(int proc);

/* ---- exec.c ---------------------------------------------------------- */

/*
 * Argument strings: the words argv[] and envp[] in a space, or, when `space`
 * is -1, kernel arrays of kernel strings.  Both end with a zero word.
 */
struct exec_strings {
	int space;
	uintptr_t argv, envp;
};

int exec_load(int proc, const struct exec_image *image,
              const struct exec_strings *strings);

/* ---- signal.c -------------------------------------------------------- */

/* What attend() does about signals before a process returns to user mode. */
void signal_attend(void);

/* Stops the current process until SIGCONT or a killing signal. */
void signal_stop(void);

/* The process's own crime: its last log line, and its end. */
void proc_crime(int signal, const char *reason, uint32_t address);

/* ---- archive.c ------------------------------------------------------- */

extern paddr_t archive_start;
extern uint32_t archive_bytes;

/* Why the archive cannot be used, as one sentence, or 0. */
const char *archive_check(void);

/* The file at `path` (without the leading slash): its body, or false. */
bool archive_find(const char *path, paddr_t *body, uint32_t *bytes);

/* ---- cmdline.c ------------------------------------------------------- */

#define CMDLINE_WORDS 64
extern char *cmdline_words[CMDLINE_WORDS + 1]; /* ends with 0 */
extern int cmdline_count;
extern const char *cmdline_servers[4]; /* server=PATH */
extern int cmdline_server_count;

/* main.c: where boot/entry.asm goes. */
__attribute__((noreturn)) void kmain(uint32_t magic, paddr_t info_address);

void cmdline_parse(const char *text, bool first_is_file);

#endif
