/*
 * tests/host/few_ids.h -- System V objects of which there are two at the most:
 * their ids, and the model of what belongs to each as such an object.  All
 * slots but the first two are retired.
 *
 * KEY is the only key that is ever given, so that one chain of keys is enough.
 */
#ifndef TESTS_HOST_FEW_IDS_H
#define TESTS_HOST_FEW_IDS_H

#include "../../abi/sysv.h"
#include "../../ipc/sysv/ids.h"

#define KEY 77

/* All that calls can change of them, except the slots in the objects. */
struct few_ids {
	int fresh, live;
	uint32_t taken;
	uint16_t head;
};

#define FEW 2

/* In the model.  An explorer has FEW of these among the things it stores. */
struct m_object {
	int alive, next_seq; /* next_seq 0: its slot is retired */
	int key, owner, creator, mode;
};

/*
 * `fresh` is IDS(objects).  The first object is zeroed.  The model lies at
 * `model`, and is zero.
 */
void few_ids_begin(struct ids *ids, struct ids fresh, struct m_object *model);

/* Stores what calls change, and returns to it. */
void few_ids_save(struct few_ids *to, const struct ids *ids);
void few_ids_restore(struct ids *ids, const struct few_ids *from);

/* ---- the model ---------------------------------------------------------- */

int m_id(int object);
int m_find(int id); /* the object, or -1 */
bool m_owns(int object, int proc);
bool m_may(int object, int proc, int rw); /* 4: read, 2: write */

/*
 * The object that shmget(key, ..., flags) finds, an error, or M_NEW: a new one
 * is wanted.  m_open() answers for the one that was found, and m_new() makes
 * one: it answers the object, or -ENOSPC.
 */
#define M_NEW FEW
int m_lookup(int key, int flags);
int m_open(int object, int flags);
int m_new(int key, int flags);

/* Ends the life of the object, and begins the next one of its slot. */
void m_bury(int object);

/*
 * Checks that the object is alive as in the model, and has its id, key and
 * owners.  Is it alive?
 */
bool compare_object(const struct ids *ids, int object,
                    const struct ipc_perm *perm);

#endif
