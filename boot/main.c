/*
 * boot/main.c -- from GRUB to the first process, in the order it happens.
 *
 *	cpu_check       can this CPU run the kernel?
 *	direct map      all physical memory at 0xC0000000, by 4 MiB pages
 *	memory map      which frames are RAM; where the boot archive lies
 *	frames, pages   the allocator; the tables of the kernel's windows
 *	traps, clock    GDT, IDT, PIC, PIT
 *	servers, init   console, files, server=PATH..., process 1
 *
 * Then the thread of control that booted gives up the CPU for good.
 */
#include "boot.h"

#include "../kernel/base/cpu.h"
#include "../kernel/base/image.h"
#include "../ipc/message/message.h"
#include "../kernel/process/clock.h"
#include "../kernel/process/gdt.h"
#include "../kernel/look/inspect.h"
#include "../kernel/look/machine.h"
#include "../kernel/unix/exec.h"
#include "../kernel/unix/lifecycle.h"
#include "../kernel/entry/trap.h"
#include "multiboot.h"

#define LEAST_MEMORY   0x400000u /* 4 MiB */
#define SERVER_RESERVE 64        /* pages */
#define RAM_RANGES     16

#define CPUID_FEATURES 1
#define CPUID_PGE      (1u << 13)
#define CPUID7_UMIP    (1u << 2) /* in ecx */
#define CPUID7_SMEP    (1u << 7)
#define CPUID7_SMAP    (1u << 20)

static struct memory_range ram[RAM_RANGES];
static int ram_count;
static paddr_t table_start, table_end; /* of the frame table */

/* ---- the CPU ------------------------------------------------------------ */

/* A 386 or early 486 has no CPUID: EFLAGS.ID cannot be changed there. */
static bool has_cpuid(void)
{
	uint32_t before, after;

	__asm__ volatile("pushfl; pop %0; mov %0, %1; xor $0x200000, %1\n\t"
	                 "push %1; popfl; pushfl; pop %1"
	                 : "=&r"(before), "=&r"(after));
	return (before ^ after) & 0x200000;
}

/*
 * Refuses a CPU that cannot run all of this, else turns on what the kernel
 * uses.  The kernel is compiled for a 386, so that it can refuse any later one;
 * conditional moves are for the servers and for Debian's programs.
 */
