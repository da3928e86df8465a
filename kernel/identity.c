/*
 * kernel/identity.c -- who a process is: ids, groups, session, thread area.
 *
 * Real, effective and saved ids as in credentials(7); euid 0 stands for all
 * privileges.  An id of -1 means "leave it" in the set-several calls.
 */
#include "lifecycle.h"

#include "calls.h"
#include "clock.h"
#include "cpu.h"
#include "klog.h"
#include "machine.h"
#include "string.h"
#include "trap.h"

#define KEEP UINT32_MAX

/* ---- pid, uid, gid --------------------------------------------------- */

int sys_getpid(void)
{
	return self()->pid;
}

int sys_gettid(void)
{
	return self()->pid;
}

int sys_getppid(void)
{
	int parent = self()->parent;

	return parent < 0 ? 0 : procs[parent].pid;
}

int sys_getuid32(void)
{
	return self()->cred.uid;
}

int sys_getgid32(void)
{
	return self()->cred.gid;
}

int sys_geteuid32(void)
{
	return self()->cred.euid;
}

int sys_getegid32(void)
{
	return self()->cred.egid;
}

/* The old calls answer 16 bits; an id that does not fit reads 65534. */
static int short_id(uint32_t id)
{
	return id > 0xffff ? 65534 : id;
}

int sys_getuid(void)
{
	return short_id(self()->cred.uid);
}

int sys_getgid(void)
{
	return short_id(self()->cred.gid);
}

int sys_geteuid(void)
{
	return short_id(self()->cred.euid);
}

int sys_getegid(void)
{
	return short_id(self()->cred.egid);
}

/* The three ids of one kind, users or groups: what set*id works on. */
struct triple {
	uint32_t *real, *effective, *saved;
};

static struct triple user_ids(void)
{
	struct credentials *c = &self()->cred;

	return (struct triple){&c->uid, &c->euid, &c->suid};
}

static struct triple group_ids(void)
{
	struct credentials *c = &self()->cred;

	return (struct triple){&c->gid, &c->egid, &c->sgid};
}

static bool privileged(void)
{
	return self()->cred.euid == 0;
}

static bool one_of(struct triple ids, uint32_t id)
{
	return id == KEEP || id == *ids.real || id == *ids.effective ||
	       id == *ids.saved;
}

static void set_ids(struct triple ids, uint32_t real, uint32_t effective,
                    uint32_t saved)
{
	*ids.real = real == KEEP ? *ids.real : real;
	*ids.effective = effective == KEEP ? *ids.effective : effective;
	*ids.saved = saved == KEEP ? *ids.saved : saved;
	proc_set_level(current);
}

/* setuid(2), setgid(2) */
static int set_one(struct triple ids, uint32_t id)
{
	if (id == KEEP)
		return -EINVAL;
	if (privileged()) {
		set_ids(ids, id, id, id);
		return 0;
	}
	if (id != *ids.real && id != *ids.saved)
		return -EPERM;
	set_ids(ids, KEEP, id, KEEP);
	return 0;
}

/* setreuid(2), setregid(2) */
static int set_two(struct triple ids, uint32_t real, uint32_t effective)
{
	bool saves =
	    real != KEEP || (effective != KEEP && effective != *ids.real);

	if (!privileged()) {
		if (real != KEEP && real != *ids.real && real != *ids.effective)
			return -EPERM;
		if (!one_of(ids, effective))
			return -EPERM;
	}
	set_ids(ids, real, effective, KEEP);
	if (saves)
		*ids.saved = *ids.effective;
	return 0;
}

/* setresuid(2), setresgid(2) */
static int set_three(struct triple ids, uint32_t real, uint32_t effective,
                     uint32_t saved)
{
	if (!privileged() && !(one_of(ids, real) && one_of(ids, effective) &&
	                       one_of(ids, saved)))
		return -EPERM;
	set_ids(ids, real, effective, saved);
	return 0;
}

static int get_three(struct triple ids, vaddr_t real, vaddr_t effective,
                     vaddr_t saved)
{
	if (copy_out(real, ids.real, sizeof(uint32_t)) < 0 ||
	    copy_out(effective, ids.effective, sizeof(uint32_t)) < 0 ||
	    copy_out(saved, ids.saved, sizeof(uint32_t)) < 0)
		return -EFAULT;
	return 0;
}

