/*
 * user/bin/stage/calls.c -- the calls that a line can ask for.
 *
 * Each call has a row: how it is written in a line, a function that reads its
 * arguments, and one that prints them as the manual writes the call.  What the
 * arguments of a request mean is the business of these two and of puppet.c:
 *
 *	shmget, semget   key, size or number, flags
 *	msgget           key, flags
 *	shmat            id, address, flags
 *	shmctl, msgctl   id, command
 *	semctl           id, number, command, value
 *	semop            id, how many operations; they are the data
 *	semtimedop       id, how many, seconds, nanoseconds
 *	msgsnd           id, type, flags; the text is the data
 *	msgrcv           id, size, type, flags, and the type that came
 *	fork             the child's string; its name is the data
 *	exec             how many words; they are the data
 *	wait             pid, options, and the status that came
 *	mmap             address, length, rights, flags
 *	peek, spin       address, bytes or seconds
 *	poke             address, bytes, is it a string?, were the bytes said?
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"

/* ---- arguments ---------------------------------------------------------- */

static bool read_key(struct line *line, long *key)
{
	const char *start = line->at;

	if (line_next(line) && strcmp(line->word, "private") == 0) {
		*key = IPC_PRIVATE;
		return true;
	}
	line->at = start;
	return line_number(line, "key", key);
}

static bool read_command(struct line *line, const struct flag *commands,
                         const char *call, long *command)
{
	const struct flag *flag;
	const char *words[16];
	int count = 0;

	for (flag = commands; flag->word; flag++)
		words[count++] = flag->word;
	if (!line_next(line))
		return line_wrong(line, "%s: which command? stat, rmid, ...",
		                  call);
	flag = flag_find(commands, line->word);
	if (!flag) {
		const char *near = nearest(line->word, words, count);

		return line_wrong(line,
		                  "%.40s is no command of %s: did you "
		                  "mean %s?",
		                  line->word, call,
		                  near ? near : "stat or rmid");
	}
	*command = flag->value;
	return true;
}

/* The bytes of a string, or of a number as an int. */
static bool read_bytes(struct line *line, const char *what, struct request *r)
{
	const char *start = line->at;
	long value;
	int word;

	if (!line_next(line))
		return line_wrong(line,
		                  "the %s is missing: a \"string\" or a "
		                  "number",
		                  what);
	if (!line->quoted) {
		line->at = start;
		if (!line_number(line, what, &value))
			return false;
		word = (int)value;
		memcpy(r->data, &word, sizeof(word));
		r->bytes = sizeof(word);
		return true;
	}
	r->bytes = (unsigned)strlen(line->word);
	if (r->bytes + 1 > STAGE_DATA / 2)
		return line_wrong(line, "a string has at most %d bytes",
		                  STAGE_DATA / 2 - 1);
	memcpy(r->data, line->word, r->bytes + 1);
	return true;
}

/* What IPC_SET changes: uid N gid N mode 0600, and bytes N of a queue. */
static bool read_settings(struct line *line, struct request *r, bool queue)
{
	static const char *const what[] = {"uid", "gid", "mode", "bytes"};
	long values[4] = {-1, -1, -1, -1};

	while (line_more(line) && line_next(line)) {
		int i = 0;

		while (i < 3 + queue && strcmp(what[i], line->word) != 0)
			i++;
		if (i == 3 + queue)
			return line_wrong(line,
			                  "%.40s cannot be set: say uid "
			                  "N, gid N or mode 0600",
			                  line->word);
		if (!line_number(line, what[i], &values[i]))
			return false;
	}
	r->bytes = sizeof(values);
	memcpy(r->data, values, sizeof(values));
	return true;
}

/* ---- System V ----------------------------------------------------------- */

static bool parse_shmget(struct line *line, struct request *r)
{
	return read_key(line, &r->args[0]) &&
	       line_number(line, "size", &r->args[1]) &&
	       line_flags(line, get_flags, true, &r->args[2]);
}

static bool parse_shmat(struct line *line, struct request *r)
{
	return line_number(line, "id of the segment", &r->args[0]) &&
	       (!line_more_number(line) ||
	        line_number(line, "address", &r->args[1])) &&
	       line_flags(line, shmat_flags, false, &r->args[2]);
}

static bool parse_address(struct line *line, struct request *r)
{
	return line_number(line, "address", &r->args[0]);
}

