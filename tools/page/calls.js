/*
 * tools/page/calls.js -- a system call as text, as its manual page writes it.
 *
 *	shmat(32768, NULL, SHM_RDONLY) = 0x40000000
 *
 * tools/trace writes the same text in Python.  The names of calls and of their
 * arguments come from abi/syscalls.tbl, and those of errors from the C library:
 * tools/mkweb puts both into the page.  ipc(117), through which every C library
 * asks for System V IPC, is shown as the call that it stands for.
 */
const Calls = (() => {
	const IPC = 117, IPC_64 = 0x100;
	/* What ipc(2) stands for: the words of (first, second, third, ptr, fifth). */
	const MEANT = {
		1: ["semop", 0, 3, 1], 2: ["semget", 0, 1, 2],
		3: ["semctl", 0, 1, 2, 3], 4: ["semtimedop", 0, 3, 1, 4],
		11: ["msgsnd", 0, 3, 1, 2], 12: ["msgrcv", 0, 3, 1, 4, 2],
		13: ["msgget", 0, 1], 14: ["msgctl", 0, 1, 3],
		21: ["shmat", 0, 3, 1], 22: ["shmdt", 3],
		23: ["shmget", 0, 1, 2], 24: ["shmctl", 0, 1, 3],
	};
	const COMMANDS = ["IPC_RMID", "IPC_SET", "IPC_STAT", "IPC_INFO"];
	const SHM = {11: "SHM_LOCK", 12: "SHM_UNLOCK", 13: "SHM_STAT",
		14: "SHM_INFO", 15: "SHM_STAT_ANY"};
	const SEM = {11: "GETPID", 12: "GETVAL", 13: "GETALL", 14: "GETNCNT",
		15: "GETZCNT", 16: "SETVAL", 17: "SETALL", 18: "SEM_STAT",
		19: "SEM_INFO", 20: "SEM_STAT_ANY"};
	const MSG = {11: "MSG_STAT", 12: "MSG_INFO", 13: "MSG_STAT_ANY"};
	const SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 6: "SIGABRT",
		9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2",
		13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 17: "SIGCHLD",
		18: "SIGCONT", 19: "SIGSTOP"};

	const decimal = word => String(word | 0);
	const hex = word => "0x" + (word >>> 0).toString(16);
	const octal = word => word ? "0" + (word >>> 0).toString(8) : "0";
	const pointer = word => word ? hex(word) : "NULL";
	const key = word => word ? hex(word) : "IPC_PRIVATE";
	const signal = word => SIGNALS[word] || decimal(word);
	const command = names => word =>
		COMMANDS[word & ~IPC_64] || names[word & ~IPC_64] || decimal(word);

	/* Writes a word as the names of its bits, and what is left by `rest`. */
	function flags(names, rest = hex) {
		return word => {
			const said = [];
			for (const name in names)
				if (word & names[name]) {
					said.push(name);
					word &= ~names[name];
				}
			if (word || !said.length)
				said.push(word ? rest(word) : "0");
			return said.join("|");
		};
	}

	const GET = flags({IPC_CREAT: 0o1000, IPC_EXCL: 0o2000,
		SHM_HUGETLB: 0o4000, SHM_NORESERVE: 0o10000}, octal);
	const ATTACH = flags({SHM_RDONLY: 0o10000, SHM_RND: 0o20000,
		SHM_REMAP: 0o40000, SHM_EXEC: 0o100000});
	const OPERATE = flags({IPC_NOWAIT: 0o4000, MSG_NOERROR: 0o10000,
		MSG_EXCEPT: 0o20000, MSG_COPY: 0o40000}, octal);
	const PROT = flags({PROT_READ: 1, PROT_WRITE: 2, PROT_EXEC: 4});
	const MAP = flags({MAP_SHARED: 1, MAP_PRIVATE: 2, MAP_FIXED: 0x10,
		MAP_ANONYMOUS: 0x20, MAP_NORESERVE: 0x4000});

	const CLONE = flags({CLONE_VM: 0x100, CLONE_FS: 0x200, CLONE_FILES: 0x400,
		CLONE_SIGHAND: 0x800, CLONE_VFORK: 0x4000, CLONE_THREAD: 0x10000,
		CLONE_SETTLS: 0x80000, CLONE_PARENT_SETTID: 0x100000,
		CLONE_CHILD_CLEARTID: 0x200000, CLONE_CHILD_SETTID: 0x1000000});
	const clone = word => CLONE(word & ~0xff) +
		(word & 0xff ? "|" + signal(word & 0xff) : "");

	const semop = [decimal, pointer, decimal];
	const WRITERS = { /* by call, how each argument is written */
		shmget: [key, decimal, GET], semget: [key, decimal, GET],
		msgget: [key, GET], shmat: [decimal, pointer, ATTACH],
		shmdt: [pointer], shmctl: [decimal, command(SHM), pointer],
		semctl: [decimal, decimal, command(SEM), pointer],
		msgctl: [decimal, command(MSG), pointer], semop,
		semtimedop: [...semop, pointer],
		semtimedop_time64: [...semop, pointer],
		msgsnd: [decimal, pointer, decimal, OPERATE],
		msgrcv: [decimal, pointer, decimal, decimal, OPERATE],
		mmap2: [pointer, decimal, PROT, MAP, decimal, decimal],
		mprotect: [pointer, decimal, PROT], munmap: [pointer, decimal],
		brk: [pointer], kill: [decimal, signal],
		clone: [clone, pointer, pointer, pointer, pointer],
	};
	const ADDRESSES = ["brk", "mmap2", "shmat"];

	const small = word => word < 1 << 24 || word > 0xffff0000
		? decimal(word) : hex(word);
	/* msgrcv of version 0, which glibc uses: a pair in memory has both. */
	const MSGRCV = 12;
	const PAIR = [decimal, word => "message and type at " + hex(word), decimal,
		OPERATE];
	const plain = kind => kind && kind !== "int" ? pointer : small;

	class Book {
		/* tables: {calls: {number: [name, kinds]}, errors: {n: [name, text]}} */
		constructor(tables) {
			this.tables = tables;
		}

		name(number) {
			const row = this.tables.calls[number];
			return row ? row[0] : "call_" + number;
		}

		/* "shmat(0, NULL, 0)" of a call's number and its words. */
		call(number, words) {
			const meant = number === IPC && MEANT[words[0] & 0xffff];
			if (meant && words[0] === MSGRCV)
				return this.write(meant[0], PAIR, [1, 4, 2, 3].map(
					place => words[place]));
			if (meant)
				return this.write(meant[0], WRITERS[meant[0]],
					meant.slice(1).map(place => words[1 + place]));
			const row = this.tables.calls[number];
			const name = this.name(number);
			const kinds = row ? row[1] : words.map(() => "int");
			return this.write(name, WRITERS[name] || kinds.map(plain), words);
		}

		write(name, writers, words) {
			return name + "(" + writers.map((write, i) => write(words[i]))
				.join(", ") + ")";
		}

		/* "0", "-1 EACCES (Permission denied)", "0x40000000". */
		result(name, word) {
			const value = word | 0;
			if (-4096 < value && value < 0) {
				const error = this.tables.errors[-value];
				return error ? "-1 " + error[0] + " (" + error[1] + ")"
					: decimal(value);
			}
			return ADDRESSES.includes(name) ? hex(word) : decimal(value);
		}
	}

	return {Book, signal};
})();