int sys_setuid32(uint32_t uid)
{
	return set_one(user_ids(), uid);
}

int sys_setgid32(uint32_t gid)
{
	return set_one(group_ids(), gid);
}

int sys_setreuid32(uint32_t ruid, uint32_t euid)
{
	return set_two(user_ids(), ruid, euid);
}

int sys_setregid32(uint32_t rgid, uint32_t egid)
{
	return set_two(group_ids(), rgid, egid);
}

int sys_setresuid32(uint32_t ruid, uint32_t euid, uint32_t suid)
{
	return set_three(user_ids(), ruid, euid, suid);
}

int sys_setresgid32(uint32_t rgid, uint32_t egid, uint32_t sgid)
{
	return set_three(group_ids(), rgid, egid, sgid);
}

int sys_getresuid32(vaddr_t ruid, vaddr_t euid, vaddr_t suid)
{
	return get_three(user_ids(), ruid, euid, suid);
}

int sys_getresgid32(vaddr_t rgid, vaddr_t egid, vaddr_t sgid)
{
	return get_three(group_ids(), rgid, egid, sgid);
}

int sys_getgroups32(int size, vaddr_t list)
{
	const struct credentials *c = &self()->cred;

	if (size < 0 || (size > 0 && size < c->ngroups))
		return -EINVAL;
	if (size > 0 &&
	    copy_out(list, c->groups, c->ngroups * sizeof(uint32_t)) < 0)
		return -EFAULT;
	return c->ngroups;
}

int sys_setgroups32(int size, vaddr_t list)
{
	uint32_t groups[GROUPS_MAX];

	if (!privileged())
		return -EPERM;
	if (size < 0 || size > GROUPS_MAX)
		return -EINVAL;
	if (copy_in(groups, list, size * sizeof(uint32_t)) < 0)
		return -EFAULT;
	memcpy(self()->cred.groups, groups, size * sizeof(uint32_t));
	self()->cred.ngroups = size;
	return 0;
}

int sys_umask(uint32_t mask)
{
	int old = self()->cred.umask;

	self()->cred.umask = mask & 0777;
	return old;
}

/* ---- groups of processes, sessions ----------------------------------- */

static int find_or_self(int pid)
{
	int i = pid == 0 ? current : pid < 0 ? -1 : proc_find(pid);

	return i >= 0 && procs[i].state == PROC_ZOMBIE ? -1 : i;
}

static bool group_exists(int pgid, int sid)
{
	for (int i = 1; i < proc_table.fresh; i++)
		if (procs[i].state != PROC_FREE && procs[i].pgid == pgid &&
		    procs[i].sid == sid)
			return true;
	return false;
}

int sys_setpgid(int pid, int pgid)
{
	int i = find_or_self(pid);

	if (pgid < 0 || pid < 0)
		return -EINVAL;
	if (i < 0 || (i != current && procs[i].parent != current))
		return -ESRCH;
	if (pgid == 0)
		pgid = procs[i].pid;
	if (procs[i].sid != self()->sid || procs[i].sid == procs[i].pid)
		return -EPERM; /* another session, or a session's leader */
	if (pgid != procs[i].pid && !group_exists(pgid, self()->sid))
		return -EPERM;
	procs[i].pgid = pgid;
	return 0;
}

int sys_getpgid(int pid)
{
	int i = find_or_self(pid);

	return i < 0 ? -ESRCH : procs[i].pgid;
}

int sys_getpgrp(void)
{
	return self()->pgid;
}

int sys_getsid(int pid)
{
	int i = find_or_self(pid);

	return i < 0 ? -ESRCH : procs[i].sid;
}

int sys_setsid(void)
{
	struct proc *p = self();

	for (int i = 1; i < proc_table.fresh; i++)
		if (procs[i].state != PROC_FREE && procs[i].pgid == p->pid)
			return -EPERM; /* a group has our number already */
	p->pgid = p->sid = p->pid;
	return p->pid;
}

/* ---- the system, the thread area ------------------------------------- */

int sys_uname(vaddr_t buf)
{
	static const char names[6][65] = {
	    "Tessera", "tessera", "6.1.0-tessera", "#1 a teaching microkernel",
	    "i686",    "(none)"};

	return copy_out(buf, names, sizeof(names));
}

