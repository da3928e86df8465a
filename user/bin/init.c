/*
 * user/bin/init.c -- process 1: starts what the command line says, buries
 * orphans, and ends the machine.
 *
 * Its arguments are the words of the kernel's command line.  With `host` a
 * program of tools/run is run: its standard input, output and error are the
 * host line, its wait status goes to /dev/host/status, and the machine is
 * switched off.  Without, it runs on the terminal, again and again, unless
 * there is no such program.
 *
 *	host -- COMMAND [ARG...]      tools/run
 *	[-- COMMAND [ARG...]]         a person; without COMMAND /bin/menu
 *
 * After "--" a word says any byte as %XX; "%" alone is an empty argument.
 */
#include "../lib/string.h"
#include "../lib/unix.h"

#define ARGUMENTS_MAX  128
#define MAGIC1         0xfee1deadu /* reboot(2) */
#define MAGIC2         672274793u
#define POWER_OFF      0x4321fedcu
#define NOT_FOUND      127 /* exit statuses of a shell that cannot run a command */
#define NOT_EXECUTABLE 126

static char *const environment[] = {"PATH=/bin:/sbin", "HOME=/root",
                                    "USER=root", "TERM=linux", 0};

static int digit(char c)
{
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
	                                            : -1;
}

static char *decode(char *word)
{
	char *to = word;

	if (strcmp(word, "%") == 0)
		*word = '\0';
	for (char *from = word; *from != '\0'; from++, to++) {
		*to = *from;
		if (*from != '%' || digit(from[1]) < 0 || digit(from[2]) < 0)
			continue;
		*to = (char)(digit(from[1]) << 4 | digit(from[2]));
		from += 2;
	}
	*to = '\0';
	return word;
}

/* What follows "--", decoded, in `command`; is "host" before it? */
static bool parse(char **argv, char *command[ARGUMENTS_MAX + 1])
{
	bool host = false;
	int n = 0;

	for (argv++; *argv != 0 && strcmp(*argv, "--") != 0; argv++)
		host |= strcmp(*argv, "host") == 0;
	if (*argv != 0)
		for (argv++; *argv != 0 && n < ARGUMENTS_MAX; argv++)
			command[n++] = decode(*argv);
	command[n] = 0;
	return host;
}

static void complain(const char *name, int error)
{
	char buffer[160];
	struct text text = {buffer, sizeof(buffer), 0};

	text_add(&text, "init: %s: cannot be run: error %d\n", name, -error);
	unix_write(2, buffer, text.used < text.size ? text.used : text.size);
}

static int start(char **command)
{
	int pid = unix_fork();
	int error;

	if (pid != 0)
		return pid;
	error = unix_execve(command[0], command, environment);
	complain(command[0], error);
	unix_exit(error == -ENOENT || error == -ENOTDIR ? NOT_FOUND
	                                                : NOT_EXECUTABLE);
}

/* Runs `command` to its end, burying others meanwhile: its wait status. */
static int run(char **command)
{
	int pid = start(command);
	int status, ended;

	if (pid < 0) {
		complain(command[0], pid);
		return NOT_EXECUTABLE << 8;
	}
	do {
		ended = unix_wait(&status);
	} while (ended != pid && ended != -ECHILD);
	return ended == pid ? status : NOT_EXECUTABLE << 8;
}

/* Descriptors 0, 1 and 2, which are free in process 1. */
static bool open_three(const char *in, const char *out, const char *err)
{
	if (unix_open(in, O_RDONLY) != 0)
		return false;
	if (unix_open(out, O_WRONLY) != 1)
		return false;
	return unix_open(err, O_WRONLY) == 2;
}

static void run_for_host(char **command)
{
	int line, status;

	if (!open_three("/dev/host/in", "/dev/host/out", "/dev/host/err"))
		return;
	line = unix_open("/dev/host/status", O_WRONLY | O_CLOEXEC);
	status = run(command);
	unix_write(line, &status, sizeof(status));
	unix_call(SYS_reboot, MAGIC1, MAGIC2, POWER_OFF);
}

static void run_for_person(char **command)
{
	if (unix_open("/dev/console", O_RDWR) != 0 || unix_dup2(0, 1) != 1 ||
	    unix_dup2(0, 2) != 2)
		return;
	while (run(command) != NOT_FOUND << 8)
		;
	unix_call(SYS_reboot, MAGIC1, MAGIC2, POWER_OFF);
}

int main(int argc, char **argv, char **envp)
{
	char *command[ARGUMENTS_MAX + 1];
	bool host = parse(argv, command);

	(void)argc, (void)envp;
	if (command[0] == 0) {
		command[0] = "/bin/menu";
		command[1] = 0;
	}
	if (host)
		run_for_host(command);
	else
		run_for_person(command);
	return 1;
}
