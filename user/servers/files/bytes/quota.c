/*
 * user/servers/files/bytes/quota.c -- how much memory all files may take.
 *
 * It is half of the machine's memory, or what the kernel's command line says
 * (fs=MIB).  The last 1/32 of it is root's, so that a user who fills the file
 * system does not lock root out.  It counts pages: of the arena's chunks and of
 * segments.  The kernel's promise is a second bound: memory that processes have
 * taken is not there for files, and then the kernel refuses it.
 */
#include "bytes.h"

#define KEPT_PART    32
#define PAGES_OF_MIB 256u
#define MIB_MAX      4096u

static struct quota quota;

void quota_start(uint32_t pages, uint32_t mib)
{
	uint32_t wanted = mib < MIB_MAX ? mib * PAGES_OF_MIB : pages;

	quota.limit = mib == 0 ? pages / 2 : min(wanted, pages);
	quota.kept = quota.limit / KEPT_PART;
}

struct quota quota_now(void)
{
	return quota;
}

/* The server itself takes what it needs as root does. */
static bool is_root(int whom)
{
	struct client client;

	if (whom == TOKEN_SELF)
		return true;
	return k_client(whom, &client) == 0 && client.euid == 0;
}

bool quota_take(uint32_t pages, int whom)
{
	uint32_t left = quota.limit - quota.used;

	if (pages > left)
		return false;
	if (left - pages < quota.kept && !is_root(whom))
		return false;
	quota.used += pages;
	return true;
}

void quota_give(uint32_t pages)
{
	quota.used -= pages;
}
