/*
 * tools/page/facts.js -- the state of the machine as a flat map (abi/film.md).
 *
 *	facts = new Facts.Reader(block)      an Inspect.Block
 *	{noted, changed} = facts.read()      what differs from the last time; and
 *	                                     before: the words that were noted
 *	facts.now["word 007e5400"]           all of it, as it is now
 *
 * `noted` has what the CPU does without an event: words in which nothing but A or
 * D has changed, and the texts of frames.  tools/facts.py makes the same facts
 * of a machine in QEMU, by the same steps; the test of the page compares films.
 *
 * The machine stands still while it is read, in the middle of an instruction, so
 * the look must be short: 0.2 ms at most.  Therefore it compares words with
 * copies, and makes a fact anew only when words that it is made of differ.
 */
const Facts = (() => {
	const STATES = ("free new ready running sending reply-wait receiving " +
		"waiting in-line sleeping paused polling vfork stopped zombie").split(" ");
	const FREE = 0, ZOMBIE = STATES.indexOf("zombie");
	const SHARED = 1, PRIVATE = 2, STACK = 3, HEAP = 4; /* region.kind */
	const MEMORY = 1, ARCHIVE = 2;                      /* segment.kind */
	const READ = 1, WRITE = 2, EXEC = 4;                /* region.rights */
	const DIRECTORY = 0, WHOLE = 1, BORROWERS = 2; /* what of a table is shown */
	const P = 1, BORROWED = 0x200, LINKED = 0x400, NOTED = 0x60;
	const PAGE = 4096, ENTRIES = 1024, USER_SLOTS = 768;
	const TEXT_BYTES = 24, TEXT_FRAMES = 16, VALUES = 64;
	const TABLES = ["procs", "spaces", "segments", "shms", "regions", "sems",
		"msgs"];

	const hex = (number, digits) =>
		(number >>> 0).toString(16).padStart(digits, "0");
	const word_key = (frame, index) =>
		"word " + hex(frame * PAGE + index * 4, 8);

	/* A table of kernel objects, and the copy of it that was seen last. */
	class Copy {
		constructor(block, name) {
			this.block = block;
			this.address = block.tables[name].address;
			this.stride = block.tables[name].stride;
			this.places = [];
			this.fields = {};
			const prefix = name.slice(0, -1) + ".";
			for (const field in block.fields)
				if (field.startsWith(prefix))
					this.fields[field.slice(prefix.length)] =
						block.fields[field];
			this.room(8);
		}

		room(pages) {
			const data = new Uint32Array(pages * ENTRIES);
			if (this.data)
				data.set(this.data);
			this.data = data;
			this.view = new DataView(data.buffer);
		}

		/* Takes in the pages that the kernel has given it since. */
		grow() {
			for (;;) {
				const place = this.block.physical(
					this.address + this.places.length * PAGE);
				if (place < 0)
					return;
				this.places.push(place);
				if (this.places.length * ENTRIES > this.data.length)
					this.room(2 * this.places.length);
			}
		}

		rows() {
			return Math.floor(this.places.length * PAGE / this.stride);
		}

		/* The indexes of the rows that differ now, in order. */
		changed() {
			const ram = this.block.words, rows = [];
			this.grow();
			const data = this.data;
			for (let page = 0; page < this.places.length; page++) {
				const place = this.places[page] >> 2;
				const to = page * ENTRIES;
				for (let i = 0; i < ENTRIES; i++) {
					if (ram[place + i] === data[to + i])
						continue;
					data[to + i] = ram[place + i];
					const row = Math.floor((to + i) * 4 / this.stride);
					if (rows[rows.length - 1] !== row)
						rows.push(row);
				}
			}
			const whole = this.rows();
			return rows.filter(row => row < whole);
		}

		at(index, field) {
			return index * this.stride + this.fields[field].offset;
		}

		/* A field of a row, a signed number. */
		get(index, field) {
			const at = this.at(index, field);
			const size = this.fields[field].size;
			return size === 1 ? this.view.getInt8(at)
				: size === 2 ? this.view.getInt16(at, true)
					: this.view.getInt32(at, true);
		}

		text(index, field) {
			return Inspect.text(new Uint8Array(this.data.buffer),
				this.at(index, field), this.fields[field].size);
		}
	}

	/* Bytes as text: abi/film.md says how. */
	function shown_text(bytes) {
		let end = bytes.length, text = "";
		while (end > 0 && !bytes[end - 1])
			end--;
		for (const byte of bytes.subarray(0, end))
			text += byte === 92 ? "\\\\"
				: byte >= 32 && byte < 127 ? String.fromCharCode(byte)
					: "\\x" + hex(byte, 2);
		return text;
	}

	/* Is words[at ...] other than the copy `old`? */
	function differs(words, at, old) {
		for (let i = 0; i < old.length; i++)
			if (words[at + i] !== old[i])
				return true;
		return false;
	}

	/* The page tables that are shown: their words, and the texts of frames. */
	class Tables {
		constructor(block) {
			const start = block.head("archive_start");
			const bytes = block.head("archive_bytes");
			this.block = block;
			this.seen = new Map(); /* frame -> {kind, old, words, links} */
			this.texts = new Map(); /* frame -> its words, copied */
			this.last_pages = new Set(); /* of the archive: copied pages */
			this.archive = [start >>> 12, (start + bytes + PAGE - 1) >>> 12];
		}

		/* Is it a page of RAM that is no part of the boot archive? */
		is_page(frame) {
			return frame < this.block.head("frame_limit") &&
				!(frame >= this.archive[0] && frame < this.archive[1]) &&
				!this.last_pages.has(frame);
		}

		shows(kind, word) {
			return kind !== BORROWERS ? word !== 0
				: (word & BORROWED) !== 0 && (word & P) !== 0 &&
					this.is_page(word >>> 12);
		}

		/*
		 * Notes what differs in these directories, in the tables that they
		 * point at, and in `tables`.
		 */
		read(directories, tables, changed) {
			const wanted = new Map();
			for (const frame of directories) {
				this.look(frame, DIRECTORY, changed);
				wanted.set(frame, DIRECTORY);
			}
			for (const frame of directories)
				for (const [table, kind] of this.seen.get(frame).links)
					if (!wanted.has(table))
						wanted.set(table, kind);
			for (const frame of tables)
				wanted.set(frame, WHOLE);
			for (const [frame, kind] of wanted)
				if (kind !== DIRECTORY)
					this.look(frame, kind, changed);
			for (const frame of [...this.seen.keys()])
				if (!wanted.has(frame))
					this.forget(frame, changed);
		}

		/* Notes what differs in one table. */
		look(frame, kind, changed) {
			const at = frame * ENTRIES, before = this.seen.get(frame);
			const same_kind = before !== undefined && before.kind === kind;
			if (same_kind && !differs(this.block.words, at, before.old))
				return;
			const length = kind === DIRECTORY ? USER_SLOTS : ENTRIES;
			const old = this.block.words.slice(at, at + length);
			const words = new Map();
			for (let i = 0; i < length; i++)
				if (this.shows(kind, old[i]))
					words.set(i, old[i]);
			this.compare(frame, before ? before.words : new Map(), words,
				changed);
			this.seen.set(frame, {kind, old, words,
				links: kind === DIRECTORY ? links(words) : null});
		}

		compare(frame, before, words, changed) {
			for (const index of before.keys())
				if (!words.has(index))
					changed[word_key(frame, index)] = null;
			for (const [index, word] of words)
				if (before.get(index) !== word)
					changed[word_key(frame, index)] = hex(word, 8);
		}

		/* The table is no longer there: its words are gone. */
		forget(frame, changed) {
			for (const index of this.seen.get(frame).words.keys()) {
				const key = word_key(frame, index);
				/* What another table has just put there counts. */
				if (!(key in changed))
					changed[key] = null;
			}
			this.seen.delete(frame);
		}

		/* Notes the frames whose first bytes differ. */
		read_texts(changed) {
			const frames = this.shown_frames(), ram = this.block.words;
			for (const frame of [...this.texts.keys()])
				if (!frames.has(frame)) {
					changed["frame " + hex(frame, 0)] = null;
					this.texts.delete(frame);
				}
			for (const frame of frames) {
				const at = frame * ENTRIES, old = this.texts.get(frame);
				if (old && !differs(ram, at, old))
					continue;
				const copy = ram.slice(at, at + TEXT_BYTES / 4);
				this.texts.set(frame, copy);
				changed["frame " + hex(frame, 0)] =
					shown_text(new Uint8Array(copy.buffer));
			}
		}

		shown_frames() {
			const limit = this.block.head("frame_limit"), frames = new Set();
			for (const {kind, words} of this.seen.values()) {
				let left = TEXT_FRAMES;
				if (kind !== WHOLE)
					continue;
				for (const word of words.values())
					if (left && word & P && word >>> 12 < limit) {
						left--;
						frames.add(word >>> 12);
					}
			}
			return frames;
		}
	}

	/* The tables that a directory points at: frame -> what of it is shown. */
	function links(words) {
		const found = new Map();
		for (const word of words.values())
			if (word & P)
				found.set(word >>> 12, word & LINKED ? WHOLE : BORROWERS);
		return found;
	}

	function equal(a, b) {
		return a === b || typeof a === "object" && typeof b === "object" &&
			JSON.stringify(a) === JSON.stringify(b);
	}

	function only_noted(key, before, value) {
		return key.startsWith("word ") && before && value &&
			((parseInt(before, 16) ^ parseInt(value, 16)) & ~NOTED) === 0;
	}

	/* struct ipc_perm, with which each description begins (abi/sysv.h). */
	function permissions(view, at) {
		return {key: view.getInt32(at, true),
			owner: view.getUint32(at + 4, true),
			mode: view.getUint16(at + 20, true)};
	}

	function region_kind(kind, tag, rights) {
		if (tag >= 0)
			return "shm";
		if (kind === PRIVATE)
			return rights & EXEC ? "text" : "data";
		return {[SHARED]: "shared", [STACK]: "stack", [HEAP]: "heap"}[kind] ||
			String(kind);
	}

	class Reader {
		constructor(block) {
			this.block = block;
			this.now = {};
			this.copies = {};
			for (const name of TABLES)
				this.copies[name] = new Copy(block, name);
			this.tables = new Tables(block);
			this.procs = new Map();       /* index -> {pid, space, alive} */
			this.pid_of = new Map();      /* space -> pid */
			this.directories = new Map(); /* space -> frame */
			this.keys = new Map(); /* table and index -> key of its fact */
			this.ids = new Map();  /* index in shms -> shmid */
			this.shm_segments = new Map(); /* index in shms -> in segments */
			this.own_tables = new Map(); /* index in segments -> frames */
			this.named = "";
		}

		read() {
			const changed = {}, texts = {}, rows = {};
			this.block.refresh();
			for (const name of TABLES)
				rows[name] = this.copies[name].changed();
			this.read_procs(rows, changed);
			this.read_segments(rows, changed);
			this.read_regions(rows, changed);
			this.read_objects("sems", "sem", rows, changed);
			this.read_objects("msgs", "msg", rows, changed);
			this.tables.read(this.live_directories(),
				[...this.own_tables.values()].flat().filter(frame => frame),
				changed);
			this.tables.read_texts(texts);
			return this.settle(changed, texts);
		}

		live_directories() {
			const alive = new Set();
			for (const proc of this.procs.values())
				if (proc.alive)
					alive.add(proc.space);
			return [...this.directories].filter(([space]) => alive.has(space))
				.map(([, frame]) => frame);
		}

		/*
		 * Takes the changes apart, and makes them what is now.  `before` has
		 * the words that were there before those that are noted.
		 */
		settle(changed, texts) {
			const noted = texts, rest = {}, old = {}, now = this.now;
			for (const key in changed) {
				const value = changed[key], before = now[key];
				if (before === undefined ? value === null
					: equal(before, value))
					continue;
				if (only_noted(key, before, value)) {
					noted[key] = value;
					old[key] = before;
				} else {
					rest[key] = value;
				}
			}
			for (const part of [noted, rest])
				for (const key in part)
					if (part[key] === null)
						delete now[key];
					else
						now[key] = part[key];
			return {noted, changed: rest, before: old};
		}

		/* The row at `index` has this fact, or none (key ""). */
		put(table, index, key, fact, changed) {
			const row = table + index, before = this.keys.get(row);
			if (before && before !== key && !(before in changed))
				changed[before] = null;
			if (key) {
				this.keys.set(row, key);
				changed[key] = fact;
			} else if (before) {
				this.keys.delete(row);
			}
		}

		/* ---- processes and spaces ---------------------------------- */

		read_procs(rows, changed) {
			const {procs, spaces} = this.copies;
			for (const index of rows.spaces) {
				const frame = spaces.get(index, "directory");
				if (spaces.get(index, "holders") > 0 && frame > 0)
					this.directories.set(index, frame);
				else
					this.directories.delete(index);
			}
			for (const index of rows.procs) {
				const state = procs.get(index, "state");
				if (state === FREE)
					this.procs.delete(index);
				else
					this.procs.set(index, {pid: procs.get(index, "pid"),
						space: procs.get(index, "space"),
						alive: state !== ZOMBIE});
			}
			for (const index of rows.procs)
				this.proc_fact(index, changed);
			this.pid_of.clear();
			for (const proc of this.procs.values())
				if (proc.alive && proc.space >= 0)
					this.pid_of.set(proc.space, proc.pid);
			changed.running = this.pid_at(this.block.head("current"));
			changed.free = this.block.head("frames_free");
		}

		pid_at(index) {
			return this.procs.has(index) ? this.procs.get(index).pid : 0;
		}

		proc_fact(index, changed) {
			const copy = this.copies.procs, proc = this.procs.get(index);
			if (!proc) {
				this.put("procs", index, "", null, changed);
				return;
			}
			const state = copy.get(index, "state");
			this.put("procs", index, "proc " + proc.pid, {
				name: copy.text(index, "name"),
				state: STATES[state] || String(state),
				parent: this.pid_at(copy.get(index, "parent")),
				uid: copy.get(index, "euid") >>> 0,
				cr3: this.directories.get(proc.space) || 0,
				peer: this.pid_at(copy.get(index, "peer"))}, changed);
		}

		/* ---- segments ---------------------------------------------- */

		read_segments(rows, changed) {
			const {shms, segments} = this.copies;
			for (const index of rows.segments)
				if (segments.get(index, "kind") === ARCHIVE)
					this.tables.last_pages.add(
						segments.get(index, "last_page") >>> 12);
			for (const index of rows.shms) {
				const id = shms.get(index, "id");
				const segment = shms.get(index, "segment");
				if (id > 0 && segment >= 0) {
					this.ids.set(index, id);
					this.shm_segments.set(index, segment);
				} else {
					this.ids.delete(index);
					this.shm_segments.delete(index);
					this.put("shms", index, "", null, changed);
				}
			}
			this.own_tables.clear();
			for (const segment of this.shm_segments.values())
				this.own_tables.set(segment, this.segment_tables(segment));
			for (const [index, id] of this.ids)
				this.put("shms", index, "segment " + id,
					this.segment_fact(index), changed);
		}

		/* The frames of a segment's tables, in order; 0: none yet. */
		segment_tables(index) {
			const copy = this.copies.segments;
			if (copy.get(index, "kind") !== MEMORY)
				return [];
			const count = Math.ceil(copy.get(index, "pages") / ENTRIES);
			const directory = copy.get(index, "directory");
			if (directory > 0)
				return Array.from(this.block.words.subarray(
					directory * ENTRIES, directory * ENTRIES + count),
				word => word >>> 12);
			return [copy.get(index, "word") >>> 12];
		}

		segment_fact(index) {
			const {shms, segments} = this.copies;
			const segment = this.shm_segments.get(index);
			const at = shms.at(index, "ds"), view = shms.view;
			const {key, owner, mode} = permissions(view, at);
			return {key, bytes: view.getUint32(at + 36, true),
				nattch: view.getUint32(at + 72, true), mode, owner,
				pages: segments.get(segment, "pages"),
				resident: segments.get(segment, "resident"),
				tables: this.own_tables.get(segment)};
		}

		/* ---- regions ----------------------------------------------- */

		/* A region names a pid and a shmid, which may change without it. */
		read_regions(rows, changed) {
			const named = JSON.stringify([[...this.pid_of], [...this.ids]]);
			let indexes = rows.regions;
			if (named !== this.named) {
				this.named = named;
				indexes = Array.from(
					{length: this.copies.regions.rows()}, (_, i) => i);
			}
			for (const index of indexes)
				this.region_fact(index, changed);
		}

		region_fact(index, changed) {
			const copy = this.copies.regions;
			const kind = copy.get(index, "kind");
			const pid = this.pid_of.get(copy.get(index, "space"));
			if (!kind || pid === undefined) {
				this.put("regions", index, "", null, changed);
				return;
			}
			const tag = copy.get(index, "tag");
			const rights = copy.get(index, "rights");
			this.put("regions", index, "region " + index, {
				pid, start: copy.get(index, "start") >>> 0,
				end: copy.get(index, "end") >>> 0,
				kind: region_kind(kind, tag, rights),
				segment: tag >= 0 && this.ids.has(tag) ? this.ids.get(tag) : -1,
				offset: copy.get(index, "offset"),
				rights: (rights & READ ? "r" : "-") +
					(rights & WRITE ? "w" : "-") +
					(rights & EXEC ? "x" : "-")}, changed);
		}

		/* ---- semaphores and messages ------------------------------- */

		/* A set's values lie outside its row, so each set is read. */
		read_objects(table, word, rows, changed) {
			const copy = this.copies[table];
			for (let index = 0; index < copy.rows(); index++) {
				const id = copy.get(index, "id");
				const live = id > 0;
				if (live)
					this.put(table, index, word + " " + id,
						table === "sems" ? this.sem_fact(index)
							: this.msg_fact(index), changed);
				else if (this.keys.has(table + index))
					this.put(table, index, "", null, changed);
			}
		}

		sem_fact(index) {
			const copy = this.copies.sems, values = [];
			const at = copy.at(index, "ds");
			const count = Math.min(copy.view.getUint32(at + 52, true), VALUES);
			const first = copy.view.getUint32(
				copy.at(index, "all") + 8, true);
			const {key, owner, mode} = permissions(copy.view, at);
			for (let i = 0; i < count; i++) {
				const place = this.block.physical(first + 4 * i);
				values.push(this.block.words[place >> 2] & 0xffff);
			}
			return {key, mode, owner, values};
		}

		msg_fact(index) {
			const copy = this.copies.msgs, at = copy.at(index, "ds");
			const {key, owner, mode} = permissions(copy.view, at);
			return {key, mode, owner,
				messages: copy.view.getUint32(at + 64, true),
				bytes: copy.view.getUint32(at + 60, true)};
		}
	}

	return {Reader};
})();
