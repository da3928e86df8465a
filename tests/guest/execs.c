/*
 * tests/guest/execs.c -- what a file makes of the process that runs it: ids of
 * set-user-id and set-group-id files, scripts, and programs that were just
 * written.
 *
 * Each test copies this program to /tmp and runs it there as "helper".
 */
#define OWN_MAIN
#include "test.h"

#include <sys/auxv.h>
#include <sys/prctl.h>

#define COPY   "/tmp/execs-copy"
#define SCRIPT "/tmp/execs-script"
#define OWNER  1234
#define GROUP  77

static char *own_path;

/* Writes a file with these bytes, owner and mode. */
static void write_file(const char *path, const char *bytes, int n, int mode)
{
	int fd = OK(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700));

	while (n > 0) {
		int done = OK(write(fd, bytes, n));

		bytes += done;
		n -= done;
	}
	OK(close(fd));
	OK(chown(path, OWNER, GROUP));
	OK(chmod(path, mode));
}

static void copy_program(int mode)
{
	static char bytes[2 << 20];
	int fd = OK(open(own_path, O_RDONLY)), n, all = 0;

	while ((n = OK(read(fd, bytes + all, sizeof bytes - all))) > 0)
		all += n;
	close(fd);
	write_file(COPY, bytes, all, mode);
}

static void clean_up(void)
{
	unlink(COPY);
	unlink(SCRIPT);
}

