/*
 * tools/page/scene.js -- what there is to see in the facts of one moment.
 *
 * The facts (state.js) name words by their physical address.  A scene says whose
 * they are: the words of a directory that link a segment's table, the words of a
 * segment's own table, and the borrowed words of a private table, which show a
 * page of a segment.  All other words concern one process alone; of them a scene
 * only says what they are for.
 *
 *	processes  [{pid, name, state, cr3, running, over, rows, privates}]
 *	           a row is {key, slot, pte, address, word, ghost, kind}
 *	tables     [{id, frame, segment, over, entries}]
 *	           an entry is {key, index, word, ghost}
 *	segments   [{shmid, key, bytes, nattch, mode, ...}]
 *
 * A ghost is a word that was cleared: its `word` is what it was.  Below
 * 0x40000000 is the program itself: its words are private here, as in `look`.
 */
const Scene = (() => {
	const P = 1, RW = 2, US = 4, A = 0x20, D = 0x40;
	const BORROWED = 0x200, LINKED = 0x400, DEST = 0o1000;
	const ATTACH_FIRST = 256, STACK = 764;

	const frame_of = word => word >>> 12;
	const key_of = (frame, index) =>
		"word " + Text.hex(frame * 4096 + 4 * index, 8);
	const place = key => parseInt(key.slice(5), 16);

	/* The words by the frame that they lie in; the cleared ones are ghosts. */
	function by_frame(facts, gone) {
		const frames = new Map();
		const add = (map, ghost) => {
			for (const key in map) {
				if (!key.startsWith("word "))
					continue;
				const at = place(key), frame = frame_of(at);
				const word = parseInt(map[key], 16);

				if (!frames.has(frame))
					frames.set(frame, []);
				frames.get(frame).push(
					{key, index: (at & 4095) >> 2, word, ghost});
			}
		};

		add(facts, false);
		add(gone, true);
		for (const words of frames.values())
			words.sort((a, b) => a.index - b.index);
		return frames;
	}

	/* The numbered facts of one kind: [[number, fact], ...] in order. */
	function numbered(map, kind) {
		return Object.keys(map).filter(key => key.startsWith(kind + " "))
			.map(key => [Number(key.slice(kind.length + 1)), map[key]])
			.sort((a, b) => a[0] - b[0]);
	}

	function segments(facts, gone) {
		const make = over => ([shmid, fact]) =>
			Object.assign({}, fact, {shmid, over});

		return numbered(facts, "segment").map(make(false))
			.concat(numbered(gone, "segment").map(make(true)))
			.sort((a, b) => a.shmid - b.shmid);
	}

	/* A box for each table of each segment; one for a segment without. */
	function tables(segs, words) {
		const made = [];

		for (const segment of segs) {
			const frames = segment.tables && segment.tables.length
				? segment.tables : [0];

			frames.forEach((frame, i) => made.push({
				id: segment.shmid + "#" + i, frame, segment,
				over: segment.over, entries: entries(frame, words,
					segment.over)}));
		}
		return made;
	}

	function entries(frame, words, over) {
		return !frame ? [] : (words.get(frame) || [])
			.filter(entry => !over || entry.ghost);
	}

	/* Tables that are linked, although no segment of the facts has them. */
	function strangers(processes, made, words) {
		const known = new Set(made.map(table => table.frame));

		for (const row of processes.flatMap(process => process.rows)) {
			const frame = frame_of(row.word);

			if (row.kind !== "linked" || row.ghost || known.has(frame))
				continue;
			known.add(frame);
			made.push({id: "t" + frame, frame, segment: null, over: false,
				entries: entries(frame, words, false)});
		}
	}

	function linked_row(word) {
		return {key: word.key, slot: word.index, pte: -1, kind: "linked",
			address: word.index * 0x400000, word: word.word,
			ghost: word.ghost};
	}

	/* The borrowed words of the private table that a PDE points to. */
	function borrowed_rows(pde, words, shared) {
		const table = words.get(frame_of(pde.word)) || [];

		return table.filter(word => word.word & BORROWED &&
			shared.has(frame_of(word.word))).map(word => ({
			key: word.key, slot: pde.index, pte: word.index,
			kind: "borrowed", word: word.word, ghost: word.ghost,
			address: pde.index * 0x400000 + word.index * 0x1000}));
	}

	function purpose(index) {
		return index < ATTACH_FIRST ? "text and data"
			: index >= STACK ? "stack" : "mapped";
	}

	/* Fills in the rows of a process from the words of its directory. */
	function look_at(process, words, shared) {
		const all = !process.taken && words.get(process.cr3) || [];

		for (const word of all) {
			if (process.over && !word.ghost)
				continue;
			if (word.word & LINKED && word.index >= ATTACH_FIRST) {
				process.rows.push(linked_row(word));
				continue;
			}
			const rows = word.index < ATTACH_FIRST ? []
				: borrowed_rows(word, words, shared);

			process.rows.push(...rows.filter(
				row => row.ghost || !process.over));
			if (!word.ghost)
				process.privates.add(purpose(word.index));
		}
	}

	function process_of(pid, fact, last, running) {
		const over = !fact || !fact.cr3;

		return {pid, name: (fact || last).name, over, running: running === pid,
			state: fact ? fact.state : "ended", peer: (fact || last).peer,
			cr3: over ? last ? last.cr3 : 0 : fact.cr3,
			uid: (fact || last).uid, rows: [], privates: new Set()};
	}

	/* A directory's frame is of the living process that has it, or else of the
	   last one that had it: pids grow.  Ghosts of an earlier one are over. */
	function give_frames(processes) {
		const owners = new Map();

		for (const process of processes) {
			const other = owners.get(process.cr3);

			if (!other || other.over || !process.over)
				owners.set(process.cr3, process);
		}
		for (const process of processes)
			process.taken = owners.get(process.cr3) !== process;
	}

	function make(facts, gone = {}) {
		const words = by_frame(facts, gone);
		const segs = segments(facts, gone);
		const made = tables(segs, words);
		const shared = new Set(made.flatMap(table =>
			table.entries.map(entry => frame_of(entry.word))));
		const pids = new Set(numbered(facts, "proc").concat(
			numbered(gone, "proc")).map(pair => pair[0]));
		const processes = [...pids].sort((a, b) => a - b).map(pid =>
			process_of(pid, facts["proc " + pid], gone["proc " + pid],
				facts.running));

		give_frames(processes);
		for (const process of processes)
			look_at(process, words, shared);
		strangers(processes, made, words);
		return {processes, tables: made, segments: segs};
	}

	/* "u rw AD": what a word allows, and what the CPU noted in it. */
	function rights(word, pde) {
		return (word & US ? "u" : "-") + " " + (word & RW ? "rw" : "r-") + " " +
			(word & A ? "A" : "-") + (pde ? "" : word & D ? "D" : "-");
	}

	return {P, RW, US, A, D, BORROWED, LINKED, DEST, make, rights, frame_of,
		key_of};
})();
