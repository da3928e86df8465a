// with: ipc/sysv/ids.c ipc/sysv/ids_check.c -DIDS_SEQ_MAX=5
// alone
/*
 * tests/host/test_ids.c -- the id table, with slots that live five times.
 */
#include "../../ipc/sysv/ids.h"
#include "tap.h"

struct object {
	struct ids_slot slot;
	int other;
};

static struct object objects[IDS_LIMIT];
static struct ids ids;

static void start(void)
{
	memset(objects, 0, sizeof(objects));
	ids = (struct ids)IDS(objects);
}

static void grow(int index)
{
	if (ids.rows.fresh <= index)
		ids.rows.fresh = index + 1;
}

/* A new object's id, or -1. */
static int add(int key)
{
	int index = ids_place(&ids);

	if (index < 0)
		return -1;
	grow(index);
	ids_insert(&ids, index, key);
	return ids_id(&ids, index);
}

static void test_first(void)
{
	start();
	EXPECT(ids_highest(&ids), 0);
	EXPECT(ids_find(&ids, 0), -1);
	EXPECT(ids_find(&ids, 32768), -1);
	EXPECT(add(7), 32768);
	EXPECT(add(8), 32769);
	EXPECT(ids_find(&ids, 32768), 0);
	EXPECT(ids_find(&ids, 32769), 1);
	EXPECT(ids_highest(&ids), 1);
	tap("ids: seq * 32768 + index, the first is 32768");

	EXPECT(ids_find(&ids, -1), -1);
	EXPECT(ids_find(&ids, 0), -1);
	EXPECT(ids_find(&ids, 1), -1);
	EXPECT(ids_find(&ids, 32770), -1);
	EXPECT(ids_find(&ids, 65536), -1);
	EXPECT(ids_find(&ids, INT32_MIN), -1);
	EXPECT(ids_find(&ids, INT32_MAX), -1);
	tap("ids: an id that was never given out is not found");
}

static void test_reuse(void)
{
	int old;

	start();
	add(1);
	old = add(2);
	add(3);
	ids_remove(&ids, 1);
	EXPECT(ids_find(&ids, old), -1);
	EXPECT(ids_find(&ids, old + 32768), -1);
	EXPECT(ids_find_key(&ids, 2), -1);
	EXPECT(add(2), old + 32768);
	EXPECT(ids_find(&ids, old), -1);
	EXPECT(ids_find(&ids, old + 32768), 1);
	tap("ids: the lowest free index is used again, the old id is dead");

	ids_forget_key(&ids, 1);
	EXPECT(ids_find_key(&ids, 2), -1);
	EXPECT(ids_find(&ids, old + 32768), 1);
	EXPECT(add(2), 32768 + 3);
	EXPECT(ids_find_key(&ids, 2), 3);
	ids_remove(&ids, 1);
	EXPECT(ids_find_key(&ids, 2), 3);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("ids: a forgotten key is free at once, the id goes on");
}

static void test_retirement(void)
{
	int last = 0;

	start();
	for (int i = 1; i <= IDS_SEQ_MAX; i++) {
		last = add(9);
		EXPECT(last, i * 32768);
		ids_remove(&ids, 0);
		EXPECT(ids_find(&ids, last), -1);
	}
	EXPECT(add(9), 32769);
	EXPECT(ids_used(&ids, 0), false);
	EXPECT(ids_find(&ids, 0), -1);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("SEC-S15 ids: a slot that has used up its sequence is retired");

	start();
	for (int i = 0; i < IDS_LIMIT * IDS_SEQ_MAX; i++) {
		last = add(IPC_PRIVATE);
		if (!EXPECT(last > 0, true))
			break;
		ids_remove(&ids, last & (IDS_LIMIT - 1));
	}
	EXPECT(last, IDS_SEQ_MAX * 32768 + 32767);
	EXPECT(add(IPC_PRIVATE), -1);
	EXPECT(ids.rows.live, 0);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("SEC-S15 ids: at last all slots are retired, no id came twice");
}

static void test_full(void)
{
	start();
	for (int i = 0; i < IDS_LIMIT; i++)
		EXPECT(add(i + 1), 32768 + i);
	EXPECT(add(IDS_LIMIT + 1), -1);
	EXPECT(ids_highest(&ids), 32767);
	for (int i = 0; i < IDS_LIMIT; i++)
		EXPECT(ids_find_key(&ids, i + 1), i);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("ids: 32,768 objects, each found by its key and by its id");

	ids_remove(&ids, 32767);
	EXPECT(ids_highest(&ids), 32766);
	ids_remove(&ids, 1023);
	ids_remove(&ids, 20000);
	EXPECT(ids_place(&ids), 1023);
	add(-5);
	EXPECT(ids_place(&ids), 20000);
	add(-6);
	EXPECT(ids_place(&ids), 32767);
	EXPECT(ids_find_key(&ids, -6), 20000);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("ids: the lowest free index, wherever it lies");
}

/* The id that the next object gets if this one is wished for. */
static int wish(int next_id)
{
	ids.next_id = next_id;
	return add(IPC_PRIVATE);
}

