/* Made by tools/mktables from abi/native.tbl. */
#define NATIVE_LIMIT 15

static int run_receive(const uint32_t *a)
{
	return native_receive(a[0]);
}

static int run_reply(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	return native_reply(token, a[1], a[2]);
}

static int run_pass(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	int fd = descriptor_connection(self(), a[1]);

	if (fd < 0)
		return fd;
	return native_pass(token, fd);
}

static int run_read(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	struct lease_use use = {.client = token, .argument = a[1], .offset = a[2], .buffer = a[3], .bytes = a[4]};

	return copy(&use);
}

static int run_write(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	struct lease_use use = {.client = token, .argument = a[1], .offset = a[2], .buffer = a[3], .bytes = a[4], .to_client = true};

	return copy(&use);
}

static int run_make(const uint32_t *a)
{
	struct proc *whom = a[3] == TOKEN_SELF ? self() : token_client(a[3]);

	if (!whom)
		return -ESRCH;
	return native_make(a[0], a[1], a[2], whom);
}

static int run_fill(const uint32_t *a)
{
	int handle = segment_of(a[0]);

	if (handle < 0)
		return handle;
	struct proc *token = token_client(a[2]);

	if (!token)
		return -ESRCH;
	struct lease_use use = {.client = token, .argument = a[3], .offset = a[4], .bytes = a[5], .to_client = true};

	return copy_segment(handle, a[1], &use);
}

static int run_drop(const uint32_t *a)
{
	int handle = segment_of(a[0]);

	if (handle < 0)
		return handle;
	return native_drop(handle);
}

static int run_exec(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	return native_exec(token, a[1]);
}

static int run_log(const uint32_t *a)
{
	return log_text(a[0], a[1]);
}

static int run_string(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	return native_string(token, a[1], a[2], a[3]);
}

static int run_check(const uint32_t *a)
{
	(void)a;
	return check_all();
}

static int run_six(const uint32_t *a)
{
	return native_six(a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int run_ask(const uint32_t *a)
{
	struct proc *token = token_client(a[0]);

	if (!token)
		return -ESRCH;
	return native_ask(token, a[1]);
}

static int run_store(const uint32_t *a)
{
	int handle = segment_of(a[0]);

	if (handle < 0)
		return handle;
	return native_store(handle, a[1], a[2], a[3]);
}

static int (*const native_calls[])(const uint32_t *) = {
	run_receive,
	run_reply,
	run_pass,
	run_read,
	run_write,
	run_make,
	run_fill,
	run_drop,
	run_exec,
	run_log,
	run_string,
	run_check,
	run_six,
	run_ask,
	run_store,
};
