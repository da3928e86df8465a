// with: ipc/sysv/ids.c ipc/sysv/ids_check.c ipc/sysv/permission.c
// with: ipc/sysv/object.c ipc/sysv/shm.c ipc/sysv/shm_check.c
// with: kernel/unix/sysv_ipc.c -DIDS_SEQ_MAX=4 kernel/process/wait.c
// with: ipc/sysv/sem.c ipc/sysv/semop.c ipc/sysv/semadj.c ipc/sysv/msg.c
// with: ipc/sysv/pool.c
/*
 * tests/host/test_shm.c -- System V shared memory over the real mm.
 *
 * Two users, each with a process: 0 (uid 100) and 1 (uid 200).  After every
 * sentence the checkers recount, and all memory must be back.
 */
#include "../../abi/errno.h"
#include "../../ipc/sysv/msg.h"
#include "../../ipc/sysv/sem.h"
#include "../../ipc/sysv/shm.h"
#include "../../kernel/process/clock.h"
#include "fake_kernel.h"
#include "sees.h"

#define TEXT 0x08048000u /* a page of each process to hold structures */
#define A    ATTACH_FIRST
#define B    (ATTACH_FIRST + SLOT_SIZE)
#define KEY  0x1234
#define ALL  (RIGHT_READ | RIGHT_WRITE | RIGHT_EXEC)

struct shm shms[IDS_LIMIT];
struct sem_set sems[IDS_LIMIT];
struct semadj semadjs[8];
struct msg_queue msgs[IDS_LIMIT];
static int free_at_start;

static void run(int proc)
{
	running = &procs[proc];
	space_load(procs[proc].life.space);
}

static void start(void)
{
	host_start();
	memset(shms, 0, sizeof(shms));
	shm_ids = (struct ids)IDS(shms);
	shm_pages = 0;
	shm_limits = (struct shminfo){0xFEFFFFFF, 1, 4096, 0, 0xFEFFFFFF, {0}};
	fake_procs(2);
	for (int i = 0; i < 2; i++) {
		procs[i].identity.euid = procs[i].identity.egid = 100 * (i + 1);
		procs[i].limits.own[RLIMIT_MEMLOCK][0] = MEMLOCK_LIMIT;
		procs[i].life.space = space_make(LEVEL_USER);
		spaces[procs[i].life.space].pid = procs[i].life.pid;
		EXPECT(host_map(procs[i].life.space, TEXT, 1, ALL, true), 0);
		run(i);
		EXPECT(host_store(procs[i].life.space, TEXT, 0), 0);
	}
	run(0);
	/* The tables of kernel objects grow once and stay. */
	for (int i = 0; i < 3; i++)
		EXPECT(sys_shmctl(sys_shmget(0, 1, 0600), IPC_RMID, 0), 0);
	shm_ids = (struct ids)IDS(shms);
	memset(shms, 0, sizeof(shms));
	free_at_start = frames_free + kernel_frames;
}

static void end(const char *sentence)
{
	EXPECT(shm_check(), 0);
	EXPECT(mm_check(), 0);
	EXPECT(shm_ids.rows.live, 0);
	EXPECT(shm_pages, 0);
	EXPECT(host_stale_free, 0);
	tap(sentence);
}

static const struct shmid_ds *ds(int id)
{
	return &shms[id & (IDS_LIMIT - 1)].ds;
}

static int at(int id, vaddr_t address, int flags)
{
	vaddr_t base = 0;
	int error = sys_shmat(id, address, flags, &base);

	return error < 0 ? error : (int)base;
}

