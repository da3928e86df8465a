/*
 * kernel/main.c -- from GRUB to the first process, in the order it happens.
 *
 *	cpu_check       can this CPU run us?
 *	direct map      all physical memory at 0xC0000000, by 4 MiB pages
 *	memory map      which frames are RAM; where the boot archive lies
 *	frames, pages   the allocator; the tables of the kernel's windows
 *	traps, clock    GDT, IDT, PIC, PIT
 *	servers, init   console, files, server=PATH..., process 1
 *
 * Then the boot's own thread of control gives up the CPU for good.
 */
#include "lifecycle.h"

#include "cpu.h"
#include "inspect.h"
#include "klog.h"
#include "machine.h"
#include "multiboot.h"
#include "panic.h"
#include "string.h"
#include "trap.h"
#include "../ipc/message.h"
#include "../mm/page.h"

#define MIB            0x100000u
#define LEAST_MEMORY   (4 * MIB)
#define SERVER_RESERVE 64 /* pages */

#define CPUID_FEATURES 1
#define CPUID_PSE      (1u << 3)
#define CPUID_CMOV     (1u << 15)
#define CPUID_PGE      (1u << 13)
#define CPUID_FXSR     (1u << 24)
#define CPUID_SSE      (1u << 25)
#define CPUID7_SMEP    (1u << 7)
#define CPUID7_SMAP    (1u << 20)

extern uint32_t boot_directory[], boot_table[];
extern char kernel_start[], kernel_readonly_end[], kernel_end[];

static uint32_t
    kernel_used_end; /* physical: the first frame nobody has taken */

/* ---- the CPU --------------------------------------------------------- */

/* A 386 or early 486 has no CPUID: EFLAGS.ID cannot be changed there. */
static bool has_cpuid(void)
{
	uint32_t before, after;

	__asm__ volatile("pushfl\n\t"
	                 "pop %0\n\t"
	                 "mov %0, %1\n\t"
	                 "xor $0x200000, %1\n\t"
	                 "push %1\n\t"
	                 "popfl\n\t"
	                 "pushfl\n\t"
	                 "pop %1"
	                 : "=&r"(before), "=&r"(after));
	return (before ^ after) & 0x200000;
}

static uint32_t cpu_check(void)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} needed[] = {
	    {CPUID_PSE, "4 MiB pages (PSE)"},
	    {CPUID_CMOV, "conditional moves (CMOV)"},
	    {CPUID_FXSR, "FXSAVE"},
	};
	uint32_t out[4];

	if (!has_cpuid())
		machine_refuse("the CPU is too old, it has no CPUID");
	cpu_cpuid(CPUID_FEATURES, out);
	for (int i = 0; i < 3; i++)
		if (!(out[3] & needed[i].bit))
			machine_refuse("the CPU has no %s", needed[i].name);
	return out[3];
}