static bool parse_shmctl(struct line *line, struct request *r)
{
	return line_number(line, "id of the segment", &r->args[0]) &&
	       read_command(line, shm_commands, "shmctl", &r->args[1]) &&
	       (r->args[1] != IPC_SET || read_settings(line, r, false));
}

static bool parse_semget(struct line *line, struct request *r)
{
	return read_key(line, &r->args[0]) &&
	       line_number(line, "number of semaphores", &r->args[1]) &&
	       line_flags(line, get_flags, true, &r->args[2]);
}

/* "0 -1 undo, 1 +1" */
static bool parse_operations(struct line *line, struct request *r)
{
	struct sembuf *op = (struct sembuf *)r->data;
	int count = 0;

	do {
		long number, change, flags = 0;

		if (count == STAGE_OPS)
			return line_wrong(line,
			                  "a semop has at most %d "
			                  "operations here",
			                  STAGE_OPS);
		if (!line_number(line, "number of the semaphore", &number) ||
		    !line_number(line, "change (-1, +1, 0)", &change))
			return false;
		while (line_more(line) && line_next(line) &&
		       strcmp(line->word, ",") != 0) {
			const struct flag *flag =
			    flag_find(semop_flags, line->word);

			if (!flag)
				return line_wrong(line,
				                  "%.40s is no flag of "
				                  "semop: undo, nowait, and a "
				                  "comma before the next "
				                  "semaphore",
				                  line->word);
			flags |= flag->value;
		}
		op[count].sem_num = (unsigned short)number;
		op[count].sem_op = (short)change;
		op[count++].sem_flg = (short)flags;
	} while (strcmp(line->word, ",") == 0 && !line->mistake[0]);
	r->args[1] = count;
	r->bytes = (unsigned)(count * sizeof(*op));
	return true;
}

static bool parse_semop(struct line *line, struct request *r)
{
	return line_number(line, "id of the set", &r->args[0]) &&
	       parse_operations(line, r);
}

static bool parse_semtimedop(struct line *line, struct request *r)
{
	return line_number(line, "id of the set", &r->args[0]) &&
	       line_time(line, &r->args[2], &r->args[3]) &&
	       parse_operations(line, r);
}

static bool read_all_values(struct line *line, struct request *r)
{
	unsigned short *values = (unsigned short *)r->data;
	unsigned count = 0;

	while (line_more(line)) {
		long value;

		if (count == STAGE_DATA / sizeof(*values))
			return line_wrong(line, "too many values");
		if (!line_number(line, "value", &value))
			return false;
		values[count++] = (unsigned short)value;
	}
	r->bytes = count * (unsigned)sizeof(*values);
	return true;
}

static bool parse_semctl(struct line *line, struct request *r)
{
	if (!line_number(line, "id of the set", &r->args[0]) ||
	    (line_more_number(line) &&
	     !line_number(line, "number of the semaphore", &r->args[1])) ||
	    !read_command(line, sem_commands, "semctl", &r->args[2]))
		return false;
	if (r->args[2] == SETVAL)
		return line_number(line, "value", &r->args[3]);
	if (r->args[2] == SETALL)
		return read_all_values(line, r);
	return r->args[2] != IPC_SET || read_settings(line, r, false);
}

static bool parse_msgget(struct line *line, struct request *r)
{
	return read_key(line, &r->args[0]) &&
	       line_flags(line, get_flags, true, &r->args[1]);
}

static bool parse_msgsnd(struct line *line, struct request *r)
{
	return line_number(line, "id of the queue", &r->args[0]) &&
	       line_number(line, "type (1 or more)", &r->args[1]) &&
	       read_bytes(line, "text", r) &&
	       line_flags(line, msgsnd_flags, false, &r->args[2]);
}

static bool parse_msgrcv(struct line *line, struct request *r)
{
	r->args[1] = 256;
	if (!line_number(line, "id of the queue", &r->args[0]) ||
	    (line_more_number(line) &&
	     !line_number(line, "type (0: any)", &r->args[2])) ||
	    (line_more_number(line) &&
	     !line_number(line, "size", &r->args[1])) ||
	    !line_flags(line, msgrcv_flags, false, &r->args[3]))
		return false;
	return r->args[1] <= STAGE_DATA ||
	       line_wrong(line, "the size is at most %d here", STAGE_DATA);
}

static bool parse_msgctl(struct line *line, struct request *r)
{
	return line_number(line, "id of the queue", &r->args[0]) &&
	       read_command(line, msg_commands, "msgctl", &r->args[1]) &&
	       (r->args[1] != IPC_SET || read_settings(line, r, true));
}