/* Runs a file, with the words in argv[1] and argv[2].  Its exit status. */
static int run(const char *path, const char *what, const char *more)
{
	char *argv[] = {(char *)path, (char *)what, (char *)more, NULL};
	char *envp[] = {NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execve(path, argv, envp);
		_exit(100 + errno);
	}
	status = wait_status(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The helper answers 0 if it has these ids. */
static int has_ids(const char *path, int ruid, int euid, int rgid, int egid)
{
	char ids[64];

	snprintf(ids, sizeof ids, "%d %d %d %d %d", ruid, euid, rgid, egid,
	         ruid != euid || rgid != egid);
	return run(path, "ids", ids) == 0;
}

/* --- set-user-id and set-group-id ---------------------------------------- */

TEST("EXEC-setid a file gives its owner's id, its group's, both or none")
{
	static const struct {
		int mode;
		int uid, gid; /* does it give them? */
	} files[] = {{04755, 1, 0}, {02755, 0, 1}, {06755, 1, 1},
	             {02745, 0, 0}, {0755, 0, 0},  {04711, 1, 0}};

	for (unsigned i = 0; i < ALL(files); i++) {
		copy_program(files[i].mode);
		AS(NOBODY, NOBODY)
		{
			TRUE(has_ids(COPY, NOBODY,
			             files[i].uid ? OWNER : NOBODY, NOBODY,
			             files[i].gid ? GROUP : NOBODY));
		}
	}
	clean_up();
}

TEST("EXEC-setid the new id is saved: it can be left and taken again")
{
	copy_program(04755);
	AS(NOBODY, NOBODY)
	{
		EQ(run(COPY, "back", ""), 0);
	}
	clean_up();
}

TEST("EXEC-setid a file of root's makes root of its caller")
{
	copy_program(04755);
	OK(chown(COPY, 0, 0));
	OK(chmod(COPY, 04755));
	AS(NOBODY, NOBODY)
	{
		EQ(run(COPY, "root", ""), 0);
	}
	clean_up();
}

TEST("EXEC-setid a file of another user's takes root's privileges away")
{
	copy_program(04755);
	TRUE(has_ids(COPY, 0, OWNER, 0, 0));
	clean_up();
}

TEST("EXEC-setid ids that differ before are secure, without such a file")
{
	copy_program(0755);
	OK(setresuid(NOBODY, 0, 0));
	TRUE(has_ids(COPY, NOBODY, 0, 0, 0));
	clean_up();
}

static int read_some(int fd)
{
	char byte;

	return read(fd, &byte, 1);
}

/* Becomes nobody, whose files of /proc do not become root's, as on Linux. */
static void become_open(void)
{
	become(NOBODY, NOBODY);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static const char *const memory_files[] = {"maps", "environ"};

/* Files of /proc/PID, opened by nobody before process `pid` runs COPY. */
static void open_then_run(pid_t pid, const int go[2], const int gone[2])
{
	int fds[ALL(memory_files)];
	char path[64], byte;

	for (unsigned i = 0; i < ALL(fds); i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", pid,
		         memory_files[i]);
		fds[i] = OK(open(path, O_RDONLY));
		EQ(read_some(fds[i]), 1);
		OK(lseek(fds[i], 0, SEEK_SET));
	}
	OK(close(gone[1]));
	OK(write(go[1], "g", 1));
	EQ(read(gone[0], &byte, 1), 0); /* it runs COPY */
	for (unsigned i = 0; i < ALL(fds); i++) {
		EQ(read_some(fds[i]), 0);
		ERR(open(path, O_RDONLY) < 0 ? -errno : 0, EACCES);
		OK(close(fds[i]));
	}
}

TEST("EXEC-setid files of /proc that were open do not tell of its memory")
{
	copy_program(04755);
	IN_CHILD
	{
		char *argv[] = {COPY, "wait", NULL}, *envp[] = {"A=B", NULL};
		int go[2], gone[2];
		char byte;
		pid_t pid;

		become_open();
		OK(pipe2(go, O_CLOEXEC));
		OK(pipe2(gone, O_CLOEXEC));
		BACKGROUND(pid)
		{
			OK(close(go[1]));
			if (read(go[0], &byte, 1) == 1)
				execve(COPY, argv, envp);
		}
		open_then_run(pid, go, gone);
		OK(kill(pid, SIGKILL));
		KILLED(pid, SIGKILL);
	}
	clean_up();
}

TEST("EXEC-setid nor does its own file that was open when it was run")
{
	copy_program(04755);
	for (unsigned i = 0; i < ALL(memory_files); i++)
		IN_CHILD
		{
			char path[64];

			become_open();
			snprintf(path, sizeof path, "/proc/self/%s",
			         memory_files[i]);
			OK(dup2(OK(open(path, O_RDONLY)), 0));
			EQ(read_some(0), 1);
			OK(lseek(0, 0, SEEK_SET));
			execl(COPY, COPY, "input", "0", (char *)0);
		}
	clean_up();
}

TEST("EXEC-setid of a script the ids of its interpreter count")
{
	static const char line[] = "#!" COPY " ids\n";

	copy_program(0755);
	write_file(SCRIPT, line, sizeof line - 1, 06755);
	AS(NOBODY, NOBODY)
	{
		EQ(run(SCRIPT, "script", "65534 65534 65534 65534 0"), 0);
	}
	OK(chmod(COPY, 04755));
	AS(NOBODY, NOBODY)
	{
		EQ(run(SCRIPT, "script", "65534 1234 65534 65534 1"), 0);
	}
	clean_up();
}

TEST("EXEC-setid vfork leaves the parent its ids, and posix_spawn too")
{
	char *argv[] = {COPY, "ids", "65534 1234 65534 65534 1", NULL};
	char *envp[] = {NULL};

	copy_program(04755);
	AS(NOBODY, NOBODY)
	{
		pid_t pid = vfork();

		if (pid == 0) {
			execve(COPY, argv, envp);
			_exit(99);
		}
		EXITS(pid, 0);
		EQ(geteuid(), NOBODY);
	}
	clean_up();
}

/* --- programs that were written here ------------------------------------- */

TEST("EXEC-written a program runs from a file that was just written")
{
	copy_program(0755);
	EQ(run(COPY, "exit", "9"), 9);
	OK(chmod(COPY, 0644));
	EQ(run(COPY, "exit", "9"), 100 + EACCES);
	clean_up();
}

TEST("EXEC-written a program that is unlinked while it runs goes on")
{
	int status;
	pid_t pid;

	copy_program(0755);
	BACKGROUND(pid)
	{
		char *argv[] = {COPY, "wait", "", NULL}, *envp[] = {NULL};

		execve(COPY, argv, envp);
	}
	await_asleep(pid);
	OK(unlink(COPY));
	EQ(run(COPY, "exit", "9"), 100 + ENOENT);
	OK(kill(pid, SIGTERM));
	status = wait_status(pid);
	EQ(WTERMSIG(status), SIGTERM);
}

TEST("EXEC-busy a file that is open for writing")
{
	int fd, got;

	copy_program(0755);
	fd = OK(open(COPY, O_WRONLY));
	got = run(COPY, "exit", "9");
	EQ(got, HERE(100 + ETXTBSY, 9));
	close(fd);
	clean_up();
}

/* Runs a file with an argv that is empty, or missing.  Its exit status. */
static int run_without_words(const char *path, char **argv)
{
	char *envp[] = {"NAME=value", NULL};
	pid_t pid;

	BACKGROUND(pid)
	{
		SYS(NR_execve, P(path), P(argv), P(envp));
	}
	return WEXITSTATUS(wait_status(pid));
}

TEST("EXEC-empty a program without arguments has one, of no bytes")
{
	char *argv[] = {NULL};

	copy_program(0755);
	EQ(run_without_words(COPY, argv), 55);
	EQ(run_without_words(COPY, NULL), 55);
	write_file(SCRIPT, "#!" COPY " exit\n", sizeof COPY + 7, 0755);
	EQ(run_without_words(SCRIPT, argv), 56);
	clean_up();
}

TEST("EXEC-script has one argument, whatever blanks are in it")
{
	static const char line[] = "#! \t" COPY "\t one  two \t\n";

	copy_program(0755);
	write_file(SCRIPT, line, sizeof line - 1, 0755);
	EQ(run(SCRIPT, "x", "y"), 42);
	clean_up();
}

TEST("EXEC-script the process has the name of the script")
{
	static const char line[] = "#!" COPY " name\n",
	                  next[] = "#!" SCRIPT "\n";

	copy_program(0755);
	write_file(SCRIPT, line, sizeof line - 1, 0755);
	EQ(run(SCRIPT, "x", SCRIPT), 0);
	write_file("/tmp/execs-next", next, sizeof next - 1, 0755);
	EQ(run("/tmp/execs-next", "x", "/tmp/execs-next"), 0);
	unlink("/tmp/execs-next");
	clean_up();
}

TEST("EXEC-script six of them, each the next one's interpreter, are ELOOP")
{
	char path[64], line[80];

	copy_program(0755);
	for (int i = 0; i < 7; i++) {
		snprintf(path, sizeof path, "/tmp/execs-%d", i);
		if (i == 0)
			snprintf(line, sizeof line, "#!%s\n", COPY);
		else
			snprintf(line, sizeof line, "#!/tmp/execs-%d\n", i - 1);
		write_file(path, line, (int)strlen(line), 0755);
	}
	EQ(run("/tmp/execs-4", "exit", "0"), 0);
	EQ(run("/tmp/execs-5", "exit", "0"), 100 + ELOOP);
	for (int i = 0; i < 7; i++) {
		snprintf(path, sizeof path, "/tmp/execs-%d", i);
		unlink(path);
	}
	clean_up();
}

/* --- the helper ---------------------------------------------------------- */

static int check_ids(const char *wanted)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	char ids[64];

	getresuid(&ruid, &euid, &suid);
	getresgid(&rgid, &egid, &sgid);
	snprintf(ids, sizeof ids, "%d %d %d %d %lu", (int)ruid, (int)euid,
	         (int)rgid, (int)egid, getauxval(AT_SECURE));
	return strcmp(ids, wanted) || suid != euid || sgid != egid;
}

/* Is this the file that was given to execve? */
static int check_name(const char *path)
{
	char name[16];

	prctl(PR_GET_NAME, name);
	return strcmp(name, path + sizeof "/tmp/" - 1) != 0 ||
	       strcmp((const char *)getauxval(AT_EXECFN), path) != 0;
}

static int leave_and_come_back(void)
{
	uid_t was = geteuid();

	return seteuid(getuid()) || geteuid() != getuid() || seteuid(was) ||
	       geteuid() != was;
}

static int helper(int argc, char **argv)
{
	const char *what = argv[1], *last = argv[argc - 1];

	if (strcmp(what, "ids") == 0)
		return check_ids(last);
	if (strcmp(what, "name") == 0)
		return check_name(last);
	if (strcmp(what, "back") == 0)
		return leave_and_come_back();
	if (strcmp(what, "root") == 0)
		return setuid(0) != 0 || getuid() != 0;
	if (strcmp(what, "input") == 0)
		return read_some(0) != atoi(last);
	if (strcmp(what, "wait") == 0)
		for (;;)
			pause();
	if (strcmp(what, "one  two") == 0)
		return argc == 5 && strcmp(argv[2], SCRIPT) == 0 &&
		               strcmp(argv[3], "x") == 0 &&
		               strcmp(argv[4], "y") == 0
		           ? 42
		           : 1;
	return atoi(last);
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc == 1 && !argv[0][0] && !argv[1])
		return getenv("NAME") ? 55 : 1;
	if (argc == 3 && strcmp(argv[1], "exit") == 0 &&
	    strcmp(argv[2], SCRIPT) == 0)
		return 56;
	if (strcmp(argv[0], COPY) == 0 && argc > 1)
		return helper(argc, argv);
	return test_main(argc, argv);
}
