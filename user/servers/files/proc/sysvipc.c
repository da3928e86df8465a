/*
 * user/servers/files/proc/sysvipc.c -- /proc/sysvipc: the System V objects.
 *
 * Each object has a line, in the columns of Linux (proc(5)), which every
 * process can read.  The values come from the object's description: struct
 * shmid_ds, semid_ds or msqid_ds.
 */
#include "made.h"
#include "../../../../abi/msg.h"
#include "../../../../abi/sem.h"
#include "../../../../abi/shm.h"

/*
 * Finds the next object of a table, and its id.  Row making->at - 1 is looked
 * at first, and making->at becomes the number with which the search goes on
 * after the object.  0: there is enough text, or no object is left.  The id of
 * a free slot is not positive (ipc/sysv/ids.h).
 */
static const struct row *next_object(struct making *making, enum table table,
                                     enum field field, int *id)
{
	const struct row *row;

	if (making->text.used >= making->enough)
		return 0;
	for (uint32_t i = making->at - 1; (row = row_ahead(table, (int)i)) != 0;
	     i++) {
		*id = (int)row_get(row, field);
		if (*id <= 0)
			continue;
		making->at = i + 2;
		return row;
	}
	return 0;
}

/* Adds the first line of the file, at its start. */
static void put_head(struct making *making, const char *head)
{
	if (making->at > 0)
		return;
	text_add(&making->text, "%s\n", head);
	making->at = 1;
}

void make_shm(struct making *making)
{
	static struct row segment;
	const struct row *row;
	int id;

	put_head(making,
	         "       key      shmid perms       size  cpid  lpid nattch "
	         "  uid   gid  cuid  cgid      atime      dtime      ctime  "
	         "      rss       swap");
	while ((row = next_object(making, SHMS, SHM_ID, &id)) != 0) {
		struct shmid_ds ds;
		uint32_t resident = 0;

		memcpy(&ds, row_bytes(row, SHM_DS), sizeof(ds));
		if (row_read(&segment, SEGMENTS,
		             (int)row_get(row, SHM_SEGMENT)))
			resident = row_get(&segment, SEGMENT_RESIDENT);
		text_add(&making->text,
		         "%10d %10d  %4o %10u %5u %5u  %5u %5u %5u %5u %5u "
		         "%10u %10u %10u %10u %10u\n",
		         ds.shm_perm.key, id, ds.shm_perm.mode, ds.shm_segsz,
		         ds.shm_cpid, ds.shm_lpid, ds.shm_nattch,
		         ds.shm_perm.uid, ds.shm_perm.gid, ds.shm_perm.cuid,
		         ds.shm_perm.cgid, ds.shm_atime, ds.shm_dtime,
		         ds.shm_ctime, resident * PAGE_SIZE, 0u);
	}
}

void make_sem(struct making *making)
{
	const struct row *row;
	int id;

	put_head(making,
	         "       key      semid perms      nsems   uid   gid  cuid  "
	         "cgid      otime      ctime");
	while ((row = next_object(making, SEMS, SEM_ID, &id)) != 0) {
		struct semid_ds ds;

		memcpy(&ds, row_bytes(row, SEM_DS), sizeof(ds));
		text_add(&making->text,
		         "%10d %10d  %4o %10u %5u %5u %5u %5u %10u %10u\n",
		         ds.sem_perm.key, id, ds.sem_perm.mode, ds.sem_nsems,
		         ds.sem_perm.uid, ds.sem_perm.gid, ds.sem_perm.cuid,
		         ds.sem_perm.cgid, ds.sem_otime, ds.sem_ctime);
	}
}

void make_msg(struct making *making)
{
	const struct row *row;
	int id;

	put_head(making,
	         "       key      msqid perms      cbytes       qnum lspid l"
	         "rpid   uid   gid  cuid  cgid      stime      rtime      ct"
	         "ime");
	while ((row = next_object(making, MSGS, MSG_ID, &id)) != 0) {
		struct msqid_ds ds;

		memcpy(&ds, row_bytes(row, MSG_DS), sizeof(ds));
		text_add(&making->text,
		         "%10d %10d  %4o  %10u %10u %5u %5u %5u %5u %5u %5u "
		         "%10u %10u %10u\n",
		         ds.msg_perm.key, id, ds.msg_perm.mode, ds.msg_cbytes,
		         ds.msg_qnum, ds.msg_lspid, ds.msg_lrpid,
		         ds.msg_perm.uid, ds.msg_perm.gid, ds.msg_perm.cuid,
		         ds.msg_perm.cgid, ds.msg_stime, ds.msg_rtime,
		         ds.msg_ctime);
	}
}
