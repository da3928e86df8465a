/*
 * user/servers/files/calls/seal.c -- what nobody may do to a file any more:
 * fcntl(2), F_ADD_SEALS.
 *
 *	F_SEAL_SEAL            no other seal is added
 *	F_SEAL_SHRINK, _GROW   the file keeps its bytes, gets no more of them
 *	F_SEAL_WRITE           nobody writes, and nobody can by a mapping
 *	F_SEAL_FUTURE_WRITE    the same; but mappings that are there stay
 *
 * Seals are added and never taken away.  Only a file of memfd_create has room
 * for them, and only if its maker has said so (MFD_ALLOW_SEALING); all others
 * have F_SEAL_SEAL from the start.
 */
#include "calls.h"

#include "../proc/made.h"

#define F_SEALS 31u /* all that there are */

bool is_sealed(const struct node *node, uint32_t seals)
{
	return (node->seals & seals) != 0;
}

/* Can somebody write to the file by a shared mapping, now or by mprotect? */
static bool is_written_mapped(const struct node *node)
{
	return node->bytes.where == BYTES_SEGMENT &&
	       maps_writable(node->bytes.segment - 1);
}

/* 0; -EINVAL, -EPERM or -EBUSY, in Linux's order. */
static int add_seals(const struct open *open, uint32_t seals)
{
	struct node *node;

	if (!writable(open))
		return -EPERM;
	if ((seals & ~F_SEALS) || node_at(open->node).kind != NODE_FILE)
		return -EINVAL;
	node = node_edit(open->node);
	if (is_sealed(node, F_SEAL_SEAL))
		return -EPERM;
	if ((seals & F_SEAL_WRITE) && !is_sealed(node, F_SEAL_WRITE) &&
	    is_written_mapped(node))
		return -EBUSY;
	node->seals |= (uint8_t)seals;
	return 0;
}

int seals_call(const struct message *m, const struct open *open)
{
	struct node node = node_at(open->node);

	if (m->args[1] == F_ADD_SEALS)
		return add_seals(open, m->args[2]);
	return node.kind == NODE_FILE ? node.seals : -EINVAL;
}

int seals_of_write(const struct node *node, struct span *span)
{
	uint32_t size = node->bytes.size;

	if (is_sealed(node, F_SEAL_WRITES))
		return -EPERM;
	if (!is_sealed(node, F_SEAL_GROW) ||
	    (uint64_t)span->offset + span->bytes <= size)
		return 0;
	/* A page that would grow is refused; those before it are written. */
	size -= size % PAGE_SIZE;
	if (span->offset >= size)
		return -EPERM;
	span->bytes = size - span->offset;
	return 0;
}

int seals_of_resize(const struct node *node, uint32_t size)
{
	uint32_t seal = size < node->bytes.size ? F_SEAL_SHRINK : F_SEAL_GROW;

	return size != node->bytes.size && is_sealed(node, seal) ? -EPERM : 0;
}

int seals_of_map(const struct node *node, uint32_t prot, uint32_t *rights)
{
	if (!is_sealed(node, F_SEAL_WRITES))
		return 0;
	*rights &= ~(uint32_t)PROT_WRITE;
	return prot & PROT_WRITE ? -EPERM : 0;
}
