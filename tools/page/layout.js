/*
 * tools/page/layout.js -- where everything stands, for the whole of a film.
 *
 * Nothing may move between two steps.  So a plan first sees every moment that
 * will be drawn, and notes which processes, words, tables and pages there are;
 * then each gets one place.  The first process stands on the left, the second on
 * the right, the third on the left again; physical memory is in the middle.
 *
 *	| process |   gap   | table of a segment |   gap   | process |
 *	| process |         | frame frame        |         |
 *
 * When there is much to show, all boxes of a kind become smaller together: MODES
 * has the sizes in the order in which they are tried.
 */
const Layout = (() => {
	const WIDTH = 1264, CARD = 316, GAP = 96, MIDDLE = 434, HEIGHT = 330;
	const TOP = 4, BETWEEN = 10, PROCESSES = 5, TABLES = 8;
	/* Of a process: title, one word, what is below, words at most. */
	const CARDS = [
		{title: 36, row: 68, foot: 56, most: 2, big: true},
		{title: 34, row: 56, foot: 54, most: 4},
		{title: 34, row: 56, foot: 30, most: 4},
		{title: 34, row: 56, foot: 4, most: 4},
		{title: 32, row: 34, foot: 4, most: 8},
		{title: 32, row: 34, foot: 4, most: 4},
		{title: 30, row: 34, foot: 4, most: 2},
		{title: 30, row: 34, foot: 4, most: 1},
	];
	/* Of a table: title, one word, words at most, the frames below. */
	const BOXES = [
		{title: 60, row: 44, most: 4, frames: 76, big: true},
		{title: 56, row: 34, most: 4, frames: 68},
		{title: 56, row: 34, most: 2, frames: 52},
		{title: 56, row: 34, most: 1, frames: 52},
		{title: 32, row: 34, most: 2, frames: 0},
		{title: 32, row: 34, most: 1, frames: 0},
		{title: 0, row: 34, most: 1, frames: 0},
	];
	const LINE = 24, ARROW = 20;

	/* The place of a word in the order of addresses; of a PDE it is whole. */
	const row_id = row => row.slot + (row.pte + 1) / 1025;

	class Plan {
		/* options: {program, wanted(process), height} */
		constructor(options = {}) {
			this.options = options;
			this.processes = new Map(); /* pid -> Set of row_id() */
			this.tables = new Map();    /* id -> {indexes, most} */
			this.made = null;
		}

		/* Is this process one of the lecture's, and not a server? */
		wanted(process) {
			const program = (this.options.program || "").split(" ")[0];
			const name = program.split("/").pop().slice(0, 15);

			return process.rows.length > 0 || this.options.wanted &&
				this.options.wanted(process) ||
				name !== "" && process.name === name;
		}

		/* Notes what a scene has. */
		see(scene) {
			for (const process of scene.processes)
				if (this.processes.has(process.pid) || this.wanted(process))
					this.see_process(process);
			for (const table of scene.tables)
				this.see_table(table);
			return this;
		}

		see_process(process) {
			const pid = process.pid;

			if (!this.processes.has(pid)) {
				this.processes.set(pid, new Set());
				this.made = null;
			}
			for (const row of process.rows)
				this.note(this.processes.get(pid), row_id(row));
		}

		see_table(table) {
			if (!this.tables.has(table.id)) {
				this.tables.set(table.id, {indexes: new Set(), most: 0});
				this.made = null;
			}
			const known = this.tables.get(table.id);

			for (const entry of table.entries)
				this.note(known.indexes, entry.index);
			known.most = Math.max(known.most, table.entries.length);
		}

		note(set, item) {
			if (set.has(item))
				return;
			set.add(item);
			this.made = null;
		}

		/* The places, made anew only when something new was seen. */
		get layout() {
			if (!this.made)
				this.made = make(this, this.options.height || HEIGHT);
			return this.made;
		}
	}

	const sorted = set => [...set].sort((a, b) => a - b);

	function card_height(rows, mode) {
		const shown = Math.min(rows, mode.most);

		return mode.title + Math.max(1, shown) * (mode.row + 4) +
			(rows > mode.most ? LINE : 0) + mode.foot;
	}

	/* Three or four frames are narrow, and have a line more. */
	const frames_height = (shown, mode) =>
		(shown < 3 ? Math.min(mode.frames, 56) : mode.frames);

	/* A low title also says how many pages have no row. */
	function box_height(pages, mode) {
		const shown = Math.min(pages, mode.most);

		if (!mode.title)
			return mode.row;
		return mode.title + Math.max(1, shown) * mode.row + 8 +
			(mode.title > 40 && pages > shown ? LINE : 0) +
			(mode.frames && shown ? ARROW + frames_height(shown, mode) : 0);
	}

	/* The space between two boxes of `column`. */
	const between = column => (column.length > 4 ? 5 : BETWEEN);

	/* The first mode in which all of `columns` fit into the height. */
	function choose(modes, columns, height_of, height) {
		const fits = mode => columns.every(column => column.reduce(
			(sum, item) => sum + height_of(item, mode) + between(column),
			TOP - between(column)) <= height);

		return modes.find(fits) || modes[modes.length - 1];
	}

	/* The words of a process that are drawn: those that link, if there are too
	 * many, and then the others. */
	function chosen_rows(known, most) {
		const all = [...known];

		return all.filter(id => id % 1 === 0).concat(
			all.filter(id => id % 1 !== 0)).slice(0, most)
			.sort((a, b) => a - b);
	}

	function place_cards(plan, layout, height) {
		const all = [...plan.processes].slice(0, PROCESSES);
		const sides = [0, 1].map(side => all.filter((_, i) => i % 2 === side));
		const most = Math.max(0, ...all.map(([, ids]) => ids.size));
		const whole = CARDS.filter(mode => mode.most >= most);
		const tall = (item, mode) => card_height(item[1].size, mode);
		const first = choose(whole.length ? whole : CARDS, sides, tall, height);
		const mode = choose([first, ...CARDS], sides, tall, height);

		sides.forEach((column, side) => {
			let y = TOP;

			for (const [pid, ids] of column) {
				const h = card_height(ids.size, mode);

				layout.cards.set(pid, {side, y, h, mode,
					x: side ? WIDTH - CARD - 3 : 3, w: CARD,
					rows: chosen_rows(ids, mode.most),
					left_out: Math.max(0, ids.size - mode.most)});
				y += h + BETWEEN;
			}
			layout.ends[side] = y;
		});
		layout.more_processes = plan.processes.size - all.length;
	}

	function place_frames(box, y) {
		const n = box.rows.length;
		const w = Math.floor(n < 3 ? (MIDDLE - 10) / 2
			: (MIDDLE - 10 * (n - 1)) / n);

		return box.rows.map((index, i) => ({index, w, y,
			x: Math.round(box.x + i * (w + 10)),
			h: frames_height(n, box.mode)}));
	}

	function place_boxes(plan, layout, height) {
		const all = [...plan.tables].slice(0, TABLES);
		const more = plan.tables.size - all.length;
		const room = height - (more ? LINE : 0);
		const mode = choose(BOXES, [all],
			(item, mode) => box_height(item[1].indexes.size, mode), room);
		let y = TOP;

		for (const [id, known] of all) {
			const pages = known.indexes.size;
			const rows = sorted(known.indexes).slice(0, mode.most);
			const h = box_height(pages, mode);
			const frames = frames_height(rows.length, mode);
			const below = frames && rows.length ? ARROW + frames : 0;
			const box = {x: CARD + GAP + 6, y, w: MIDDLE, h: h - below, mode, rows,
				left_out: pages - rows.length};

			box.frames = below ? place_frames(box, y + h - frames) : [];
			layout.boxes.set(id, box);
			y += h + between(all);
		}
		layout.more_tables = more;
		layout.middle_end = y;
	}

	function make(plan, height) {
		const layout = {width: WIDTH, height, cards: new Map(),
			boxes: new Map(), ends: [TOP, TOP]};

		place_cards(plan, layout, height);
		place_boxes(plan, layout, height);
		return layout;
	}

	return {Plan, row_id, WIDTH, CARD, GAP, MIDDLE, HEIGHT};
})();
