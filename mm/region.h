/*
 * mm/region.h -- regions from the inside: for mm/ alone.
 *
 * Two numbers serve every operation that may fail: the tables and pages it will
 * need (its cost, charged to the space in one go) and the regions it will make
 * (reserved as rows).  After that nothing fails.
 */
#ifndef MM_REGION_H
#define MM_REGION_H

#include "slot.h"

/* ---- region.c: the lists --------------------------------------------- */

/*
 * Puts a region into the lists of its slots, after `before`: the last one that
 * starts below it in its first slot, or -1.  And takes it out.
 */
void region_list(int region, int before);
void region_unlist(int region);

/* The next region of a space after `region`, in order of address; -1. */
int region_after(int region);

/* ---- region.c: a region's life --------------------------------------- */

/* A listed copy of `draft`, for which a row has been reserved. */
int region_make(const struct region *draft);
/* The same, where it is known after which one it is listed. */
int region_make_after(const struct region *draft, int before);
/* Of an unlisted one: lets go of segment and attach. */
void region_end(int region);
/* Removes one region whole, with what the CPU sees of it.  Cannot fail. */
void region_remove(int region);
/* [start, at) stays; [at, end) becomes a region of its own: its index. */
int region_split(int region, vaddr_t at);
/* Joins one of zeroes with equal neighbours; what it is now. */
int region_merge(int region);

/* ---- hole.c ---------------------------------------------------------- */

/* A region is about to go: there will be room. */
void hole_made(const struct region *r);

/* ---- attach.c -------------------------------------------------------- */

/* The ring of a new attach: one part.  And a part of it comes, above `low`. */
void attach_begin(int region);
void attach_join(int region, int low);
/* A region goes, out of the lists already; the last of an attach ends it. */
void attach_leave(int region);

/* ---- map.c ----------------------------------------------------------- */

/*
 * Makes a region of `draft`, in place of what lies there, or joins it with
 * equal neighbours: its index, or -ENOMEM with nothing changed.
 */
int map_place(struct region *draft);

#endif
