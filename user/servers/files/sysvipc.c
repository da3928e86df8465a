/*
 * user/servers/files/sysvipc.c -- /proc/sysvipc: the System V objects.
 *
 * One line for each object, in the columns of Linux (proc(5)), for everybody to
 * read.  What stands there are the objects' own descriptions, struct shmid_ds
 * and its kin.
 */
#include "files.h"
#include "made.h"
#include "../../../abi/msg.h"
#include "../../../abi/sem.h"
#include "../../../abi/shm.h"

/* An id is sequence number and slot; ipc/ids.h, which knows a free slot so. */
/* Reads the object at `index`: its id, or what is not above 0. */
static int object_read(struct row *row, int table, int index, int id)
{
	return row_read(row, table, index) ? (int)row_get(row, id) : 0;
}

void make_shm(struct text *text, int pid)
{
	static struct row row, segment;

	(void)pid;
	text_add(text, "       key      shmid perms       size  cpid  lpid "
	               "nattch   uid   gid  cuid  cgid      atime      dtime "
	               "     ctime        rss       swap\n");
	inspect_now();
	for (int i = 0; i < table_slots(SHMS); i++) {
		int id = object_read(&row, SHMS, i, SHM_ID);
		struct shmid_ds ds;
		uint32_t resident = 0;

		if (id <= 0)
			continue;
		memcpy(&ds, row_bytes(&row, SHM_DS), sizeof(ds));
		if (row_read(&segment, SEGMENTS,
		             (int)row_get(&row, SHM_SEGMENT)))
			resident = row_get(&segment, SEGMENT_RESIDENT);
		text_add(text,
		         "%10d %10d  %4o %10u %5u %5u  %5u %5u %5u %5u %5u "
		         "%10u %10u %10u %10u %10u\n",
		         ds.shm_perm.key, id, ds.shm_perm.mode, ds.shm_segsz,
		         ds.shm_cpid, ds.shm_lpid, ds.shm_nattch,
		         ds.shm_perm.uid, ds.shm_perm.gid, ds.shm_perm.cuid,
		         ds.shm_perm.cgid, ds.shm_atime, ds.shm_dtime,
		         ds.shm_ctime, resident * PAGE_SIZE, 0u);
	}
}

void make_sem(struct text *text, int pid)
{
	static struct row row;

	(void)pid;
	text_add(text, "       key      semid perms      nsems   uid   gid  "
	               "cuid  cgid      otime      ctime\n");
	inspect_now();
	for (int i = 0; i < table_slots(SEMS); i++) {
		int id = object_read(&row, SEMS, i, SEM_ID);
		struct semid_ds ds;

		if (id <= 0)
			continue;
		memcpy(&ds, row_bytes(&row, SEM_DS), sizeof(ds));
		text_add(text,
		         "%10d %10d  %4o %10u %5u %5u %5u %5u %10u %10u\n",
		         ds.sem_perm.key, id, ds.sem_perm.mode, ds.sem_nsems,
		         ds.sem_perm.uid, ds.sem_perm.gid, ds.sem_perm.cuid,
		         ds.sem_perm.cgid, ds.sem_otime, ds.sem_ctime);
	}
}

void make_msg(struct text *text, int pid)
{
	static struct row row;

	(void)pid;
	text_add(text, "       key      msqid perms      cbytes       qnum "
	               "lspid lrpid   uid   gid  cuid  cgid      stime      "
	               "rtime      ctime\n");
	inspect_now();
	for (int i = 0; i < table_slots(MSGS); i++) {
		int id = object_read(&row, MSGS, i, MSG_ID);
		struct msqid_ds ds;

		if (id <= 0)
			continue;
		memcpy(&ds, row_bytes(&row, MSG_DS), sizeof(ds));
		text_add(text,
		         "%10d %10d  %4o  %10u %10u %5u %5u %5u %5u %5u %5u "
		         "%10u %10u %10u\n",
		         ds.msg_perm.key, id, ds.msg_perm.mode, ds.msg_cbytes,
		         ds.msg_qnum, ds.msg_lspid, ds.msg_lrpid,
		         ds.msg_perm.uid, ds.msg_perm.gid, ds.msg_perm.cuid,
		         ds.msg_perm.cgid, ds.msg_stime, ds.msg_rtime,
		         ds.msg_ctime);
	}
}
