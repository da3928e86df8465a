/*
 * boot/multiboot.c -- reads the loader's memory map.
 *
 * An entry is (size, base, length, type), and `size` does not count itself.
 * Type 1 is RAM.  Memory above 896 MiB is left unused, because the direct map
 * ends there; a line of the log says so.
 */
#include "boot.h"

#include "../kernel/base/klog.h"
#include "../mm/page.h"
#include "multiboot.h"

#define TYPE_RAM 1

struct map_entry {
	uint32_t size;
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

/* Cuts an entry to whole pages below the limit.  False: nothing is left. */
static bool usable(const struct map_entry *entry, struct memory_range *range)
{
	uint64_t end = entry->base + entry->length;

	if (entry->type != TYPE_RAM || entry->base >= DIRECT_MAP_LIMIT)
		return false;
	if (end > DIRECT_MAP_LIMIT) {
		klog(KLOG_INFO, "memory above 896 MiB is left unused");
		end = DIRECT_MAP_LIMIT;
	}
	range->start = page_up(entry->base);
	range->end = (uint32_t)end & ~(PAGE_SIZE - 1);
	return range->start < range->end;
}

int multiboot_ram(const struct multiboot_info *info, struct memory_range *ram,
                  int most)
{
	const char *at = phys_to_kernel(info->map), *end = at + info->map_bytes;
	int count = 0;

	while ((info->flags & MULTIBOOT_HAS_MAP) && at < end && count < most) {
		const struct map_entry *entry = (const void *)at;

		count += usable(entry, &ram[count]);
		at += sizeof(entry->size) + entry->size;
	}
	return count;
}