/* ---- processes ---------------------------------------------------------- */

static bool parse_fork(struct line *line, struct request *r)
{
	if (!line_next(line))
		return line_wrong(line, "fork: how is the child to be called? "
		                        "As in A: fork C");
	r->args[0] = cast_expect(line, line->word, cast_find(line->actor));
	if (r->args[0] < 0)
		return false;
	r->bytes = (unsigned)snprintf(r->data, STAGE_NAME, "%s", line->word);
	return true;
}

static bool parse_exec(struct line *line, struct request *r)
{
	unsigned used = 0;

	while (line_more(line) && line_next(line)) {
		size_t bytes = strlen(line->word) + 1;

		if (used + bytes > STAGE_DATA || r->args[0] == 30)
			return line_wrong(line, "exec: too many arguments");
		memcpy(r->data + used, line->word, bytes);
		used += (unsigned)bytes;
		r->args[0]++;
	}
	r->bytes = used;
	return !line->mistake[0];
}

static bool parse_exit(struct line *line, struct request *r)
{
	return !line_more(line) ||
	       line_number(line, "exit status", &r->args[0]);
}

/* A process by its name or its pid. */
static bool read_process(struct line *line, long *pid)
{
	const char *start = line->at;
	int index;

	if (!line_next(line))
		return line_wrong(line, "which process? A name or a pid");
	index = cast_find(line->word);
	if (index >= 0 && cast[index].state != ABSENT) {
		*pid = cast[index].pid;
		return true;
	}
	if (isupper((unsigned char)line->word[0]))
		return line_wrong(line,
		                  "there is no process %.40s: it would "
		                  "be born by a line such as %.15s: getpid",
		                  line->word, line->word);
	line->at = start;
	return line_number(line, "pid", pid);
}

static bool parse_wait(struct line *line, struct request *r)
{
	const char *start = line->at;

	r->args[0] = -1;
	if (line_more(line) && line_next(line) &&
	    !flag_find(wait_flags, line->word)) {
		line->at = start;
		if (!read_process(line, &r->args[0]))
			return false;
	} else {
		line->at = start;
	}
	return line_flags(line, wait_flags, false, &r->args[1]);
}

/* Without the director nobody would be left who continues the others. */
static bool takes_director(pid_t pid)
{
	return pid == getpid() || pid == 0 || pid == -1 || pid == -getpgrp();
}

static bool parse_kill(struct line *line, struct request *r)
{
	if (!read_process(line, &r->args[0]))
		return false;
	r->args[1] = 15;
	if (line_more(line)) {
		line_next(line);
		r->args[1] = signal_number(line->word);
		if (r->args[1] < 0) {
			char *end;

			r->args[1] = strtol(line->word, &end, 10);
			if (*end)
				return line_wrong(line,
				                  "%.40s is no signal: "
				                  "9, kill, term, segv ...",
				                  line->word);
		}
	}
	if (r->args[1] >= 18 && r->args[1] <= 20)
		return line_wrong(line,
		                  "the stage itself holds its processes "
		                  "by SIGSTOP and SIGCONT, so these two are "
		                  "not for a line");
	if (r->args[1] != 0 && takes_director((pid_t)r->args[0]))
		return line_wrong(line,
		                  "this would kill the stage itself as well, "
		                  "and who then holds its processes?");
	return true;
}

/* ---- memory ------------------------------------------------------------- */

static bool parse_mmap(struct line *line, struct request *r)
{
	r->args[3] = MAP_ANONYMOUS;
	if (!line_number(line, "length", &r->args[1]))
		return false;
	while (line_more(line)) {
		const char *start = line->at;
		const struct flag *flag;

		line_next(line);
		if ((flag = flag_find(prot_flags, line->word))) {
			r->args[2] |= flag->value;
			r->args[4] = 1;
		} else if (strcmp(line->word, "at") == 0) {
			if (!line_number(line, "address", &r->args[0]))
				return false;
		} else if ((flag = flag_find(mmap_flags, line->word))) {
			r->args[3] |= flag->value;
		} else {
			line->at = start;
			return line_flags(line, mmap_flags, false, &r->args[3]);
		}
	}
	if (!r->args[4])
		r->args[2] = PROT_READ | PROT_WRITE;
	if (!(r->args[3] & (MAP_SHARED | MAP_PRIVATE)))
		r->args[3] |= MAP_PRIVATE;
	return !line->mistake[0];
}

