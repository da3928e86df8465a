/*
 * user/bin/stage/flags.c -- the words for flags, commands and signals.
 *
 * A line says `creat`, and the manual says IPC_CREAT.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "stage.h"

#ifndef SHM_EXEC
#define SHM_EXEC 0100000
#endif
#ifndef MSG_EXCEPT
#define MSG_EXCEPT 020000
#endif

/* clang-format off */
const struct flag get_flags[] = {
	{"creat", "IPC_CREAT", IPC_CREAT}, {"excl", "IPC_EXCL", IPC_EXCL}, {0}};
const struct flag shmat_flags[] = {
	{"ro", "SHM_RDONLY", SHM_RDONLY}, {"rnd", "SHM_RND", SHM_RND},
	{"remap", "SHM_REMAP", SHM_REMAP}, {"exec", "SHM_EXEC", SHM_EXEC}, {0}};
const struct flag semop_flags[] = {
	{"undo", "SEM_UNDO", SEM_UNDO}, {"nowait", "IPC_NOWAIT", IPC_NOWAIT},
	{0}};
const struct flag msgsnd_flags[] = {
	{"nowait", "IPC_NOWAIT", IPC_NOWAIT}, {0}};
const struct flag msgrcv_flags[] = {
	{"nowait", "IPC_NOWAIT", IPC_NOWAIT},
	{"noerror", "MSG_NOERROR", MSG_NOERROR},
	{"except", "MSG_EXCEPT", MSG_EXCEPT}, {0}};
const struct flag prot_flags[] = {
	{"r", "PROT_READ", PROT_READ}, {NULL, "PROT_WRITE", PROT_WRITE},
	{NULL, "PROT_EXEC", PROT_EXEC}, {"rw", NULL, PROT_READ | PROT_WRITE},
	{"rx", NULL, PROT_READ | PROT_EXEC},
	{"rwx", NULL, PROT_READ | PROT_WRITE | PROT_EXEC},
	{"none", NULL, PROT_NONE}, {0}};
const struct flag mmap_flags[] = {
	{"shared", "MAP_SHARED", MAP_SHARED},
	{"private", "MAP_PRIVATE", MAP_PRIVATE}, {"fixed", "MAP_FIXED", MAP_FIXED},
	{"anon", "MAP_ANONYMOUS", MAP_ANONYMOUS},
	{"noreserve", "MAP_NORESERVE", MAP_NORESERVE}, {0}};
const struct flag wait_flags[] = {
	{"nohang", "WNOHANG", WNOHANG}, {0}};
const struct flag shm_commands[] = {
	{"stat", "IPC_STAT", IPC_STAT}, {"rmid", "IPC_RMID", IPC_RMID},
	{"set", "IPC_SET", IPC_SET}, {"lock", "SHM_LOCK", SHM_LOCK},
	{"unlock", "SHM_UNLOCK", SHM_UNLOCK}, {"info", "SHM_INFO", SHM_INFO},
	{0}};
const struct flag sem_commands[] = {
	{"stat", "IPC_STAT", IPC_STAT}, {"rmid", "IPC_RMID", IPC_RMID},
	{"set", "IPC_SET", IPC_SET}, {"getval", "GETVAL", GETVAL},
	{"setval", "SETVAL", SETVAL}, {"getall", "GETALL", GETALL},
	{"setall", "SETALL", SETALL}, {"getpid", "GETPID", GETPID},
	{"getncnt", "GETNCNT", GETNCNT}, {"getzcnt", "GETZCNT", GETZCNT}, {0}};
const struct flag msg_commands[] = {
	{"stat", "IPC_STAT", IPC_STAT}, {"rmid", "IPC_RMID", IPC_RMID},
	{"set", "IPC_SET", IPC_SET}, {0}};

static const struct flag *const all[] = {
	get_flags, shmat_flags, semop_flags, msgsnd_flags, msgrcv_flags,
	prot_flags, mmap_flags, wait_flags, shm_commands, sem_commands,
	msg_commands};

static const struct flag signals[] = {
	{"hup", "SIGHUP", SIGHUP}, {"int", "SIGINT", SIGINT},
	{"quit", "SIGQUIT", SIGQUIT}, {"ill", "SIGILL", SIGILL},
	{"trap", "SIGTRAP", SIGTRAP}, {"abrt", "SIGABRT", SIGABRT},
	{"bus", "SIGBUS", SIGBUS}, {"fpe", "SIGFPE", SIGFPE},
	{"kill", "SIGKILL", SIGKILL}, {"usr1", "SIGUSR1", SIGUSR1},
	{"segv", "SIGSEGV", SIGSEGV}, {"usr2", "SIGUSR2", SIGUSR2},
	{"pipe", "SIGPIPE", SIGPIPE}, {"alrm", "SIGALRM", SIGALRM},
	{"term", "SIGTERM", SIGTERM}, {"chld", "SIGCHLD", SIGCHLD},
	{"cont", "SIGCONT", SIGCONT}, {"stop", "SIGSTOP", SIGSTOP},
	{"tstp", "SIGTSTP", SIGTSTP}, {"ttin", "SIGTTIN", SIGTTIN},
	{"ttou", "SIGTTOU", SIGTTOU}, {0}};

