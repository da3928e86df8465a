/*
 * tools/page/picture.js -- two moments become one picture, as an SVG.
 *
 * Processes stand left and right, physical memory is in the middle.  A frame is
 * drawn once, so sharing is two lines into one box.  A segment's page table is a
 * box of its own.  What differs from the moment before has a yellow ground, a
 * thick border, and its old value beside it.  A cleared word keeps its place.
 * Rights are a letter and a line style, and no meaning is a colour alone.
 *
 *	Picture.draw(facts, before, options)   options: plan, gone, scene, label
 *	Picture.twin(facts)                    the same as text (twin.js)
 *
 * Both are pure: the same facts give the same text, in a browser and elsewhere.
 * Without a plan (layout.js) the picture is laid out for these two moments.
 */
const Picture = (() => {
	const ZERO = "00000000";
	const MONO = {size: 17, mono: true}, SANS = {size: 17};
	const HEAD = '<defs><marker id="head" viewBox="0 0 10 10" refX="9" ' +
		'refY="5" markerUnits="userSpaceOnUse" markerWidth="16" ' +
		'markerHeight="16" orient="auto"><path d="M0 0L10 5L0 10z" ' +
		'fill="#111"/></marker></defs>';

	function text(x, y, said, style = "", anchor = "") {
		return `<text x="${x}" y="${y}"` +
			(style ? ` class="${style}"` : "") +
			(anchor ? ` text-anchor="${anchor}"` : "") +
			`>${Text.escape(said)}</text>`;
	}

	function rect(x, y, w, h, style) {
		return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="3" ` +
			`class="${style}"/>`;
	}

	/* A page-table word: the frame's five digits, and the three of the flags. */
	function word_text(x, y, value, big) {
		return `<text x="${x}" y="${y}" class="word${big ? " big" : ""}` +
			`${value === ZERO ? " zero" : ""}">${value.slice(0, 5)}` +
			`<tspan class="flags">${value.slice(5)}</tspan></text>`;
	}

	function was_text(x, y, value, old) {
		return `<text x="${x}" y="${y}" class="was" text-anchor="end">` +
			(old ? "" : "was ") + `<tspan class="struck">${value}</tspan></text>`;
	}

	/* ---- what this step changed ------------------------------------------ */

	/* The marks of a word: its value now, the one before, and its style. */
	function marks(view, item) {
		const now = view.facts[item.key] || ZERO;
		const before = view.before ? view.before[item.key] || ZERO : now;
		const changed = before !== now;
		const last = view.gone[item.key] || ZERO;

		return {now, changed, was: changed ? before : item.ghost ? last : "",
			style: changed ? " changed" : item.ghost ? " ghost" : ""};
	}

	function group(key, inside, changed) {
		return `<g data-key="${key}"${changed ? ' data-changed="1"' : ""}>` +
			inside + "</g>";
	}

	/* ---- a process --------------------------------------------------------- */

	/* What a word allows; one that is 0 allows nothing, and needs no letters. */
	function rights(value, pde) {
		return value === ZERO ? "" : Scene.rights(parseInt(value, 16), pde);
	}

	function row_label(row) {
		return row.kind === "linked" ? "PDE " + row.slot : "PTE " + row.pte;
	}

	/* A word on two lines: with its address, and the old value under it. */
	function tall_row(view, row, x, y, w, mode) {
		const mark = marks(view, row);
		const bits = rights(mark.now, row.kind === "linked");
		const first = y + (mode.big ? 29 : 24), second = y + mode.row - 9;

		return group(row.key, rect(x, y, w, mode.row, "slot" + mark.style) +
			text(x + 9, first, row_label(row), "b") +
			word_text(x + (mode.big ? 103 : 104), first + 1, mark.now,
				mode.big) +
			text(x + w - 8, first, bits, "m b", "end") +
			text(x + 9, second, "0x" + Text.hex(row.address, 8), "m") +
			(mark.was ? was_text(x + w - 8, second, mark.was) : ""),
		mark.changed);
	}

	/* A word on one line, with its slot, or for a PTE the number of its page; the
	 * old value stands in the place of the rights. */
	function flat_row(view, row, x, y, w, mode) {
		const mark = marks(view, row);
		const bits = rights(mark.now, row.kind === "linked");

		return group(row.key, rect(x, y, w, mode.row, "slot" + mark.style) +
			(row.kind === "linked" ? text(x + 7, y + 24, row.slot, "b")
				: text(x + 6, y + 24, Text.hex(row.address >>> 12, 5), "m b")) +
			word_text(x + 62, y + 25, mark.now) +
			(mark.was ? was_text(x + w - 6, y + 24, mark.was)
				: text(x + w - 8, y + 24, bits, "m b", "end")),
		mark.changed);
	}

	function state_text(process) {
		const names = {"sending": "sends to ", "reply-wait": "waits for "};

		if (process.over)
			return process.state === "zombie" ? "has ended (zombie)"
				: "has ended";
		if (process.running)
			return "running";
		return names[process.state] && process.peer > 0
			? names[process.state] + "server" : process.state;
	}

	function card_foot(process, place) {
		const {x, y, w, h, mode} = place;
		const frame = "CR3 " + Text.hex(process.cr3, 5);
		const mine = [...process.privates].join(", ");

		if (mode.foot < 30)
			return "";
		const first = y + h - mode.foot + 22;

		return text(x + 14, first, frame, "m" + (process.over ? " dim" : "")) +
			text(x + w - 12, first, state_text(process), "s", "end") +
			(mode.foot < 50 || process.over || !mine ? ""
				: text(x + 14, first + 23, Text.fit("private: " + mine,
					w - 28, SANS), "s dim"));
	}

	/* The title; a small card has its state here, and another one the user, if
	 * that is not root. */
	function card_title(process, place) {
		const {x, y, w, mode} = place;
		const right = mode.foot < 30
			? process.running ? "running" : process.over ? "ended" : ""
			: process.uid ? "uid " + process.uid : "";
		const pid = "pid " + process.pid;
		const room = w - 26 - Text.width(pid + " " + right, SANS) - 24;
		const name = Text.fit(process.name, room,
			{size: 20, mono: true, bold: true});
		const after = x + 20 + name.length * 12.04 + 4;

		return text(x + 13, y + 24, name, "name" +
			(process.over ? " dim" : "")) +
			text(Math.round(after), y + 24, pid, "s") +
			text(x + w - 12, y + 24, right, "s", "end");
	}

	function card_rows(view, process, place) {
		const {x, y, w, mode} = place;
		const draw = mode.row > 40 ? tall_row : flat_row;
		let out = "";

		place.rows.forEach((id, i) => {
			const row = process.rows.find(row => Layout.row_id(row) === id);
			const at = y + mode.title + i * (mode.row + 4);

			if (!row)
				return;
			out += draw(view, row, x + 6, at, w - 12, mode);
			view.ports.push(Object.assign({row, y: at + mode.row / 2,
				x: place.side ? x + 6 : x + w - 6}, marks(view, row)));
		});
		if (!place.rows.length)
			out += text(x + 14, y + mode.title + 24, "nothing shared", "s dim");
		return out + (place.left_out ? rest_of_card(view, process, place) : "");
	}

	/* The words of a process that have no row of their own. */
	function rest_of_card(view, process, place) {
		const rest = process.rows.filter(
			row => !place.rows.includes(Layout.row_id(row)));
		const y = place.y + place.mode.title +
			place.rows.length * (place.mode.row + 4) + 18;

		return rest_text(view, rest, "more word", place.x + 6, y);
	}

	/* "... and 125 more pages, 3 changed" */
	function rest_text(view, rest, what, x, y) {
		const alive = rest.filter(item => !item.ghost).length;
		const changed = rest.filter(item => marks(view, item).changed).length;
		const said = "\u2026 and " + Text.count(alive, what) +
			(changed ? ", " + changed + " changed" : "");

		return alive || changed ? marked_text(said, x, y, changed) : "";
	}

	/* A text that has a mark when it stands for words that have changed. */
	function marked_text(said, x, y, changed) {
		return (changed ? `<g data-rest="${changed}">` + rect(x, y - 18,
			Math.round(Text.width(said, SANS)) + 20, 25, "slot changed")
			: "<g>") + text(x + 8, y, said, "s") + "</g>";
	}

	function card(view, process, place) {
		const style = "card" + (process.over ? " over"
			: process.running ? " running" : "");

		return `<g data-pid="${process.pid}">` +
			rect(place.x, place.y, place.w, place.h, style) +
			card_title(process, place) + card_rows(view, process, place) +
			card_foot(process, place) + "</g>";
	}

	/* ---- a segment's page table, and its frames ---------------------------- */

	/* Where the word of an entry begins, behind a label of this length. */
	function after_label(label, big) {
		return label.length > 8 ? 108 : label.length > 6 ? 94
			: big ? 72 : 76;
	}

	function entry_row(view, entry, box, y, label) {
		const mark = marks(view, entry), h = box.mode.row - 2;
		const bits = rights(mark.now, false);
		const big = box.mode.big && label.length < 6;
		const x = box.x + 10, w = box.w - 20;
		const word = x + after_label(label, big), base = y + h / 2;

		return group(entry.key, rect(x, y, w, h, "slot" + mark.style) +
			text(x + 8, base + 6, label, label.length > 8 ? "m b" : "b") +
			word_text(word, base + (big ? 9 : 8), mark.now, big) +
			text(word + (big ? 131 : 116), base + 6, bits, "m b") +
			(mark.was ? was_text(x + w - 7, base + 6, mark.was) : ""),
		mark.changed);
	}

	/* What is said of the segment, and whether this step changed it. */
	function segment_said(view, segment, kind) {
		const key = "segment " + segment.shmid;
		const old = view.before && view.before[key];
		const now = view.facts[key];
		const was = old && now && old.nattch !== now.nattch
			? " (was " + old.nattch + ")" : "";

		return {key, changed: Boolean(view.before) && !same(old, now),
			text: kind + " " + segment.shmid + (now
				? " \u00b7 nattch " + now.nattch + was +
					(now.mode & Scene.DEST ? " \u00b7 dest" : "")
				: " \u00b7 destroyed")};
	}

	/* Is what the picture says of a segment the same? */
	function same(a, b) {
		return Boolean(a) === Boolean(b) && (!a || a.nattch === b.nattch &&
			(a.mode & Scene.DEST) === (b.mode & Scene.DEST));
	}

	function segment_text(view, table, x, y, kind = "segment") {
		if (!table.segment)
			return text(x, y, "the table of a segment", "s");
		const said = segment_said(view, table.segment, kind);

		return group(said.key, (said.changed ? rect(x - 5, y - 18,
			Math.round(Text.width(said.text, SANS)) + 14, 25, "slot changed")
			: "") + text(x, y, said.text, "s"), said.changed);
	}

	function box_title(view, table, box) {
		const name = !table.frame ? "no page table yet"
			: (box.mode.title > 40 ? "page table " : "table ") +
				Text.hex(table.frame, 5);
		const style = "h" + (table.frame && !table.over ? "" : " dim");

		if (box.mode.title > 40)
			return text(box.x + 16, box.y + 25, name, style) +
				segment_text(view, table, box.x + 16, box.y + 48);
		const rest = table.entries.filter(
			entry => !box.rows.includes(entry.index));
		const said = "+" + rest.length;

		return text(box.x + 14, box.y + 24, name, "b") +
			segment_text(view, table, box.x + 142, box.y + 24, "seg.") +
			(rest.length ? marked_text(said, box.x + box.w - 22 -
				Math.round(Text.width(said, SANS)), box.y + 24,
			rest.filter(entry => marks(view, entry).changed).length) : "");
	}

	/* The entries that have no row of their own; a low title has no room. */
	function rest_of_box(view, table, box) {
		const rest = table.entries.filter(
			entry => !box.rows.includes(entry.index));

		return !box.left_out || box.mode.title < 40 ? ""
			: rest_text(view, rest, "more page", box.x + 10,
				box.y + box.h - 11);
	}

	/* The one line of a table that has no room for more. */
	function box_line(view, table, box) {
		const entry = table.entries.find(entry => marks(view, entry).changed) ||
			table.entries.find(entry => !entry.ghost);

		if (!entry)
			return text(box.x + 14, box.y + 25, (table.frame
				? Text.hex(table.frame, 5) : "no table"), "b") +
				segment_text(view, table, box.x + 100, box.y + 25);
		return entry_row(view, entry, box, box.y + 1,
			Text.hex(table.frame, 5) + ":" + entry.index);
	}

	function box_rows(view, table, box) {
		let out = "";

		box.rows.forEach((index, i) => {
			const entry = table.entries.find(entry => entry.index === index);

			if (entry)
				out += entry_row(view, entry, box,
					box.y + box.mode.title + i * box.mode.row, "PTE " + index);
		});
		if (table.frame && !table.entries.length)
			out += text(box.x + 18, box.y + box.mode.title + 22,
				"no page is present yet", "s dim");
		return out + rest_of_box(view, table, box);
	}

	function frame_content(view, frame, place) {
		const key = "frame " + frame.toString(16);

		return Text.fit(Text.bytes(view.facts[key] || "", place.w > 150 ? 2 : 1),
			place.w - 12, MONO);
	}

	/* Did this step change what a frame that stays holds? */
	function refilled(view, frame) {
		const key = "frame " + frame.toString(16);

		return view.before && key in view.facts && key in view.before &&
			view.facts[key] !== view.before[key];
	}

	/* One frame; it is drawn for the entry that shows it. */
	function frame_box(view, entry, place) {
		const frame = Scene.frame_of(entry.word);
		const mark = marks(view, entry);
		const {x, y, w, h} = place, name = Text.hex(frame, 5);
		const style = "frame" + (entry.ghost ? " over"
			: refilled(view, frame) ? " changed" : "");
		const content = !entry.ghost ? frame_content(view, frame, place)
			: view.frames.has(frame) ? "" : "free";
		const narrow = h > 60 && w < 150;

		view.frames.set(frame, {x, y: y + h / 2, w});
		return `<g data-frame="${name}">` + rect(x, y, w, h, style) +
			(narrow ? text(x + 7, y + 19, "frame", "s") +
				text(x + 7, y + 40, name, "b")
				: text(x + 8, y + 22, "frame " + name, "b")) +
			text(x + 8, y + h - 10, content, "m") +
			arrow(x + w / 2, y - 19, y - 1, mark.changed, entry.ghost) + "</g>";
	}

	function arrow(x, from, to, changed, ghost) {
		return ghost && !changed ? "" : `<path d="M${x} ${from}L${x} ${to}" ` +
			`class="line${changed ? " changed" : ""}${ghost ? " cut" : ""}" ` +
			`marker-end="url(#head)"/>`;
	}

	function box(view, table, place) {
		const {x, y, w, h, mode} = place;
		const style = table.over || !table.frame ? " over" : "";
		let out = rect(x, y, w, h, "table" + style);

		if (mode.title > 40)
			out += rect(x + 4, y + 4, w - 8, h - 8, "inner" + style);
		out += mode.title ? box_title(view, table, place) +
			box_rows(view, table, place) : box_line(view, table, place);
		for (const at of place.frames) {
			const entry = table.entries.find(entry => entry.index === at.index);

			if (entry)
				out += frame_box(view, entry, at);
		}
		return `<g data-table="${Text.hex(table.frame, 5)}">` + out + "</g>";
	}

	/* ---- lines ------------------------------------------------------------- */

	/* The place that a row's line goes to: a table's box; a frame's; or, if that
	 * is not drawn, the box of the table that holds it. */
	function target(view, port) {
		const frame = Scene.frame_of(port.row.word);

		return port.row.kind === "linked" ? view.tables.get(frame)
			: view.frames.get(frame) || view.holders.get(frame);
	}

	/* The lines into one side of a box arrive one below the other. */
	function arrivals(view) {
		const sides = new Map();

		for (const port of view.ports) {
			const to = target(view, port);

			if (!to || port.row.ghost && !port.changed)
				continue;
			const left = port.x < Layout.WIDTH / 2;
			const key = (left ? "l" : "r") + to.x + "/" + to.y;

			if (!sides.has(key))
				sides.set(key, {to, left, ports: []});
			sides.get(key).ports.push(port);
		}
		return [...sides.values()];
	}

	function line_style(port) {
		const word = port.row.word;

		return port.row.ghost ? "cut" : !(word & Scene.P) ? "absent"
			: word & Scene.RW ? "" : "readonly";
	}

	function line_label(port) {
		return port.row.ghost ? "\u00d7" : !(port.row.word & Scene.P) ? "--"
			: port.row.word & Scene.RW ? "rw" : "r-";
	}

	/* From a word to a box: first what the word allows, then a curve. */
	function line(port, left, x, y) {
		const from = port.x + (left ? 44 : -44);
		const label = port.x + (left ? 26 : -26);
		const middle = Math.round((from + x) / 2);
		const style = line_style(port) + (port.changed ? " changed" : "");

		return `<path d="M${port.x} ${port.y}H${from}C${middle} ${port.y} ` +
			`${middle} ${y} ${x} ${y}" class="line ${style}"` +
			(port.row.ghost ? "/>" : ' marker-end="url(#head)"/>') +
			rect(label - 14, port.y - 13, 28, 25, "label") +
			text(label, port.y + 6, line_label(port), "m b", "middle");
	}

	function lines(view) {
		let out = "";

		for (const {to, left, ports} of arrivals(view)) {
			const room = Math.max(0, (to.h || 40) - 40);
			const step = Math.min(30, room / Math.max(1, ports.length - 1));

			ports.forEach((port, i) => {
				out += line(port, left, left ? to.x - 1 : to.x + to.w + 1,
					to.h ? to.y + Math.min(24, to.h / 2) + i * step : to.y);
			});
		}
		return out;
	}

	/* ---- the whole --------------------------------------------------------- */

	/* What was before and is no more, when nobody remembers it for us. */
	function missing(before, facts) {
		const gone = {};

		for (const key in before || {})
			if (!(key in facts))
				gone[key] = before[key];
		return gone;
	}

	function plan_for(facts, before, gone, options) {
		const plan = new Layout.Plan(options);

		if (before)
			plan.see(Scene.make(before));
		return plan.see(Scene.make(facts, gone));
	}

	/* How many words changed of what has no place in the picture. */
	function unseen(view, items, places, id) {
		return items.filter(item => !places.has(item[id])).flatMap(
			item => item.rows || item.entries).filter(
			word => marks(view, word).changed).length;
	}

	/* The processes and tables that have no place. */
	function more(view, scene, layout) {
		const said = "+" + layout.more_processes + " more processes";
		const tables = "+" + layout.more_tables + " more page tables";

		return (layout.more_processes > 0 ? marked_text(said,
			Layout.WIDTH - 30 - Math.round(Text.width(said, SANS)),
			layout.ends[1] + 18,
			unseen(view, scene.processes, layout.cards, "pid")) : "") +
			(layout.more_tables > 0 ? marked_text(tables, Layout.WIDTH / 2 - 90,
				layout.middle_end + 8,
				unseen(view, scene.tables, layout.boxes, "id")) : "");
	}

	function nothing(scene) {
		return scene.segments.length ? "" : text(Layout.WIDTH / 2, 150,
			"no segment yet", "s dim", "middle");
	}

	function body(view, scene, layout) {
		let cards = "", boxes = "";

		for (const table of scene.tables)
			if (layout.boxes.has(table.id)) {
				const place = layout.boxes.get(table.id);

				boxes += box(view, table, place);
				if (table.frame && !view.tables.has(table.frame))
					view.tables.set(table.frame, place);
				for (const entry of table.entries)
					view.holders.set(Scene.frame_of(entry.word), place);
			}
		for (const process of scene.processes)
			if (layout.cards.has(process.pid))
				cards += card(view, process, layout.cards.get(process.pid));
		return boxes + cards + lines(view);
	}

	function draw(facts, before = null, options = {}) {
		const gone = options.gone || missing(before, facts);
		const plan = options.plan || plan_for(facts, before, gone, options);
		const scene = options.scene || Scene.make(facts, gone);
		const layout = plan.layout;
		const view = {facts, before, gone, ports: [], frames: new Map(),
			tables: new Map(), holders: new Map()};

		return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" ` +
			`viewBox="0 0 ${layout.width} ${layout.height}" role="img" ` +
			(options.label || 'aria-label="page tables"') + ">" + HEAD +
			nothing(scene) + body(view, scene, layout) +
			more(view, scene, layout) + "</svg>";
	}

	return {draw, twin: Twin.text};
})();
