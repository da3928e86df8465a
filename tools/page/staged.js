/*
 * tools/page/staged.js -- the film of a play, without its strings.
 *
 * stage is a director with a process for each name; it moves them through pages
 * that they share with it, at 0x20000000 (user/bin/stage/stage.h).  Who looks at
 * the lecture sees A, B and C, and what they do.  So of a folded film this leaves
 * out the director, the shared pages, and how a process stops itself; and each
 * process has the name that it has on the stage.
 *
 *	Staged.film(folded, names)     names: in the order of their births
 *	Staged.names(text)             ["A", "B"] of a script
 *	Staged.cast(film)              the same of a film, by what stage printed
 */
const Staged = (() => {
	const PROGRAM = "stage";
	const STRINGS = [128, 134]; /* slots of a directory: from, and up to */
	const MUTE = new Set(["fault", "served", "link", "unlink", "rights",
		"access"]);

	/* A name is born when it first acts, or when somebody forks it. */
	function names(text) {
		const found = [];

		for (const line of text.split("\n")) {
			const match = /^(?:stage> |@ *)?([A-Za-z]\w*): *(.*)/.exec(line);
			if (!match)
				continue;
			const child = /\bfork +([A-Za-z]\w*)/.exec(match[2]);
			for (const name of [match[1]].concat(child ? child[1] : []))
				if (!found.includes(name))
					found.push(name);
		}
		return found;
	}

	/* The processes of a play but the director, in the order of their births. */
	function actors(film) {
		const pids = [];

		for (const step of film.steps)
			for (const key in step.set || {}) {
				const pid = Number(key.slice(5)), fact = step.set[key];

				if (key.startsWith("proc ") && fact && !pids.includes(pid) &&
					fact.name === PROGRAM && pid !== film.steps[0].pid)
					pids.push(pid);
			}
		return pids;
	}

	/* Births and looks say a pid.  Those who were born in silence have the other
	 * names that acted, in the order of the alphabet: "stage> A: p = shmat id",
	 * "A: shmget(42, ...) = 0". */
	function cast(film) {
		const known = new Map(), spoken = [];

		for (const line of film.terminal.split("\n")) {
			const pid = /^(\w+)(?: is born: process| +pid) +(\d+)/.exec(line);
			const act = /^(?:stage> (\w+):|(\w+): \w+\()/.exec(line);
			const name = pid ? pid[1] : act ? act[1] || act[2] : "";

			if (pid)
				known.set(Number(pid[2]), name);
			if (name && !spoken.includes(name))
				spoken.push(name);
		}
		const free = spoken.filter(
			name => ![...known.values()].includes(name)).sort();

		return actors(film).map(pid => known.get(pid) || free.shift() ||
			PROGRAM);
	}

	class Strings {
		constructor(director, names) {
			this.director = director;
			this.names = names;
			this.born = [];             /* pids, in order */
			this.owners = new Map();    /* frame of a directory -> pid */
			this.tables = new Set();    /* frames of shared tables */
			this.pages = new Set();     /* frames that these show */
		}

		/* The facts without strings; each actor has its name. */
		clean(facts) {
			const out = {};

			for (const key in facts)
				if (key.startsWith("proc "))
					this.process(Number(key.slice(5)), facts[key]);
			for (const key in facts) {
				const value = facts[key];
				if (key.startsWith("proc "))
					this.name(key, value, out);
				else if (!this.is_string(key, value))
					out[key] = value;
			}
			return out;
		}

		process(pid, fact) {
			if (!fact || fact.name !== PROGRAM)
				return;
			if (fact.cr3)
				this.owners.set(fact.cr3, pid);
			if (pid !== this.director && !this.born.includes(pid))
				this.born.push(pid);
		}

		name(key, fact, out) {
			const pid = Number(key.slice(5)), at = this.born.indexOf(pid);

			if (pid === this.director)
				return;
			out[key] = fact && fact.name === PROGRAM && this.names[at]
				? Object.assign({}, fact, {name: this.names[at]}) : fact;
		}

		is_string(key, value) {
			if (key.startsWith("frame "))
				return this.pages.has(parseInt(key.slice(6), 16));
			if (!key.startsWith("word "))
				return false;
			const at = parseInt(key.slice(5), 16);
			const frame = at >>> 12, slot = (at & 4095) >> 2;
			const shown = value ? parseInt(value, 16) >>> 12 : 0;

			if (this.tables.has(frame)) {
				this.pages.add(shown);
				return true;
			}
			const owner = this.owners.get(frame);
			if (owner !== undefined && slot >= STRINGS[0] &&
			    slot < STRINGS[1]) {
				this.tables.add(shown);
				return true;
			}
			return owner === this.director;
		}
	}

	const has_words = set =>
		Object.keys(set).some(key => key.startsWith("word "));

	/* Does this link or unlink the shared pages, or leave the director's? */
	function is_string(step) {
		return (step.event === "link" || step.event === "unlink") &&
			step.args[0] >= STRINGS[0] && step.args[0] < STRINGS[1] ||
			(step.text || "").startsWith("munmap(0x21000000");
	}

	/* Is this a step of the director's, or one that only moves strings? */
	function moves_strings(step, set, director) {
		return step.pid === director || step.event === "switch" ||
			is_string(step) || MUTE.has(step.event) &&
				has_words(step.set || {}) && !has_words(set) ||
			step.event === "call" &&
				(step.text || "").startsWith("kill(" + step.pid +
					", SIGSTOP)");
	}

	/*
	 * At the end the director kills who is left and removes their objects.  The
	 * last picture is the one before.
	 */
	function curtain(steps, director) {
		const births = steps.map(step => step.pid === director &&
			step.event === "fork").lastIndexOf(true);
		const end = steps.findIndex((step, i) => i > births &&
			step.pid === director && /SIGKILL|IPC_RMID/.test(step.text));

		return end < 0 ? steps : steps.slice(0, end);
	}

	function film(folded, known) {
		const director = folded.steps[0].pid;
		const strings = new Strings(director, known);
		const start = strings.clean(folded.start), steps = [];
		let before = {};

		for (const step of curtain(folded.steps, director)) {
			const set = strings.clean(step.set || {});

			Object.assign(before, set);
			if (moves_strings(step, set, director))
				continue;
			steps.push(Object.assign({}, step, {set: before}));
			before = {};
		}
		if (!steps.length)
			return Object.assign({}, folded, {start, steps: [
				Object.assign({}, folded.steps[0], {set: before})]});
		Object.assign(steps[steps.length - 1].set, before);
		return Object.assign({}, folded, {start, steps});
	}

	return {film, names, cast, PROGRAM};
})();