static bool parse_munmap(struct line *line, struct request *r)
{
	return line_number(line, "address", &r->args[0]) &&
	       line_number(line, "length", &r->args[1]);
}

static bool parse_mprotect(struct line *line, struct request *r)
{
	if (!parse_munmap(line, r))
		return false;
	if (!line_more(line))
		return line_wrong(line, "mprotect: which rights? r, rw, none");
	return line_flags(line, prot_flags, false, &r->args[2]);
}

static bool parse_peek(struct line *line, struct request *r)
{
	r->args[1] = 16;
	return line_number(line, "address", &r->args[0]) &&
	       (!line_more(line) ||
	        line_number(line, "number of bytes", &r->args[1]));
}

static bool parse_poke(struct line *line, struct request *r)
{
	if (!line_number(line, "address", &r->args[0]) ||
	    !read_bytes(line, "value", r))
		return false;
	r->args[2] = line->quoted;
	if (line->quoted)
		r->bytes++; /* the NUL of the string */
	r->args[1] = r->bytes;
	if (line_more(line)) {
		if (!line_number(line, "number of bytes", &r->args[1]))
			return false;
		if (r->args[2] && r->bytes > 1)
			r->bytes--; /* a pattern has no NUL */
		r->args[3] = 1;
	}
	return true;
}

static bool parse_spin(struct line *line, struct request *r)
{
	return line_number(line, "address", &r->args[0]) &&
	       line_number(line, "number of seconds", &r->args[1]) &&
	       ((r->args[1] >= 1 && r->args[1] <= 600) ||
	        line_wrong(line, "spin: 1 to 600 seconds"));
}

static bool parse_number(struct line *line, struct request *r)
{
	return line_number(line, "number", &r->args[0]);
}

static bool parse_nothing(struct line *line, struct request *r)
{
	(void)line;
	(void)r;
	return true;
}

/* ---- as the manual writes it -------------------------------------------- */

/* A key, an address: 0 has a name of its own. */
static const char *hex(long value, const char *zero)
{
	static char text[4][24];
	static int turn;
	char *to = text[turn++ & 3];

	if (value == 0)
		return zero;
	snprintf(to, sizeof(text[0]), "0x%lx", (unsigned long)value);
	return to;
}

static const char *flags_of(const struct flag *flags, long value)
{
	static char text[2][96];
	static int turn;
	char *to = text[turn++ & 1];

	flags_text(to, sizeof(text[0]), flags, value);
	return to;
}

/* Bytes as C writes them; long ones are cut. */
static const char *quoted(const char *bytes, unsigned count)
{
	static char text[160];
	unsigned used = 0, i = 0;

	text[used++] = '"';
	for (; i < count && used < 40; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '"' || c == '\\')
			used += (unsigned)snprintf(text + used, 8, "\\%c", c);
		else if (isprint(c))
			text[used++] = (char)c;
		else
			used += (unsigned)snprintf(text + used, 8, "\\%o", c);
	}
	snprintf(text + used, 8, i < count ? "\"..." : "\"");
	return text;
}

static void print_shmget(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s, %lu, %s", hex(r->args[0], "IPC_PRIVATE"),
	         (unsigned long)r->args[1], flags_of(get_flags, r->args[2]));
}

static void print_shmat(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%ld, %s, %s", r->args[0], hex(r->args[1], "NULL"),
	         flags_of(shmat_flags, r->args[2]));
}

static void print_address(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s", hex(r->args[0], "NULL"));
}

static const char *settings(const struct request *r)
{
	static const char *const formats[] = {"uid %ld", "gid %ld", "mode 0%lo",
	                                      "qbytes %ld"};
	static char text[128];
	size_t used = 0;
	long v[4];

	memcpy(v, r->data, sizeof(v));
	text[0] = '\0';
	for (int i = 0; i < 4; i++)
		if (v[i] >= 0) {
			used +=
			    (size_t)snprintf(text + used, 3, used ? ", " : "");
			used +=
			    (size_t)snprintf(text + used, 28, formats[i], v[i]);
		}
	return text;
}

static void print_control(const struct request *r, const struct flag *commands,
                          char *to, size_t size)
{
	const char *name = flag_name(commands, r->args[1]);

	if (r->args[1] == IPC_SET)
		snprintf(to, size, "%ld, IPC_SET, {%s}", r->args[0],
		         settings(r));
	else
		snprintf(to, size, "%ld, %s, %s", r->args[0], name,
		         r->args[1] == IPC_STAT ? "&ds" : "NULL");
}

