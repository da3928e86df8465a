// with: ipc/sysv/permission.c
// alone
/*
 * tests/host/test_permission.c -- every mode, every caller, every request.
 *
 * The model below is written as a person would explain it, without shifts:
 * there is a row of nine letters, and the class of the caller points into it.
 */
#include "../../ipc/sysv/permission.h"
#include "tap.h"

enum caller { OWNER, CREATOR, GROUP, CREATOR_GROUP, OTHER, ROOT, CALLERS };

#define OWNER_UID   1001
#define CREATOR_UID 1002
#define OWNER_GID   2001
#define CREATOR_GID 2002

static struct identity caller_is(enum caller caller, bool supplementary)
{
	struct identity cred = {.euid = 1003, .egid = 2003, .uid = 0};
	uint32_t group = 2003;

	if (caller == OWNER)
		cred.euid = OWNER_UID;
	if (caller == CREATOR)
		cred.euid = CREATOR_UID;
	if (caller == ROOT)
		cred.euid = 0;
	if (caller == GROUP)
		group = OWNER_GID;
	if (caller == CREATOR_GROUP)
		group = CREATOR_GID;
	if (supplementary) {
		cred.ngroups = 3;
		cred.groups[0] = 7;
		cred.groups[2] = group;
	} else {
		cred.egid = group;
	}
	return cred;
}

static bool model(int mode, enum caller caller, bool read, bool write)
{
	char letters[10] = "---------";
	const char *mine = letters + 6;

	for (int i = 0; i < 9; i++)
		if (mode & 0400 >> i)
			letters[i] = "rwxrwxrwx"[i];
	if (caller == OWNER || caller == CREATOR)
		mine = letters;
	if (caller == GROUP || caller == CREATOR_GROUP)
		mine = letters + 3;
	if (caller == ROOT)
		return true;
	return !(read && mine[0] != 'r') && !(write && mine[1] != 'w');
}

static int every_case(bool supplementary, int class_shift)
{
	int cases = 0;

	for (int mode = 0; mode < 512; mode++) {
		struct ipc_perm perm = {.uid = OWNER_UID,
		                        .gid = OWNER_GID,
		                        .cuid = CREATOR_UID,
		                        .cgid = CREATOR_GID,
		                        .mode = mode};

		for (int i = 0; i < CALLERS * 4; i++) {
			bool read = i & 1, write = i & 2;
			int asked = (read ? 04 : 0) | (write ? 02 : 0);
			struct identity cred = caller_is(i / 4, supplementary);

			EXPECT(permission_grants(&perm, &cred,
			                         asked << class_shift),
			       model(mode, i / 4, read, write));
			cases++;
		}
	}
	return cases;
}

static void test_ambiguous_callers(void)
{
	struct ipc_perm perm = {
	    .uid = 1, .gid = 5, .cuid = 2, .cgid = 6, .mode = 0066};
	struct identity cred = {.euid = 1, .egid = 5};

	EXPECT(permission_grants(&perm, &cred, ASK_READ), false);
	tap("permission: an owner with 0066 may do nothing though others may");

	perm.mode = 0606;
	cred.euid = 9;
	EXPECT(permission_grants(&perm, &cred, ASK_READ), false);
	tap("permission: a member of the group is judged as such alone");

	perm.mode = 0400;
	cred.euid = 1;
	EXPECT(permission_grants(&perm, &cred, 0002), false);
	EXPECT(permission_grants(&perm, &cred, 0100), false);
	EXPECT(permission_grants(&perm, &cred, 0004), true);
	EXPECT(permission_grants(&perm, &cred, 0), true);
	tap("permission: bits of any class count as a request, x included");

	perm.mode = 01000 | 02000 | 0400;
	EXPECT(permission_grants(&perm, &cred, 0600), false);
	EXPECT(permission_grants(&perm, &cred, 01000 | 02000 | 0400), true);
	tap("permission: SHM_DEST, SHM_LOCKED and IPC_CREAT are no rights");
}

static void test_control(void)
{
	struct ipc_perm perm = {.uid = OWNER_UID,
	                        .gid = OWNER_GID,
	                        .cuid = CREATOR_UID,
	                        .cgid = CREATOR_GID,
	                        .mode = 0777};

	for (int i = 0; i < CALLERS; i++) {
		struct identity cred = caller_is(i, false);

		EXPECT(permission_controls(&perm, &cred),
		       i == OWNER || i == CREATOR || i == ROOT);
	}
	tap("permission: owner, creator and root control, nobody else");
}

int main(void)
{
	EXPECT(every_case(false, 0), 12288);
	tap("SEC-S17 permission: 512 modes x 6 callers x 4 requests");
	every_case(false, 3);
	every_case(false, 6);
	tap("permission: ... asked by the group's or the owner's bits");
	every_case(true, 0);
	tap("permission: ... supplementary groups count as the group");
	test_ambiguous_callers();
	test_control();
	return tap_end();
}
