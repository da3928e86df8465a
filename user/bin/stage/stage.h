/*
 * user/bin/stage/stage.h -- processes on strings: what its files give to each
 * other.
 *
 *	line.c      a line of text becomes a request, or a sentence that says
 *	            what is wrong with it
 *	calls.c     the calls that a line can ask for, and how they are printed
 *	flags.c     the words for flags and signals
 *	puppet.c    a process on a string: it does one call at a time
 *	cast.c      who is on the stage: born, idle, waiting, dead
 *	words.c     which page-table words have changed
 *	objects.c   which rows of ipcs have changed
 *	picture.c   `look`: processes left and right, tables between them
 *	script.c    plays a file
 *	main.c      the loop, and the lines that concern no process
 *
 * The director is the program that reads the lines.  Each process of the stage
 * shares one page or less with it, its string: the director writes a request
 * there and continues the process, which does the call, writes the result, and
 * stops itself by SIGSTOP.
 */
#ifndef STAGE_STAGE_H
#define STAGE_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STAGE_ACTORS 400 /* processes in one play */
#define STAGE_NAME   16  /* bytes of a name, with its end */
#define STAGE_DATA   960 /* bytes that a call can carry */
#define STAGE_LINE   4096
#define STAGE_OPS    31 /* operations of one semop */

/* ---- a request and its string ------------------------------------------- */

enum stage_op {
	OP_SHMGET,
	OP_SHMAT,
	OP_SHMDT,
	OP_SHMCTL,
	OP_SEMGET,
	OP_SEMOP,
	OP_SEMTIMEDOP,
	OP_SEMCTL,
	OP_MSGGET,
	OP_MSGSND,
	OP_MSGRCV,
	OP_MSGCTL,
	OP_FORK,
	OP_EXEC,
	OP_EXIT,
	OP_WAIT,
	OP_KILL,
	OP_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_BRK,
	OP_SBRK,
	OP_PEEK,
	OP_POKE,
	OP_SPIN,
	OP_SETUID,
	OP_GETUID,
	OP_GETPID,
	OP_GETPPID,
	OPS
};

struct request {
	enum stage_op op;
	long args[5];   /* calls.c says what they are, for each call */
	unsigned bytes; /* of data */
	char data[STAGE_DATA] __attribute__((aligned(8)));
};

struct string {
	volatile unsigned asked, done; /* numbers of requests */
	volatile pid_t pid;
	volatile bool inside; /* it is in the call */
	long result;
	int error; /* errno of a result of -1 */
	/* On Linux: the vector, the address and the error code of a fault. */
	volatile unsigned long fault_vector, fault_address, fault_code;
	struct request request;
};

/* ---- line.c ------------------------------------------------------------- */

struct line {
	const char *at;          /* what is not read yet */
	char text[STAGE_LINE];   /* the line itself */
	char actor[STAGE_NAME];  /* who is to act, or "" */
	char target[STAGE_NAME]; /* the name that keeps the result, or "" */
	char word[STAGE_LINE];   /* the word that was read last */
	bool quoted;             /* it is a string */
	char mistake[256];       /* what is wrong, or "" */
	const char *usage;       /* how the call is written, or NULL */
};