static void print_shmctl(const struct request *r, char *to, size_t size)
{
	print_control(r, shm_commands, to, size);
}

static void print_msgctl(const struct request *r, char *to, size_t size)
{
	print_control(r, msg_commands, to, size);
}

static void print_operations(const struct request *r, char *to, size_t size)
{
	const struct sembuf *op = (const struct sembuf *)r->data;
	size_t used = (size_t)snprintf(to, size, "%ld, {", r->args[0]);

	for (long i = 0; i < r->args[1] && used + 48 < size; i++)
		used +=
		    (size_t)snprintf(to + used, size - used, "%s{%d, %+d, %s}",
		                     i ? ", " : "", op[i].sem_num, op[i].sem_op,
		                     flags_of(semop_flags, op[i].sem_flg));
	snprintf(to + used, size - used, "}, %ld", r->args[1]);
}

static void print_semtimedop(const struct request *r, char *to, size_t size)
{
	print_operations(r, to, size - 40);
	snprintf(to + strlen(to), 40, ", {%ld, %ld}", r->args[2], r->args[3]);
}

static void print_semctl(const struct request *r, char *to, size_t size)
{
	size_t used =
	    (size_t)snprintf(to, size, "%ld, %ld, %s", r->args[0], r->args[1],
	                     flag_name(sem_commands, r->args[2]));

	if (r->args[2] == SETVAL)
		snprintf(to + used, size - used, ", %ld", r->args[3]);
	else if (r->args[2] == IPC_SET)
		snprintf(to + used, size - used, ", {%s}", settings(r));
}

static void print_msgget(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s, %s", hex(r->args[0], "IPC_PRIVATE"),
	         flags_of(get_flags, r->args[1]));
}

static void print_msgsnd(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%ld, {%ld, %s}, %u, %s", r->args[0], r->args[1],
	         quoted(r->data, r->bytes), r->bytes,
	         flags_of(msgsnd_flags, r->args[2]));
}

static void print_msgrcv(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%ld, &m, %ld, %ld, %s", r->args[0], r->args[1],
	         r->args[2], flags_of(msgrcv_flags, r->args[3]));
}

static void print_exec(const struct request *r, char *to, size_t size)
{
	const char *at = r->data;

	snprintf(to, size, r->args[0] ? "" : "\"stage\"");
	for (long i = 0; i < r->args[0]; i++, at += strlen(at) + 1)
		snprintf(to + strlen(to), size - strlen(to), "%s%s",
		         i ? ", " : "", quoted(at, (unsigned)strlen(at)));
}

static void print_number(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%ld", r->args[0]);
}

static void print_wait(const struct request *r, char *to, size_t size)
{
	if (r->args[0] == -1)
		snprintf(to, size, "-1, &status, %s",
		         flags_of(wait_flags, r->args[1]));
	else
		snprintf(to, size, "%s, &status, %s",
		         cast_pid((pid_t)r->args[0]),
		         flags_of(wait_flags, r->args[1]));
}

static void print_kill(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s, %s", cast_pid((pid_t)r->args[0]),
	         r->args[1] ? signal_name((int)r->args[1]) : "0");
}

static const char *rights_of(long value)
{
	return value ? flags_of(prot_flags, value) : "PROT_NONE";
}

static void print_mmap(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s, %lu, %s, %s, -1, 0", hex(r->args[0], "NULL"),
	         (unsigned long)r->args[1], rights_of(r->args[2]),
	         flags_of(mmap_flags, r->args[3]));
}

static void print_munmap(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s, %lu", hex(r->args[0], "NULL"),
	         (unsigned long)r->args[1]);
}

static void print_mprotect(const struct request *r, char *to, size_t size)
{
	snprintf(to, size, "%s, %lu, %s", hex(r->args[0], "NULL"),
	         (unsigned long)r->args[1], rights_of(r->args[2]));
}

static void print_poke(const struct request *r, char *to, size_t size)
{
	int word;

	memcpy(&word, r->data, sizeof(word));
	if (r->args[2])
		snprintf(to, size, "%s, %s", hex(r->args[0], "NULL"),
		         quoted(r->data, r->bytes - !r->args[3]));
	else
		snprintf(to, size, "%s, %d", hex(r->args[0], "NULL"), word);
	if (r->args[3])
		snprintf(to + strlen(to), size - strlen(to), ", %lu",
		         (unsigned long)r->args[1]);
}

