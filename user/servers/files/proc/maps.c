/*
 * user/servers/files/proc/maps.c -- /proc/PID/maps, smaps and pt.
 *
 * maps has Linux's format, with a line for each region.  smaps says behind each
 * line how much of the region is present; what would need the number of those
 * who share a page (Pss, Shared_*, Private_*) is not there.  pt shows the words
 * that the CPU reads, with a line for each one that is present, a PDE before
 * the PTEs of its table.  Numbers after the index are hexadecimal, and what
 * follows the word is for people:
 *
 *	CR3 00116000
 *	PDE 256 40000000 00113467 frame 00113 linked rw u A segment 1 id 32768
 *	PTE 0 40000000 0010d067 frame 0010d rw u A D
 *
 * The table of a linked PDE belongs to a segment: the directory of each
 * process that is attached has the same table frame.  `id` is its shmid; memory
 * that mmap shares has none.
 */
#include "made.h"
#include "../../../../abi/page.h"
#include "../../../../abi/shm.h"

#define FRAME       0xFFFFF000u /* of a word: the address of the frame */
#define USER_SLOTS  768
#define TABLE_STEPS 100 /* looking through a table costs as many nodes */
#define ENTRIES     1024

/* Reads the space of process `pid`.  Returns its index; -1: it has none. */
static int space_read(struct row *row, int pid)
{
	static struct row process;
	int space;

	if (!process_read(&process, pid))
		return -1;
	space = (int)row_get(&process, PROC_SPACE);
	return row_read(row, SPACES, space) ? space : -1;
}

/* The lowest region of a slot, or -1. */
static int slot_region(const struct row *space, int slot)
{
	uint16_t index;

	memcpy(&index,
	       (const uint8_t *)row_bytes(space, SPACE_SLOT_REGION) + 2 * slot,
	       sizeof(index));
	return index - 1;
}

/* Reads the PDEs of a space's user half.  False: it has no directory. */
static bool directory_read(const struct row *space, uint32_t *frame,
                           uint32_t directory[USER_SLOTS])
{
	*frame = row_get(space, SPACE_DIRECTORY);
	return (int)*frame >= 0 &&
	       physical_read(*frame << PAGE_SHIFT, directory,
	                     USER_SLOTS * sizeof(*directory));
}

/* ---- maps --------------------------------------------------------------- */

static bool is_segment(const struct node *node, uint32_t handle)
{
	return node->kind == NODE_FILE &&
	       bytes_in_segment(&node->bytes, handle);
}

static bool is_in_archive(const struct node *node, uint32_t offset)
{
	return node->kind == NODE_FILE &&
	       bytes_in_archive(&node->bytes, offset);
}

/*
 * The file that a segment shows, or NO_NODE.  A program has several regions of
 * one file, one behind the other, so the last answer is tried first.  `*steps`
 * grows by the nodes that were looked at.
 */
static int file_of(int segment, int *steps)
{
	static int last = NO_NODE;
	static struct row row;
	bool (*fits)(const struct node *, uint32_t) = is_segment;
	uint32_t what = (uint32_t)segment + 1; /* its handle */

	if (!row_read(&row, SEGMENTS, segment))
		return NO_NODE;
	if (row_get(&row, SEGMENT_KIND) == SEGMENT_ARCHIVE) {
		fits = is_in_archive;
		what =
		    row_get(&row, SEGMENT_START) - inspect_now()->archive_start;
	}
	if (last != NO_NODE && node_look(last) != 0 &&
	    fits(node_look(last), what))
		return last;
	*steps += node_room();
	last = node_with(fits, what);
	return last;
}

static void put_path(struct text *text, int node)
{
	static char buffer[PATH_MAX];
	const char *path = node_path(node, buffer, buffer + sizeof(buffer));

	if (path != 0)
		text_add(text, "%s", path);
	else
		text_add(text, "/%u (deleted)", node_look(node)->ino);
}

static void put_name(struct text *text, const struct row *region)
{
	static struct row shm;
	uint32_t kind = row_get(region, REGION_KIND);
	int tag = (int)row_get(region, REGION_TAG);
	struct shmid_ds ds;

	if (kind == REGION_STACK && row_get(region, REGION_END) == USER_LIMIT)
		text_add(text, "[stack]");
	else if (kind == REGION_HEAP)
		text_add(text, "[heap]");
	if (tag < 0 || !row_read(&shm, SHMS, tag))
		return;
	memcpy(&ds, row_bytes(&shm, SHM_DS), sizeof(ds));
	text_add(text, "/SYSV%08x (deleted)", (uint32_t)ds.shm_perm.key);
}