#define E(name) {NULL, #name, name}
static const struct flag errors[] = {
	E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(E2BIG), E(ENOEXEC), E(ECHILD),
	E(EAGAIN), E(ENOMEM), E(EACCES), E(EFAULT), E(EEXIST), E(ENOTDIR),
	E(EISDIR), E(EINVAL), E(EMFILE), E(EFBIG), E(ENOSPC), E(ERANGE),
	E(ENOSYS), E(ENOMSG), E(EIDRM), E(EOVERFLOW), E(ENAMETOOLONG), {0}};
/* clang-format on */

static bool flag_ends(const struct flag *flag)
{
	return !flag->word && !flag->name;
}

const struct flag *flag_find(const struct flag *flags, const char *word)
{
	for (; !flag_ends(flags); flags++)
		if (flags->word && strcmp(flags->word, word) == 0)
			return flags;
	return NULL;
}

bool flag_is_word(const char *word)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (flag_find(all[i], word))
			return true;
	return false;
}

const char *flag_name(const struct flag *flags, long value)
{
	for (; !flag_ends(flags); flags++)
		if (flags->name && flags->value == value)
			return flags->name;
	return NULL;
}

/* Says which words there are. */
static bool unknown_flag(struct line *line, const struct flag *flags, bool mode)
{
	const char *words[16] = {NULL}, *near;
	char list[128] = "";
	int count = 0;

	for (; !flag_ends(flags) && count < 16; flags++) {
		if (!flags->word)
			continue;
		words[count++] = flags->word;
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
		         "%s%s", list[0] ? ", " : "", flags->word);
	}
	near = nearest(line->word, words, count);
	if (near)
		return line_wrong(line,
		                  "%.40s is no flag here: did you mean "
		                  "%s?",
		                  line->word, near);
	return line_wrong(line, "%.40s is no flag here; the flags are %s%s",
	                  line->word, list,
	                  mode ? ", and a mode such as 0600" : "");
}

static bool read_mode(struct line *line, long *value)
{
	char *end;
	long mode = strtol(line->word, &end, 8);

	if (*end || mode < 0 || mode > 0777)
		return line_wrong(line,
		                  "%.40s is no mode: it has three octal "
		                  "digits after a 0, such as 0600",
		                  line->word);
	if (line->word[0] != '0')
		return line_wrong(line,
		                  "a mode is octal and begins with 0: "
		                  "did you mean 0%s?",
		                  line->word);
	*value |= mode;
	return true;
}

bool line_flags(struct line *line, const struct flag *flags, bool mode,
                long *value)
{
	while (line_more(line) && line_next(line)) {
		const struct flag *flag = flag_find(flags, line->word);

		if (strcmp(line->word, "|") == 0)
			continue;
		if (flag)
			*value |= flag->value;
		else if (mode && line->word[0] >= '0' && line->word[0] <= '9') {
			if (!read_mode(line, value))
				return false;
		} else {
			return unknown_flag(line, flags, mode);
		}
	}
	return !line->mistake[0];
}

void flags_text(char *to, size_t size, const struct flag *flags, long value)
{
	size_t used = 0;

	to[0] = '\0';
	for (; !flag_ends(flags) && used < size; flags++) {
		if (!flags->name || !flags->value ||
		    (value & flags->value) != flags->value)
			continue;
		used += snprintf(to + used, size - used, "%s%s",
		                 used ? " | " : "", flags->name);
		value &= ~flags->value;
	}
	if (used < size && (value || !used))
		snprintf(to + used, size - used, value ? "%s0%lo" : "%s0",
		         used ? " | " : "", value);
}

const char *signal_name(int number)
{
	static char text[16];
	const char *name = flag_name(signals, number);

	snprintf(text, sizeof(text), "signal %d", number);
	return name ? name : text;
}

/* Compares without regard to case.  strcasecmp() would be 20 KiB here. */
static bool same_letters(const char *a, const char *b)
{
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a++;
		b++;
	}
	return !*a && !*b;
}

int signal_number(const char *name)
{
	for (const struct flag *flag = signals; !flag_ends(flag); flag++)
		if (same_letters(flag->word, name) ||
		    same_letters(flag->name, name))
			return (int)flag->value;
	return -1;
}

const char *error_name(int number)
{
	static char text[16];
	const char *name = flag_name(errors, number);

	snprintf(text, sizeof(text), "errno %d", number);
	return name ? name : text;
}
