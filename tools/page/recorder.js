/*
 * tools/page/recorder.js -- makes a film (abi/film.md) while the machine runs.
 *
 *	recorder.event(bytes)      an event of the trace (abi/trace.h), 48 bytes
 *	recorder.film              the record of the program that runs, or ran
 *
 * At each event the machine stands still, and the recorder looks which facts
 * differ from those of the event before.  A record begins when a child of the menu
 * or of the shell becomes a program, and it ends when that process ends.
 * Commands that only look, such as pt, leave the record of the program before
 * them alone.
 */
const Recorder = (() => {
	const VERSION = 3; /* of the trace */
	const LIMIT = 20000; /* steps */
	const TIMES = 1000; /* that are kept */
	const KINDS = ["", "call", "return", "fault", "link", "unlink", "switch",
		"message", "rights", "fork", "served", "exec", "exit"];
	const ARGUMENTS = {fault: 3, served: 2, link: 3, unlink: 3, rights: 3,
		fork: 1, switch: 2, message: 3, exec: 1, exit: 1};
	const LOOKS = ["ps", "pt", "pmap", "ipcs", "ipcrm", "frames", "trace",
		"poweroff", "sh", "ash", "menu"];
	const SHELLS = ["menu", "sh", "ash"];

	const hex = (number, digits) =>
		(number >>> 0).toString(16).padStart(digits, "0");

	function decode(bytes) {
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		const args = [];
		for (let i = 0; i < 7; i++)
			args.push(view.getUint32(16 + 4 * i, true));
		return {kind: KINDS[bytes[0]], version: bytes[1],
			pid: view.getUint16(2, true), where: view.getUint32(12, true),
			args, number: view.getUint32(44, true)};
	}

	function slots(first, count) {
		return count === 1 ? "PDE " + first
			: "PDEs " + first + " to " + (first + count - 1);
	}

	function fault_text(address, error) {
		return "page fault at 0x" + hex(address, 8) + ", error " + error +
			": a " + (error & 2 ? "write" : "read") + " by " +
			(error & 4 ? "the user" : "the kernel") + ", and " +
			(error & 1 ? "the page table forbids it" : "nothing is there");
	}

	function link_text(first, count, word) {
		return slots(first, count) + (count === 1 ? " links" : " link") +
			" a segment's page table, " +
			(word & 2 ? "read and write" : "read-only");
	}

	function exit_text(pid, status) {
		const number = status & 0x7f;
		return "process " + pid + (number
			? " is killed by signal " + number + " (" +
				Calls.signal(number) + ")"
			: " ends with status " + (status >>> 8 & 255));
	}

	/* "PDE 256 of process 7", "PTE 0 of table 2a2". */
	function place(key, facts) {
		const at = parseInt(key.slice(5), 16);
		const frame = at >>> 12, index = (at & 4095) >> 2;
		const owner = Object.keys(facts).find(name =>
			name.startsWith("proc ") && facts[name].cr3 === frame);
		return owner ? "PDE " + index + " of process " + owner.slice(5)
			: "PTE " + index + " of table " + frame.toString(16);
	}

	/* What the CPU has noted; `before` has the words that were there. */
	function access_text(noted, before, facts) {
		const words = Object.keys(noted)
			.filter(key => key.startsWith("word ")).sort();
		if (!words.length)
			return "the memory of a segment has changed";
		const said = words.slice(0, 3).map(key => {
			const fresh = parseInt(noted[key], 16) &
				~parseInt(before[key], 16);
			const bits = [[0x20, "A"], [0x40, "D"]].filter(
				([bit]) => fresh & bit).map(([, name]) => name);
			return (bits.join(" and ") || "fewer bits") + " in " +
				place(key, facts);
		});
		const more = words.length - said.length;
		return "the CPU sets " + said.join(", ") +
			(more ? " and " + more + " words more" : "");
	}

	class Recorder {
		/* `book` is Calls.Book; `lines` has the source line of an address. */
		constructor(block, book, lines) {
			this.facts = new Facts.Reader(block);
			this.book = book;
			this.lines = lines;
			this.under_way = new Map(); /* pid -> [name, text] of its call */
			this.film = null;
			this.recording = false;
			this.waking = false;   /* a program is about to begin */
			this.times = []; /* of the last looks, in milliseconds */
		}

		/* Takes in an event.  Returns the step, if it has been recorded. */
		event(bytes) {
			const began = performance.now();
			const event = decode(bytes);
			if (event.version !== VERSION)
				throw new Inspect.Mismatch("This page reads version " +
					VERSION + " of the trace, the kernel has " +
					event.version + ".");
			if (!this.recording && !this.awake(event))
				return null;
			const start = event.kind === "exec"
				? Object.assign({}, this.facts.now) : null;
			const {noted, changed, before} = this.facts.read();
			const first = start && this.begins(event);
			if (first)
				this.begin(event, Object.assign(start, noted));
			if (this.waking && event.kind === "call")
				this.call_text(event.pid, event.args);
			const step = this.recording
				? this.record(event, first ? {} : noted, changed, before)
				: null;
			if (this.recording)
				this.note_time(performance.now() - began);
			return step;
		}

		note_time(milliseconds) {
			this.times.push(milliseconds);
			if (this.times.length > 2 * TIMES)
				this.times.splice(0, TIMES);
		}

		/*
		 * Between two programs nobody looks at memory.  From the fork on that
		 * makes a shell's child it is looked at: the state before its exec is
		 * the start of the film.
		 */
		awake(event) {
			if (event.kind === "fork") {
				this.facts.read();
				const proc = this.facts.now["proc " + event.pid];
				this.waking = Boolean(proc) && SHELLS.includes(proc.name);
			}
			return this.waking;
		}

		/* Is this a shell's child, which has just become a program? */
		begins(event) {
			const proc = this.facts.now["proc " + event.args[0]];
			const parent = proc && this.facts.now["proc " + proc.parent];
			return Boolean(parent) && SHELLS.includes(parent.name) &&
				!LOOKS.includes(proc.name);
		}

		begin(event, start) {
			for (const key in start)
				if (start[key] === null)
					delete start[key];
			const program = this.facts.now["proc " + event.args[0]].name;
			this.film = {format: "tessera-film", version: 1, program,
				kernel: "web", limit: null, remarks: [],
				names: {calls: {}}, lines: [], start, steps: [],
				terminal: ""};
			this.first = event.args[0];
			this.recording = true;
			this.waking = false;
		}

		record(event, noted, changed, before) {
			const film = this.film;
			if (Object.keys(noted).length)
				this.push({event: "access", args: [], set: noted,
					pid: event.kind === "switch" ? event.args[0] : event.pid,
					text: access_text(noted, before, this.facts.now)});
			const step = this.step(event);
			step.set = changed;
			this.push(step);
			if (film.steps.length >= LIMIT) {
				film.limit = "the recorder stopped at " + LIMIT + " steps";
				this.recording = false;
			}
			if (event.kind === "exit" && event.pid === this.first)
				this.recording = false;
			return step;
		}

		/* Somebody has changed memory by hand: a step says so. */
		note(step) {
			const {noted, changed} = this.facts.read();
			if (this.film)
				this.push(Object.assign(step,
					{set: Object.assign(noted, changed)}));
		}

		/* The record as it is now, and back to it: the machine was set back. */
		keep() {
			const film = this.film && Object.assign({}, this.film, {
				steps: this.film.steps.slice(),
				lines: this.film.lines.slice()});
			return {film, first: this.first, recording: this.recording,
				waking: this.waking, under_way: new Map(this.under_way)};
		}

		back(kept) {
			const again = Object.assign({}, kept, {
				under_way: new Map(kept.under_way)});
			if (kept.film)
				again.film = Object.assign({}, kept.film, {
					steps: kept.film.steps.slice(),
					lines: kept.film.lines.slice()});
			this.facts = new Facts.Reader(this.facts.block);
			this.facts.read();
			Object.assign(this, again);
		}

		push(step) {
			step.out = this.film.terminal.length;
			this.film.steps.push(step);
		}

		/* What the programs write; a terminal gets \n as \r\n. */
		output(character) {
			const pending = this.pending ? "\r" : "";

			this.pending = character === "\r";
			if (this.recording && !this.pending)
				this.film.terminal += (character === "\n" ? "" : pending) +
					character;
		}

		step(event) {
			const args = this.arguments(event);
			const step = {event: event.kind || "unknown",
				pid: event.kind === "exec" ? args[0] : event.pid, args,
				text: this.text(event, args)};
			const line = this.line(event.where);
			if (line >= 0)
				step.line = line;
			return step;
		}

		arguments({kind, args}) {
			const words = args.slice(0, ARGUMENTS[kind] || 7);
			if (kind === "return" || kind === "served")
				words[1] |= 0;
			if (kind === "call" || kind === "return")
				while (words.length > 2 && words[words.length - 1] === 0)
					words.pop();
			return words;
		}

		/* The index in `lines` of the place that told an event, or -1. */
		line(where) {
			const said = this.lines[hex(where, 8)];
			if (!said)
				return -1;
			const known = this.film.lines.indexOf(said);
			return known >= 0 ? known : this.film.lines.push(said) - 1;
		}

		text({kind, pid, args}, words) {
			const [a, b, c] = args;
			switch (kind) {
			case "call":
				return this.call_text(pid, args);
			case "return":
				return this.return_text(pid, args);
			case "fault":
				return fault_text(a, b);
			case "served":
				return "the fault at 0x" + hex(a, 8) + (words[1] === 0
					? " is served" : " cannot be served: " +
						this.book.result("", words[1]).slice(3));
			case "link":
				return link_text(a, b, c);
			case "unlink":
				return slots(a, b) + ": no table is linked any more";
			case "rights":
				return slots(a, b) + ": the rights are now " +
					(c & 1 ? "r" : "-") + (c & 2 ? "w" : "-") +
					(c & 4 ? "x" : "-");
			case "fork":
				return "process " + a + " is born, a child of " + pid;
			case "switch":
				return "process " + b + " runs, after " + a;
			case "message":
				return this.book.name(a) + ": process " + b +
					" asks server " + c;
			case "exec":
				return "process " + a + " has a new space";
			case "exit":
				return exit_text(pid, a);
			}
			return "an event that this page does not know";
		}

		call_text(pid, args) {
			const text = this.book.call(args[0], args.slice(1));
			if (this.film)
				this.film.names.calls[args[0]] = this.book.name(args[0]);
			this.under_way.set(pid, text);
			return text;
		}

		return_text(pid, [number, result, address]) {
			const text = this.under_way.get(pid) ||
				this.book.name(number) + "()";
			this.under_way.delete(pid);
			return text + " = " +
				this.book.result(text.split("(")[0], result || address);
		}
	}

	return {Recorder, decode, LIMIT};
})();
