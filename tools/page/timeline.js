/*
 * tools/page/timeline.js -- all steps of a film on one line for each process.
 *
 *	triangle  a page fault          square   page-table words linked or cleared
 *	circle    a call                diamond  all else
 *
 * A filled shape is a step that changed a word.  The height is always the same:
 * with more than three processes the lines move together, and only the line of
 * this step has its name.
 *
 *	Timeline.draw(marks)             marks: [{pid, name, event, changed}]
 *	Timeline.cursor(marks, at)       the frame around the step that is shown
 */
const Timeline = (() => {
	const WIDTH = 1264, HEIGHT = 56, LEFT = 92, RIGHT = 14, LANES = 6;

	/* The line of each process, from the top; the last takes all that is left. */
	function lanes(marks) {
		const pids = [...new Set(marks.map(mark => mark.pid))].sort(
			(a, b) => a - b);
		const count = Math.max(1, Math.min(pids.length, LANES));
		const gap = Math.min(18, (HEIGHT - 16) / Math.max(1, count - 1));
		const top = (HEIGHT - gap * (count - 1)) / 2;

		return {pids, count, y: pid => Math.round(top + gap *
			Math.min(pids.indexOf(pid), count - 1))};
	}

	const room = marks => (WIDTH - LEFT - RIGHT) / Math.max(1, marks.length);
	const x_of = (marks, at) => Math.round((LEFT + (at + 0.5) * room(marks)) * 10)
		/ 10;

	function shape(event, x, y, r) {
		switch (event) {
		case "fault":
		case "served":
			return `<path d="M${x - r} ${y + r}h${2 * r}L${x} ${y - r}z"`;
		case "link":
		case "unlink":
		case "rights":
			return `<rect x="${x - r}" y="${y - r}" width="${2 * r}" ` +
				`height="${2 * r}"`;
		case "call":
		case "return":
			return `<circle cx="${x}" cy="${y}" r="${r}"`;
		default:
			return `<path d="M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}` +
				`L${x} ${y + r}z"`;
		}
	}

	/* The smaller the room, the smaller the shapes. */
	function radius(marks) {
		return Math.max(1.5, Math.min(5.5, room(marks) / 2 - 0.5));
	}

	function label(lane, mark, current) {
		return `<text x="2" y="${lane.y(mark.pid) + 6}" class="s` +
			`${current ? " current" : ""}">` + Text.escape(Text.fit(mark.name ||
				"pid " + mark.pid, LEFT - 6, {size: 17})) + "</text>";
	}

	function labels(lane, marks, at) {
		const now = marks[at];

		return lane.count <= 3 ? lane.pids.slice(0, 3).map(pid => label(lane,
			marks.find(mark => mark.pid === pid), now && now.pid === pid))
			.join("") : now ? label({y: () => HEIGHT / 2}, now, true) : "";
	}

	function draw(marks) {
		const lane = lanes(marks), r = radius(marks);
		let out = "";

		for (const pid of lane.pids.slice(0, LANES))
			out += `<path class="lane" d="M${LEFT} ${lane.y(pid)}H` +
				`${WIDTH - RIGHT}"/>`;
		marks.forEach((mark, i) => {
			out += shape(mark.event, x_of(marks, i), lane.y(mark.pid), r) +
				` class="mark${mark.changed ? " full" : ""}"/>`;
		});
		return `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" ` +
			`viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${out}` +
			`<g class="now"></g></svg>`;
	}

	/* What moves: the frame around the step, and the names of the lines. */
	function cursor(marks, at) {
		const lane = lanes(marks);

		if (!marks[at])
			return labels(lane, marks, at);
		const x = x_of(marks, at), y = lane.y(marks[at].pid);

		return `<path class="cursor" d="M${x} 1V${HEIGHT - 1}"/>` +
			shape(marks[at].event, x, y, 7.5) + ' class="current"/>' +
			labels(lane, marks, at);
	}

	/* Which step lies under a place, given as a part of the width. */
	function step_at(marks, part) {
		const at = Math.floor((part * WIDTH - LEFT) / room(marks));

		return Math.max(0, Math.min(marks.length - 1, at));
	}

	return {draw, cursor, step_at};
})();
