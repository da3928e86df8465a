/*
 * tests/programs/everyday.c -- what an ordinary program does and prints.
 *
 * It is built with glibc and (by tools/compare) with musl.  Its output on Linux
 * is recorded in tests/answers/everyday.out; on Tessera it must be the same,
 * byte for byte, with the same exit status.  So it prints nothing that may
 * differ between two runs: no address, no pid, no time of day.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MANY  10000 /* arguments */
#define WORDS (1 << 20)

static char *own_path;

/* An error by its number, because the C libraries have words of their own. */
static const char *number(int error)
{
	static char text[16];

	snprintf(text, sizeof(text), "error %d", error);
	return text;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void numbers(void)
{
	volatile double two = 2;
	int list[1000];

	printf("%f %g %e %.20f %5.2f|%-8s|%+d %x %llu\n", 1.0 / 3, 1e100,
	       -2.5e-7, 0.1, 3.14159, "left", 5, 255, ~0ull);
	printf("%.12f %.12f %.12f\n", sqrt(two), sin(two), exp(two));
	printf("%ld %g %lu\n", strtol("-77zz", NULL, 10), strtod("1.5e3", NULL),
	       strtoul("0xff", NULL, 0));
	for (unsigned i = 0, seed = 1; i < 1000; i++) {
		seed = seed * 1664525 + 1013904223;
		list[i] = seed >> 16;
	}
	qsort(list, 1000, sizeof(list[0]), compare);
	printf("sorted: %d ... %d ... %d\n", list[0], list[500], list[999]);
}

static void memory(void)
{
	volatile size_t all = 0xF0000000u;
	size_t bytes = 8 << 20;
	/* It is volatile because gcc 16 would leave the allocation out. */
	char *volatile heap = malloc(bytes);
	char *map;
	long sum = 0;

	memset(heap, 7, bytes);
	heap = realloc(heap, bytes / 2);
	for (size_t i = 0; i < bytes / 2; i += 4096)
		sum += heap[i];
	free(heap);
	printf("a heap of megabytes: %ld\n", sum);
	heap = malloc(all);
	printf("of all there is: %s\n",
	       heap == NULL ? number(errno) : "granted");
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
	           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fork() == 0) {
		strcpy(map, "written by the child");
		_exit(0);
	}
	wait(NULL);
	printf("shared memory: %s\n", map);
	printf("munmap %d", munmap(map, 8192));
	printf(", mprotect of nothing %d ", mprotect(map, 8192, PROT_READ));
	printf("%s\n", number(errno));
}

static void jumps_and_clocks(void)
{
	static jmp_buf place;
	struct timespec before, after, nap = {0, 20000000};
	time_t then = 1000000000;
	char text[64];

	if (setjmp(place) == 0)
		longjmp(place, 1);
	clock_gettime(CLOCK_MONOTONIC, &before);
	nanosleep(&nap, NULL);
	clock_gettime(CLOCK_MONOTONIC, &after);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %A", gmtime(&then));
	printf("%s, slept long enough: %d\n", text,
	       (after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec -
	               before.tv_nsec >=
	           nap.tv_nsec);
}

/* ---- deaths ------------------------------------------------------------- */

static void null(void)
{
	*(volatile int *)NULL = 1;
}

static void zero(void)
{
	volatile int two = 2, none = 0;

	two = two / none;
}

static void illegal(void)
{
	__asm__ volatile("ud2");
}

static void text(void)
{
	*(volatile char *)null = 0;
}

static int deep(int n)
{
	volatile char room[100000];

	room[0] = n;
	return n < 1000000 ? deep(n + 1) + room[0] : n;
}

static void stack(void)
{
	deep(0);
}

static void reader(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600);
	volatile char *p = shmat(id, NULL, SHM_RDONLY);

	shmctl(id, IPC_RMID, NULL);
	p[0] = 1;
}

static void detached(void)
{
	int id = shmget(IPC_PRIVATE, 8192, 0600);
	volatile char *p = shmat(id, NULL, 0);

	shmctl(id, IPC_RMID, NULL);
	p[8191] = 1;
	shmdt((void *)p);
	p[8191] = 2;
}

static void deaths(void)
{
	static const struct {
		const char *name;
		void (*die)(void);
	} all[] = {{"null", null},     {"division", zero},    {"ud2", illegal},
	           {"abort", abort},   {"text", text},        {"stack", stack},
	           {"reader", reader}, {"detached", detached}};

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int status;

		if (fork() == 0) {
			all[i].die();
			_exit(0);
		}
		wait(&status);
		printf("%s: %s %d\n", all[i].name,
		       WIFSIGNALED(status) ? "signal" : "exit",
		       WIFSIGNALED(status) ? WTERMSIG(status)
		                           : WEXITSTATUS(status));
	}
}

/* ---- System V ----------------------------------------------------------- */

struct box {
	volatile int full;
	char text[60];
};

