/*
 * tests/host/scenes.h -- the scenes of explore_space.c: small worlds, each
 * explored to its end.
 */

/* ---- page tables of 2 entries: pages 2 to 7 ----------------------------- */

/* An attach at every place, free or not; unmap of every page; every base. */
static void scene_attach(int s)
{
	if (s != 0)
		return;
	for (int g = 0; g < 2; g++) {
		for (int p = 1; p < PAGES; p++)
			for (int flags = g; flags < 4; flags += 2 - g)
				add(ATTACH, s, g, p, flags, 0);
		add(ATTACH, s, g, 0, g, 0);
	}
	for (int p = 2; p < PAGES; p++) {
		add(DETACH, s, p, 0, 0, 0);
		add(UNMAP, s, p, p + 1, 0, 0);
	}
	add_looks(s);
}

/* Two spaces: linked here, borrowed there, read-only or not. */
static void scene_share(int s)
{
	add(ATTACH, s, 0, 2, 0, 0);
	add(ATTACH, s, 0, 5, 1, 0);
	add(ATTACH, s, 1, 0, 0, 0);
	add(DETACH, s, 2, 0, 0, 0);
	add(DETACH, s, 5, 0, 0, 0);
	add(UNMAP, s, 3, 4, 0, 0);
	add(PROTECT, s, 2, 3, R, 0);
	add(TOUCH, s, 6, 0, 0, 0);
	add_lives(s);
	if (s == 0) {
		add(HANDLE, s, 0, 0, 0, 0);
		add(MAKE, s, 0, 0, 0, 0);
	}
	add_looks(s);
}

/* Copy-on-write between two spaces, and rights. */
static void scene_private(int s)
{
	add(MAP, s, 2, 2, 0, 0);
	add(UNMAP, s, 3, 4, 0, 0);
	add(UNMAP, s, 2, 4, 0, 0);
	add(PROTECT, s, 2, 3, 0, 0);
	add(PROTECT, s, 2, 4, R, 0);
	add(PROTECT, s, 2, 3, RW, 0);
	add_touches(s, 2, 4);
	add_lives(s);
	add_copies(s, 1, 4);
}

/* Memory that is asked for touch by touch. */
static void scene_noreserve(int s)
{
	add(MAP, s, 2, 2, 2, 0);
	add(UNMAP, s, 3, 4, 0, 0);
	add(UNMAP, s, 2, 4, 0, 0);
	add(PROTECT, s, 2, 3, R, 0);
	add(PROTECT, s, 2, 4, RW, 0);
	add_touches(s, 2, 4);
	add_lives(s);
	add_copies(s, 1, 4);
}

/* A segment that changes size under linked, borrowed and private pages. */
static void scene_resize(int s)
{
	add(ATTACH, s, 1, 2, 0, 0);
	add(MAP_SEGMENT, s, 5, 1, 1, 0);
	add(MAP_SEGMENT, s, 5, 1, 0, 1);
	add(UNMAP, s, 2, 8, 0, 0);
	add(TOUCH, s, 3, 1, 0, 0);
	add(TOUCH, s, 5, 0, 0, 0);
	add(TOUCH, s, 6, 1, 0, 0);
	add_lives(s);
	add_looks(s);
	if (s != 0)
		return;
	for (int pages = 0; pages <= 3; pages += 1 + (pages > 0))
		add(RESIZE, s, pages, 0, 0, 0);
	add(HANDLE, s, 1, 0, 0, 0);
	add(MAKE, s, 1, 0, 0, 0);
}

/* A segment without a promise: a touch may be refused. */
static void scene_unpromised(int s)
{
	add(ATTACH, s, 0, 2, 0, 0);
	add(ATTACH, s, 0, 5, 0, 0);
	add(DETACH, s, 2, 0, 0, 0);
	add(DETACH, s, 5, 0, 0, 0);
	add_touches(s, 2, 7);
	add_lives(s);
	add_copies(s, 3, 7);
	if (s != 0)
		return;
	add(HANDLE, s, 0, 0, 0, 0);
	add(MAKE, s, 0, 0, 0, 0);
}

/* A file of the archive, its last page partial, and a page beyond. */
static void scene_archive(int s)
{
	add(MAP_SEGMENT, s, 2, 0, 1, 1);
	add(MAP_SEGMENT, s, 4, 0, 0, 2);
	add(UNMAP, s, 2, 3, 0, 0);
	add(UNMAP, s, 3, 6, 0, 0);
	add(PROTECT, s, 2, 4, R, 0);
	add(TOUCH, s, 2, 1, 0, 0);
	add(TOUCH, s, 3, 1, 0, 0);
	add(TOUCH, s, 4, 0, 0, 0);
	add_lives(s);
	add_looks(s);
	add_copies(s, 3, 5);
	if (s == 0)
		add(HANDLE, s, 0, 0, 0, 0);
}