int sys_set_tid_address(vaddr_t tidptr)
{
	self()->clear_tid = tidptr;
	return self()->pid;
}

/* struct user_desc of set_thread_area(2). */
struct user_desc {
	uint32_t entry_number, base, limit;
	uint32_t flags;
};
#define DESC_32BIT       0x01u
#define DESC_CONTENTS    0x06u /* 0, 1: data, data growing down */
#define DESC_READ_ONLY   0x08u
#define DESC_PAGES       0x10u
#define DESC_NOT_PRESENT 0x20u
#define DESC_USEABLE     0x40u

/* A data segment of ring 3.  SDM 3A figure 3-8, table 3-1. */
static uint64_t data_descriptor(const struct user_desc *d)
{
	uint32_t type = (d->flags & DESC_READ_ONLY ? 0 : 2) |
	                ((d->flags & DESC_CONTENTS) == 2 ? 4 : 0);
	uint32_t low = d->base << 16 | (d->limit & 0xffff);
	uint32_t high = (d->base & 0xff000000) | (d->limit & 0xf0000) |
	                ((d->base >> 16) & 0xff) | (0xf0 | type) << 8 |
	                (d->flags & DESC_PAGES ? 1u << 23 : 0) |
	                (d->flags & DESC_32BIT ? 1u << 22 : 0) |
	                (d->flags & DESC_USEABLE ? 1u << 20 : 0);

	return (uint64_t)high << 32 | low;
}

static bool is_empty(const struct user_desc *d)
{
	return d->base == 0 && d->limit == 0 &&
	       (d->flags & 0x3f) == (DESC_READ_ONLY | DESC_NOT_PRESENT);
}

/* The process may hold a selector of the entry that goes: it would fault. */
static void forget_selectors(int entry)
{
	uint32_t selector = entry * 8 + 3;
	uint32_t fs, gs;

	__asm__("mov %%fs, %0\n\tmov %%gs, %1" : "=r"(fs), "=r"(gs));
	if ((fs & 0xffff) == selector)
		__asm__ volatile("mov %0, %%fs" : : "r"(0));
	if ((gs & 0xffff) == selector)
		__asm__ volatile("mov %0, %%gs" : : "r"(0));
}

static int free_entry(void)
{
	for (int i = 0; i < TLS_COUNT; i++)
		if (self()->tls[i] == 0)
			return TLS_FIRST + i;
	return -ESRCH;
}

int sys_set_thread_area(vaddr_t desc)
{
	struct user_desc d;
	int entry;

	if (copy_in(&d, desc, sizeof(d)) < 0)
		return -EFAULT;
	if (!is_empty(&d) &&
	    ((d.flags & DESC_CONTENTS) > 2 || (d.flags & DESC_NOT_PRESENT)))
		return -EINVAL; /* data segments only */
	entry = (int)d.entry_number == -1 ? free_entry() : (int)d.entry_number;
	if (entry == -ESRCH)
		return -ESRCH;
	if (entry < TLS_FIRST || entry >= TLS_FIRST + TLS_COUNT)
		return -EINVAL;
	if ((int)d.entry_number == -1 &&
	    copy_out(desc, &entry, sizeof(entry)) < 0)
		return -EFAULT;
	forget_selectors(entry);
	self()->tls[entry - TLS_FIRST] = is_empty(&d) ? 0 : data_descriptor(&d);
	segments_load_tls(self()->tls);
	return 0;
}

/* ---- reboot(2): leaves the machine ----------------------------------- */

#define REBOOT_MAGIC1    0xfee1deadu
#define REBOOT_MAGIC2    672274793u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_HALT      0xcdef0123u
#define REBOOT_RESTART   0x01234567u

int sys_reboot(uint32_t magic1, uint32_t magic2, uint32_t command, vaddr_t arg)
{
	(void)arg;
	if (!privileged())
		return -EPERM;
	if (magic1 != REBOOT_MAGIC1 || magic2 != REBOOT_MAGIC2)
		return -EINVAL;
	if (command == REBOOT_RESTART)
		machine_restart();
	if (command != REBOOT_POWER_OFF && command != REBOOT_HALT)
		return -EINVAL;
	klog(KLOG_INFO, "power off");
	machine_off(0);
}