static void put_region(struct text *text, const struct row *region, int *steps)
{
	uint32_t rights = row_get(region, REGION_RIGHTS);
	int segment = (int)row_get(region, REGION_SEGMENT);
	bool shared = row_get(region, REGION_KIND) == REGION_SHARED;
	int file = segment < 0 ? NO_NODE : file_of(segment, steps);

	text_add(text, "%08x-%08x %c%c%c%c %05x000 00:0%d %-10u ",
	         row_get(region, REGION_START), row_get(region, REGION_END),
	         rights & PROT_READ ? 'r' : '-',
	         rights & PROT_WRITE ? 'w' : '-',
	         rights & PROT_EXEC ? 'x' : '-', shared ? 's' : 'p',
	         segment < 0 ? 0u : row_get(region, REGION_OFFSET),
	         file == NO_NODE ? 0 : DEVICE,
	         file != NO_NODE ? node_look(file)->ino
	         : segment < 0   ? 0u
	                         : (uint32_t)segment);
	if (file != NO_NODE)
		put_path(text, file);
	else
		put_name(text, region);
	text_byte(text, '\n');
}

/* What is present of a region, in pages. */
struct measures {
	uint32_t present, referenced;
	uint32_t own; /* of private memory: no file has them */
};

/* Counts the entries [first, last) of a table that a PDE points at. */
static void measure_table(struct measures *sums, uint32_t pde, uint32_t first,
                          uint32_t last)
{
	static uint32_t table[ENTRIES];

	if (!(pde & PTE_P) || !physical_read(pde & FRAME, table, sizeof(table)))
		return;
	for (uint32_t i = first; i < last; i++) {
		if (!(table[i] & PTE_P))
			continue;
		sums->present++;
		sums->referenced += (table[i] & PTE_A) != 0;
		sums->own += !(pde & PDE_LINKED) && !(table[i] & PTE_BORROWED);
	}
}

/* A region is measured at once: it has 768 tables at most. */
static struct measures measure(const struct row *space,
                               const struct row *region, int *steps)
{
	static uint32_t directory[USER_SLOTS];
	uint32_t at = row_get(region, REGION_START) >> PAGE_SHIFT;
	uint32_t end = row_get(region, REGION_END) >> PAGE_SHIFT, frame;
	struct measures sums = {0};

	if (!directory_read(space, &frame, directory))
		return sums;
	while (at < end) {
		uint32_t first = at % ENTRIES;
		uint32_t last = min(first + (end - at), ENTRIES);

		measure_table(&sums, directory[at / ENTRIES], first, last);
		at += last - first;
		*steps += TABLE_STEPS;
	}
	return sums;
}

