/*
 * kernel/unix/client.c -- what a server asks about a client, and does for it.
 *
 * These are the native calls that need to know Unix.  Two of them complete a
 * call of the client that only the kernel can carry out: mmap2, for which the
 * server has the segment, and execve, for which it has the image.  The client
 * waits in REPLY_WAIT, and the native call answers it.
 */
#include "lifecycle.h"

#include "../../abi/mman.h"
#include "../../build/gen/syscall_numbers.h"
#include "../../ipc/message/message.h"
#include "exec.h"

#define EXEC_STRINGS (2 * PAGE_SIZE)

/* ---- the client itself -------------------------------------------------- */

/* Says what a message has no room for. */
int native_client(struct proc *client, vaddr_t buffer)
{
	const struct identity *who = &client->identity;
	struct client facts = {.gid = who->gid,
	                       .umask = who->umask,
	                       .euid = who->euid,
	                       .file_limit =
	                           client->limits.own[RLIMIT_FSIZE][0],
	                       .ngroups = who->ngroups};

	memcpy(facts.groups, who->groups, sizeof(facts.groups));
	return copy_out(buffer, &facts, sizeof(facts));
}

/* The next process by pid, a zombie too. */
int native_process(int pid)
{
	int best = -ESRCH;

	for (int i = 0; i < proc_rows.fresh; i++)
		if (procs[i].state != PROC_FREE && procs[i].life.pid >= pid &&
		    (best < 0 || procs[i].life.pid < procs[best].life.pid))
			best = i;
	return best;
}

/* ---- map and exec: they complete a client's call ------------------------ */

int native_map(struct proc *client, int segment, uint32_t page, uint32_t rights)
{
	vaddr_t address;
	int error;

	if (client->message.call != SYS_mmap2)
		return -EINVAL;
	error = mmap_segment(client, segment, (int)min(page, SEGMENT_PAGES),
	                     (int)rights, client->message.args, &address);
	if (error == 0)
		message_answer(client, (int)address);
	return error;
}

int native_map_self(int segment, uint32_t offset, uint32_t len, uint32_t rights)
{
	const uint32_t args[6] = {0, len, rights, MAP_SHARED};
	int first = pages_in(offset), error;
	vaddr_t address;

	if (offset % PAGE_SIZE || pages_for(len) > segments[segment].pages ||
	    first > segments[segment].pages - pages_for(len) ||
	    (rights & ~(uint32_t)RIGHT_ALL))
		return -EINVAL;
	error =
	    mmap_segment(self(), segment, first, (int)rights, args, &address);
	return error ? error : (int)address;
}

/* Copies the path and the prefix into `strings`.  Returns 0 or -errno. */
static int take_strings(const struct exec *exec, char strings[EXEC_STRINGS])
{
	uint32_t bytes = exec->strings_bytes;

	if (bytes > EXEC_STRINGS)
		return -E2BIG;
	if (copy_in(strings, exec->strings, bytes) < 0)
		return -EFAULT;
	return bytes > 0 && strings[bytes - 1] == '\0' ? 0 : -EINVAL;
}

/* The ELF file behind a handle; 0 is the handle of no file.  False: bad. */
static bool take_file(int handle, uint32_t bytes, struct elf_file *file)
{
	*file = (struct elf_file){-1, bytes};
	if (handle == 0)
		return true;
	file->segment = segment_of((uint32_t)handle);
	return file->segment >= 0 && segment_in_ram(file->segment);
}

int native_exec(struct proc *client, vaddr_t from)
{
	static char strings[EXEC_STRINGS]; /* no other process runs meanwhile */
	const uint32_t *args = client->message.args;
	struct exec_image image;
	struct exec exec;
	int result;

	if (client->message.call != SYS_execve)
		return -EINVAL;
	if (copy_in(&exec, from, sizeof(exec)) < 0)
		return -EFAULT;
	result = take_strings(&exec, strings);
	if (result < 0)
		return result;
	image.file = exec.file;
	image.uid = exec.uid;
	image.gid = exec.gid;
	image.path = strings;
	image.prefix = strings + strlen(strings) + 1;
	image.prefix_bytes = strings + exec.strings_bytes - image.prefix;
	if (!exec.image ||
	    !take_file(exec.image, exec.image_bytes, &image.program) ||
	    !take_file(exec.interpreter, exec.interpreter_bytes,
	               &image.interpreter))
		return -EINVAL;
	result = proc_exec(client, &image, args[1], args[2]);
	if (result == 0)
		message_answer(client, 0);
	return result;
}
