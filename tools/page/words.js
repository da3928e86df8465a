/*
 * tools/page/words.js -- what a step did, in one plain sentence or two.
 *
 * Words.changes() compares two moments, and finds what the picture marks: words
 * with their names, segments and processes.  Words.sentence() says them together
 * with the event.  An event is announced after the fact, so what has changed
 * since the step before is the event's doing, except for the accessed and dirty
 * bits: these the CPU sets by itself, and they are only seen at the next event.
 */
const Words = (() => {
	const ZERO = "00000000";
	const number = word => parseInt(word, 16);

	/* ---- what differs ------------------------------------------------------ */

	function difference(before, facts, key, more) {
		const old = before[key] || ZERO, now = facts[key] || ZERO;

		return old === now ? [] : [Object.assign({key, old, now}, more)];
	}

	function row_change(before, facts, process, row, who) {
		const pde = row.kind === "linked";
		const what = pde ? "PDE " + row.slot : "PTE " + row.pte;

		return difference(before, facts, row.key, {what, pde,
			of: "of " + who(process.pid), pid: process.pid,
			address: row.address});
	}

	function table_name(table, tables) {
		if (!table.segment)
			return "of page table " + Text.hex(table.frame, 5);
		const all = tables.filter(other => other.segment &&
			other.segment.shmid === table.segment.shmid);
		const which = all.length > 1
			? "table " + (all.indexOf(table) + 1) : "table";

		return "of segment " + table.segment.shmid + "'s " + which;
	}

	function entry_change(before, facts, of, entry) {
		return difference(before, facts, entry.key,
			{what: "PTE " + entry.index, pde: false, of});
	}

	/* The changed words, in the order in which a reader looks for them. */
	function changed_words(before, facts, scene, who) {
		return scene.processes.flatMap(process => process.rows.flatMap(
			row => row_change(before, facts, process, row, who)))
			.concat(scene.tables.flatMap(table => table.entries.flatMap(
				entry => entry_change(before, facts,
					table_name(table, scene.tables), entry))));
	}

	function changed_facts(before, facts, kind) {
		const keys = new Set(Object.keys(before).concat(Object.keys(facts))
			.filter(key => key.startsWith(kind + " ")));

		return [...keys].filter(key => JSON.stringify(before[key]) !==
			JSON.stringify(facts[key])).map(key => ({
			id: Number(key.slice(kind.length + 1)), old: before[key],
			now: facts[key]}));
	}

	const by_pid = pid => "pid " + pid;

	/* Everything that differs between two moments and is in the picture; the
	 * scene is that of the second one, and `who` names a process. */
	function changes(before, facts, gone = {}, scene = Scene.make(facts, gone),
		who = by_pid) {
		return {who, words: changed_words(before, facts, scene, who),
			segments: changed_facts(before, facts, "segment"),
			processes: changed_facts(before, facts, "proc")};
	}

	/* ---- sentences about words --------------------------------------------- */

	/* Did the CPU alone write it: only A and D were set? */
	function by_cpu(change) {
		const old = number(change.old), now = number(change.now);

		return old !== 0 && ((old ^ now) & ~(Scene.A | Scene.D)) === 0 &&
			(old & ~now) === 0;
	}

	function set_bits(change) {
		const bits = number(change.old) ^ number(change.now);

		return [bits & Scene.A ? "A" : "", bits & Scene.D ? "D" : ""]
			.filter(Boolean).join(" and ");
	}

	function cpu_sentence(words) {
		const said = words.map(word =>
			set_bits(word) + " in " + word.what + " " + word.of);

		if (!said.length)
			return "";
		return said.length <= 3 ? "The CPU set " + Text.list(said) + "."
			: "The CPU set A or D in " + words.length + " words.";
	}

	const name = word => word.what + " " + word.of;

	/* "PDE 256 of pid 6", "PTE 0, PTE 1 and 3 more of segment 5's table". */
	function names(words) {
		const same = words.every(word => word.of === words[0].of);
		const shown = words.slice(0, 3).map(same ? word => word.what : name);
		const rest = words.length - shown.length;

		return Text.list(rest ? shown.concat(rest + " more") : shown) +
			(same ? " " + words[0].of : "");
	}

	/* "wrote one word: PDE 320 of pid 7 is now 007f0407." */
	function wrote(words, verb) {
		return words.length === 1
			? verb + " one word: " + name(words[0]) + " is now " +
				words[0].now + "."
			: verb + " " + words.length + " words: " + names(words) + ".";
	}

	function cleared(words) {
		const old = words.map(word => word.old);

		return "cleared " + names(words) + (words.length === 1
			? ": it was " + old[0] : words.length <= 3
				? ": they were " + Text.list(old) : "") + ".";
	}

	/* What `who` did to words that the CPU did not write by itself. */
	function word_sentences(who, words, verb) {
		const gone = words.filter(word => word.now === ZERO);
		const made = words.filter(word => word.now !== ZERO);

		return (made.length ? who + " " + wrote(made, verb) : "") +
			(made.length && gone.length ? " " : "") +
			(gone.length ? (made.length ? "It" : who) + " " + cleared(gone)
				: "");
	}

	/* ---- sentences about segments and processes ---------------------------- */

	function segment_sentence({id, old, now}) {
		const it = "Segment " + id;

		if (!old)
			return it + " has " + Text.count(now.bytes, "byte") +
				((now.tables || []).some(Boolean) ? "."
					: ", and no page table yet.");
		if (!now)
			return it + " is destroyed: its frames are free.";
		if ((old.mode ^ now.mode) & Scene.DEST)
			return it + " will be destroyed when nobody is attached to it.";
		if (old.nattch !== now.nattch)
			return it + ": nattch is now " + now.nattch + ".";
		return old.mode !== now.mode || old.owner !== now.owner
			? it + " has mode " + (now.mode & 0o777).toString(8) +
				" and owner " + now.owner + "." : "";
	}

	function process_sentence({id, old, now}, who) {
		if (!old)
			return who(id) + " is there now.";
		if (!now)
			return who(id) + " is gone.";
		return old.cr3 && !now.cr3 ? who(id) + " has lost its directory." : "";
	}

	/* ---- sentences about events -------------------------------------------- */

	/* An error code of a page fault, in words (Intel SDM 3A 4.7). */
	function fault_code(code) {
		return [code & 1 ? "present (1)" : "not present",
			code & 2 ? "a write (2)" : "a read",
			code & 4 ? "in user mode (4)" : "in the kernel"].join(", ");
	}

	function ended(status) {
		return status & 0x7f ? "was killed by signal " + (status & 0x7f)
			: "exits with status " + (status >> 8 & 0xff);
	}

	const hex = word => "0x" + Text.hex(word, 8);

	/* A C library forks by clone(2), with flags for its own bookkeeping. */
	const FORK = /^clone\(CLONE_CHILD_CLEARTID\|CLONE_CHILD_SETTID\|SIGCHLD, .*?\)/;
	const said_call = step => (step.text || "a system call").replace(FORK,
		"clone(SIGCHLD)");

	const EVENTS = {
		call: (step, who) => step.result === undefined
			? `${who(step.pid)} calls ${said_call(step)}.`
			: `${who(step.pid)}: ${said_call(step)}.`,
		return: (step, who) => `${who(step.pid)} is back: ${said_call(step)}.`,
		fault: ({pid, args, result}, who) => `Page fault of ${who(pid)} at ` +
			`${hex(args[0])}, error code ${args[1]}: ${fault_code(args[1])}.` +
			(result ? " It cannot be served: the process gets a signal." : ""),
		served: ({pid, args}, who) => args[1]
			? `The fault of ${who(pid)} at ${hex(args[0])} cannot be served: ` +
				"the process gets a signal."
			: `The fault of ${who(pid)} at ${hex(args[0])} is served.`,
		fork: ({pid, args}, who) =>
			`${who(pid)} forks: its child is ${who(args[0])}.`,
		switch: ({args}, who) =>
			`The CPU goes from ${who(args[0])} to ${who(args[1])}.`,
		message: ({args}, who) =>
			`${who(args[1])} sends a message to the server ${who(args[2])}.`,
		exec: ({pid}, who) =>
			`${who(pid)} runs a program, in a new address space.`,
		exit: ({pid, args}, who) => `${who(pid)} ${ended(args[0])}.`,
		link: () => "", unlink: () => "", rights: () => "", access: () => "",
	};

	/* Who writes words at this event: a call, or a fault that is served. */
	function writer(step, call) {
		if (["fault", "served"].includes(step.event))
			return "The page fault";
		if (step.event === "fork")
			return "It";
		return call || "The kernel";
	}

	/* Some sentences about one kind of things, and how many more there are. */
	function few(sentences, what) {
		const said = sentences.filter(Boolean);
		const rest = said.length - 2;

		return rest > 1 ? said.slice(0, 2).concat(
			rest + " more " + what + " have changed.") : said;
	}

	/* Says a view step; `call` is the name of the call that is under way. */
	function sentence(step, found, call) {
		const cpu = found.words.filter(by_cpu);
		const rest = found.words.filter(word => !by_cpu(word));
		const say = EVENTS[step.event], who = found.who || by_pid;
		const many = step.alike > 1
			? `This happened ${step.alike} times in a row.` : "";
		const parts = [say ? say(step, who) : step.text || step.event, many,
			word_sentences(writer(step, call), rest,
				step.event === "fork" ? "copied" : "wrote"), cpu_sentence(cpu),
			...few(found.segments.map(segment_sentence), "segments"),
			...(["fork", "exit"].includes(step.event) ? []
				: few(found.processes.map(item => process_sentence(item, who)),
					"processes")),
			step.quiet ? "No page-table word changed." : ""].filter(Boolean);

		return parts.join(" ") || (step.text || step.event) + ".";
	}

	return {changes, sentence, by_cpu, fault_code};
})();
