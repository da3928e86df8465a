/*
 * tests/guest/bad_exec.c -- files that execve(2) must refuse.
 *
 * tests/guest/make_bad_elfs writes the files to /tests/bad.  Each is the same
 * tiny program, which exits with 42, with one thing wrong.  Tessera refuses
 * each of them with ENOEXEC or ENOMEM before it changes the caller.  Linux
 * finds some faults only when the old program is gone, and then kills the
 * process; some faults it accepts.  Those rows state both results, and
 * tests/DEVIATIONS lists them as BAD-ELF.
 */
#include "test.h"

#define LIVES      1000 /* it runs, and exits with 42 */
#define DEATH(sig) (2000 + (sig))

/* What happens to a child that execs the file: an errno, LIVES or DEATH. */
static int becomes(const char *name)
{
	char path[80];
	char *argv[] = {path, NULL}, *envp[] = {NULL};
	int status;
	pid_t pid;

	snprintf(path, sizeof path, "/tests/bad/%s", name);
	pid = fork();
	if (pid == 0) {
		long error = SYS(NR_execve, P(path), P(argv), P(envp));

		if (strcmp(path + 11, name) || getpid() <= 0)
			_exit(255);
		_exit(100 - error);
	}
	status = wait_status(pid);
	if (WIFSIGNALED(status))
		return DEATH(WTERMSIG(status));
	if (WEXITSTATUS(status) == 42)
		return LIVES;
	return WEXITSTATUS(status) - 100;
}

/* ENOEXEC and ENOMEM both refuse: a row that wants one accepts the other. */
#define REFUSED(name, on_linux, here)                                          \
	TEST_AS("BAD-ELF " name, 1, __LINE__)                                  \
	{                                                                      \
		if (!on_tessera() || (here) != ENOEXEC ||                      \
		    becomes(name) != ENOMEM)                                   \
			EQ(becomes(name), HERE(on_linux, here));               \
		ANSWER(becomes(name) < 1000 ? -becomes(name) : becomes(name)); \
	}

TEST("BAD-ELF the good program runs, so the bad ones are bad in one thing")
{
	EQ(becomes("good"), LIVES);
}

TEST("BAD-ELF a part without bytes in the file is zeroes, aligned or not")
{
	EQ(becomes("zeros_alone"), LIVES);
}

