/*
 * user/servers/files/made.h -- the files of /proc, by what makes them.
 */
#ifndef FILES_MADE_H
#define FILES_MADE_H

/* clang-format off */
enum made {
	MADE_NOTHING, MADE_MEMINFO, MADE_UPTIME, MADE_COUNTERS, MADE_CHECK,
	MADE_SHM, MADE_SEM, MADE_MSG, MADE_STAT, MADE_STATUS, MADE_MAPS, MADE_PT,
	MADE_CRIME,
	MADE_TUNABLES /* plus the number of the file's first tunable */
};
/* clang-format on */

/*
 * A file that is made piece by piece.  A maker adds whole lines, from `at` on,
 * until there are `enough` bytes, and moves `at` behind them.  `at` says which
 * row or which address comes next, 0 at the start, so lines that appear or
 * disappear elsewhere do not matter.
 */
struct making {
	struct text text;
	uint32_t enough, at;
	int pid;
};

/* sysvipc.c */
void make_shm(struct making *making);
void make_sem(struct making *making);
void make_msg(struct making *making);

/* maps.c */
void make_maps(struct making *making);
void make_pt(struct making *making);

/* tunables.c: from limits to text, and back. */
void tunables_make(struct text *text, uint32_t first);
int tunables_write(const struct message *m, uint32_t first, uint32_t offset);

#endif
