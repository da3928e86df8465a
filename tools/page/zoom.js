/*
 * tools/page/zoom.js -- the steps that a person walks through, in two zooms.
 *
 * "events" has each step of a folded film.  "calls" has one step for what a
 * process asked for: a call with all that the kernel did until it returned, or
 * an access to memory with the fault that it caused.  Both are views of the same
 * states, so a step of the one ends where a step of the other ends.
 *
 * A view step is {first, last, step, call}: the steps of the film that it covers,
 * from the first to the last; the step that gives it its name; and the name of
 * the call that is under way.
 */
const Zoom = (() => {
	const ZOOMS = ["events", "calls"];

	/* The name of the call that each process is in, at each step. */
	function calls(steps) {
		const now = {};

		return steps.map(step => {
			if (step.event === "call")
				now[step.pid] = Fold.name_of(step);
			const name = now[step.pid] || "";

			if (step.event === "return" || step.result !== undefined)
				delete now[step.pid];
			return name;
		});
	}

	const is_open = step => step.event === "call" && step.result === undefined;

	/* Does `step` belong to the group of steps that ends with `last`? */
	function continues(group, last, step) {
		if (step.pid !== group.step.pid)
			return false;
		if (is_open(group.step))
			return last.event !== "return" && step.event !== "call";
		return group.step.event === "fault" && step.event === "access";
	}

	/* The call of a group, with the text of its return if it has come back. */
	function named(group, steps) {
		const last = steps[group.last];

		if (!is_open(group.step) || last.event !== "return")
			return group.step;
		return Object.assign({}, group.step,
			{text: last.text, result: last.args[1]});
	}

	function groups(steps, names) {
		const out = [];

		steps.forEach((step, i) => {
			const group = out[out.length - 1];

			if (group && continues(group, steps[i - 1], step))
				group.last = i;
			else
				out.push({first: i, last: i, step, call: names[i]});
		});
		for (const group of out)
			group.step = named(group, steps);
		return out;
	}

	/* The view steps of a film; a zoom that does not exist is "events". */
	function views(film, zoom) {
		const names = calls(film.steps);

		return zoom === "calls" ? groups(film.steps, names)
			: film.steps.map((step, i) =>
				({first: i, last: i, step, call: names[i]}));
	}

	/* The place among `views` of the step `index` of the film. */
	function place(all, index) {
		const at = all.findIndex(view => view.last >= index);

		return at < 0 ? all.length - 1 : at;
	}

	return {ZOOMS, views, place};
})();
