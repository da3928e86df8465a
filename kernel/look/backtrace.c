/*
 * kernel/look/backtrace.c -- which function called which, by name, read off a
 * stack.
 *
 * The compiler keeps no chain of frames, so every word of the stack is shown
 * that is the address behind a call instruction.  The line is sure when that
 * call leads to the function of a line above it.  Else it has a "?": an earlier
 * call left it there, or the function that it led to has jumped on.
 *
 *	esp -> ...   return address into g   <- call f ends just before it: sure
 *	       ...   return address into k   <- call m ends just before it: "?"
 *	       ...   return address into h   <- call g ends just before it: sure
 */
#include "backtrace.h"

#include "../base/image.h"
#include "../../mm/page.h"
#include "machine.h"

#define LINES    16
#define ANYWHERE 1 /* the target of an indirect call */

static bool in_text(uint32_t address)
{
	return address > (uint32_t)kernel_start + 8 &&
	       address < (uint32_t)kernel_text_end;
}

/*
 * Where the call instruction that ends just before `address` leads; 0: there is
 * none.  It is E8 rel32, or FF /2 with its operand.  SDM 2A, CALL.
 */
static uint32_t call_target(uint32_t address)
{
	static const uint8_t lengths[] = {2, 3, 4, 6, 7};
	const uint8_t *code = (const uint8_t *)address;
	uint32_t target = address + *(const uint32_t *)(code - 4);

	if (code[-5] == 0xe8 && in_text(target))
		return target;
	for (unsigned i = 0; i < sizeof(lengths); i++)
		if (code[-lengths[i]] == 0xff &&
		    (code[1 - lengths[i]] & 0x38) == 0x10)
			return ANYWHERE;
	return 0;
}

/*
 * Says one line: `address`, and the function that holds `inside`.  Returns
 * where that function starts.
 */
static uint32_t say_address(uint32_t address, uint32_t inside, const char *mark)
{
	struct symbol found = {0, "?"};

	for (int i = 0; i < kernel_symbol_count; i++)
		if (kernel_symbols[i].address <= inside)
			found = kernel_symbols[i];
	machine_say("  %08x %s+%x%s", address, found.name,
	            address - found.address, mark);
	return found.address;
}

void backtrace(uint32_t eip, uint32_t esp)
{
	uint32_t sure = say_address(eip, eip, ""), last = sure, before = 0;
	uint32_t end = page_up(esp + 1);
	int repeated = 0;

	for (int lines = 0; esp < end && lines < LINES; esp += 4) {
		uint32_t word = *(const uint32_t *)esp, target;
		bool known;

		target = in_text(word) ? call_target(word) : 0;
		if (target == 0 || (word == before && ++repeated))
			continue;
		if (repeated)
			machine_say("  ... %d times more", repeated);
		known = target == ANYWHERE || target == sure || target == last;
		/* A call may be the last instruction of its function. */
		last = say_address(word, word - 1, known ? "" : " ?");
		sure = known ? last : sure;
		before = word;
		repeated = 0;
		lines++;
	}
}