static void put_measures(struct text *text, const struct row *space,
                         const struct row *region, int *steps)
{
	struct measures sums = measure(space, region, steps);
	uint32_t bytes =
	    row_get(region, REGION_END) - row_get(region, REGION_START);
	bool is_private = row_get(region, REGION_KIND) != REGION_SHARED;
	const struct {
		const char *name;
		uint32_t kib;
	} lines[] = {{"Size:", bytes / 1024},
	             {"KernelPageSize:", 4},
	             {"MMUPageSize:", 4},
	             {"Rss:", sums.present * 4},
	             {"Referenced:", sums.referenced * 4},
	             {"Anonymous:", is_private ? sums.own * 4 : 0},
	             {"Swap:", 0}};

	for (uint32_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		text_add(text, "%-16s%8u kB\n", lines[i].name, lines[i].kib);
}

/*
 * The lowest region of a space that ends above `at`, or -1.  The loop is
 * bounded, because the list may change while it is read.
 */
static int region_above(const struct row *space, uint32_t at)
{
	static struct row region;

	for (uint32_t slot = at >> SLOT_SHIFT; slot < USER_SLOTS; slot++) {
		int i = slot_region(space, (int)slot);

		for (int n = 0; n <= ENTRIES && row_read(&region, REGIONS, i);
		     n++) {
			if (row_get(&region, REGION_END) > at)
				return i;
			i = (int)row_get(&region, REGION_NEXT);
		}
	}
	return -1;
}

/*
 * making->at is the end of the last line's region.  A turn ends when it has
 * looked at many nodes for the names of files.
 */
#define STEPS 50000

static void put_regions(struct making *making, bool measured)
{
	static struct row space, region;
	int index = space_read(&space, making->pid), i, steps = 0;

	if (index < 0)
		return;
	i = region_above(&space, making->at);
	while (making->text.used < making->enough && steps < STEPS &&
	       row_read(&region, REGIONS, i) &&
	       (int)row_get(&region, REGION_SPACE) == index) {
		uint32_t end = row_get(&region, REGION_END);

		put_region(&making->text, &region, &steps);
		if (measured)
			put_measures(&making->text, &space, &region, &steps);
		making->at = end;
		i = (int)row_get(&region, REGION_NEXT);
		if (i < 0)
			i = region_above(&space,
			                 (end + SLOT_SIZE - 1) & -SLOT_SIZE);
	}
}

void make_maps(struct making *making)
{
	put_regions(making, false);
}

void make_smaps(struct making *making)
{
	put_regions(making, true);
}

/* ---- pt ----------------------------------------------------------------- */

static void put_word(struct text *text, const char *kind, int index,
                     uint32_t address)
{
	text_add(text, "%s %d %08x ", kind, index, address);
}

static void put_flags(struct text *text, uint32_t word, const char *whose)
{
	text_add(text, "%08x frame %05x%s %s %c%s%s", word, word >> 12, whose,
	         word & PTE_RW ? "rw" : "r-", word & PTE_US ? 'u' : 's',
	         word & PTE_A ? " A" : "", word & PTE_D ? " D" : "");
}

/* The lines that pt may have for a slot: its PDE and each PTE. */
#define SLOT_LINES (1 + ENTRIES)

/* Adds the PTEs of a table that are present, from line making->at on. */
static void put_table(struct making *making, uint32_t pde, uint32_t slot)
{
	static uint32_t table[ENTRIES];
	struct text *text = &making->text;
	uint32_t i = (making->at - 1) % SLOT_LINES - 1;

	making->at = 1 + (slot + 1) * SLOT_LINES;
	if (!physical_read(pde & FRAME, table, sizeof(table)))
		return;
	for (; i < ENTRIES; i++) {
		if (!(table[i] & PTE_P))
			continue;
		if (text->used >= making->enough) {
			making->at = 1 + slot * SLOT_LINES + 1 + i;
			return;
		}
		put_word(text, "PTE", (int)i,
		         (slot << SLOT_SHIFT) + i * PAGE_SIZE);
		put_flags(text, table[i],
		          table[i] & PTE_BORROWED ? " borrowed" : "");
		text_byte(text, '\n');
	}
}

static void put_pde(struct text *text, const struct row *space, int slot,
                    uint32_t pde)
{
	static struct row region, shm;
	bool linked = (pde & PDE_LINKED) != 0;

	put_word(text, "PDE", slot, (uint32_t)slot << SLOT_SHIFT);
	put_flags(text, pde & ~PTE_D, linked ? " linked" : " private");
	if (linked && row_read(&region, REGIONS, slot_region(space, slot))) {
		text_add(text, " segment %d",
		         (int)row_get(&region, REGION_SEGMENT));
		if (row_read(&shm, SHMS, (int)row_get(&region, REGION_TAG)))
			text_add(text, " id %d", (int)row_get(&shm, SHM_ID));
	}
	text_byte(text, '\n');
}

/* making->at counts lines as if all entries were present; line 0 is CR3's. */
void make_pt(struct making *making)
{
	static struct row space;
	static uint32_t directory[USER_SLOTS];
	struct text *text = &making->text;
	uint32_t frame;

	if (space_read(&space, making->pid) < 0 ||
	    !directory_read(&space, &frame, directory))
		return;
	if (making->at == 0) {
		text_add(text, "CR3 %08x\n", frame << PAGE_SHIFT);
		making->at = 1;
	}
	while (text->used < making->enough &&
	       making->at <= USER_SLOTS * SLOT_LINES) {
		uint32_t slot = (making->at - 1) / SLOT_LINES;

		if (!(directory[slot] & PTE_P)) {
			making->at = 1 + (slot + 1) * SLOT_LINES;
		} else if ((making->at - 1) % SLOT_LINES == 0) {
			put_pde(text, &space, (int)slot, directory[slot]);
			making->at++;
		} else {
			put_table(making, directory[slot], slot);
		}
	}
}

/* ---- how much ----------------------------------------------------------- */

static uint32_t present(uint32_t pde)
{
	static uint32_t table[ENTRIES];
	uint32_t count = 0;

	if ((pde & PTE_P) && physical_read(pde & FRAME, table, sizeof(table)))
		for (int i = 0; i < ENTRIES; i++)
			count += table[i] & PTE_P;
	return count;
}

/*
 * The bytes of all regions of a space.  There may be thousands of them, so
 * this walks the table of regions instead of looking them up by address.
 */
static uint32_t mapped(int space)
{
	const struct row *region;
	uint32_t bytes = 0;

	for (int i = 0; (region = row_ahead(REGIONS, i)) != 0; i++)
		if (row_get(region, REGION_KIND) != 0 &&
		    (int)row_get(region, REGION_SPACE) == space)
			bytes += row_get(region, REGION_END) -
			         row_get(region, REGION_START);
	return bytes;
}

bool maps_writable(int segment)
{
	const struct row *region;

	inspect_now();
	for (int i = 0; (region = row_ahead(REGIONS, i)) != 0; i++)
		if (row_get(region, REGION_KIND) == REGION_SHARED &&
		    (int)row_get(region, REGION_SEGMENT) == segment &&
		    (row_get(region, REGION_CEILING) & PROT_WRITE))
			return true;
	return false;
}

void maps_measure(int pid, uint32_t *bytes, uint32_t *pages)
{
	static struct row space;
	static uint32_t directory[USER_SLOTS];
	int index = space_read(&space, pid);
	uint32_t frame;

	*bytes = *pages = 0;
	if (index < 0 || !directory_read(&space, &frame, directory))
		return;
	*bytes = mapped(index);
	for (int slot = 0; slot < USER_SLOTS; slot++)
		*pages += present(directory[slot]);
}
