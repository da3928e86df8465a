/*
 * kernel/unix/thread_area.c -- set_thread_area(2): three entries of the GDT
 * that belong to a process.
 *
 * A C library keeps the address of its thread's data in one of them and reaches
 * it by gs.  The entries are data segments of ring 3 and nothing else, whatever
 * a process asks for.
 */
#include "lifecycle.h"

#include "../process/gdt.h"

/* A data segment of ring 3.  SDM 3A table 3-1. */
static uint64_t data_descriptor(const struct user_desc *d)
{
	uint32_t type = (d->flags & DESC_READ_ONLY ? 0 : 2) |
	                ((d->flags & DESC_CONTENTS) == 2 ? 4 : 0);
	uint32_t flags = (d->flags & DESC_PAGES ? 8 : 0) |
	                 (d->flags & DESC_32BIT ? 4 : 0) |
	                 (d->flags & DESC_USEABLE ? 1 : 0);

	return gdt_descriptor(d->base, d->limit, 0xf0 | type, flags);
}

/* There are two ways to ask for an entry to be emptied. */
static bool is_empty(const struct user_desc *d)
{
	uint32_t flags = d->flags & DESC_ALL;

	return d->base == 0 && d->limit == 0 &&
	       (flags == 0 || flags == (DESC_READ_ONLY | DESC_NOT_PRESENT));
}

/*
 * Only data segments of 32 bits are allowed.  With one of 16 bits for a stack,
 * iret would load SP alone, and the process would see the upper half of the
 * kernel's ESP: SDM 3A 5.8.5, and set_thread_area(2).
 */
static bool is_allowed(const struct user_desc *d)
{
	return (d->flags & DESC_32BIT) && (d->flags & DESC_CONTENTS) <= 2 &&
	       !(d->flags & DESC_NOT_PRESENT);
}

/* The first empty entry of the running process, or -ESRCH. */
static int free_entry(void)
{
	for (int i = 0; i < TLS_COUNT; i++)
		if (self()->gdt.tls[i] == 0)
			return TLS_FIRST + i;
	return -ESRCH;
}

int sys_set_thread_area(vaddr_t desc)
{
	struct user_desc d;
	int entry;

	if (copy_in(&d, desc, sizeof(d)) < 0)
		return -EFAULT;
	if (!is_empty(&d) && !is_allowed(&d))
		return -EINVAL;
	entry = (int)d.entry_number;
	if (entry == -1) {
		entry = free_entry();
		if (entry < 0)
			return entry;
		if (copy_out(desc, &entry, sizeof(entry)) < 0)
			return -EFAULT;
	}
	if (entry < TLS_FIRST || entry >= TLS_FIRST + TLS_COUNT)
		return -EINVAL;

	/* Nothing below can fail. */
	self()->gdt.tls[entry - TLS_FIRST] =
	    is_empty(&d) ? 0 : data_descriptor(&d);
	self()->gdt.used = true;
	gdt_load(self());
	reload_selectors(); /* fs, gs; ds and es are popped on the way out */
	return 0;
}
