/*
 * boot/multiboot.h -- what a Multiboot 1 loader tells the kernel.  This header
 * declares what multiboot.c has.  All addresses are physical.
 *
 * Source: the Multiboot specification 0.6.96, section 3.3.
 */
#ifndef BOOT_MULTIBOOT_H
#define BOOT_MULTIBOOT_H

#include "../abi/types.h"

#define MULTIBOOT_LOADED          0x2BADB002u
#define MULTIBOOT_HAS_CMDLINE     (1u << 2)
#define MULTIBOOT_HAS_MODULES     (1u << 3)
#define MULTIBOOT_HAS_MAP         (1u << 6)
#define MULTIBOOT_HAS_LOADER_NAME (1u << 9)

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device;
	paddr_t cmdline;
	uint32_t modules;
	paddr_t modules_address;
	uint32_t symbols[4];
	uint32_t map_bytes;
	paddr_t map;
	uint32_t drives[2];
	paddr_t config, loader_name;
};

struct multiboot_module {
	paddr_t start, end;
	uint32_t text, reserved;
};

/* A usable range of RAM, whole pages, below 896 MiB. */
struct memory_range {
	paddr_t start, end;
};

/*
 * Writes the usable ranges of the memory map to `ram`, at most `most` of them.
 * Returns how many there are; 0: there is no map, or no RAM in it.
 */
int multiboot_ram(const struct multiboot_info *info, struct memory_range *ram,
                  int most);

#endif
