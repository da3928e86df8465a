/*
 * tests/guest/linux_init.c -- process 1 of `make compare`, on Linux.
 *
 * It mounts /proc and a tmpfs at /tmp, makes the usual directories and promises
 * memory as Tessera does (overcommit mode 2).  Then it runs the programs that
 * /tests/order names, one after the other.  Each stands between two marks on
 * the console, which tools/compare looks for:
 *
 *	@@@ linux RELEASE VERSION
 *	@@@ begin NAME WORD...
 *	... what the program prints ...
 *	@@@ end STATUS			its exit status, 128 + n for signal n
 *
 * At the end it restarts the machine, which ends QEMU.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("@@@ trouble %s\n", file);
	close(fd);
}

/*
 * Lets only emergencies of the kernel reach the console.  After an oops Linux
 * prints everything there, in the middle of the programs' lines and slowly.
 */
static void quiet(void)
{
	klogctl(8, NULL, 1);
}

static void make_places(void)
{
	static const struct {
		const char *path;
		mode_t mode;
	} places[] = {{"/", 0755},     {"/tmp", 01777},     {"/dev/shm", 01777},
	              {"/var", 0755},  {"/var/tmp", 01777}, {"/root", 0700},
	              {"/home", 0755}, {"/run", 0755}};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		mkdir(places[i].path, 0755);
		chmod(places[i].path, places[i].mode);
	}
}

/* Runs "NAME WORD...", a program and its arguments. */
static int run(const char *line)
{
	char path[80], *words[8];
	int status, count = 0;
	pid_t pid;

	snprintf(path, sizeof path, "/tests/%s", line);
	for (char *word = strtok(path, " "); word && count < 7;
	     word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	pid = fork();
	if (pid == 0) {
		execv(path, words);
		_exit(127);
	}
	while (waitpid(-1, &status, 0) != pid)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	struct utsname u;
	char name[64];
	FILE *order;

	setvbuf(stdout, NULL, _IONBF, 0);
	mount("proc", "/proc", "proc", 0, "");
	make_places();
	mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
	put("/proc/sys/vm/overcommit_ratio", "100");
	put("/proc/sys/vm/overcommit_memory", "2");
	uname(&u);
	printf("\n@@@ linux %s %s\n", u.release, u.version);
	order = fopen("/tests/order", "r");
	while (order && fscanf(order, " %63[^\n]", name) == 1) {
		quiet();
		printf("@@@ begin %s\n", name);
		printf("@@@ end %d\n", run(name));
	}
	reboot(RB_AUTOBOOT);
	return 0;
}
