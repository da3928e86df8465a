/*
 * ipc/sysv/sem.c -- System V semaphores: sets, and what semctl(2) does to them.
 *
 * A semaphore is a number that is never negative.  Semaphores come in sets, so
 * that one semop can change several at once, all or none (semop.c).  A set is
 * an object like a shared segment (object.c), but it is not attached: a process
 * that may write it operates on it by its id, and it dies when it is removed.
 *
 * A few semaphores lie in a cell of the pool, so 32,000 small sets need 4 MiB
 * of cells.  More lie in a segment that has no other holder.  Either way they
 * are promised and counted as all memory is, so the sets of a user end where
 * the memory of users ends.
 *
 *	id --> set ---> cell or segment [ value pid | value pid | ... ]
 *	        |
 *	        +-----> lines   process 7 --> process 12       asleep in semop
 *	        |
 *	        +-----> rows    what the ends of processes take back (semadj.c)
 *
 * ipc/sysv/sem_check.c recounts:
 *
 *	S1  a value is 0..SEMVMX
 *	S2  a process stands in a line while it waits, and not else
 *	S3  a row of semadj is in the tree of its process and in the list of
 *	    its set, and its semaphore is there
 *	S4  keys are unique, every id and key finds its set, and sem_count is
 *	    the sum of their semaphores
 *	S5  few semaphores have a cell, which sem_cells counts, more a segment
 *	S6  no sleeper is still to be asked, and no set still to be served
 *
 *	sys_semget   find or make            sys_semctl   look, change, remove
 */
#include "sem.h"

#include "../../abi/errno.h"
#include "../../kernel/process/clock.h"
#include "../../kernel/base/string.h"
#include "permission.h"
#include "../../kernel/base/seldom.h"

struct seminfo sem_limits = {.semmap = 1024000000,
                             .semmni = 32000,
                             .semmns = 1024000000,
                             .semmnu = 1024000000,
                             .semmsl = 32000,
                             .semopm = 500,
                             .semume = 500,
                             .semusz = 20,
                             .semvmx = SEMVMX,
                             .semaem = SEMVMX};

struct ids sem_ids = IDS(sems);
uint32_t sem_count;
int sem_cells;

const struct object_kind sem_kind = {.ids = &sem_ids,
                                     .most = &sem_limits.semmni,
                                     .ds_bytes = sizeof(struct semid_ds),
                                     .ctime =
                                         offsetof(struct semid_ds, sem_ctime),
                                     .stat = SEM_STAT};

_Static_assert(SEMMSL_MAX <= TABLE_ENTRIES * SEMS_A_PAGE, "one page table");
_Static_assert(SEMOPM_MAX * sizeof(struct operation) <= PAGE_SIZE, "one page");
_Static_assert(sizeof(struct sem_set) == 128 || sizeof(void *) > 4,
               "an index becomes a shift");

SELDOM struct semaphore *sem_of(int segment, uint32_t num)
{
	frame_t table = word_frame(segments[segment].word);
	uint32_t word = page_get(table, num / SEMS_A_PAGE);

	return (struct semaphore *)frame_to_kernel(word_frame(word)) +
	       num % SEMS_A_PAGE;
}

/* ---- birth and death ---------------------------------------------------- */

static int make_few(struct semaphores *all)
{
	int cell = pool_take(CELL_BYTES, proc_level(self()));

	if (cell < 0)
		return cell;
	*all = (struct semaphores){cell, -1, pool_first(cell)};
	memset(all->first, 0, CELL_BYTES);
	sem_cells++;
	return 0;
}

static int make_many(struct semaphores *all, uint32_t count)
{
	int pages = (int)((count + SEMS_A_PAGE - 1) / SEMS_A_PAGE);
	int segment = segment_make(pages, true, true, proc_level(self()));
	frame_t frame;

	if (segment < 0)
		return segment;
	for (int page = 0; page < pages; page++)
		segment_frame(segment, page, proc_level(self()), &frame);
	*all = (struct semaphores){-1, segment, sem_of(segment, 0)};
	return 0;
}

/* Makes `count` semaphores, whose values are 0.  0, or -ENOMEM. */
static int make_semaphores(struct semaphores *all, uint32_t count)
{
	return count <= SEMS_A_CELL ? make_few(all) : make_many(all, count);
}

static void drop_semaphores(const struct semaphores *all)
{
	if (all->cell >= 0) {
		pool_give(all->cell);
		sem_cells--;
	} else {
		segment_drop(all->segment);
	}
}

static int create(int key, uint32_t count, int flags)
{
	struct semaphores all;
	int index, id;

	if (count == 0)
		return -EINVAL;
	if (count > sem_limits.semmns || sem_count > sem_limits.semmns - count)
		return -ENOSPC;
	if (make_semaphores(&all, count) < 0)
		return -ENOMEM;
	index = object_place(&sem_kind);
	if (index < 0) {
		drop_semaphores(&all);
		return index;
	}

	/* Nothing below can fail. */
	id = object_begin(&sem_kind, index, key, flags);
	sems[index].all = all;
	sems[index].zeroes = sems[index].changers = (struct line){0, 0};
	sems[index].rows = -1;
	sems[index].owed = 0;
	sems[index].ds.sem_nsems = count;
	sem_count += count;
	return id;
}