REFUSED("empty", ENOEXEC, ENOEXEC)
REFUSED("one_byte", ENOEXEC, ENOEXEC)
REFUSED("text", ENOEXEC, ENOEXEC)
REFUSED("zeros", ENOEXEC, ENOEXEC)
REFUSED("bad_magic", ENOEXEC, ENOEXEC)
REFUSED("elf64", ENOEXEC, ENOEXEC)
REFUSED("class64", ENOEXEC, ENOEXEC)
REFUSED("machine_arm", ENOEXEC, ENOEXEC)
REFUSED("type_rel", ENOEXEC, ENOEXEC)
REFUSED("type_core", ENOEXEC, ENOEXEC)
REFUSED("cut_header", ENOEXEC, ENOEXEC)
REFUSED("cut_programs", ENOEXEC, ENOEXEC)
REFUSED("phoff_beyond", ENOEXEC, ENOEXEC)
REFUSED("phoff_wraps", ENOEXEC, ENOEXEC)
REFUSED("file_beyond", LIVES, ENOEXEC)
REFUSED("offset_beyond", DEATH(SIGBUS), ENOEXEC)
REFUSED("phnum_zero", ENOEXEC, ENOEXEC)
REFUSED("phnum_many", ENOEXEC, ENOEXEC)
REFUSED("phentsize", ENOEXEC, ENOEXEC)
REFUSED("no_load", DEATH(SIGSEGV), ENOEXEC)
REFUSED("kernel", DEATH(SIGSEGV), ENOEXEC)
REFUSED("kernel_deep", DEATH(SIGSEGV), ENOEXEC)
REFUSED("into_kernel", DEATH(SIGSEGV), ENOEXEC)
REFUSED("wraps", DEATH(SIGSEGV), ENOEXEC)
REFUSED("below_first", LIVES, ENOEXEC)
REFUSED("page_zero", LIVES, ENOEXEC)
REFUSED("overlap", LIVES, ENOEXEC)
REFUSED("overlap_part", LIVES, ENOEXEC)
REFUSED("misaligned", DEATH(SIGSEGV), ENOEXEC)
REFUSED("file_over_memory", DEATH(SIGSEGV), ENOEXEC)
REFUSED("memory_huge", DEATH(SIGSEGV), ENOMEM)
REFUSED("memory_all", DEATH(SIGSEGV), ENOEXEC)
REFUSED("entry_outside", DEATH(SIGSEGV), DEATH(SIGSEGV))
REFUSED("entry_kernel", DEATH(SIGSEGV), ENOEXEC)
REFUSED("interp_missing", ENOENT, ENOENT)
REFUSED("interp_endless", ENOEXEC, ENOEXEC)
REFUSED("interp_empty", ENOEXEC, ENOEXEC)
REFUSED("interp_beyond", EIO, ENOEXEC)
REFUSED("interp_long", ENOEXEC, ENOEXEC)
REFUSED("interp_zeros", ELIBBAD, ELIBBAD)
REFUSED("interp_64", ELIBBAD, ELIBBAD)
REFUSED("interp_directory", EACCES, EACCES)
REFUSED("interp_over_it", LIVES, ENOEXEC)
REFUSED("interp_huge", DEATH(SIGSEGV), ENOMEM)
REFUSED("interp_good", LIVES, LIVES)
REFUSED("moved", LIVES, LIVES)
REFUSED("moved_high", LIVES, LIVES)
REFUSED("moved_huge", DEATH(SIGSEGV), ENOMEM)
REFUSED("moved_wraps", DEATH(SIGSEGV), ENOEXEC)
REFUSED("moved_overlap", LIVES, ENOEXEC)
REFUSED("script_missing", ENOENT, ENOENT)
REFUSED("script_empty", ENOEXEC, ENOEXEC)

TEST("BAD-ELF a dynamic program of one page, which was written here, runs")
{
	static char page[PAGE];
	int from = OK(open("/tests/bad/interp_good", O_RDONLY));
	int to = OK(open("/tmp/dynamic", O_WRONLY | O_CREAT, 0755));

	EQ(read(from, page, sizeof page), (int)sizeof page);
	EQ(write(to, page, sizeof page), (int)sizeof page);
	OK(close(to));
	EQ(becomes("../../tmp/dynamic"), LIVES);
	OK(unlink("/tmp/dynamic"));
}

TEST("BAD-ELF a file that is not there is ENOENT, a directory EACCES")
{
	EQ(becomes("no_such_file"), ENOENT);
	ERR(SYS(NR_execve, P("/tests/bad/good/more"), 0, 0), ENOTDIR);
	ERR(SYS(NR_execve, P("/tests"), 0, 0), EACCES);
	ERR(SYS(NR_execve, P(""), 0, 0), ENOENT);
}

TEST("BAD-ELF an execve that fails keeps memory, attaches and descriptors")
{
	static const char *const names[] = {"text",         "elf64",
	                                    "type_rel",     "cut_header",
	                                    "phoff_beyond", "phnum_zero"};
	int id = make(PAGE), fd = OK(open("/dev/zero", O_RDONLY));
	char *p = attach(id), *m = memory(PAGE, PROT_READ | PROT_WRITE);
	char path[64], c;
	struct shm_ds before, after;

	p[0] = 'p';
	m[0] = 'm';
	before = stat_of(id);
	for (unsigned i = 0; i < ALL(names); i++) {
		snprintf(path, sizeof path, "/tests/bad/%s", names[i]);
		ERR(SYS(NR_execve, P(path), 0, 0), ENOEXEC);
	}
	after = stat_of(id);
	EQ(memcmp(&before, &after, sizeof after), 0);
	EQ(p[0], 'p');
	EQ(m[0], 'm');
	EQ(read(fd, &c, 1), 1);
	removed(id);
}
