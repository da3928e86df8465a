/*
 * kernel/look/provoke_check.c -- failures of the kernel, made on order, so that
 * the tests can read how each is caught and told.
 *
 * `provoke=WORD` on the kernel's command line arms one of them.  The next
 * reboot(2) of root then fails in that way, once.  Without the word nothing
 * here runs.
 *
 *	stack    recursion into the hole below the kernel stack
 *	null     reads address 0
 *	smap     reads the caller's page at `arg` without usercopy, after
 *	         copies that failed and must not have left user pages open
 *	smep     calls the caller's code at `arg`
 *	assert   a broken invariant
 *
 * The last three only spoil a word of the page tables, in the caller's slot at
 * `arg`.  What fails is the next touch there.
 *
 *	write    the PTE loses R/W, in whatever table it lies
 *	table    the PDE is cleared
 *	again    the PDE claims to map 4 MiB, with a reserved bit set: the CPU
 *	         faults, although P, R/W and U/S are there
 */
#include "machine.h"

#include "../base/klog.h"
#include "../base/panic.h"
#include "../base/string.h"
#include "../process/schedule.h"

#define NAMED __attribute__((noinline)) /* so that a backtrace shows it */

NAMED static void provoke_stack(vaddr_t depth)
{
	uint32_t room[16] = {0};

	__asm__ volatile("" : : "r"(room) : "memory");
	if (depth < UINT32_MAX)
		provoke_stack(depth + 1);
	__asm__ volatile("" : : "r"(room) : "memory");
}

NAMED static void provoke_read(vaddr_t address)
{
	uint32_t word;

	__asm__ volatile("mov (%1), %0" : "=r"(word) : "r"(address));
}

NAMED static void provoke_null(vaddr_t arg)
{
	(void)arg;
	provoke_read(0);
	__asm__ volatile(""); /* else gcc would jump instead of call */
}

NAMED static void provoke_smap(vaddr_t address)
{
	uint32_t word;

	copy_in_few(&word, 0, sizeof(word));
	copy_in(&word, 0, sizeof(word));
	provoke_read(address);
	__asm__ volatile("");
}

NAMED static void provoke_smep(vaddr_t address)
{
	((void (*)(void))address)();
	__asm__ volatile("");
}

NAMED static void provoke_assert(vaddr_t arg)
{
	bool nothing_provoked = arg > UINT32_MAX - 1;

	assert(nothing_provoked);
}

static uint32_t pde_of(vaddr_t address)
{
	return page_get(page_loaded, slot_of(address));
}

static void spoil_pde(vaddr_t address, uint32_t word)
{
	page_set(page_loaded, slot_of(address), word);
	page_flush_all(page_loaded);
}

static void spoil_write(vaddr_t address)
{
	frame_t table = word_frame(pde_of(address));
	uint32_t word = page_get(table, entry_of(address));

	page_set(table, entry_of(address), word & ~PTE_RW);
	page_flush_all(page_loaded);
}

static void spoil_table(vaddr_t address)
{
	spoil_pde(address, 0);
}

static void spoil_again(vaddr_t address)
{
	spoil_pde(address, pde_of(address) | PTE_PS | 1u << 21);
}

static const struct failure {
	const char *word;
	void (*run)(vaddr_t arg);
	bool later;
} failures[] = {
    {"stack", provoke_stack, false},   {"null", provoke_null, false},
    {"smap", provoke_smap, false},     {"smep", provoke_smep, false},
    {"assert", provoke_assert, false}, {"write", spoil_write, true},
    {"table", spoil_table, true},      {"again", spoil_again, true},
};

static const struct failure *armed;

bool provoke_arm(const char *word)
{
	for (unsigned i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (strcmp(word, failures[i].word) == 0)
			armed = &failures[i];
	return armed;
}

NAMED void provoke(vaddr_t arg)
{
	const struct failure *failure = armed;

	if (!failure)
		return;
	armed = 0;
	failure->run(arg);
	if (!failure->later)
		klog(KLOG_ERROR, "provoke: %s is not enforced by this CPU",
		     failure->word);
}
