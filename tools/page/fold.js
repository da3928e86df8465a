/*
 * tools/page/fold.js -- a film without what concerns nobody who looks at memory.
 *
 * The five rules stand in abi/film.md, section "Folding", and tools/fold.py keeps
 * them in Python; a test compares the two.  The result is a film: whoever can
 * show a film can show a folded one.
 */
const Fold = (() => {
	const COUNTED = new Set(("shmget shmat shmdt shmctl semget semop " +
		"semtimedop semtimedop_time64 semctl msgget msgsnd msgrcv msgctl fork " +
		"vfork clone execve exit exit_group kill mmap2 munmap mprotect " +
		"waitpid wait4").split(" "));
	const KEPT = new Set(["fork", "exec", "exit"]); /* of a subject */
	const JOINED = {return: "call", served: "fault", access: "access"};
	const SHOWN_BITS = 0x600; /* borrowed, linked */
	const OBJECTS = new Set(["segment", "sem", "msg"]);

	const kind_of = key => key.split(" ")[0];
	const name_of = step => (step.text || "").split("(")[0];
	const table_of = key => parseInt(key.slice(5), 16) >>> 12;
	const number_of = key => Number(key.slice(5));

	/* A fact as text; of a process without what every switch changes. */
	function outline(key, fact) {
		if (!fact || kind_of(key) !== "proc")
			return JSON.stringify(fact || null);
		const {state, peer, ...rest} = fact;

		return JSON.stringify(rest);
	}

	/* ---- the facts at a step, and what of them folding asks for ------------ */

	class Facts {
		constructor(start) {
			this.facts = {};
			this.tables = new Map(); /* of each segment */
			this.set(start);
		}

		set(facts) {
			for (const key in facts) {
				if (facts[key] === null)
					delete this.facts[key];
				else
					this.facts[key] = facts[key];
				if (kind_of(key) === "segment")
					this.tables.set(key, facts[key] ? facts[key].tables : []);
			}
		}

		/* Do these facts change one that is shown? */
		shows(facts, subjects) {
			const keys = Object.keys(facts);

			if (!keys.length)
				return false;
			const tables = new Set([...this.tables.values()].flat());

			for (const key of keys)
				if (kind_of(key) === "segment" && facts[key])
					facts[key].tables.forEach(table => tables.add(table));
			return keys.some(
				key => this.shown(key, facts[key], tables, subjects));
		}

		shown(key, fact, tables, subjects) {
			const kind = kind_of(key), old = this.facts[key];

			if (kind === "word")
				return ((parseInt(fact || "0", 16) | parseInt(old || "0", 16)) &
					SHOWN_BITS) !== 0 || tables.has(table_of(key));
			if (kind === "proc" && !subjects.has(number_of(key)))
				return false;
			return (kind === "proc" || OBJECTS.has(kind)) &&
				outline(key, old) !== outline(key, fact);
		}
	}

	/* The children of subjects that a step makes are subjects. */
	function new_subjects(set, subjects) {
		for (const key in set)
			if (kind_of(key) === "proc" && set[key] &&
				subjects.has(set[key].parent))
				subjects.add(number_of(key));
	}

	/* ---- the rules --------------------------------------------------------- */

	function counts(step) {
		const {event} = step;

		return KEPT.has(event) ||
			(event === "call" || event === "return") &&
				COUNTED.has(name_of(step)) ||
			event === "served" && step.args[1] !== 0;
	}

	/* Rules 1 and 2: says of each step whether it is kept. */
	function chosen(film, subjects) {
		const facts = new Facts(film.start), keep = [], faults = {};

		film.steps.forEach((step, i) => {
			const set = step.set || {};

			new_subjects(set, subjects);
			keep[i] = subjects.has(step.pid) && counts(step) ||
				facts.shows(set, subjects);
			if (step.event === "fault")
				faults[step.pid] = i;
			else if (step.event === "served" && keep[i] && step.pid in faults)
				keep[faults[step.pid]] = true;
			facts.set(set);
		});
		return keep;
	}

	/* Copies of the steps that are kept; what the others set goes to the next
	 * one, or at the end to the last one. */
	function leave_out(steps, keep) {
		const kept = [];
		let waiting = {};

		steps.forEach((step, i) => {
			Object.assign(waiting, step.set);
			if (!keep[i])
				return;
			kept.push(Object.assign({}, step, {set: waiting}));
			waiting = {};
		});
		if (kept.length)
			Object.assign(kept[kept.length - 1].set, waiting);
		return kept;
	}

	/* Is a step the second half of the last one? */
	function belongs(last, step) {
		return last && JOINED[step.event] === last.event &&
			last.result === undefined &&
			(step.event === "access" || last.pid === step.pid);
	}

	/* Rule 3. */
	function join(steps) {
		const out = [];

		for (const step of steps) {
			const last = out[out.length - 1];

			if (!belongs(last, step)) {
				out.push(step);
				continue;
			}
			Object.assign(last.set, step.set);
			last.out = step.out;
			if (step.event === "return")
				Object.assign(last, {text: step.text, result: step.args[1]});
			else if (step.event === "served" && step.args[1])
				last.result = step.args[1];
		}
		return out;
	}

	/* Rule 4. */
	function once(steps, start, subjects) {
		const facts = new Facts(start), texts = {};

		return leave_out(steps, steps.map(step => {
			const again = step.event === "call" && step.result !== undefined &&
				texts[step.pid] === step.text &&
				!facts.shows(step.set, subjects);

			if (step.event === "call")
				texts[step.pid] = step.text;
			facts.set(step.set);
			return !again;
		}));
	}

	/* The one table whose words a fault changes, or -1. */
	function filled(step) {
		const tables = new Set(step.event !== "fault" ? []
			: Object.keys(step.set).filter(key => kind_of(key) === "word")
				.map(table_of));

		return tables.size === 1 ? [...tables][0] : -1;
	}

	/* Rule 5. */
	function runs(steps) {
		const out = [];
		let head = null, table = -1, between = {};

		for (const step of steps) {
			const here = filled(step);

			if (here >= 0 && here === table && step.pid === head.pid &&
			    step.out === head.out) {
				out.length = out.indexOf(head) + 1;
				head.alike = (head.alike || 1) + 1;
				Object.assign(head.set, between, step.set);
				head.out = step.out;
				between = {};
				continue;
			}
			out.push(step);
			if (step.event === "access" && head) {
				between = step.set;
			} else {
				[head, table, between] = [step, here, {}];
			}
		}
		return out;
	}

	/* The folded film; one that is folded already stays as it is. */
	function fold(film) {
		if (film.folded)
			return film;
		const subjects = new Set(film.steps.slice(0, 1).map(step => step.pid));
		const kept = leave_out(film.steps, chosen(film, subjects));
		const steps = once(join(kept), film.start, subjects);

		return Object.assign({}, film, {steps: runs(steps), folded: true});
	}

	return {fold, name_of};
})();