/* Notes what is wrong, if nothing was before.  Returns false. */
bool line_wrong(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Reads the next word into line->word.  False: there is none. */
bool line_next(struct line *line);
/* Is there another word?  It is not read. */
bool line_more(const struct line *line);
/* Does the next word begin as a number or a known name does? */
bool line_more_number(const struct line *line);
/* Reads a value: a number, a name, or such joined by + and -. */
bool line_number(struct line *line, const char *what, long *value);
/* Reads a time in seconds, as in 0.5. */
bool line_time(struct line *line, long *seconds, long *nanoseconds);
/* Splits "A: id = shmget ..." up to the call. */
bool line_begin(struct line *line, const char *text);
/* Everything must have been read. */
bool line_end(struct line *line);

/* Names keep results.  `name_set` returns false when there is no room. */
bool name_set(const char *name, long value);
bool name_get(const char *name, long *value);
void names_show(void);
void names_forget(void);

/* The entry of `list` that `word` is nearest to, or NULL. */
const char *nearest(const char *word, const char *const *list, int count);

/* ---- flags.c ------------------------------------------------------------ */

struct flag {
	const char *word, *name; /* "creat", "IPC_CREAT" */
	long value;
};

extern const struct flag get_flags[], shmat_flags[], semop_flags[],
    msgsnd_flags[], msgrcv_flags[], prot_flags[], mmap_flags[], wait_flags[],
    shm_commands[], sem_commands[], msg_commands[];

/* Is `word` one of these?  Its place, or NULL. */
const struct flag *flag_find(const struct flag *flags, const char *word);
/* Does any table have this word? */
bool flag_is_word(const char *word);
/* Reads flags to the end of the line; a mode, too, if `mode` says so. */
bool line_flags(struct line *line, const struct flag *flags, bool mode,
                long *value);
/* Writes "IPC_CREAT | 0600". */
void flags_text(char *to, size_t size, const struct flag *flags, long value);
const char *flag_name(const struct flag *flags, long value);

const char *signal_name(int number);
int signal_number(const char *name); /* -1: no such signal */
const char *error_name(int number);  /* "EACCES" */

/* ---- calls.c ------------------------------------------------------------ */

struct call {
	const char *name, *usage, *says;
	bool (*parse)(struct line *line, struct request *request);
	void (*print)(const struct request *request, char *to, size_t size);
	bool address; /* the result is an address */
	bool words;   /* people expect it to change page-table words */
};

extern const struct call stage_calls[OPS];

/* Reads the call of a line.  False: line->mistake says why. */
bool call_parse(struct line *line, struct request *request);
/* Prints "A: shmget(0x2a, ...) = 32768", and what came with the result. */
void call_result(const char *actor, const struct request *request, long result,
                 int error);
void call_text(const struct request *request, char *to, size_t size);
/* Prints what there is to know of a call, or of all of them. */
bool call_help(const char *name);
/* Fills `names`, and returns how many calls there are. */
int call_names(const char **names, int room);

/* ---- puppet.c ----------------------------------------------------------- */

/* Where strings are: no process of the stage has anything else there. */
#define STRINGS_AT 0x20000000ul
#define ARENA_AT   0x21000000ul
#define ARENA_SIZE 0x00800000ul
#define OURS_END   0x21800000ul

extern struct string *strings; /* of STAGE_ACTORS */

bool strings_make(void);
/* Is a process on a string `index`: it never returns. */
void puppet_live(int index, bool catch_faults) __attribute__((noreturn));
/* What the program is after `A: exec` without a program. */
int puppet_rest(void);

/* ---- cast.c ------------------------------------------------------------- */

enum stage_state { ABSENT, IDLE, CALLING, WAITING, FOREIGN, DEAD };

struct actor {
	char name[STAGE_NAME];
	pid_t pid;
	int parent; /* an index; -1: the director */
	enum stage_state state;
	char target[STAGE_NAME];
	struct request request; /* what it does, or did last */
	char end[80];           /* how it died */
	int killed;             /* the signal that the stage saw sent to it */
	int asleep;             /* how often it was seen so without a pause */
	bool held;              /* it is stopped while the others go on */
	unsigned long heap;     /* the end of its program at its birth */
};

extern struct actor *cast; /* of STAGE_ACTORS */
extern int cast_count;
extern bool on_tessera; /* there is a /proc/PID/pt */

void cast_start(void);
int cast_find(const char *name); /* -1: no such process */
int cast_find_pid(pid_t pid);
/* Finds the actor of a line or makes it.  -1: line->mistake says why. */
int cast_named(struct line *line);
/* May it do a call now? */
bool cast_ready(struct line *line, int index);
/* Makes room for the child that `parent` will fork.  -1: a mistake. */
int cast_expect(struct line *line, const char *name, int parent);
/* Does the request, and lets everybody go on who can. */
void cast_act(int index, const struct request *request, const char *target);
/* Says what has happened meanwhile. */
void cast_settle(void);
/* Ends all processes. */
void cast_clear(void);
void cast_show(void);
/* Writes a pid with the name of its process: "7 (A)". */
const char *cast_pid(pid_t pid);
const char *cast_doing(const struct actor *actor);

/* Reads a file of /proc whole.  Its bytes, or -1. */
int file_read(const char *path, char *to, int size);

/* ---- words.c ------------------------------------------------------------ */

/* One linked or own slot of a process, for the picture. */
struct shown_word {
	unsigned slot, index; /* of the PTE; 1024: it is the PDE */
	unsigned value;
	int id; /* the segment of a linked PDE, or -1 */
};

void words_start(void);
/* Reads all words again; `show`: prints what has changed. */
void words_look(bool show, bool expected);
/* Forgets a process that the director has born: its words are no news. */
void words_born(int index);
/* Prints the words of an address of a process, and where in memory they are. */
void words_entry(int index, unsigned long address);
/* Forgets everybody. */
void words_forget(void);
/* Memory that stays until the end. */
void *arena(size_t bytes);
/* The frame of its directory; 0: it has none. */
unsigned words_cr3(int index);
/* Calls `each` for every word of a process that people may see. */
void words_each(int index, void (*each)(void *to, const struct shown_word *),
                void *to);

/* ---- objects.c ---------------------------------------------------------- */

/* Reads all rows again; then prints what has changed. */
void objects_look(void);
void objects_changes(void);
/* Removes what was made since the start.  Returns how many. */
int objects_clear(void);
bool object_ours(int shmid);
void objects_show(void);

/* ---- picture.c, script.c, main.c ---------------------------------------- */

void picture_show(void);
/* Plays a file, or beat number N.  0, 1 after a mistake, 2: no such file. */
int script_play(const char *name);
/* Waits for a key, if there is a terminal.  False: leave. */
bool script_pause(void);
/* Does one line.  False: it was wrong, and that was said. */
bool stage_line(const char *text);
bool stage_over(void);
/* Reads a line of the input.  -1: the end; -2: it was too long. */
int input_line(char *to, int size);

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says a long text in lines that fit a screen, the first one with a mark. */
void say_wrapped(const char *mark, const char *text);
void say_flush(void);

#endif
