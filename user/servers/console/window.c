/*
 * user/servers/console/window.c -- memory that is shared with tools/run.
 *
 * QEMU moves a serial line's bytes one by one, each of which takes some three
 * microseconds.  Its device "ivshmem-plain" is memory of the host that appears
 * at a physical address of the guest, outside RAM: PCI vendor 1AF4h, device
 * 1110h, BAR 2.  tools/run gives the machine such memory; it begins with
 * WINDOW_MAGIC.  The BIOS has chosen the address; window_find() reads it by
 * PCI configuration mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2)
 * and maps the memory.
 *
 * No other process can map it, because only a server may make a segment of
 * device memory.  host.c says what is in the window.
 */
#include "console.h"
#include "../../lib/port.h"

#define CONFIG_ADDRESS 0xCF8
#define CONFIG_DATA    0xCFC
#define CONFIG_ENABLE  0x80000000u
#define CONFIG_ID      0x00
#define CONFIG_COMMAND 0x04
#define COMMAND_MEMORY 0x02u /* the device answers at its addresses */
#define CONFIG_BAR2    0x18
#define CONFIG_BAR3    0x1C
#define BAR_IO         0x01u
#define BAR_64         0x04u /* the next BAR is the address's upper half */
#define BAR_FLAGS      0x0Fu
#define SLOTS          32          /* devices of bus 0 */
#define SHARED_MEMORY  0x11101AF4u /* device and vendor */

static uint32_t config(int slot, int at)
{
	out32(CONFIG_ADDRESS,
	      CONFIG_ENABLE | (uint32_t)slot << 11 | (uint32_t)at);
	return in32(CONFIG_DATA);
}

/* The device's physical address, or 0. */
static uint32_t address_of(int slot)
{
	uint32_t bar = config(slot, CONFIG_BAR2);

	if (config(slot, CONFIG_ID) != SHARED_MEMORY ||
	    !(config(slot, CONFIG_COMMAND) & COMMAND_MEMORY) || (bar & BAR_IO))
		return 0;
	if ((bar & BAR_64) && config(slot, CONFIG_BAR3) != 0)
		return 0;
	return bar & ~BAR_FLAGS;
}

static uint8_t *map(uint32_t start)
{
	int address = map_new(SEGMENT_OF_DEVICE, start, WINDOW_BYTES,
	                      PROT_READ | PROT_WRITE);

	if (unix_failed(address)) {
		log_line("no window: error %d", address);
		return 0;
	}
	return (uint8_t *)(uintptr_t)address;
}

uint8_t *window_find(void)
{
	if (k_ports(CONFIG_ADDRESS, CONFIG_DATA + 3) < 0)
		return 0;
	for (int slot = 0; slot < SLOTS; slot++) {
		uint32_t start = address_of(slot);
		uint8_t *window = start != 0 ? map(start) : 0;

		if (window != 0 &&
		    memcmp(window, WINDOW_MAGIC, sizeof(WINDOW_MAGIC)) == 0)
			return window;
	}
	return 0;
}