int sys_semget(int key, int count, int flags)
{
	int index;

	if (count < 0 || (uint32_t)count > sem_limits.semmsl)
		return -EINVAL;
	index = object_lookup(&sem_kind, key, flags);
	if (index == OBJECT_NEW)
		return create(key, count, flags);
	if (index < 0)
		return index;
	if ((uint32_t)count > sems[index].ds.sem_nsems)
		return -EINVAL;
	return object_open(&sem_kind, index, flags);
}

static int remove(int id)
{
	int index = object_find_to_change(&sem_kind, id);

	if (index < 0)
		return index;
	wait_dismiss(&sems[index].zeroes, -EIDRM);
	wait_dismiss(&sems[index].changers, -EIDRM);
	semadj_forget(index);
	sem_count -= sems[index].ds.sem_nsems;
	drop_semaphores(&sems[index].all);
	sems[index].all = (struct semaphores){-1, -1, 0};
	ids_remove(&sem_ids, index);
	return 0;
}

/* ---- values ------------------------------------------------------------- */

/* Has the set a semaphore with this number? */
static bool has(int index, int num)
{
	return num >= 0 && (uint32_t)num < sems[index].ds.sem_nsems;
}

/* GETALL: the program's array has 16 bits for each. */
static int tell_all(int id, vaddr_t array)
{
	int index = object_find(&sem_kind, id, ASK_READ);
	int error = index < 0 ? index : 0;

	for (int i = 0; error == 0 && has(index, i); i++)
		error =
		    copy_out(array + i * sizeof(uint16_t),
		             &sem_at(&sems[index], i)->value, sizeof(uint16_t));
	return error;
}

/* Gives new semaphores the values of the array: 0, -EFAULT, -ERANGE. */
static int fill(const struct semaphores *all, uint32_t count, vaddr_t array)
{
	bool too_great = false;

	for (uint32_t i = 0; i < count; i++) {
		uint16_t value;

		if (copy_in(&value, array + i * sizeof(value), sizeof(value)))
			return -EFAULT;
		too_great |= value > SEMVMX;
		*sem_among(all, i) =
		    (struct semaphore){.value = value, .pid = self()->life.pid};
	}
	return too_great ? -ERANGE : 0;
}

/* Semaphore `num` has a new value, or (-1) all have. */
static int changed(int index, int num)
{
	semadj_clear(index, num);
	sems[index].ds.sem_ctime = clock_now;
	sem_serve(&sems[index], 0, 0);
	return 0;
}

/* SETALL: new semaphores take the place of the old ones, or nothing changes. */
static int set_all(int id, vaddr_t array)
{
	int index = object_find(&sem_kind, id, ASK_WRITE);
	struct semaphores all;
	int error;

	if (index < 0)
		return index;
	if (make_semaphores(&all, sems[index].ds.sem_nsems) < 0)
		return -ENOMEM;
	error = fill(&all, sems[index].ds.sem_nsems, array);
	if (error < 0) {
		drop_semaphores(&all);
		return error;
	}
	drop_semaphores(&sems[index].all);
	sems[index].all = all;
	return changed(index, -1);
}

static int set_value(int id, int num, int value)
{
	int index;

	if (value < 0 || value > SEMVMX)
		return -ERANGE;
	index = object_find(&sem_kind, id, ASK_NOTHING);
	if (index < 0 || !has(index, num))
		return -EINVAL;
	index = object_find(&sem_kind, id, ASK_WRITE);
	if (index < 0)
		return index;
	*sem_at(&sems[index], num) =
	    (struct semaphore){.value = value, .pid = self()->life.pid};
	return changed(index, num);
}

/* GETVAL, GETPID, GETNCNT, GETZCNT */
static int tell(int id, int num, int command)
{
	int index = object_find(&sem_kind, id, ASK_READ);

	if (index < 0)
		return index;
	if (!has(index, num))
		return -EINVAL;
	switch (command) {
	case GETVAL:
		return sem_at(&sems[index], num)->value;
	case GETPID:
		return sem_at(&sems[index], num)->pid;
	default:
		return sem_count_waiting(index, num, command == GETZCNT);
	}
}

/* ---- semctl(2) ---------------------------------------------------------- */

/* IPC_INFO: the limits; SEM_INFO: two of them say what there is. */
static int tell_limits(vaddr_t buf, bool usage)
{
	struct seminfo info = sem_limits;

	if (usage) {
		info.semusz = sem_ids.rows.live;
		info.semaem = sem_count;
	}
	return object_tell(&sem_kind, buf, &info, sizeof(info));
}

int sys_semctl(int id, int num, int command, uint32_t arg)
{
	if (id < 0)
		return -EINVAL;
	switch (command) {
	case IPC_RMID:
		return remove(id);
	case IPC_INFO:
	case SEM_INFO:
		return tell_limits(arg, command == SEM_INFO);
	case GETALL:
		return tell_all(id, arg);
	case SETALL:
		return set_all(id, arg);
	case SETVAL:
		return set_value(id, num, (int)arg);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		return tell(id, num, command);
	default:
		return object_control(&sem_kind, id, command, arg);
	}
}