static void print_nothing(const struct request *r, char *to, size_t size)
{
	(void)r;
	snprintf(to, size, "%s", "");
}

/* ---- the table ---------------------------------------------------------- */

/* clang-format off */
const struct call stage_calls[OPS] = {
	[OP_SHMGET] = {"shmget", "shmget KEY SIZE [creat] [excl] [MODE]",
		"makes or finds a segment; KEY may be private",
		parse_shmget, print_shmget, false, true},
	[OP_SHMAT] = {"shmat", "shmat ID [ADDRESS] [ro] [rnd] [remap] [exec]",
		"attaches a segment", parse_shmat, print_shmat, true, true},
	[OP_SHMDT] = {"shmdt", "shmdt ADDRESS", "detaches what is attached there",
		parse_address, print_address, false, true},
	[OP_SHMCTL] = {"shmctl",
		"shmctl ID stat|rmid|lock|unlock|info|set [uid N] [gid N] [mode M]",
		"asks about a segment, removes or changes it",
		parse_shmctl, print_shmctl, false, true},
	[OP_SEMGET] = {"semget", "semget KEY NUMBER [creat] [excl] [MODE]",
		"makes or finds a set of semaphores",
		parse_semget, print_shmget, false, false},
	[OP_SEMOP] = {"semop", "semop ID NUMBER CHANGE [undo] [nowait], ...",
		"changes semaphores, or waits until it can",
		parse_semop, print_operations, false, false},
	[OP_SEMTIMEDOP] = {"semtimedop",
		"semtimedop ID SECONDS NUMBER CHANGE [undo] [nowait], ...",
		"waits that long at most",
		parse_semtimedop, print_semtimedop, false, false},
	[OP_SEMCTL] = {"semctl",
		"semctl ID [NUMBER] stat|rmid|getval|setval V|getall|setall V...|"
		"getpid|getncnt|getzcnt|set",
		"asks about a set, removes or changes it",
		parse_semctl, print_semctl, false, false},
	[OP_MSGGET] = {"msgget", "msgget KEY [creat] [excl] [MODE]",
		"makes or finds a message queue",
		parse_msgget, print_msgget, false, false},
	[OP_MSGSND] = {"msgsnd", "msgsnd ID TYPE \"TEXT\" [nowait]",
		"sends a message", parse_msgsnd, print_msgsnd, false, false},
	[OP_MSGRCV] = {"msgrcv",
		"msgrcv ID [TYPE [SIZE]] [nowait] [noerror] [except]",
		"receives a message, or waits for one",
		parse_msgrcv, print_msgrcv, false, false},
	[OP_MSGCTL] = {"msgctl",
		"msgctl ID stat|rmid|set [uid N] [gid N] [mode M] [bytes N]",
		"asks about a queue, removes or changes it",
		parse_msgctl, print_msgctl, false, false},
	[OP_FORK] = {"fork", "fork NAME", "makes a child that is called so",
		parse_fork, print_nothing, false, true},
	[OP_EXEC] = {"exec", "exec [PROGRAM ARGUMENT ...]",
		"becomes another program; without one, one that only waits",
		parse_exec, print_exec, false, true},
	[OP_EXIT] = {"exit", "exit [STATUS]", "ends the process",
		parse_exit, print_number, false, true},
	[OP_WAIT] = {"wait", "wait [PROCESS] [nohang]", "waits for a child",
		parse_wait, print_wait, false, false},
	[OP_KILL] = {"kill", "kill PROCESS [SIGNAL]",
		"sends a signal: 9, kill, term ...",
		parse_kill, print_kill, false, true},
	[OP_MMAP] = {"mmap",
		"mmap LENGTH [r|rw|none] [private|shared] [at ADDRESS] [fixed]",
		"maps new memory", parse_mmap, print_mmap, true, true},
	[OP_MUNMAP] = {"munmap", "munmap ADDRESS LENGTH",
		"takes memory away", parse_munmap, print_munmap, false, true},
	[OP_MPROTECT] = {"mprotect", "mprotect ADDRESS LENGTH r|rw|none",
		"changes rights", parse_mprotect, print_mprotect, false, true},
	[OP_BRK] = {"brk", "brk ADDRESS", "moves the end of the heap",
		parse_address, print_address, false, true},
	[OP_SBRK] = {"sbrk", "sbrk BYTES", "moves the end of the heap by so much",
		parse_number, print_number, true, true},
	[OP_PEEK] = {"peek", "peek ADDRESS [BYTES]", "loads from memory",
		parse_peek, print_munmap, false, true},
	[OP_POKE] = {"poke", "poke ADDRESS \"STRING\"|NUMBER [BYTES]",
		"stores into memory; with BYTES again and again, up to there",
		parse_poke, print_poke, false, true},
	[OP_SPIN] = {"spin", "spin ADDRESS SECONDS",
		"adds 1 to the word there for so long, without a system call",
		parse_spin, print_munmap, false, true},
	[OP_SETUID] = {"setuid", "setuid UID", "becomes another user",
		parse_number, print_number, false, false},
	[OP_GETUID] = {"getuid", "getuid", "says which user it is",
		parse_nothing, print_nothing, false, false},
	[OP_GETPID] = {"getpid", "getpid", "says its pid",
		parse_nothing, print_nothing, false, false},
	[OP_GETPPID] = {"getppid", "getppid", "says its parent's pid",
		parse_nothing, print_nothing, false, false},
};
/* clang-format on */

