/*
 * user/bin/init.c -- process 1: it starts what the command line says, waits
 * for orphans, and switches the machine off.
 *
 * Its arguments are the words of the kernel's command line.  With `host`, the
 * archive has COMMAND_FILE with a path and the argv that tools/run was asked
 * to run, and ENVIRONMENT_FILE with the variables; each word ends with a NUL.
 * That program has the host line as its standard input, output and error.
 * When it has ended, its wait status and pid go to /dev/host/status.  Then, if
 * DIRECTORY_FILE names the directory where the program began, that directory
 * goes to the output as a tar archive, and the status of tar follows.  init
 * switches the machine off.
 *
 * Without `host`, the command after "--" runs on the terminal.  When it has
 * ended, a login shell runs, again and again: /bin/ash, which is busybox if the
 * build could bring it, or else the menu.  Without a menu, init switches the
 * machine off.
 *
 *	host                          tools/run
 *	[-- COMMAND [ARG...]]         a person
 */
#include "../../abi/signal.h"
#include "../lib/string.h"
#include "../lib/unix.h"

#define COMMAND_FILE     "/sbin/command"
#define ENVIRONMENT_FILE "/sbin/environment"
#define DIRECTORY_FILE   "/sbin/directory"
#define NOT_FOUND        127 /* a shell's exit statuses */
#define NOT_EXECUTABLE   126

static char *const standard[] = {"PATH=/bin:/sbin:/usr/bin:/usr/sbin",
                                 "HOME=/root",
                                 "USER=root",
                                 "TERM=vt100",
                                 "XZ_DEFAULTS=-T1", /* no threads */
                                 "ENV=/etc/shrc",
                                 0};
static char *const *environment = standard;

static bool person; /* there is a person at the terminal */

/* The strings of a file, each of which ends with a NUL, as an argv; or 0. */
static char **read_strings(const char *path)
{
	int fd = unix_open(path, O_RDONLY | O_CLOEXEC);
	uint32_t words = 0, got = 0;
	struct stat64 st;
	char *text, **argv;

	if (fd < 0 || unix_fstat(fd, &st) < 0)
		return 0;
	text = unix_map(st.st_size);
	while (text != 0 && got < st.st_size) {
		int n = unix_read(fd, text + got, st.st_size - got);

		if (n <= 0)
			return 0;
		got += (uint32_t)n;
	}
	unix_close(fd);
	for (uint32_t i = 0; i < got; i++)
		words += text[i] == '\0';
	argv = unix_map((words + 1) * sizeof(*argv));
	for (uint32_t i = 0; argv != 0 && i < words; i++) {
		argv[i] = text;
		text += strlen(text) + 1;
	}
	return argv;
}

/* The words after "--"; there may be none. */
static char **after_dashes(char **argv)
{
	while (*argv != 0 && strcmp(*argv, "--") != 0)
		argv++;
	return *argv != 0 ? argv + 1 : argv;
}

static bool for_host(char **argv)
{
	while (*argv != 0 && strcmp(*argv, "--") != 0)
		if (strcmp(*argv++, "host") == 0)
			return true;
	return false;
}

static const char *reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no such file, or no interpreter of it";
	case -EACCES:
		return "it is not executable (chmod +x)";
	case -ENOEXEC:
		return "it is no 32-bit program (gcc -m32 -static)";
	case -ENOMEM:
		return "there is too little memory (tools/run -m)";
	default:
		return "exec failed";
	}
}

static void complain(const char *name, int error)
{
	char buffer[400];
	struct text text = {buffer, sizeof(buffer), 0};

	text_add(&text, "init: %s: cannot be run: %s, error %d\n", name,
	         reason(error), -error);
	unix_write(2, buffer, min(text.used, text.size));
}

/*
 * The signals that init waits for.  They are blocked in init alone, so none is
 * lost between two waits and none needs a handler: SIGCHLD, and those by which
 * busybox's poweroff, halt and reboot ask process 1.
 */
#define BIT(signal) (1u << ((signal) - 1))
static const uint32_t awaited[2] = {BIT(SIGCHLD) | BIT(SIGUSR1) | BIT(SIGUSR2) |
                                    BIT(SIGTERM)};
static const uint32_t no_signal[2];

static void block(const uint32_t *mask)
{
	unix_call5(SYS_rt_sigprocmask, SIG_SETMASK, unix_address(mask), 0,
	           sizeof(awaited), 0);
}

