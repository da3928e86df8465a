/*
 * kernel/unix/random.c -- getrandom(2), and the bytes of AT_RANDOM.
 *
 * How far they can be trusted: a CPU with RDRAND has a source of randomness,
 * and its words go into every key.  Without one, the key has nothing but the
 * date and the time-stamp counter at each call, and in an emulator that counts
 * instructions both can be foreseen.  Then the bytes differ from run to run and
 * pass every test of statistics, but a secret should not hang on them.
 *
 * A block of ChaCha20 makes 64 bytes from a key: half of them become the next
 * key, so who sees all of this later cannot tell what was given before.
 *
 *	key + date, counter, RDRAND --> block --> 32 bytes | the next key
 *
 * Source: RFC 8439 2.3; getrandom(2).
 */
#include "lifecycle.h"

#include "../base/cpu.h"
#include "../process/clock.h"

#define GRND_RANDOM   2u
#define GRND_INSECURE 4u
#define GRND_ALL      7u /* and GRND_NONBLOCK: no call waits */

#define CPUID_RDRAND (1u << 30)
#define KEY_WORDS    8

static uint32_t key[KEY_WORDS];

static void add_xor_turn(uint32_t *to, uint32_t by, uint32_t *word, int bits)
{
	*to += by;
	*word ^= *to;
	*word = *word << bits | *word >> (32 - bits);
}

/* Columns in even rounds, diagonals in odd ones. */
static void chacha_round(uint32_t s[16], int odd)
{
	for (int i = 0; i < 4; i++) {
		uint32_t *a = &s[i], *b = &s[4 + (i + odd) % 4];
		uint32_t *c = &s[8 + (i + 2 * odd) % 4];
		uint32_t *d = &s[12 + (i + 3 * odd) % 4];

		add_xor_turn(a, *b, d, 16);
		add_xor_turn(c, *d, b, 12);
		add_xor_turn(a, *b, d, 8);
		add_xor_turn(c, *d, b, 7);
	}
}

/* A word of the CPU's own source, or 0. */
static uint32_t cpu_random(void)
{
	uint32_t out[4], word;
	bool good;

	cpu_cpuid(1, out);
	if (!(out[2] & CPUID_RDRAND))
		return 0;
	__asm__ volatile("rdrand %0" : "=r"(word), "=@ccc"(good));
	return good ? word : 0;
}

void random_bytes(uint8_t bytes[RANDOM_BLOCK])
{
	uint64_t counter = cpu_cycles();
	uint32_t s[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	uint32_t before[16];

	memcpy(s + 4, key, sizeof(key));
	s[12] = (uint32_t)counter;
	s[13] = (uint32_t)(counter >> 32);
	s[14] = clock_now;
	s[15] = cpu_random();
	memcpy(before, s, sizeof(s));
	for (int i = 0; i < 20; i++)
		chacha_round(s, i % 2);
	for (int i = 0; i < 16; i++)
		s[i] += before[i];
	memcpy(key, s, sizeof(key));
	memcpy(bytes, s + KEY_WORDS, RANDOM_BLOCK);
}

/*
 * A long answer is made in pieces, none of which lies in two pages, so all that
 * fits before a hole is given.  A signal ends it after a page.
 */
int sys_getrandom(vaddr_t to, uint32_t bytes, uint32_t flags)
{
	uint8_t block[RANDOM_BLOCK];
	uint32_t done = 0;

	if ((flags & ~GRND_ALL) || (flags & (GRND_RANDOM | GRND_INSECURE)) ==
	                               (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	bytes = min(bytes, INT32_MAX);
	while (done < bytes) {
		uint32_t in_page = (to + done) % PAGE_SIZE;
		uint32_t n =
		    min(min(bytes - done, RANDOM_BLOCK), PAGE_SIZE - in_page);

		if (in_page == 0 && done > 0 && need_resched)
			preempt();
		if (in_page == 0 && done > 0 && self()->signal.attention)
			break;
		random_bytes(block);
		if (copy_out(to + done, block, n) < 0)
			return done > 0 ? (int)done : -EFAULT;
		done += n;
	}
	return (int)done;
}