static void writer_and_reader(void)
{
	int id = shmget(IPC_PRIVATE, sizeof(struct box), IPC_CREAT | 0600);
	struct box *box = shmat(id, NULL, 0);
	struct shmid_ds ds;
	pid_t child = fork();

	if (child == 0) {
		for (int i = 0; i < 5; i++) {
			while (!box->full)
				usleep(1000);
			fputs(box->text, stdout);
			box->full = 0;
		}
		exit(7); /* exit flushes stdout */
	}
	for (int i = 0; i < 5; i++) {
		while (box->full)
			usleep(1000);
		sprintf(box->text, "line %d\n", i);
		box->full = 1;
	}
	while (box->full)
		usleep(1000);
	waitpid(child, NULL, 0);
	shmctl(id, IPC_STAT, &ds);
	printf("size %lu mode %o nattch %lu, last the child: %d\n",
	       (unsigned long)ds.shm_segsz, (unsigned)ds.shm_perm.mode,
	       (unsigned long)ds.shm_nattch, ds.shm_lpid == child);
	ds.shm_perm.mode = 0640;
	printf("IPC_SET %d, ", shmctl(id, IPC_SET, &ds));
	printf("shmdt %d ", shmdt(box));
	printf("%d, ", shmdt(box));
	printf("IPC_RMID %d ", shmctl(id, IPC_RMID, NULL));
	printf("%d ", shmctl(id, IPC_RMID, NULL));
	printf("%s\n", number(errno));
}

static void keys(void)
{
	key_t key = ftok("/", 'a');
	int id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
	char line[256];
	int key_seen, id_seen, found = 0;
	FILE *table = fopen("/proc/sysvipc/shm", "r");

	while (fgets(line, sizeof(line), table))
		if (sscanf(line, "%d %d", &key_seen, &id_seen) == 2)
			found += key_seen == key && id_seen == id;
	fclose(table);
	printf("one key %d, another %d, in the table %d\n",
	       key == ftok("/", 'a'), key != ftok("/", 'b'), found);
	printf("again %d ", shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600));
	printf("%s, ", number(errno));
	printf("larger %d ", shmget(key, 101, 0));
	printf("%s, ", number(errno));
	printf("same %d\n", shmget(key, 0, 0) == id);
	shmctl(id, IPC_RMID, NULL);
	printf("gone %d ", shmget(key, 0, 0));
	printf("%s\n", number(errno));
}

static void sum_in_place(void)
{
	int id = shmget(IPC_PRIVATE, WORDS * sizeof(int), 0600);
	int *words = shmat(id, NULL, 0), status, codes = 0;
	long long sum = 0;

	for (int i = 0; i < WORDS; i++)
		words[i] = i;
	for (int child = 0; child < 8; child++) {
		if (fork() == 0) {
			for (int i = child; i < WORDS; i += 8)
				words[i] *= 2;
			_exit(child);
		}
	}
	while (wait(&status) > 0)
		codes += WEXITSTATUS(status);
	for (int i = 0; i < WORDS; i++)
		sum += words[i];
	printf("eight children: %lld, their codes %d\n", sum, codes);
	shmctl(id, IPC_RMID, NULL);
}

/* ---- programs and files ------------------------------------------------- */

static void programs(void)
{
	char **many = calloc(MANY + 2, sizeof(*many));
	pid_t child;
	int status;

	for (int i = 2; i <= MANY; i++)
		many[i] = "argument";
	many[0] = own_path;
	many[1] = "-n";
	fflush(stdout);
	if (fork() == 0) {
		execv(own_path, many);
		_exit(99);
	}
	wait(&status);
	printf("exec of itself: %d\n", WEXITSTATUS(status));
	if (fork() == 0) {
		execl("/no/such/program", "program", (char *)NULL);
		_exit(errno == ENOENT ? 1 : 2);
	}
	wait(&status);
	printf("exec of nothing: %d\n", WEXITSTATUS(status));
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	printf("a child that waits: signal %d\n", WTERMSIG(status));
	free(many);
}

static void files(void)
{
	char byte = 9;
	struct stat st;
	int null_fd = open("/dev/null", O_RDWR), fd;

	printf("/dev/null: %d", (int)write(null_fd, "abc", 3));
	printf(" %d\n", (int)read(null_fd, &byte, 1));
	fd = open("/dev/zero", O_RDONLY);
	printf("/dev/zero: %d", (int)read(fd, &byte, 1));
	printf(" %d\n", byte);
	printf("a folder: %d", stat("/dev", &st));
	printf(" %d\n", S_ISDIR(st.st_mode));
	printf("nothing: %d ", open("/no/such/file", O_RDONLY));
	printf("%s, ", number(errno));
	printf("closed: %d ", close(77));
	printf("%s\n", number(errno));
	dup2(1, 9);
	dprintf(9, "by descriptor 9\n");
	close(fd);
	close(null_fd);
}

static int options(int argc, char **argv)
{
	int n = 0, option;

	while ((option = getopt(argc, argv, "nb:")) != -1)
		n += option == 'n';
	printf("%d options, %d arguments, the last \"%s\"\n", n, argc - optind,
	       argv[argc - 1]);
	return 42;
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc > 1)
		return options(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	numbers();
	memory();
	jumps_and_clocks();
	deaths();
	writer_and_reader();
	keys();
	sum_in_place();
	programs();
	files();
	return 5;
}