int call_names(const char **to, int room)
{
	int count = 0;

	while (count < OPS && count < room) {
		to[count] = stage_calls[count].name;
		count++;
	}
	return count;
}

/* Would it touch the strings themselves, or the place of the director's own? */
static bool touches_ours(const struct request *r)
{
	unsigned long at = (unsigned long)r->args[r->op == OP_SHMAT];
	unsigned long bytes = r->op == OP_SHMAT || r->op == OP_SPIN
	                          ? 4
	                          : (unsigned long)r->args[1];

	if (r->op != OP_SHMAT && r->op != OP_SHMDT && r->op != OP_MMAP &&
	    r->op != OP_MUNMAP && r->op != OP_MPROTECT && r->op != OP_PEEK &&
	    r->op != OP_POKE && r->op != OP_SPIN)
		return false;
	return at && at < OURS_END &&
	       (at >= STRINGS_AT || bytes > STRINGS_AT - at);
}

bool call_parse(struct line *line, struct request *request)
{
	const char *all[OPS] = {NULL}, *near;
	int op = 0;

	if (!line_next(line))
		return line_wrong(line,
		                  "which call is %s to do? `help` lists "
		                  "them",
		                  line->actor);
	while (op < OPS && strcmp(stage_calls[op].name, line->word) != 0)
		op++;
	if (op == OPS) {
		near = nearest(line->word, all, call_names(all, OPS));
		return line_wrong(line,
		                  near ? "%.40s is no call: did you mean "
		                         "%s?"
		                       : "%.40s is no call: `help` lists "
		                         "them",
		                  line->word, near);
	}
	memset(request, 0, sizeof(*request));
	request->op = (enum stage_op)op;
	line->usage = stage_calls[op].usage;
	if (!stage_calls[op].parse(line, request) || !line_end(line))
		return false;
	return !touches_ours(request) ||
	       line_wrong(line,
	                  "from %08lx to %08lx are the strings "
	                  "themselves, on which the processes hang",
	                  STRINGS_AT, OURS_END - 1);
}

void call_text(const struct request *request, char *to, size_t size)
{
	const struct call *call = &stage_calls[request->op];
	size_t used;

	used = (size_t)snprintf(to, size, "%s(",
	                        request->op == OP_WAIT   ? "waitpid"
	                        : request->op == OP_EXEC ? "execv"
	                                                 : call->name);
	call->print(request, to + used, size - used - 2);
	snprintf(to + strlen(to), 2, ")");
}

/* ---- what came with the result ------------------------------------------ */

static const char *user_text(const struct ipc_perm *perm)
{
	static char text[96];

	snprintf(text, sizeof(text), "mode 0%o uid %d gid %d cuid %d cgid %d",
	         perm->mode & 07777, (int)perm->uid, (int)perm->gid,
	         (int)perm->cuid, (int)perm->cgid);
	return text;
}

static void say_shmid(const struct request *r)
{
	struct shmid_ds ds;

	memcpy(&ds, r->data, sizeof(ds));
	say("    %s\n    %lu bytes, nattch %lu, ", user_text(&ds.shm_perm),
	    (unsigned long)ds.shm_segsz, (unsigned long)ds.shm_nattch);
	say("created by %s, last used by %s\n", cast_pid(ds.shm_cpid),
	    cast_pid(ds.shm_lpid));
}

