/*
 * user/servers/files/made.h -- the files of /proc, by what makes them.
 */
#ifndef FILES_MADE_H
#define FILES_MADE_H

/* clang-format off */
enum made {
	MADE_NOTHING, MADE_MEMINFO, MADE_UPTIME, MADE_COUNTERS, MADE_CHECK,
	MADE_SHM, MADE_SHMMAX, MADE_SHMMIN, MADE_SHMMNI, MADE_SHMALL,
	MADE_SHMSEG, MADE_STAT, MADE_MAPS, MADE_PT, MADE_KINDS
};
/* clang-format on */

#endif
