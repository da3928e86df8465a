/*
 * tools/page/fold.js -- a film without what concerns nobody who looks at memory.
 *
 * The five rules stand in abi/film.md, section "Folding", and tools/film --fold
 * keeps them in Python; a test compares the two.  The result is a film: whoever
 * can show a film can show a folded one.
 */
const Fold = (() => {
	const COUNT = new Set(("shmget shmat shmdt shmctl semget semop semtimedop " +
		"semtimedop_time64 semctl msgget msgsnd msgrcv msgctl fork vfork " +
		"clone execve exit exit_group kill mmap2 munmap mprotect waitpid " +
		"wait4").split(" "));
	const ALWAYS = new Set(["link", "unlink", "rights", "fork", "exec", "exit"]);
	const SHOWN = new Set(["word", "segment", "sem", "msg"]);

	const kind_of = key => key.split(" ")[0];
	const name_of = step => (step.text || "").split("(")[0];

	/* A process without what changes at every switch. */
	function outline(fact) {
		const {state, peer, ...rest} = fact || {};

		return fact ? JSON.stringify(rest) : "";
	}

	/* Does a step change a fact that is shown?  `facts`: before it. */
	function shows(set, facts) {
		return Object.keys(set || {}).some(key => SHOWN.has(kind_of(key)) ||
			kind_of(key) === "proc" &&
			outline(set[key]) !== outline(facts[key]));
	}

	function adopt(subjects, set) {
		for (const key in set || {}) {
			const fact = set[key];

			if (kind_of(key) === "proc" && fact && subjects.has(fact.parent))
				subjects.add(Number(key.slice(5)));
		}
	}

	function wanted(step, subjects, facts) {
		if (step.event === "call" || step.event === "return") {
			if (subjects.has(step.pid) && COUNT.has(name_of(step)))
				return true;
		}
		return ALWAYS.has(step.event) ||
			step.event === "served" && step.args[1] !== 0 ||
			shows(step.set, facts);
	}

	function apply(facts, set) {
		for (const key in set || {})
			if (set[key] === null)
				delete facts[key];
			else
				facts[key] = set[key];
	}

	/* Rules 1 and 2: which steps are kept. */
	function chosen(film) {
		const facts = Object.assign({}, film.start), keep = [];
		const subjects = new Set(film.steps.slice(0, 1).map(step => step.pid));
		const fault = {};

		film.steps.forEach((step, i) => {
			adopt(subjects, step.set);
			keep[i] = wanted(step, subjects, facts);
			if (step.event === "fault")
				fault[step.pid] = i;
			if (step.event === "served" && keep[i] && step.pid in fault)
				keep[fault[step.pid]] = true;
			apply(facts, step.set);
		});
		return keep;
	}

	/* Keeps some steps; what the others set goes to the next that is kept. */
	function filter(steps, keep, start) {
		const kept = [];
		let waiting = {};

		steps.forEach((step, i) => {
			const set = Object.assign({}, waiting, step.set);

			waiting = keep[i] ? {} : set;
			if (keep[i])
				kept.push(Object.assign({}, step, {set}));
		});
		if (kept.length)
			Object.assign(kept[kept.length - 1].set, waiting);
		return kept;
	}

	function joined(first, second) {
		const set = Object.assign({}, first.set, second.set);
		const step = Object.assign({}, first, {set, out: second.out});

		if (second.event === "return")
			Object.assign(step, {text: second.text, result: second.args[1]});
		return step;
	}

	const PAIRS = {return: "call", served: "fault", access: "access"};

	/* Rule 3: a call and its return, a fault and its end, are one step. */
	function join(steps) {
		const out = [];

		for (const step of steps) {
			const last = out[out.length - 1];

			if (last && PAIRS[step.event] === last.event &&
				last.result === undefined && (step.event === "access" ||
				last.pid === step.pid))
				out[out.length - 1] = joined(last, step);
			else
				out.push(step);
		}
		return out;
	}

	/* Rule 4: who waits by asking again and again is shown once. */
	function once(steps, start) {
		const facts = Object.assign({}, start), last = {};
		const keep = steps.map(step => {
			const again = step.event === "call" && step.result !== undefined &&
				!shows(step.set, facts) && last[step.pid] === step.text;

			if (step.event === "call" && !again)
				last[step.pid] = step.text;
			apply(facts, step.set);
			return !again;
		});

		return filter(steps, keep);
	}

	/* The page tables in which a fault changed words. */
	function tables(step) {
		return [...new Set(Object.keys(step.set || {})
			.filter(key => kind_of(key) === "word")
			.map(key => key.slice(5, 10)))].join(" ");
	}

	/* Rule 5: a run of faults that fill one table is one step. */
	function runs(steps) {
		const out = [];
		let head = null, table = "";

		for (const step of steps) {
			const here = step.event === "fault" ? tables(step) : "";

			if (head && (step.event === "access" || here && here === table &&
				step.pid === head.pid)) {
				pending_join(head, step);
				continue;
			}
			head = here ? step : null;
			table = here;
			out.push(step);
		}
		return out;
	}

	function pending_join(head, step) {
		Object.assign(head.set, step.set);
		head.out = step.out;
		if (step.event === "fault")
			head.alike = (head.alike || 1) + 1;
	}

	/* The folded film; one that is folded already stays as it is. */
	function fold(film) {
		if (film.folded)
			return film;
		const kept = filter(film.steps, chosen(film));
		const steps = runs(once(join(kept), film.start));

		return Object.assign({}, film, {steps, folded: true});
	}

	return {fold, name_of};
})();
