/*
 * user/servers/files/calls/exec.c -- execve: which program the client becomes.
 *
 * This server finds the file, checks that the client may run it, and follows
 * "#!".  Only the kernel parses ELF; it copies argv and envp, checks
 * everything and then commits (abi/message.h, struct exec).  After an error of
 * any kind the caller is unchanged.
 *
 * If a file begins with "#! interpreter [argument]", the interpreter runs.
 * In its argv a prefix replaces argv[0]: interpreter, argument and the
 * script's path.
 *
 *	execve("/bin/s", {"s", "x"})       /bin/s begins "#!/bin/ash -e"
 *	-> /bin/ash           argv {"/bin/ash", "-e", "/bin/s", "x"}
 *
 * The process has the script's name all the same.
 *
 * An interpreter can be a script itself; it adds to the front of the prefix.
 * After five scripts the answer is ELOOP.
 *
 * A dynamic program has an interpreter, too: the dynamic linker.  The kernel
 * says where the program names it; the server finds that file, which must be
 * one that the client may run, and hands over both.
 *
 * A set-user-id file gives its owner's id, and a set-group-id file its group's.
 * Of a script the ids of its interpreter count.
 */
#include "calls.h"

#define SCRIPTS_MAX 5
#define LINE_MAX    255 /* bytes of the first line that count; execve(2) */
#define PREFIX_MAX  (4 * PATH_MAX)

/* A file that the client may run: a node, and what it was when it was found. */
struct program {
	int number;
	struct node node;
};

struct image {
	struct walk walk;
	char path[PATH_MAX]; /* that the caller gives */
	struct program program;
	char prefix[PREFIX_MAX]; /* NUL-terminated strings */
	uint32_t prefix_bytes;
};

static struct image image;

/* Finds a file that the client may run, by its path.  0 or -errno. */
static int find(const char *path, struct program *program)
{
	int found = path_find(&image.walk, path);

	if (found < 0)
		return found;
	program->number = found;
	program->node = node_at(found);
	if (program->node.kind != NODE_FILE)
		return -EACCES;
	return may(&image.walk.who, &program->node, MAY_EXECUTE);
}

static bool is_script(void)
{
	char start[2];

	return bytes_load(&image.program.node.bytes, 0, start, 2) == 2 &&
	       start[0] == '#' && start[1] == '!';
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Puts `text` and its NUL in front of the prefix. */
static int put_before(const char *text)
{
	uint32_t bytes = strlen(text) + 1;

	if (image.prefix_bytes + bytes > PREFIX_MAX)
		return -E2BIG;
	memmove(image.prefix + bytes, image.prefix, image.prefix_bytes);
	memcpy(image.prefix, text, bytes);
	image.prefix_bytes += bytes;
	return 0;
}

/* Copies the first line after "#!" to `line`; where it begins, trimmed. */
static char *first_line(char line[LINE_MAX + 1])
{
	int bytes = bytes_load(&image.program.node.bytes, 2, line, LINE_MAX);
	char *end;

	if (bytes < 0)
		bytes = 0;
	line[bytes] = '\0';
	end = strchr(line, '\n');
	if (end == 0)
		end = line + bytes;
	while (end > line && blank(end[-1]))
		end--;
	*end = '\0';
	while (blank(*line))
		line++;
	return line;
}

/* Puts the script's interpreter in its place.  0 or -errno. */
static int follow_script(void)
{
	char buffer[LINE_MAX + 1];
	char *line = first_line(buffer);
	char *argument = line;
	int error;

	while (*argument != '\0' && !blank(*argument))
		argument++;
	if (argument == line)
		return -ENOEXEC;
	while (blank(*argument))
		*argument++ = '\0';

	/* The path of an interpreter is in the prefix already. */
	error = image.prefix_bytes == 0 ? put_before(image.path) : 0;
	if (error == 0 && *argument != '\0')
		error = put_before(argument);
	if (error == 0)
		error = put_before(line);
	return error == 0 ? find(line, &image.program) : error;
}

static int find_image(void)
{
	int error = find(image.path, &image.program);

	for (int scripts = 0; error == 0 && is_script(); scripts++) {
		if (scripts == SCRIPTS_MAX)
			return -ELOOP;
		error = follow_script();
	}
	return error;
}

/* The handle of a segment with the program's bytes, or -errno. */
static int open_program(const struct program *program, int token)
{
	struct bytes *bytes = &node_edit(program->number)->bytes;
	int handle = bytes->size == 0 ? -ENOEXEC : bytes_segment(bytes, token);

	return handle == -ENOSPC ? -ENOMEM : handle;
}

static void close_program(const struct program *program, int handle)
{
	bytes_release(&node_edit(program->number)->bytes, handle);
}

/*
 * Runs a dynamic program, which names its interpreter at `place` of its image.
 * What k_exec() answers, or -errno.
 */
static int run_dynamic(int token, struct exec *exec, int place)
{
	static char path[INTERPRETER_MAX];
	static struct program linker;
	int error = bytes_load(&node_edit(image.program.number)->bytes,
	                       (uint32_t)place, path, sizeof(path));

	path[sizeof(path) - 1] = '\0'; /* who maps the file may write in it */
	if (error >= 0)
		error = find(path, &linker);
	if (error < 0)
		return error;
	exec->interpreter_bytes = linker.node.bytes.size;
	exec->interpreter = open_program(&linker, token);
	if (exec->interpreter < 0)
		return exec->interpreter == -ENOEXEC ? -ELIBBAD
		                                     : exec->interpreter;
	error = k_exec(token, exec);
	close_program(&linker, exec->interpreter);
	return error;
}

static int run(int token)
{
	const struct node *node = &image.program.node;
	bool gives_group = (node->mode & S_ISGID) && (node->mode & S_IXGRP);
	struct exec exec = {
	    .image = open_program(&image.program, token),
	    .image_bytes = node->bytes.size,
	    .file = (int)node->ino,
	    .uid = node->mode & S_ISUID ? node->uid : ID_KEPT,
	    .gid = gives_group ? node->gid : ID_KEPT,
	    .strings = unix_address(image.prefix),
	    .strings_bytes = image.prefix_bytes,
	};
	int error;

	if (exec.image < 0)
		return exec.image;
	error = k_exec(token, &exec);
	if (error > 0)
		error = run_dynamic(token, &exec, error);
	close_program(&image.program, exec.image);
	return error < 0 ? error : ANSWERED;
}

int execve_call(const struct message *m)
{
	char *path;
	int error = path_lease(m, 0, &path);

	if (error < 0)
		return error;
	image.walk =
	    (struct walk){.who = who_effective(m), .start = object_node(m)};
	if (image.walk.start < 0)
		return image.walk.start;
	memcpy(image.path, path, (uint32_t)error + 1);
	image.prefix_bytes = 0;
	error = find_image();
	if (error == 0)
		error = put_before(image.path);
	if (error == 0)
		error = run(m->token);
	if (error == ANSWERED)
		timers_exec(m->pid);
	return error;
}
