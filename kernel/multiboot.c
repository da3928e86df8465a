/*
 * kernel/multiboot.c -- reads the loader's memory map.
 *
 * Entries are (size, base, length, type); `size` does not count itself.  Type
 * 1 is RAM.  Memory above 896 MiB is left unused, with a log line: the direct
 * map ends there.
 */
#include "multiboot.h"

#include "klog.h"
#include "string.h"
#include "../mm/page.h"

#define TYPE_RAM 1

struct map_entry {
	uint32_t size;
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

static const struct map_entry *next_entry(const struct map_entry *entry)
{
	return (const struct map_entry *)((const char *)entry + entry->size +
	                                  sizeof(entry->size));
}

/* Cuts an entry to whole pages below the limit; false: nothing is left. */
static bool usable(const struct map_entry *entry, struct memory_range *range)
{
	uint64_t end = entry->base + entry->length;

	if (entry->type != TYPE_RAM || entry->base >= DIRECT_MAP_LIMIT)
		return false;
	if (end > DIRECT_MAP_LIMIT) {
		klog(KLOG_INFO, "memory above 896 MiB is left unused");
		end = DIRECT_MAP_LIMIT;
	}
	range->start =
	    ((uint32_t)entry->base + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	range->end = (uint32_t)end & ~(PAGE_SIZE - 1);
	return range->start < range->end;
}

bool multiboot_range(const struct multiboot_info *info, int i,
                     struct memory_range *range)
{
	const struct map_entry *entry, *end;

	if (!(info->flags & MULTIBOOT_HAS_MAP))
		return false;
	entry = phys_to_kernel(info->map);
	end = (const void *)((const char *)entry + info->map_bytes);
	for (; entry < end; entry = next_entry(entry))
		if (usable(entry, range) && i-- == 0)
			return true;
	return false;
}

bool multiboot_loader_is_qemu(const struct multiboot_info *info)
{
	return (info->flags & MULTIBOOT_HAS_LOADER_NAME) &&
	       strncmp(phys_to_kernel(info->loader_name), "qemu", 4) == 0;
}