static void say_set(const struct request *r)
{
	struct semid_ds ds;

	memcpy(&ds, r->data, sizeof(ds));
	say("    %s, %lu semaphores\n", user_text(&ds.sem_perm),
	    (unsigned long)ds.sem_nsems);
}

static void say_queue(const struct request *r)
{
	struct msqid_ds ds;

	memcpy(&ds, r->data, sizeof(ds));
	say("    %s\n    %lu messages, at most %lu bytes, ",
	    user_text(&ds.msg_perm), (unsigned long)ds.msg_qnum,
	    (unsigned long)ds.msg_qbytes);
	say("last sent by %s, last received by %s\n", cast_pid(ds.msg_lspid),
	    cast_pid(ds.msg_lrpid));
}

static void say_values(const struct request *r)
{
	const unsigned short *value = (const unsigned short *)r->data;
	unsigned count = r->bytes / (unsigned)sizeof(*value);

	say("    values");
	for (unsigned i = 0; i < count && i < 16; i++)
		say(" %u", value[i]);
	say(count > 16 ? " ...\n" : "\n");
}

static bool all_equal(const char *data, unsigned bytes)
{
	for (unsigned i = 1; i < bytes; i++)
		if (data[i] != data[0])
			return false;
	return true;
}

/* What a peek has found: a string if it is one, and the bytes. */
static void say_bytes(const struct request *r)
{
	const unsigned char *data = (const unsigned char *)r->data;
	unsigned shown = r->bytes < 16 ? r->bytes : 16;
	unsigned length = (unsigned)strnlen(r->data, r->bytes);

	if (r->bytes && all_equal(r->data, r->bytes) && data[0] == 0) {
		say("    %lu bytes of 0\n", (unsigned long)r->args[1]);
		return;
	}
	say("   ");
	for (unsigned i = 0; i < shown; i++)
		say(" %02x", data[i]);
	say("%s  %s\n", (unsigned long)r->args[1] > shown ? " ..." : "",
	    quoted(r->data, length ? length : shown));
}

static void say_more(const struct request *r)
{
	if (r->op == OP_SHMCTL && r->args[1] == IPC_STAT)
		say_shmid(r);
	else if (r->op == OP_SEMCTL && r->args[2] == IPC_STAT)
		say_set(r);
	else if (r->op == OP_SEMCTL && r->args[2] == GETALL)
		say_values(r);
	else if (r->op == OP_MSGCTL && r->args[1] == IPC_STAT)
		say_queue(r);
	else if (r->op == OP_MSGRCV)
		say("    m = {%ld, %s}\n", r->args[4],
		    quoted(r->data, r->bytes));
	else if (r->op == OP_PEEK)
		say_bytes(r);
}

/* How a child ended, as wait(2) says it. */
static void say_status(long status)
{
	if (WIFEXITED(status))
		say("  (exit status %d)\n", (int)WEXITSTATUS(status));
	else
		say("  (killed by %s)\n", signal_name(WTERMSIG(status)));
}

void call_result(const char *actor, const struct request *request, long result,
                 int error)
{
	const struct call *call = &stage_calls[request->op];
	char text[512];

	call_text(request, text, sizeof(text));
	/* A long call has its result on a line of its own. */
	say("%s: %s%s = ", actor, text,
	    strlen(actor) + strlen(text) > 64 ? "\n   " : "");
	if (result == -1 && error) {
		say("-1 %s (%s)\n", error_name(error), strerror(error));
		return;
	}
	if (call->address)
		say("0x%lx\n", (unsigned long)result);
	else if (request->op == OP_WAIT && result > 0)
		say("%s", cast_pid((pid_t)result));
	else
		say("%ld\n", result);
	if (request->op == OP_WAIT && result > 0)
		say_status(request->args[2]);
	say_more(request);
}

bool call_help(const char *name)
{
	for (int i = 0; i < OPS; i++)
		if (!name)
			say("%s%s%-11s", i && i % 6 == 0 ? "\n" : "",
			    i % 6 ? "" : "    ", stage_calls[i].name);
		else if (strcmp(name, stage_calls[i].name) == 0) {
			say_wrapped("    ", stage_calls[i].usage);
			say_wrapped("    ", stage_calls[i].says);
			return true;
		}
	return false;
}
