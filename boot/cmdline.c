/*
 * boot/cmdline.c -- the kernel's command line.
 *
 *	shmmax=N shmmin=N shmmni=N shmall=N shmseg=N
 *	semmsl=N semmns=N semopm=N semmni=N msgmax=N msgmnb=N msgmni=N
 *	reserve=PAGES       what only servers may use
 *	log=0|1             errors alone, or all
 *	trace, trace=0|1    events on port 0xE9 (/proc/sys/kernel/trace)
 *	quantum=TICKS       how long a process may run while others are ready
 *	teach               /proc/PID/pt for all users
 *	fs=MIB              what files may take; else it is half of the memory
 *	server=PATH         one more server of rank 2, shown as /dev/NAME
 *	host                init talks to tools/run
 *	provoke=FAILURE     for the tests: kernel/look/provoke_check.c
 *	-- PROGRAM ARG...   what init runs
 *
 * kernel/look/tunable.c has the words with a number, and their ranges.  A word
 * that is unknown is reported, and boot goes on.
 */
#include "boot.h"

#include "../kernel/base/klog.h"
#include "../kernel/base/string.h"
#include "../kernel/look/inspect.h"
#include "../kernel/look/machine.h"
#include "../kernel/look/tunable.h"

#define CMDLINE_BYTES 2048

const char *cmdline_fs = "fs=";
const char *cmdline_servers[SERVERS_MAX] = {"/sbin/console"};
int cmdline_server_count = 1;
char cmdline_words[CMDLINE_BYTES] = "init";
int cmdline_bytes = 5;

/* Decimal, or hexadecimal after 0x.  False: it is no number. */
static bool parse_number(const char *text, uint32_t *value)
{
	uint32_t base = 10, sum = 0;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	if (!*text)
		return false;
	for (; *text; text++) {
		uint32_t digit =
		    *text >= 'a' ? *text - 'a' + 10u : *text - '0' + 0u;

		if (digit >= base || sum > (UINT32_MAX - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

/* NAME=N of tunable.c.  False: the word is none of these. */
static bool set_number(const char *word)
{
	for (int i = 0; i < TUNABLES; i++) {
		size_t length = strlen(tunables[i].name);
		uint32_t value;

		if (strncmp(word, tunables[i].name, length) != 0 ||
		    word[length] != '=')
			continue;
		if (!parse_number(word + length + 1, &value) ||
		    tunable_set(i, value) < 0)
			klog(KLOG_ERROR, "command line: bad value: %s", word);
		return true;
	}
	return false;
}

static void take_word(const char *word)
{
	if (set_number(word))
		return;
	if (strcmp(word, "trace") == 0)
		tunable_set(TUNABLE_TRACE, 1);
	else if (strcmp(word, "teach") == 0)
		inspection.teach = 1;
	else if (strncmp(word, "fs=", 3) == 0)
		cmdline_fs = word;
	else if (strncmp(word, "server=", 7) == 0)
		if (cmdline_server_count < SERVERS_MAX)
			cmdline_servers[cmdline_server_count++] = word + 7;
		else
			klog(KLOG_ERROR, "command line: too many servers");
	else if (strcmp(word, "host") != 0 &&
	         !(strncmp(word, "provoke=", 8) == 0 && provoke_arm(word + 8)))
		klog(KLOG_ERROR, "command line: unknown word: %s", word);
}

/* Adds the words to init's arguments, each with its NUL. */
static void split(const char *text)
{
	for (; *text && cmdline_bytes < CMDLINE_BYTES - 1; text++) {
		char c = *text == ' ' ? 0 : *text;

		if (c || cmdline_words[cmdline_bytes - 1])
			cmdline_words[cmdline_bytes++] = c;
	}
	if (cmdline_words[cmdline_bytes - 1])
		cmdline_bytes++; /* the NUL is there already */
	if (*text)
		klog(KLOG_ERROR, "command line: cut off: %s", text);
}

void cmdline_parse(const char *text, bool first_is_file)
{
	const char *word = cmdline_words + cmdline_bytes;

	/* QEMU puts the kernel's file name first; GRUB does not. */
	while (first_is_file && *text && *text != ' ')
		text++;
	split(text);
	for (; word < cmdline_words + cmdline_bytes; word += strlen(word) + 1) {
		if (strcmp(word, "--") == 0)
			break; /* the rest is init's */
		take_word(word);
	}
}
