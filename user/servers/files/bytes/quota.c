/*
 * user/servers/files/bytes/quota.c -- how much memory files may take, and how
 * much of it is for one user.
 *
 * All files may have half of the machine's memory, or what the kernel's command
 * line says (fs=MIB).  It counts pages: of the arena's chunks, of segments, and
 * of what the tables have grown by.  The kernel's promise is a second bound:
 * memory that processes have taken is not there for files, and then the kernel
 * refuses it.  The pages of pipes are a part with a limit of its own
 * (pipes/pipe.c), by the same rule:
 *
 *	| taken by others | taken by a user | left for all | root's |
 *	                  |<-- at most 7x ->|<---- x ----->|
 *
 * A user may take seven times what it leaves.  One that is alone gets 7/8 of
 * everything, the next one 7/8 of the rest, and so on: whoever comes finds
 * something.  The rule hardly bites while much is left.  The last part is
 * root's, so that users who fill the file system do not lock root out.
 *
 * Memory counts at an account, which is that of the file's owner, of the maker
 * of a name or a pipe, or of the client for whom a table grows.  Users have
 * accounts by their number, so two of them may have the same one, and a table
 * of them has no end that somebody could reach.  A file that root lets others
 * write counts at root's account; then the rule asks about the account of the
 * one who writes.
 */
#include "bytes.h"

#define PAGES_OF_MIB 256u
#define MIB_MAX      4096u
#define KEPT_PART    32
#define SHARE        7

#define OF_ROOT 0
#define OF_DEAD 1 /* of clients that were killed meanwhile */
#define OF_USER 2 /* the first of the others */

struct quota files_quota;

void quota_start(uint32_t pages, uint32_t mib)
{
	uint32_t wanted = mib < MIB_MAX ? mib * PAGES_OF_MIB : pages;

	files_quota.limit = mib == 0 ? pages / 2 : min(wanted, pages);
	files_quota.kept = files_quota.limit / KEPT_PART;
}

int account_of_user(uint32_t uid)
{
	if (uid == 0)
		return OF_ROOT;
	return OF_USER + (int)(uid % (ACCOUNTS - OF_USER));
}

/* A token is of one message, so the last answer holds for the same token. */
int account_of(int whom)
{
	static int token = TOKEN_SELF, account = OF_ROOT;
	struct client client;

	if (whom == token || whom == TOKEN_SELF)
		return whom == TOKEN_SELF ? OF_ROOT : account;
	if (k_client(whom, &client) < 0)
		return OF_DEAD;
	token = whom;
	account = account_of_user(client.euid);
	return account;
}

uint32_t quota_left(const struct quota *quota, int whom, int account)
{
	uint32_t left = quota->limit - quota->used, mine;
	int actor = account_of(whom);

	if (actor == OF_ROOT)
		return left;
	left = left > quota->kept ? left - quota->kept : 0;
	mine = quota->taken[account == OF_ROOT ? actor : account];
	/* The greatest n with mine + n <= SHARE * (left - n). */
	return mine < SHARE * left ? (SHARE * left - mine) / (SHARE + 1) : 0;
}

bool quota_take(struct quota *quota, uint32_t pages, int whom, int account)
{
	if (pages > quota_left(quota, whom, account))
		return false;
	quota->used += pages;
	quota->taken[account] += pages;
	return true;
}

void quota_give(struct quota *quota, uint32_t pages, int account)
{
	quota->used -= pages;
	quota->taken[account] -= pages;
}
