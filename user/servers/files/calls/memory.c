/*
 * user/servers/files/calls/memory.c -- files as memory: mmap2, memfd_create.
 *
 * A shared mapping of a file is an attachment of its segment.  So it shows what
 * read and write see, in every process that has it, and a child inherits it.  A
 * private one shows the same pages until it writes to them.  The kernel maps
 * (k_map); this server says what, and with which rights at most.
 *
 *	open for       shared            private
 *	reading        read, execute     all
 *	both           all               all
 *	writing        EACCES            EACCES
 *
 * A file of memfd_create has no name: it is gone when nobody has it open and
 * nobody has it mapped.
 */
#include "calls.h"

#define MMAP_LENGTH 1
#define MMAP_PROT   2
#define MMAP_FLAGS  3
#define MMAP_OFFSET 5

static int map_zero(const struct message *m)
{
	uint32_t kind = SEGMENT_OF_MEMORY;
	int segment, error;

	if (m->args[MMAP_FLAGS] & MAP_NORESERVE)
		kind |= SEGMENT_UNPROMISED;
	segment =
	    k_segment_make(kind, m->args[MMAP_LENGTH], 0, (uint32_t)m->token);
	if (segment < 0)
		return segment;
	error = k_map(m->token, segment, m->args[MMAP_OFFSET],
	              PROT_READ | PROT_WRITE | PROT_EXEC);
	k_segment_drop(segment);
	return error < 0 ? error : ANSWERED;
}

/* Does it reach beyond 4 GiB?  On Linux only mappings of plain files may. */
static bool reaches_too_far(const struct message *m)
{
	uint32_t length = page_up(m->args[MMAP_LENGTH]);

	return m->args[MMAP_OFFSET] > (UINT32_MAX - length) >> PAGE_SHIFT;
}

static bool is_shared(const struct message *m)
{
	return (m->args[MMAP_FLAGS] & MAP_TYPE) != MAP_PRIVATE;
}

/*
 * Maps a file.  One that is mapped shared has to have bytes of its own: what
 * another process writes into it is seen there.
 */
static int map_file(const struct message *m, struct bytes *bytes,
                    uint32_t rights)
{
	int segment = is_shared(m) ? bytes_own_segment(bytes, m->token)
	                           : bytes_segment(bytes, m->token);
	int error;

	if (segment < 0)
		return -ENOMEM;
	error = k_map(m->token, segment, m->args[MMAP_OFFSET], rights);
	bytes_release(bytes, segment);
	return error < 0 ? error : ANSWERED;
}

int mmap_call(const struct message *m)
{
	struct open *open = open_at(m->object);
	struct node node = node_at(open->node);
	uint32_t rights = PROT_READ | PROT_EXEC;
	int error = 0;

	if (writable(open) || !is_shared(m))
		rights |= PROT_WRITE;
	if (node.kind != NODE_FILE && node.kind != NODE_MADE &&
	    reaches_too_far(m))
		return -EOVERFLOW;
	if ((m->args[MMAP_PROT] & ~rights & PROT_WRITE) || !readable(open))
		return -EACCES;
	if (node.kind == NODE_MADE)
		return -EIO;
	if (node.kind == NODE_ZERO)
		return map_zero(m);
	if (node.kind != NODE_FILE)
		return -ENODEV;
	if (is_shared(m))
		error = seals_of_map(&node, m->args[MMAP_PROT], &rights);
	if (error < 0)
		return error;
	open_accessed(open);
	return map_file(m, &node_edit(open->node)->bytes, rights);
}

/* ---- memfd_create ------------------------------------------------------- */

#define MFD_CLOEXEC       1u
#define MFD_ALLOW_SEALING 2u
#define MFD_NAME_MAX      249

int memfd_call(const struct message *m)
{
	int node, result;
	char *name;

	if (m->args[1] & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	result = path_lease(m, 0, &name);
	if (result < 0)
		return result == -ENAMETOOLONG ? -EINVAL : result;
	if (result > MFD_NAME_MAX)
		return -EINVAL;
	node = node_make(S_IFREG | 0777, m->token);
	if (node < 0)
		return -ENOMEM;
	node_own(node, m->euid, m->egid);
	if (m->args[1] & MFD_ALLOW_SEALING)
		node_edit(node)->seals = 0;
	result = open_reply(m, node, O_RDWR | O_LARGEFILE);
	node_release(node);
	return result;
}
