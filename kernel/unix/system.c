/*
 * kernel/unix/system.c -- the end of the system as a whole, and calls that are
 * not there.
 */
#include "lifecycle.h"

#include "../base/cpu.h"
#include "../look/machine.h"

/* ---- reboot(2): leaves the machine -------------------------------------- */

int sys_reboot(uint32_t magic1, uint32_t magic2, uint32_t command, vaddr_t arg)
{
	if (self()->identity.euid != 0)
		return -EPERM;
	provoke(arg);
	if (magic1 != REBOOT_MAGIC1 || magic2 != REBOOT_MAGIC2)
		return -EINVAL;
	if (command != REBOOT_POWER_OFF && command != REBOOT_HALT &&
	    command != REBOOT_RESTART)
		return -EINVAL;
	klog(KLOG_INFO, "power off");
	if (command == REBOOT_RESTART)
		outb(0x64, 0xfe); /* the keyboard controller's reset line */
	machine_off(0);
}

/* ---- calls that are not there ------------------------------------------- */

/*
 * The log gets a line when a process uses an unknown number for the first time.
 * A bit remembers each number; those from UNKNOWN_MAX - 1 on share the last
 * bit, and so they get one line together.
 */
int unknown_call(uint32_t number, const uint32_t *args)
{
	struct proc *p = self();
	uint32_t at = min(number, UNKNOWN_MAX - 1), bit = 1u << at % 32;

	(void)args;
	if (!(p->unknown_told[at / 32] & bit))
		klog_caused("pid %d (%s): unknown system call %u", p->life.pid,
		            p->program.name, number);
	p->unknown_told[at / 32] |= bit;
	return -ENOSYS;
}
