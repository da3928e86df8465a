/*
 * abi/page.h -- the words of page directories and page tables, as /proc/PID/pt
 * shows them.  The bits have the Intel manual's names: SDM 3A 4.3, tables 4-4
 * to 4-6.
 *
 *	                31..22      21..12    11..9    8..0
 *	linear address  directory   table     offset
 *	PDE, PTE        frame                 ours     G PS D A CD WT US RW P
 */
#ifndef ABI_PAGE_H
#define ABI_PAGE_H

#define PTE_P        0x001u
#define PTE_RW       0x002u
#define PTE_US       0x004u
#define PTE_PCD      0x010u
#define PTE_A        0x020u
#define PTE_D        0x040u
#define PTE_PS       0x080u
#define PTE_G        0x100u
#define PTE_BORROWED 0x200u /* ours: the entry does not count its frame */
#define PDE_LINKED   0x400u /* ours: the table belongs to a segment */

#endif
