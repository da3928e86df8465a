/*
 * tools/page/state.js -- the facts of a film at any of its steps.
 *
 * A film (abi/film.md) is the facts at its start and the changes of each step.
 * A walk replays them, forward and back, and at every moment it has
 *
 *	facts	key -> value: what is
 *	gone	key -> last value: what was, and has been cleared or has ended
 *
 * So a picture can keep a cleared word, an ended process or a destroyed segment
 * in its place.  A process that has ended counts as gone as soon as it has no
 * directory, because its last directory frame says which words were its own.
 */
const State = (() => {
	const FORMAT = "tessera-film";
	const VERSION = 1;

	/* Says in one sentence what is wrong with a film, or returns "". */
	function fault(film) {
		if (!film || typeof film !== "object" || film.format !== FORMAT)
			return "This is no film of Tessera: its format is not " +
				"\"" + FORMAT + "\".";
		if (film.version !== VERSION)
			return "This page reads films of version " + VERSION +
				", and this film has version " + film.version + ".";
		if (!Array.isArray(film.steps) || !film.start)
			return "This film is cut short: its steps are missing.";
		if (!film.steps.length)
			return "This film is empty: it has no step.";
		return "";
	}

	/* Reads the text of a film: {film} or {fault: a sentence}. */
	function read(text) {
		let film;

		if (!text.trim())
			return {fault: "This film is empty: the file has no text."};
		try {
			film = JSON.parse(text);
		} catch (error) {
			const begins = /^\s*\{\s*"format"\s*:/.test(text);

			return {fault: begins
				? "This film is cut short: its text ends in the middle."
				: "This is no film: the text is not JSON."};
		}
		const wrong = fault(film);

		return wrong ? {fault: wrong} : {film};
	}

	const is_process = key => key.startsWith("proc ");
	const absent = value => value === null || value === undefined ||
		value === "00000000";

	/* What `gone` says of a key when its fact goes from `old` to `now`. */
	function memory(key, old, now, gone) {
		if (absent(now))
			return gone && is_process(key) && !(old && old.cr3)
				? gone : old;
		if (is_process(key) && !now.cr3)
			return old && old.cr3 ? old : gone;
		return undefined;
	}

	function put(map, key, value) {
		if (value === undefined)
			delete map[key];
		else
			map[key] = value;
	}

	class Walk {
		constructor(film) {
			this.film = film;
			this.step = 0; /* this many steps have been done */
			this.facts = Object.assign({}, film.start);
			this.gone = {};
			this.undo = [];
		}

		/* Goes to the moment after `step` steps; 0 is the start. */
		to(step) {
			const end = Math.max(0, Math.min(step, this.film.steps.length));

			while (this.step < end)
				this.forward();
			while (this.step > end)
				this.back();
			return this;
		}

		forward() {
			const set = this.film.steps[this.step].set || {};
			const undo = [];

			for (const key in set) {
				const old = this.facts[key], gone = this.gone[key];
				const now = absent(set[key]) ? undefined : set[key];

				undo.push([key, old, gone]);
				put(this.gone, key, memory(key, old, now, gone));
				put(this.facts, key, now);
			}
			this.undo.push(undo);
			this.step++;
		}

		back() {
			for (const [key, old, gone] of this.undo.pop().reverse()) {
				put(this.facts, key, old);
				put(this.gone, key, gone);
			}
			this.step--;
		}

		/* The facts of this moment, for those who want to keep them. */
		copy() {
			return {facts: Object.assign({}, this.facts),
				gone: Object.assign({}, this.gone)};
		}
	}

	return {FORMAT, VERSION, Walk, fault, read};
})();