static void cpu_check(void)
{
	static const struct {
		uint32_t bit, cr4;
		const char *needed; /* its name; 0: used where it is */
	} features[] = {
	    {1u << 3, CR4_PSE, "4 MiB pages (PSE)"},
	    {1u << 15, 0, "conditional moves (CMOV)"},
	    {1u << 24, CR4_OSFXSR, "FXSAVE"},
	    {1u << 25, CR4_OSXMMEXCPT, 0}, /* SSE */
	};
	uint32_t out[4], cr4 = 0;

	if (!has_cpuid())
		machine_refuse("the CPU is too old, it has no CPUID");
	cpu_cpuid(CPUID_FEATURES, out);
	for (int i = 0; i < 4; i++)
		if (out[3] & features[i].bit)
			cr4 |= features[i].cr4;
		else if (features[i].needed)
			machine_refuse("the CPU has no %s", features[i].needed);
	cpu_load_cr4(cpu_cr4() | cr4);
	cpu_load_cr0((cpu_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
}

/*
 * Turns on what protects the kernel, where the CPU has it.  Text and constants
 * become read-only last, because SMAP patches the text.
 */
static void cpu_protect_kernel(void)
{
	uint32_t out[4], cr4 = cpu_cr4();
	uint32_t last = kernel_to_phys(kernel_readonly_end) / PAGE_SIZE;

	cpu_cpuid(CPUID_FEATURES, out);
	if (out[3] & CPUID_PGE)
		cr4 |= CR4_PGE;
	cpu_cpuid(0, out);
	if (out[0] >= 7)
		cpu_cpuid(7, out);
	else
		out[1] = out[2] = 0;
	if (out[2] & CPUID7_UMIP)
		cr4 |= CR4_UMIP;
	if (out[1] & CPUID7_SMEP)
		cr4 |= CR4_SMEP;
	if (out[1] & CPUID7_SMAP) {
		usercopy_enable_smap();
		cr4 |= CR4_SMAP;
	}
	for (uint32_t i = kernel_to_phys(kernel_start) / PAGE_SIZE; i < last;
	     i++)
		boot_table[i] &= ~PTE_RW;
	cpu_load_cr4(cr4);
	cpu_load_cr3(cpu_cr3());
}

/* ---- memory ------------------------------------------------------------- */

/*
 * Makes the direct map in boot's directory: all physical memory up to `end`.
 * Above `end` nothing is mapped.  The lower copy is taken away.
 */
static void map_physical_memory(paddr_t end)
{
	uint32_t *map = boot_directory + (DIRECT_MAP >> SLOT_SHIFT);

	for (uint32_t i = 1; i < DIRECT_MAP_LIMIT >> SLOT_SHIFT; i++) {
		paddr_t start = i << SLOT_SHIFT;

		map[i] =
		    start < end ? start | PTE_PS | PTE_G | PTE_RW | PTE_P : 0;
	}
	for (uint32_t i = 0; i < 1024; i++)
		boot_table[i] |= PTE_G;
	boot_directory[0] = 0;
	cpu_load_cr3(cpu_cr3());
}

/* Do the bytes lie in one usable range of RAM? */
static bool in_ram(paddr_t start, uint32_t bytes)
{
	for (int i = 0; i < ram_count; i++)
		if (start >= ram[i].start && start < ram[i].end &&
		    bytes <= ram[i].end - start)
			return true;
	return false;
}

static void find_archive(const struct multiboot_info *info)
{
	const struct multiboot_module *module;
	uint32_t bytes;

	if (!(info->flags & MULTIBOOT_HAS_MODULES) || info->modules == 0)
		machine_refuse("no boot archive was loaded (GRUB: module, "
		               "QEMU: -initrd)");
	module = phys_to_kernel(info->modules_address);
	archive_start = module->start;
	archive_bytes = module->end - module->start;
	if (module->end < module->start || archive_start % PAGE_SIZE != 0 ||
	    !in_ram(archive_start, archive_bytes))
		machine_refuse("the boot archive lies outside of RAM (%x..%x); "
		               "give the machine more memory",
		               module->start, module->end);
	if (!archive_find(ARCHIVE_END, &bytes))
		machine_refuse("the boot archive is damaged, or was not made "
		               "by tools/mkarchive: run `make` again");
}

/* Finds room for the frame table: behind the kernel, or behind the archive. */
static void place_frame_table(uint32_t bytes)
{
	paddr_t archive_end = page_up(archive_start + archive_bytes);

	table_start = kernel_to_phys(kernel_end);
	if (table_start < archive_end && archive_start < table_start + bytes)
		table_start = archive_end;
	if (!in_ram(table_start, bytes))
		machine_refuse("too little memory for the frame table");
	table_end = page_up(table_start + bytes);
}

/* Is it the kernel's, the archive's, the frame table's, or below 1 MiB? */
static bool taken(paddr_t address)
{
	return address < kernel_to_phys(kernel_end) ||
	       (address >= archive_start &&
	        address < archive_start + archive_bytes) ||
	       (address >= table_start && address < table_end);
}

/* Gives all other frames to the allocator, from the highest down. */
static void give_frames(void)
{
	for (int i = 0; i < ram_count; i++)
		for (paddr_t at = ram[i].end; at > ram[i].start;
		     at -= PAGE_SIZE)
			if (!taken(at - PAGE_SIZE))
				frame_add(at / PAGE_SIZE - 1, 1);
}

static void memory_init(const struct multiboot_info *info)
{
	paddr_t end = 0;
	uint32_t entries;

	ram_count = multiboot_ram(info, ram, RAM_RANGES);
	for (int i = 0; i < ram_count; i++)
		if (ram[i].end > end)
			end = ram[i].end;
	if (end < LEAST_MEMORY)
		machine_refuse("too little memory: %u KiB, and %u are needed",
		               end / 1024, LEAST_MEMORY / 1024);
	entries = end / PAGE_SIZE;
	find_archive(info);
	place_frame_table(entries * sizeof(struct frame));
	map_physical_memory(end);
	frame_init(phys_to_kernel(table_start), entries);
	give_frames();
	if (server_reserve == 0)
		server_reserve = SERVER_RESERVE;
	inspection.boot_frames = entries - frames_free;
	page_init(kernel_to_phys(boot_directory) / PAGE_SIZE);
}

/* ---- the first processes ------------------------------------------------ */

/*
 * Row 0 is boot itself.  It is a process only so that it can give up the CPU,
 * which it never gets back.
 */
static void make_boot_process(void)
{
	int error;

	ready_init();
	error = proc_make(LEVEL_SERVER, &running);
	assert(!error);
	memcpy(running->program.name, "boot", 5);
	running->state = PROC_RUNNING;
}

/*
 * Makes a process of the program at `path`, not yet ready.  `arguments` are
 * strings one behind the other, `bytes` in all.
 */
static struct proc *start_program(const char *path, const char *arguments,
                                  int bytes)
{
	struct exec_image image = {
	    .path = path,
	    .prefix = arguments,
	    .prefix_bytes = bytes,
	    .interpreter = {.segment = -1},
	    .file = -1,
	    .uid = ID_KEPT,
	    .gid = ID_KEPT,
	};
	struct elf_file *file = &image.program;
	paddr_t body = archive_find(path + 1, &file->bytes);
	struct proc *p;

	if (!body || proc_make(LEVEL_SERVER, &p) < 0)
		machine_refuse("the boot archive has no %s: run `make` again",
		               path);
	p->life.pid = pid_next();
	file->segment = segment_make_outside(SEGMENT_ARCHIVE, body, file->bytes,
	                                     LEVEL_SERVER);
	proc_prepare_stack(p);
	if (file->segment < 0 || proc_exec(p, &image, 0, 0) != 0)
		machine_refuse(
		    "%s is no program for Tessera, or needs more memory", path);
	segment_drop(file->segment); /* its regions hold it */
	p->identity.pgid = p->identity.sid = p->life.pid;
	return p;
}

static struct proc *start_server(const char *path, const char *arguments,
                                 int bytes, int rank)
{
	struct proc *p = start_program(path, arguments, bytes);

	p->message.rank = rank;
	channel_make(p);
	proc_ids_changed(p);
	wake(p);
	return p;
}

/* Makes a connection to object 0 of the server. */
static int connect(const struct proc *server)
{
	int connection = connection_make(server->message.channel, 0, 0, 0);

	assert(connection >= 0);
	return connection;
}

/*
 * Starts the console and the other servers of rank 2, then the file server.  It
 * reaches them by descriptors 3, 4 and so on, which its arguments name.
 */
static struct proc *start_servers(void)
{
	char arguments[160] = "files";
	struct proc *more[SERVERS_MAX], *files;
	int end = sizeof("files");

	for (int i = 0; i < cmdline_server_count; i++) {
		const char *path = cmdline_servers[i];

		more[i] = start_server(path, path, strlen(path) + 1, 2);
		end += 1 + format(arguments + end, sizeof(arguments) - end,
		                  "%s=%d", more[i]->program.name, 3 + i);
	}
	end += 1 + format(arguments + end, sizeof(arguments) - end,
	                  "inspect=%x", (uint32_t)&inspection);
	end += 1 + format(arguments + end, sizeof(arguments) - end, "%s",
	                  cmdline_fs);
	files = start_server("/sbin/files", arguments, end, 1);
	for (int i = 0; i < cmdline_server_count; i++)
		descriptor_install(files, connect(more[i]), 3, false);
	return files;
}

static void start_init(const struct proc *files)
{
	struct proc *p =
	    start_program("/sbin/init", cmdline_words, cmdline_bytes);

	p->life.pid = p->identity.pgid = p->identity.sid = 1;
	p->identity.umask = 022;
	proc_ids_changed(p);
	p->files.cwd = connect(files); /* object 0: the root */
	wake(p);
}

/* ---- kmain -------------------------------------------------------------- */

static bool loaded_by_qemu(const struct multiboot_info *info)
{
	return (info->flags & MULTIBOOT_HAS_LOADER_NAME) &&
	       strncmp(phys_to_kernel(info->loader_name), "qemu", 4) == 0;
}

void kmain(uint32_t magic, paddr_t info_address)
{
	const struct multiboot_info *info;

	if (magic != MULTIBOOT_LOADED)
		machine_refuse("it was not loaded by a Multiboot loader");
	cpu_check();
	map_physical_memory(DIRECT_MAP_LIMIT);
	info = phys_to_kernel(info_address);
	if (info->flags & MULTIBOOT_HAS_CMDLINE)
		cmdline_parse(phys_to_kernel(info->cmdline),
		              loaded_by_qemu(info));
	memory_init(info);
	klog(KLOG_INFO, "Tessera: %d frames of RAM, archive %u bytes",
	     frames_total, archive_bytes);
	gdt_init(double_fault);
	idt_init();
	interrupts_init();
	cpu_protect_kernel();
	make_boot_process();
	clock_init(rtc_time());
	inspection.cmdline = (uint32_t)cmdline_words;
	inspection.cmdline_bytes = cmdline_bytes;
	inspect_init();
	start_init(start_servers());
	procs[0].state = PROC_PAUSED; /* nothing wakes it */
	schedule();
	panic("boot was given the CPU again");
}