static void test_next_id(void)
{
	start();
	EXPECT(wish(700), 700);
	EXPECT(ids.next_id, -1);
	EXPECT(ids_find(&ids, 700), 700);
	EXPECT(ids_find(&ids, 0), -1);
	EXPECT(add(IPC_PRIVATE), 32768);
	EXPECT(wish(700), 701);
	EXPECT(wish(2 * 32768 + 32767), 2 * 32768 + 32767);
	EXPECT(wish(3 * 32768 + 32767), -1);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("ids: an id that is wished for, or the next free place above");

	start();
	EXPECT(wish(0), 32768);
	ids_remove(&ids, 0);
	EXPECT(wish(0), 65536);
	ids_remove(&ids, 0);
	EXPECT(wish(7 * 32768), 7 * 32768); /* beyond IDS_SEQ_MAX: the last */
	ids_remove(&ids, 0);
	EXPECT(add(IPC_PRIVATE), 32769);
	EXPECT(ids_check(&ids, "ids"), 0);
	tap("ids: no id is 0, and a wish can use up a slot");
}

static void test_chains(void)
{
	int longest = 0, sum = 0;

	start();
	for (int i = 0; i < 4096; i++)
		add(0x52000000 | i * 7); /* as ftok(3) makes them */
	for (int i = 0; i < IDS_HEADS; i++) {
		int length = 0;

		for (int p = ids.heads[i]; p; p = objects[p - 1].slot.next)
			length++;
		sum += length;
		longest = length > longest ? length : longest;
	}
	EXPECT(sum, 4096);
	EXPECT(longest <= 8, true);
	tap("ids: of 4,096 keys like ftok's no chain is longer than eight");
}

/* A slow table, which is plainly right, does each step of the real one. */
#define SMALL 70

static void test_random(void)
{
	int id_of[SMALL] = {0}, key_of[SMALL] = {0}, alive = 0;
	uint32_t seed = 1;

	start();
	for (int step = 0; step < 40000 && !tap_bad; step++) {
		seed = seed * 1103515245 + 12345;
		int index = (seed >> 8) % SMALL, key = (seed >> 16) % 40;

		if (seed >> 31 && id_of[index]) {
			ids_remove(&ids, index);
			EXPECT(ids_find(&ids, id_of[index]), -1);
			id_of[index] = 0;
			alive--;
			continue;
		}
		int taken = -1;
		for (int i = 0; i < SMALL; i++)
			if (id_of[i] && key_of[i] == key && key)
				taken = i;
		if (key)
			EXPECT(ids_find_key(&ids, key), taken);
		index = ids_place(&ids);
		if (taken >= 0 || index < 0 || index >= SMALL)
			continue;
		grow(index);
		ids_insert(&ids, index, key);
		id_of[index] = ids_id(&ids, index);
		key_of[index] = key;
		EXPECT(ids_find(&ids, id_of[index]), index);
		EXPECT(ids.rows.live, ++alive);
		EXPECT(ids_check(&ids, "ids"), 0);
	}
	tap("ids: 40,000 random steps agree with a slow table");
}

/* The checker itself must be able to fail. */
static void test_checker(void)
{
	start();
	add(1);
	add(2);
	objects[1].slot.key = 1;
	EXPECT(ids_check(&ids, "seeded") > 0, true);
	tap("ids_check: sees two objects with one key");

	start();
	add(1);
	ids.taken[0] = 0;
	EXPECT(ids_check(&ids, "seeded") > 0, true);
	tap("ids_check: sees a used index that could be given out again");

	start();
	add(1);
	ids.rows.live = 2;
	EXPECT(ids_check(&ids, "seeded") > 0, true);
	tap("ids_check: sees a wrong count");

	start();
	add(1);
	ids.taken[0] |= 4;
	EXPECT(ids_check(&ids, "seeded"), 1);
	tap("ids_check: sees an index that will never be given out");

	start();
	add(1);
	ids.full = 1;
	EXPECT(ids_check(&ids, "seeded"), 1);
	tap("ids_check: sees 32 indexes that will not be given out");

	start();
	add(1);
	objects[0].slot.id = 0;
	EXPECT(ids_check(&ids, "seeded") > 0, true);
	tap("ids_check: sees an object in a slot that is retired");

	start();
	add(1);
	objects[0].slot.id += 1;
	EXPECT(ids_check(&ids, "seeded") > 0, true);
	tap("ids_check: sees an object that has the id of another");

	start();
	add(7);
	memset(ids.heads, 0, sizeof(ids.heads));
	EXPECT(ids_check(&ids, "seeded") > 0, true);
	tap("ids_check: sees a key that leads nowhere");

	start();
	add(7);
	add(IPC_PRIVATE);
	objects[0].slot.next = 2;
	EXPECT(ids_check(&ids, "seeded"), 1);
	tap("ids_check: sees an object without a key in a chain");
}

int main(void)
{
	test_first();
	test_reuse();
	test_retirement();
	test_full();
	test_next_id();
	test_chains();
	test_random();
	test_checker();
	return tap_end();
}
