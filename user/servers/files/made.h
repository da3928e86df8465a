/*
 * user/servers/files/made.h -- the files of /proc, by what makes them.
 */
#ifndef FILES_MADE_H
#define FILES_MADE_H

/* clang-format off */
enum made {
	MADE_NOTHING, MADE_MEMINFO, MADE_UPTIME, MADE_COUNTERS, MADE_CHECK,
	MADE_SHM, MADE_SEM, MADE_MSG, MADE_STAT, MADE_MAPS, MADE_PT,
	MADE_TUNABLES /* + the number of the first tunable in the file */
};
/* clang-format on */

/* sysvipc.c */
void make_shm(struct text *text, int pid);
void make_sem(struct text *text, int pid);
void make_msg(struct text *text, int pid);

/* tunables.c: the limits, as text and back. */
void tunables_make(struct text *text, uint32_t first);
int tunables_write(const struct message *m, uint32_t first, uint32_t offset);

#endif