static void cpu_enable_features(uint32_t features)
{
	uint32_t cr4 = cpu_cr4() | CR4_PSE | CR4_OSFXSR;

	if (features & CPUID_PGE)
		cr4 |= CR4_PGE;
	if (features & CPUID_SSE)
		cr4 |= CR4_OSXMMEXCPT;
	cpu_load_cr4(cr4);
	cpu_load_cr0((cpu_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
}

/* After the patches of SMAP, kernel text and constants are for reading. */
static void cpu_protect_kernel(void)
{
	uint32_t out[4], cr4 = cpu_cr4();
	uint32_t last = kernel_to_phys(kernel_readonly_end) / PAGE_SIZE;

	cpu_cpuid(0, out);
	if (out[0] >= 7) {
		cpu_cpuid(7, out);
		if (out[1] & CPUID7_SMEP)
			cr4 |= CR4_SMEP;
		if (out[1] & CPUID7_SMAP) {
			static const uint8_t clac[3] = {0x0f, 0x01, 0xca};

			for (int i = 0; i < 3; i++)
				memcpy((void *)clac_sites[i], clac, 3);
			usercopy_enable_smap();
			cr4 |= CR4_SMAP;
		}
	}
	for (uint32_t i = kernel_to_phys(kernel_start) / PAGE_SIZE; i < last;
	     i++)
		boot_table[i] &= ~PTE_RW;
	cpu_load_cr4(cr4);
	cpu_load_cr3(cpu_cr3());
}

/* ---- memory ---------------------------------------------------------- */

/* Boot's own directory: the direct map, the lower copy taken away. */
static void map_physical_memory(void)
{
	uint32_t first = DIRECT_MAP >> SLOT_SHIFT;

	for (uint32_t i = 1; i < DIRECT_MAP_LIMIT >> SLOT_SHIFT; i++) {
		boot_directory[first + i] =
		    i << SLOT_SHIFT | PTE_PS | PTE_G | PTE_RW | PTE_P;
	}
	for (uint32_t i = 0; i < 1024; i++)
		boot_table[i] |= PTE_G;
	boot_directory[0] = 0;
	cpu_load_cr3(cpu_cr3());
}

/* What lies beyond the end of RAM is no business of the direct map. */
static void unmap_beyond(paddr_t end)
{
	uint32_t first = DIRECT_MAP >> SLOT_SHIFT;
	uint32_t slots = (end + SLOT_SIZE - 1) >> SLOT_SHIFT;

	for (uint32_t i = slots; i < DIRECT_MAP_LIMIT >> SLOT_SHIFT; i++)
		boot_directory[first + i] = 0;
	cpu_load_cr4(cpu_cr4() & ~CR4_PGE); /* forgets global pages, too */
	cpu_load_cr4(cpu_cr4() | CR4_PGE);
}

/* The usable range of RAM that contains [start, end)? */
static bool in_ram(const struct multiboot_info *info, paddr_t start,
                   uint32_t bytes)
{
	struct memory_range range;

	for (int i = 0; multiboot_range(info, i, &range); i++)
		if (start >= range.start && start < range.end &&
		    bytes <= range.end - start)
			return true;
	return false;
}

static paddr_t ram_end(const struct multiboot_info *info)
{
	struct memory_range range;
	paddr_t end = 0;

	for (int i = 0; multiboot_range(info, i, &range); i++)
		if (range.end > end)
			end = range.end;
	return end;
}

static void find_archive(const struct multiboot_info *info)
{
	const struct multiboot_module *modules;
	const char *fault;

	if (!(info->flags & MULTIBOOT_HAS_MODULES) || info->modules == 0) {
		machine_refuse("no boot archive was loaded (GRUB: module, "
		               "QEMU: -initrd)");
	}
	modules = phys_to_kernel(info->modules_address);
	archive_start = modules[0].start;
	archive_bytes = modules[0].end - modules[0].start;
	if (modules[0].end < modules[0].start ||
	    archive_start % PAGE_SIZE != 0 ||
	    !in_ram(info, archive_start, archive_bytes)) {
		machine_refuse("the boot archive lies outside of RAM (%x..%x); "
		               "give the machine more memory",
		               modules[0].start, modules[0].end);
	}
	fault = archive_check();
	if (fault)
		machine_refuse("%s", fault);
}

static paddr_t page_up(paddr_t address)
{
	return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static paddr_t archive_end(void)
{
	return page_up(archive_start + archive_bytes);
}

/* Room for the frame table: behind the kernel, or behind the archive. */
static void *place_frame_table(const struct multiboot_info *info,
                               uint32_t bytes)
{
	paddr_t start = kernel_to_phys(kernel_end);

	if (start < archive_end() && archive_start < start + bytes)
		start = archive_end();
	if (!in_ram(info, start, bytes))
		machine_refuse("too little memory for the frame table");
	kernel_used_end = page_up(start + bytes);
	return phys_to_kernel(start);
}

/* Is the frame the kernel's, the archive's, the frame table's, or below 1 MiB?
 */
static bool frame_taken(frame_t frame, paddr_t table)
{
	paddr_t address = (paddr_t)frame * PAGE_SIZE;

	return address < kernel_to_phys(kernel_end) ||
	       (address >= archive_start && address < archive_end()) ||
	       (address >= table && address < kernel_used_end);
}

static void give_frames(const struct multiboot_info *info, paddr_t table)
{
	struct memory_range range;

	for (int i = 0; multiboot_range(info, i, &range); i++) {
		frame_t last = range.end / PAGE_SIZE;
		frame_t first = page_up(range.start) / PAGE_SIZE;

		while (first < last) {
			frame_t end = first;

			while (end < last && !frame_taken(end, table))
				end++;
			frame_add(first, end - first);
			first = end + 1;
		}
	}
}

static void memory_init(const struct multiboot_info *info)
{
	paddr_t end = ram_end(info);
	uint32_t entries = end / PAGE_SIZE;
	struct frame *table;

	if (end < LEAST_MEMORY) {
		machine_refuse("too little memory: %u KiB, and %u are needed",
		               end / 1024, LEAST_MEMORY / 1024);
	}
	find_archive(info);
	table = place_frame_table(info, entries * sizeof(struct frame));
	unmap_beyond(end);
	frame_init(table, entries);
	give_frames(info, kernel_to_phys(table));
	if (server_reserve == 0)
		server_reserve = SERVER_RESERVE;
	inspection.kernel_frames = entries - frames_free;
	page_init(kernel_to_phys(boot_directory) / PAGE_SIZE);
}

/* ---- the first processes --------------------------------------------- */

/* Slot 0 is boot itself: it only gives up the CPU, and never gets it back. */
static void make_boot_process(void)
{
	int boot = proc_make(LEVEL_SERVER);

	assert(boot == 0);
	current = boot;
	memcpy(procs[boot].name, "boot", 5);
	procs[boot].pid = 0;
	procs[boot].state = PROC_RUNNING;
}

static int start_program(const char *path, int pid, char *const argv[])
{
	static const char *const envp[] = {0};
	struct exec_strings strings = {-1, (uintptr_t)argv, (uintptr_t)envp};
	struct exec_image image = {.path = path, .interpreter = -1};
	paddr_t body;
	int proc = proc_make(LEVEL_SERVER), result;

	if (proc < 0 || !archive_find(path + 1, &body, &image.bytes))
		machine_refuse("the boot archive has no %s", path);
	image.segment = segment_make_archive(body, image.bytes, LEVEL_SERVER);
	proc_prepare_stack(proc);
	result = image.segment < 0 ? image.segment
	                           : exec_load(proc, &image, &strings);
	if (result < 0) {
		machine_refuse("%s cannot be started (error %d)", path,
		               -result);
	}
	segment_drop(image.segment); /* its regions hold it */
	if (pid)
		procs[proc].pid = pid;
	procs[proc].pgid = procs[proc].sid = procs[proc].pid;
	return proc;
}

/* argv words "name=fd" say which descriptor leads to which server. */
#define WORD_BYTES 32
static char words[8][WORD_BYTES];

static void give_connection(int proc, int channel, const char *name, int word)
{
	int connection = connection_make(channel, 0, LEVEL_SERVER);
	int fd = descriptor_install(proc, connection, 3, false);

	assert(connection >= 0 && fd >= 0);
	format(words[word], WORD_BYTES, "%s=%d", name, fd);
}

static const char *base_name(const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/')
			name = path + 1;
	return name;
}

static int start_server(const char *path, char *const argv[], int rank)
{
	int proc = start_program(path, 0, argv);

	procs[proc].rank = rank;
	procs[proc].message.channel = channel_make(base_name(path), proc, rank);
	assert(procs[proc].message.channel >= 0);
	proc_set_level(proc);
	return proc;
}

static void start_servers(void)
{
	char *argv[12] = {"console", 0};
	int console, files, more[4], n = cmdline_server_count;

	console = start_server("/sbin/console", argv, 2);
	for (int i = 0; i < n; i++) {
		argv[0] = (char *)base_name(cmdline_servers[i]);
		more[i] = start_server(cmdline_servers[i], argv, 2);
		wake(more[i]);
	}
	/* `files` learns from its argv where the others are: fd 3, 4, ... */
	argv[0] = "files";
	format(words[0], WORD_BYTES, "console=3");
	format(words[1], WORD_BYTES, "inspect=%x", (uint32_t)&inspection);
	for (int i = 0; i < n; i++) {
		format(words[2 + i], WORD_BYTES, "%s=%d",
		       base_name(cmdline_servers[i]), 4 + i);
	}
	for (int i = 0; i < 2 + n; i++)
		argv[1 + i] = words[i];
	argv[3 + n] = 0;
	files = start_server("/sbin/files", argv, 1);
	give_connection(files, procs[console].message.channel, "console", 0);
	for (int i = 0; i < n; i++) {
		give_connection(files, procs[more[i]].message.channel,
		                base_name(cmdline_servers[i]), 2 + i);
	}
	wake(console);
	wake(files);
}

static void start_init(void)
{
	static char *argv[CMDLINE_WORDS + 2] = {"init"};
	int init;

	memcpy(argv + 1, cmdline_words, sizeof(cmdline_words));
	init = start_program("/sbin/init", 1, argv);
	procs[init].cred.umask = 022;
	proc_set_level(init);
	procs[init].cwd = connection_make(
	    channel_find("files"), 0, LEVEL_SERVER); /* object 0: the root */
	assert(procs[init].cwd >= 0);
	wake(init);
}

/* ---- kmain ----------------------------------------------------------- */

void kmain(uint32_t magic, paddr_t info_address)
{
	const struct multiboot_info *info;
	uint32_t features;

	if (magic != MULTIBOOT_LOADED)
		machine_refuse("it was not loaded by a Multiboot loader");
	features = cpu_check();
	cpu_enable_features(features);
	map_physical_memory();
	info = phys_to_kernel(info_address);
	if (info->flags & MULTIBOOT_HAS_CMDLINE) {
		cmdline_parse(phys_to_kernel(info->cmdline),
		              multiboot_loader_is_qemu(info));
	}
	memory_init(info);
	klog(KLOG_INFO, "Tessera: %d frames of RAM, archive %u bytes",
	     frames_total, archive_bytes);
	segments_init();
	interrupts_init();
	cpu_protect_kernel();
	make_boot_process();
	inspect_init();
	clock_init();
	start_servers();
	start_init();
	procs[0].state = PROC_PAUSED; /* for good */
	schedule();
	panic("boot was given the CPU again");
}