/* Sleeps until a child has ended, or somebody asks for the machine's end. */
static void await_signal(void)
{
	switch (unix_call5(SYS_rt_sigtimedwait, unix_address(awaited), 0, 0,
	                   sizeof(awaited), 0)) {
	case SIGUSR1:
	case SIGUSR2:
		unix_reboot(REBOOT_POWER_OFF);
		break;
	case SIGTERM:
		unix_reboot(REBOOT_RESTART);
		break;
	}
}

/* Makes a session, which has the terminal as its controlling one. */
static void take_terminal(void)
{
	int fd;

	unix_call(SYS_setsid, 0, 0, 0);
	fd = unix_open("/dev/tty1", O_RDWR);
	for (int i = 0; i <= 2; i++)
		unix_dup2(fd, i);
	unix_close(fd);
}

/* Starts the program at `path` with the argv `command`.  Its pid or -errno. */
static int start(const char *path, char **command)
{
	int pid = unix_fork();
	int error;

	if (pid != 0)
		return pid;
	block(no_signal);
	if (person)
		take_terminal();
	error = unix_execve(path, command, environment);
	complain(path, error);
	unix_exit(error == -ENOENT || error == -ENOTDIR ? NOT_FOUND
	                                                : NOT_EXECUTABLE);
}

struct end {
	int status; /* as wait4(2) gives it */
	int pid;    /* of the process that has ended */
};

/* Runs `command` to its end, and waits for orphans meanwhile. */
static struct end run(const char *path, char **command)
{
	int pid = start(path, command);
	int status, ended;

	if (pid < 0) {
		complain(path, pid);
		return (struct end){NOT_EXECUTABLE << 8, 0};
	}
	while ((ended = unix_wait(&status, WNOHANG)) != pid && ended != -ECHILD)
		if (ended == 0)
			await_signal();
	return (struct end){ended == pid ? status : NOT_EXECUTABLE << 8, pid};
}

/* Opens descriptors 0, 1 and 2, which are free in process 1. */
static bool open_three(const char *in, const char *out, const char *err)
{
	if (unix_open(in, O_RDONLY) != 0)
		return false;
	if (unix_open(out, O_WRONLY) != 1)
		return false;
	return unix_open(err, O_WRONLY) == 2;
}

/* All other processes end, so that the directory stays as it is. */
static struct end give_back(char *directory)
{
	char *tar[] = {"tar", "-c", "-f", "-", "-C", directory, ".", 0};
	int status;

	unix_call(SYS_kill, (uint32_t)-1, SIGKILL, 0);
	while (unix_wait(&status, 0) > 0)
		;
	return run("/bin/tar", tar);
}

static void run_for_host(void)
{
	struct end end = {NOT_EXECUTABLE << 8, 0};
	char **command, **variables, **directory;
	int line;

	if (!open_three("/dev/host/in", "/dev/host/out", "/dev/host/err"))
		return;
	line = unix_open("/dev/host/status", O_WRONLY | O_CLOEXEC);
	command = read_strings(COMMAND_FILE);
	variables = read_strings(ENVIRONMENT_FILE);
	if (variables != 0)
		environment = variables;
	directory = read_strings(DIRECTORY_FILE);
	if (directory != 0 && directory[0] != 0)
		unix_call(SYS_chdir, unix_address(directory[0]), 0, 0);
	if (command != 0)
		end = run(command[0], command + 1);
	else
		complain(COMMAND_FILE, -ENOMEM);
	unix_write(line, &end, sizeof(end));
	if (directory != 0 && directory[0] != 0) {
		end = give_back(directory[0]);
		unix_write(line, &end, sizeof(end));
	}
	unix_reboot(REBOOT_POWER_OFF);
}

static bool is_there(const char *path)
{
	int fd = unix_open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		unix_close(fd);
	return fd >= 0;
}

/*
 * What a person talks to: busybox's shell, which edits lines, whatever /bin/sh
 * is.  A shell named "-sh" reads the profile.
 */
static void run_shell(void)
{
	char *shell[] = {"-sh", 0}, *menu[] = {"menu", 0};

	if (is_there("/bin/ash"))
		run("/bin/ash", shell);
	else if (is_there("/bin/menu"))
		run("/bin/menu", menu);
	else
		unix_reboot(REBOOT_POWER_OFF);
}

static void run_for_person(char **command)
{
	person = true;
	if (unix_open("/dev/console", O_RDWR) != 0 || unix_dup2(0, 1) != 1 ||
	    unix_dup2(0, 2) != 2)
		return;
	if (command[0] != 0)
		run(command[0], command);
	for (;;)
		run_shell();
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)envp;
	block(awaited);
	if (for_host(argv + 1))
		run_for_host();
	else
		run_for_person(after_dashes(argv + 1));
	return 1;
}
