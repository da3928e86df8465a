/*
 * mm/region.h -- regions from the inside: for mm/ alone.
 *
 * An operation that may fail reserves two things before it changes any: the
 * tables and pages that it will need, which are charged to the space at once,
 * and rows for the regions that it will make.  After that nothing fails.
 */
#ifndef MM_REGION_H
#define MM_REGION_H

#include "slot.h"

/* ---- region.c: the lists ------------------------------------------------ */

/*
 * Puts a region into the lists of its slots, after `before`: the last region
 * that starts below it in its first slot, or -1.  region_unlist() takes it out.
 */
void region_list(int region, int before);
void region_unlist(int region);

/* The next region of the space, in order of address; -1: none. */
int region_after(int region);

/* ---- region.c: a region's life ------------------------------------------ */

/* Makes a listed copy of `draft`, for which a row is reserved.  Its index. */
int region_make(const struct region *draft);
/* The same, if the caller knows `before` of region_list(). */
int region_make_after(const struct region *draft, int before);
/* Frees an unlisted region: it leaves its attach and drops its segment. */
void region_end(int region);
/* Removes a region and what the CPU sees of it.  Cannot fail. */
void region_remove(int region);
/* Cuts a region in two at `at`; a row is reserved.  The upper one's index. */
int region_split(int region, vaddr_t at);
/* Joins a region of zeroes with equal neighbours.  The joined region. */
int region_merge(int region);

/* ---- hole.c ------------------------------------------------------------- */

/* Notes that a region is about to go, so that there will be room. */
void hole_made(const struct region *r);

/* ---- attach.c ----------------------------------------------------------- */

/* Makes a region the only part of its attach; the part after part `low`. */
void attach_begin(int region);
void attach_join(int region, int low);
/* An unlisted region leaves its attach.  The last part ends it. */
void attach_leave(int region);

/* ---- map.c -------------------------------------------------------------- */

/*
 * Makes a region of `draft` in place of what lies there, and joins it with
 * equal neighbours.  Its index, or -ENOMEM with nothing changed.
 */
int map_place(struct region *draft);

#endif