/* A device beside a segment; no child inherits it. */
static void scene_device(int s)
{
	add(MAP_SEGMENT, s, 3, 0, 0, 0);
	add(MAP, s, 2, 1, 0, 0);
	add(ATTACH, s, 1, 6, 0, 0);
	add(UNMAP, s, 2, 4, 0, 0);
	add(UNMAP, s, 4, 8, 0, 0);
	add(PROTECT, s, 3, 4, R, 0);
	add(TOUCH, s, 2, 1, 0, 0);
	add(TOUCH, s, 3, 1, 0, 0);
	add_lives(s);
	leaves = true;
	add(MAP_SEGMENT, s, 6, 0, 1, 0);
	leaves = false;
	add_looks(s);
	if (s == 0)
		add(HANDLE, s, 0, 0, 0, 0);
}

/* ---- page tables of 4 entries: pages 2 to 11 ---------------------------- */

/* One attach of two slots, cut and protected at every page. */
static void scene_cut(int s)
{
	if (s != 0)
		return;
	add(ATTACH, s, 0, 4, 0, 0);
	add_ranges(UNMAP, s, 4, 9, 0);
	add_ranges(PROTECT, s, 4, 9, R);
	add_ranges(PROTECT, s, 4, 9, RW);
	add(TOUCH_ALL, s, 0, 0, 0, 0);
	add_looks(s);
}

/* Private memory over three slots, cut and protected at every page. */
static void scene_cut_private(int s)
{
	if (s != 0)
		return;
	add(MAP, s, 3, 6, 0, 0);
	add(MAP, s, 4, 4, 0, 1);
	add_ranges(UNMAP, s, 3, 9, 0);
	add_ranges(PROTECT, s, 3, 9, R);
	add_ranges(PROTECT, s, 3, 9, RW);
	add_looks(s);
}

/* The heap below, the stack above, and mappings where they fit between. */
static void scene_heap(int s)
{
	if (s != 0)
		return;
	for (int halves = 0; halves <= 9; halves += 3)
		add(BRK, s, halves, 0, 0, 0);
	add(MAP_STACK, s, PAGES - 1, 1, 0, 0);
	add(TOUCH, s, PAGES - 2, 1, 0, 0);
	add(TOUCH, s, PAGES - 3, 0, 0, 0);
	add(TOUCH, s, 2, 1, 0, 0);
	add(ATTACH, s, 0, 0, 0, 0);
	add(ATTACH, s, 1, 0, 1, 0);
	add(DETACH, s, 4, 0, 0, 0);
	add(MAP_SEGMENT, s, 4, 1, 0, 0); /* two of its three pages */
	add(MAP, s, 3, 3, 1, 1);
	add(MAP, s, 9, 1, 0, 0); /* where the stack's guard should be */
	add(UNMAP, s, 3, 5, 0, 0);
	add(UNMAP, s, 5, PAGES, 0, 0);
	add_looks(s);
	add_copies(s, 8, PAGES);
}

/* ---- all of them -------------------------------------------------------- */

/* clang-format off */
#define MEMORY(pages, full)     {SEGMENT_MEMORY, true, false, pages, 0, full}
#define UNPROMISED(pages)       {SEGMENT_MEMORY, false, false, pages, 0, false}
#define RESIZABLE(pages)        {SEGMENT_MEMORY, true, true, pages, 0, false}
#define ARCHIVE(pages, bytes)   {SEGMENT_ARCHIVE, true, false, pages, bytes, false}
#define DEVICE(pages)           {SEGMENT_DEVICE, true, false, pages, 0, false}

/*
 * at_least: with fewer states a scene has lost what it was made for.
 * symmetric: both spaces do the same, so it does not matter which is which.
 */
static const struct scene {
	const char *name;
	int entries; /* of a page table: HOST_SMALL */
	int at_least;
	bool symmetric;
	struct segment_plan plans[SEGMENTS];
	void (*add)(int s);
} scenes[] = {
    {"attaching", 2, 20000, false, {MEMORY(3, true), MEMORY(2, true)}, scene_attach},
    {"sharing", 2, 40000, true, {MEMORY(3, true), MEMORY(2, true)}, scene_share},
    {"copy-on-write", 2, 15000, true, {MEMORY(1, false), MEMORY(1, false)}, scene_private},
    {"noreserve", 2, 2000, true, {MEMORY(1, false), MEMORY(1, false)}, scene_noreserve},
    {"changing size", 2, 50000, true, {MEMORY(1, false), RESIZABLE(2)}, scene_resize},
    {"a segment without a promise", 2, 5000, true, {UNPROMISED(3), MEMORY(1, false)}, scene_unpromised},
    {"archive", 2, 15000, true, {ARCHIVE(3, 37), MEMORY(1, false)}, scene_archive},
    {"device", 2, 15000, true, {DEVICE(2), MEMORY(2, true)}, scene_device},
    {"cutting an attach", 4, 4000, false, {MEMORY(5, true), MEMORY(1, false)}, scene_cut},
    {"cutting private memory", 4, 5000, false, {MEMORY(1, true), MEMORY(1, false)}, scene_cut_private},
    {"heap and stack", 4, 2000, false, {MEMORY(5, true), MEMORY(3, true)}, scene_heap},
};

/* clang-format on */

#define SCENES ((int)(sizeof(scenes) / sizeof(scenes[0])))