static void test_get(void)
{
	start();
	int id = sys_shmget(KEY, 5000, IPC_CREAT | 0640);

	EXPECT(id, 32768);
	EXPECT(ds(id)->shm_segsz, 5000);
	EXPECT(ds(id)->shm_perm.mode, 0640);
	EXPECT(ds(id)->shm_perm.cuid, 100);
	EXPECT(ds(id)->shm_cpid, 10);
	EXPECT(ds(id)->shm_lpid, 0);
	EXPECT(ds(id)->shm_ctime, clock_now);
	EXPECT(ds(id)->shm_atime + ds(id)->shm_dtime, 0);
	EXPECT(shm_pages, 2);
	EXPECT(sys_shmget(KEY, 0, 0), id);
	EXPECT(sys_shmget(KEY, 5000, IPC_EXCL), id);
	EXPECT(sys_shmget(KEY, 5001, 0), -EINVAL);
	EXPECT(sys_shmget(KEY, 5001, IPC_CREAT | IPC_EXCL), -EEXIST);
	EXPECT(sys_shmget(KEY + 1, 0, 0), -ENOENT);
	EXPECT(sys_shmget(KEY + 1, 0, IPC_CREAT), -EINVAL);
	run(1);
	EXPECT(sys_shmget(KEY, 0, 0), id);
	EXPECT(sys_shmget(KEY, 0, 04), -EACCES);
	EXPECT(sys_shmget(KEY, 5001, 04), -EINVAL);
	run(0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	end("shmget: fields, lookup, and the order of errors");
}

static void test_sizes(void)
{
	start();
	for (uint32_t size = 0xFFFFF001; size != 0; size++) {
		EXPECT(sys_shmget(0, size, 0600), -EINVAL);
		if (size == 0xFFFFF010)
			size = 0xFFFFFFF0;
	}
	EXPECT(sys_shmget(0, 0, 0600), -EINVAL);
	EXPECT(sys_shmget(0, 0x80000001, 0600), -ENOMEM);
	EXPECT(sys_shmget(0, 0xFEFFFFFF, 0600), -ENOMEM);
	shm_limits.shmmax = UINT32_MAX;
	EXPECT(sys_shmget(0, 0xFFFFF001, 0600), -ENOSPC);
	EXPECT(sys_shmget(0, 0xFFFFFFFF, 0600), -ENOSPC);
	end("B8: no size wraps into a small segment");
}

static void test_limits(void)
{
	int id;

	start();
	shm_limits.shmall = 3;
	shm_limits.shmmni = 1;
	id = sys_shmget(KEY, 8192, IPC_CREAT | 0600);
	EXPECT(sys_shmget(0, 8192, 0600), -ENOSPC);
	EXPECT(sys_shmget(0, 4096, 0600), -ENOSPC);
	promise_fail_nth = 1;
	EXPECT(sys_shmget(0, 4096, 0600), -ENOMEM);
	EXPECT(sys_shmget(0, 0, 0600), -EINVAL);
	shm_limits.shmmax = 100;
	EXPECT(sys_shmget(KEY, 8192, 0), id);
	EXPECT(sys_shmget(0, 101, 0600), -EINVAL);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	end("shmget: SHMALL, then ENOMEM, then SHMMNI; lookup feels none");
}

static void test_huge(void)
{
	start();
	EXPECT(sys_shmget(0, 4096, SHM_HUGETLB | 0600), -EPERM);
	procs[0].identity.egid = 0;
	EXPECT(sys_shmget(0, 4096, SHM_HUGETLB | 0600), -ENOMEM);
	procs[0].identity.egid = 100;
	procs[0].identity.euid = 0;
	EXPECT(sys_shmget(0, 4096, SHM_HUGETLB | 0600), -ENOMEM);
	end("shmget: SHM_HUGETLB finds an empty stock");
}

static void test_attach(void)
{
	uint32_t word = 0;

	start();
	int id = sys_shmget(0, 4096, 0600), space = procs[0].life.space;

	clock_now++;
	EXPECT(at(id, 0, 0), (int)A);
	EXPECT(at(id, B, SHM_RDONLY), (int)B);
	EXPECT(ds(id)->shm_nattch, 2);
	EXPECT(ds(id)->shm_lpid, 10);
	EXPECT(ds(id)->shm_atime, clock_now);
	EXPECT(host_store(space, A, 77), 0);
	EXPECT(host_load(space, B, &word), 0);
	EXPECT(word, 77);
	EXPECT(host_store(space, B, 1), -EFAULT);
	EXPECT(space_protect(space, B, B + 4096, RIGHT_READ | RIGHT_WRITE),
	       -EACCES);
	clock_now++;
	EXPECT(sys_shmdt(A + 1), -EINVAL);
	EXPECT(sys_shmdt(0), -EINVAL);
	EXPECT(sys_shmdt(TEXT), -EINVAL);
	EXPECT(ds(id)->shm_dtime, 0);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(sys_shmdt(A), -EINVAL);
	EXPECT(ds(id)->shm_dtime, clock_now);
	EXPECT(ds(id)->shm_atime, clock_now - 1);
	EXPECT(host_load(space, A, &word), -EFAULT);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	EXPECT(ds(id)->shm_perm.mode, SHM_DEST | 0600);
	EXPECT(at(id, 0, 0), (int)A);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(sys_shmdt(B), 0);
	EXPECT(at(id, 0, 0), -EINVAL);
	end("shmat, shmdt: two attaches, one frame, one of them read-only");
}

static void test_refused(void)
{
	int id;

	start();
	id = sys_shmget(0, 8192, 0600);
	EXPECT(at(-1, 1, 0), -EINVAL);
	EXPECT(at(id, A + 1, 0), -EINVAL);
	EXPECT(at(id, A + 4095, SHM_RND), (int)A);
	EXPECT(at(id, 1, SHM_RND), -EINVAL);
	EXPECT(at(id, 0, SHM_REMAP), -EINVAL);
	EXPECT(at(id, 4096, 0), -EPERM);
	EXPECT(at(id, A + 4096, 0), -EINVAL);
	EXPECT(at(id, 0xFFFFF000, 0), -EINVAL);
	EXPECT(at(id, 0xBFFFF000, 0), -ENOMEM);
	EXPECT(at(id, 0, SHM_EXEC), -EACCES);
	run(1);
	EXPECT(at(id, A + 1, 0), -EINVAL);
	EXPECT(at(id, A, SHM_RDONLY), -EACCES);
	run(0);
	shm_limits.shmseg = 1;
	EXPECT(at(id, 0, 0), -EMFILE);
	EXPECT(ds(id)->shm_nattch, 1);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	end("shmat: each refusal, and none of them counts");
}

static void test_failing(void)
{
	int id;

	start();
	id = sys_shmget(0, 4096, 0600);
	EXPECT(at(id, A, 0), (int)A);
	for (int i = 0; i < 100000; i++)
		if (!EXPECT(at(id, A, 0), -EINVAL))
			break;
	EXPECT(ds(id)->shm_nattch, 1);
	EXPECT(segments[shms[0].segment].holders, 2);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	end("B7: 100,000 failing attaches leave no reference behind");
}

static void test_remap(void)
{
	int id;

	start();
	id = sys_shmget(0, 4096, 0600);
	EXPECT(at(id, A, 0), (int)A);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	EXPECT(at(id, A, SHM_REMAP), (int)A);
	EXPECT(ds(id)->shm_nattch, 1);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(ids_find(&shm_ids, id), -1);
	end("SHM_REMAP of a removed segment over its last attach keeps it");
}

static void test_ids(void)
{
	start();
	int old = sys_shmget(KEY, 4096, IPC_CREAT | 0600);

	EXPECT(sys_shmctl(old, IPC_RMID, 0), 0);
	int id = sys_shmget(KEY, 4096, IPC_CREAT | 0600);

	EXPECT(id, old + 32768);
	EXPECT(at(old, 0, 0), -EINVAL);
	EXPECT(sys_shmctl(old, IPC_STAT, TEXT), -EINVAL);
	EXPECT(sys_shmctl(old, IPC_SET, TEXT), -EINVAL);
	EXPECT(sys_shmctl(old, IPC_RMID, 0), -EINVAL);
	EXPECT(sys_shmctl(old, SHM_LOCK, 0), -EINVAL);
	EXPECT(sys_shmctl(id, IPC_STAT, TEXT), 0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	for (int i = 0; i < 2; i++)
		sys_shmctl(sys_shmget(0, 1, 0), IPC_RMID, 0);
	id = sys_shmget(0, 1, 0);
	EXPECT(id, 32769);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	end("B10: a stale id is EINVAL everywhere; a used-up slot retires");

	start();
	id = sys_shmget(KEY, 4096, IPC_CREAT | 0600);
	at(id, A, 0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	EXPECT(sys_shmget(KEY, 0, 0), -ENOENT);
	int other = sys_shmget(KEY, 4096, IPC_CREAT | 0600);

	EXPECT(other != id && other > 0, true);
	EXPECT(sys_shmget(KEY, 0, 0), other);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(sys_shmget(KEY, 0, 0), other);
	EXPECT(sys_shmctl(other, IPC_RMID, 0), 0);
	end("IPC_RMID: the key is free at once, and stays its new owner's");
}

static void test_ctl(void)
{
	struct shmid_ds out;

	start();
	int id = sys_shmget(KEY, 100, IPC_CREAT | 0600);

	EXPECT(sys_shmctl(id, IPC_STAT, TEXT), 0);
	EXPECT(copy_in(&out, TEXT, sizeof(out)), 0);
	EXPECT(memcmp(&out, ds(id), sizeof(out)), 0);
	EXPECT(sys_shmctl(id, IPC_STAT, 0), -EFAULT);
	EXPECT(sys_shmctl(id, IPC_SET, 0), -EFAULT);
	EXPECT(sys_shmctl(id + 32768, IPC_SET, 0), -EFAULT);
	EXPECT(sys_shmctl(-1, IPC_SET, 0), -EINVAL);
	EXPECT(sys_shmctl(-1, IPC_INFO, TEXT), -EINVAL);
	EXPECT(sys_shmctl(id, IPC_STAT | IPC_64, TEXT), -EINVAL);
	EXPECT(sys_shmctl(id, -1, TEXT), -EINVAL);
	EXPECT(sys_shmctl(0, SHM_STAT, TEXT), id);
	EXPECT(sys_shmctl(1, SHM_STAT, TEXT), -EINVAL);
	EXPECT(sys_shmctl(0, IPC_INFO, TEXT), 0);
	EXPECT(sys_shmctl(0, SHM_INFO, TEXT), 0);
	run(1);
	EXPECT(sys_shmctl(id, IPC_STAT, 0), -EACCES);
	EXPECT(sys_shmctl(0, SHM_STAT, TEXT), -EACCES);
	EXPECT(sys_shmctl(0, SHM_STAT_ANY, TEXT), id);
	EXPECT(sys_shmctl(id, IPC_SET, TEXT), -EPERM);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), -EPERM);
	EXPECT(sys_shmctl(id, SHM_LOCK, 0), -EPERM);
	run(0);

	clock_now++;
	EXPECT(sys_shmctl(id, SHM_LOCK, 0), 0);
	out.shm_perm.uid = 200;
	out.shm_perm.mode = 0177640 & 0xFFFF;
	EXPECT(copy_out(TEXT, &out, sizeof(out)), 0);
	EXPECT(sys_shmctl(id, IPC_SET, TEXT), 0);
	EXPECT(ds(id)->shm_perm.mode, SHM_LOCKED | 0640);
	EXPECT(ds(id)->shm_perm.uid, 200);
	EXPECT(ds(id)->shm_perm.cuid, 100);
	EXPECT(ds(id)->shm_ctime, clock_now);
	out.shm_perm.uid = UINT32_MAX;
	EXPECT(copy_out(TEXT, &out, sizeof(out)), 0);
	EXPECT(sys_shmctl(id, IPC_SET, TEXT), -EINVAL);
	run(1);
	EXPECT(at(id, 0, 0), (int)A);
	EXPECT(sys_shmdt(A), 0);
	run(0);
	EXPECT(sys_shmctl(id, SHM_UNLOCK, 0), 0);
	EXPECT(ds(id)->shm_perm.mode, 0640);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	end("shmctl: each command, who may, and the order of errors");
}

static void test_ipc(void)
{
	uint32_t word;

	start();
	int id = sys_ipc(23, KEY, 4096, IPC_CREAT | 0600, 0, 0);

	EXPECT(id, 32768);
	EXPECT(sys_ipc(21, id, 0, TEXT, A, 0), 0);
	EXPECT(copy_in(&word, TEXT, 4), 0);
	EXPECT(word, A);
	EXPECT(sys_ipc(21 | 1 << 16, id, 0, TEXT, 0, 0), -EINVAL);
	EXPECT(sys_ipc(21 | 2 << 16, id, 0, TEXT, B, 0), 0);
	EXPECT(sys_ipc(22, 0, 0, 0, B, 0), 0);
	EXPECT(sys_ipc(24, id, IPC_STAT, 0, TEXT, 0), -EINVAL);
	EXPECT(sys_ipc(24, id, IPC_STAT | IPC_64, 0, TEXT, 0), 0);
	EXPECT(sys_ipc(5, id, 0, 0, 0, 0), -ENOSYS);
	EXPECT(sys_ipc(25, id, 0, 0, 0, 0), -ENOSYS);
	EXPECT(sys_ipc(21, id, 0, 0, 0, 0), -EFAULT);
	EXPECT(sys_ipc(21, id, 0, USER_LIMIT, 0, 0), -EFAULT);
	EXPECT(sys_ipc(21, id + 1, 0, 0, 0, 0), -EINVAL);
	EXPECT(ds(id)->shm_nattch, 1);
	EXPECT(sys_ipc(21, id, SHM_RDONLY | SHM_REMAP, A, A, 0), -EFAULT);
	EXPECT(ds(id)->shm_nattch, 0);
	EXPECT(sys_ipc(24, id, IPC_RMID, 0, 0, 0), 0);
	end("B15: ipc(SHMAT) with a bad result pointer attaches nothing");
}

static void test_lifecycle(void)
{
	start();
	int id = sys_shmget(0, 12288, 0600), child;
	int space = procs[0].life.space;

	at(id, A, 0);
	at(id, B, 0);
	EXPECT(space_protect(space, A + 4096, A + 8192, 0), 0);
	EXPECT(ds(id)->shm_nattch, 2);
	clock_now++;
	child = space_copy(space, LEVEL_USER);
	EXPECT(child >= 0, true);
	shm_fork(child);
	EXPECT(ds(id)->shm_nattch, 4);
	EXPECT(ds(id)->shm_lpid, 10);
	EXPECT(ds(id)->shm_atime, clock_now);
	EXPECT(shm_check(), 0);
	EXPECT(space_unmap(space, A, A + 4096), 0);
	EXPECT(ds(id)->shm_nattch, 4);
	EXPECT(ds(id)->shm_dtime, 0);
	EXPECT(space_unmap(space, A, A + 12288), 0);
	EXPECT(ds(id)->shm_nattch, 3);
	EXPECT(ds(id)->shm_dtime, clock_now);
	EXPECT(sys_shmdt(A), -EINVAL);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	EXPECT(sys_shmdt(B), 0);
	clock_now++;
	EXPECT(ds(id)->shm_nattch, 2);
	space_drop(child);
	EXPECT(ids_find(&shm_ids, id), -1);
	end("fork, munmap, mprotect and exit count attaches, not pieces");

	start();
	id = sys_shmget(0, 4096, 0600);
	for (int i = 0; i < 300; i++)
		EXPECT((uint32_t)at(id, 0, 0) < USER_LIMIT, true);
	EXPECT(ds(id)->shm_nattch, 300);
	EXPECT(shm_check(), 0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	space_drop(procs[0].life.space);
	end("B16: 300 attaches count 300, and exit lets go of all");
}

static void test_checker(void)
{
	start();
	int id = sys_shmget(KEY, 4096, IPC_CREAT | 0600);
	struct shm *shm = &shms[id & (IDS_LIMIT - 1)];
	struct ipc_perm *perm = &shm->ds.shm_perm;
	int other = sys_shmget(0, 4096, 0600), attach;

	at(id, A, 0);
	attach = region_at(procs[0].life.space, A);
	SEES(shm_check, "I1: nattch", shm->ds.shm_nattch, 2);
	SEES(shm_check, "I1: nattch", shm->ds.shm_nattch, 0);
	SEES(shm_check, "I1: nattch", regions[attach].tag, other % IDS_LIMIT);
	SEES(shm_check, "I1: attach of a dead", regions[attach].tag, 9);
	SEES(shm_check, "I2: removed, key", perm->mode, 0600 | SHM_DEST);
	SEES(shm_check, "I2: removed, attaches",
	     shms[other % IDS_LIMIT].ds.shm_perm.mode, 0600 | SHM_DEST);
	SEES(shm_check, "I3: key shown", perm->key, KEY + 1);
	SEES(shm_check, "I3: key shown", perm->seq, 9);
	SEES(shm_check, "I3: shm", shm_ids.rows.live, 1);
	SEES(shm_check, "I4: pages", shm->ds.shm_segsz, 4097);
	SEES(shm_check, "I4: pages", segments[shm->segment].kind, SEGMENT_FREE);
	SEES(shm_check, "I5: all pages", shm_pages, 3);
	EXPECT(sys_shmdt(A), 0);
	EXPECT(sys_shmctl(id, IPC_RMID, 0), 0);
	EXPECT(sys_shmctl(other, IPC_RMID, 0), 0);
	end("shm_check: sees each breach of I1 to I5 that is seeded");
}

int main(void)
{
	test_get();
	test_sizes();
	test_limits();
	test_huge();
	test_attach();
	test_refused();
	test_failing();
	test_remap();
	test_ids();
	test_ctl();
	test_ipc();
	test_lifecycle();
	test_checker();
	return tap_end();
}
