/*
 * tools/page/player.js -- plays a film: any step, forward or back.
 *
 * The state of the player is small: the film, folded; which zoom; which step.
 * show() makes everything on the screen out of these, so each step looks the
 * same whichever way it was reached.  The address of the page says the step,
 * and a changed address changes the step: #step=15, #step=4&zoom=calls.
 *
 *	Player.start(film, options)    fills the page, and returns the player
 *	player.grow(film)              the film has more steps now
 */
const Player = (() => {
	const $ = name => document.getElementById(name);
	const LINES = 3; /* of the table of segments */
	const LONG = 2400; /* what two lines of 20 pixels hold for certain */
	const PLAN_KINDS = /^(word|segment|proc) /;

	const is_play = film => /^(\S*\/)?stage\b/.test(film.program);

	/* The folded film; that of a play also without its strings.  A film of which
	 * folding would leave nothing stays as it is. */
	function folded(film) {
		const made = Fold.fold(film);

		if (!made.steps.length)
			return film;
		return is_play(film) ? Staged.film(made, Staged.cast(film)) : made;
	}

	/* Who is shown of a play, although nothing is shared: the actors. */
	function actors(film) {
		const names = is_play(film) ? Staged.cast(film) : [];

		return process => names.includes(process.name);
	}

	class Player {
		constructor(film, options = {}) {
			this.options = options;
			this.zoom = "events";
			this.at = 0;
			this.picked = 0;
			this.listeners = [];
			this.load(film);
		}

		/* ---- the film -------------------------------------------------- */

		/* Takes a film, folds it, and plans where all of it stands. */
		load(film) {
			this.film = (this.options.fold || folded)(film);
			this.now = new State.Walk(this.film);
			this.before = new State.Walk(this.film);
			this.plan = new Layout.Plan({program: film.program,
				wanted: this.options.wanted || actors(film),
				height: this.options.height});
			this.keys = new Set();
			this.names = new Map(); /* of each process, the last one */
			this.see();
			this.list();
		}

		grow(film) {
			const at = this.at;

			this.load(film);
			this.show(at);
		}

		/* Shows every moment to the plan, from the start on. */
		see() {
			const walk = new State.Walk(this.film);

			this.see_moment(walk);
			for (const step of this.film.steps) {
				walk.forward();
				if (Object.keys(step.set || {}).some(
					key => PLAN_KINDS.test(key)))
					this.see_moment(walk);
			}
		}

		/* Notes what there is at one moment, and which words are drawn. */
		see_moment(walk) {
			const scene = Scene.make(walk.facts, walk.gone);

			this.plan.see(scene);
			for (const process of scene.processes)
				this.names.set(process.pid, process.name);
			for (const item of scene.processes.concat(scene.tables))
				for (const word of item.rows || item.entries)
					this.keys.add(word.key);
		}

		/* A process by its name, if no other has the same, and else by its pid. */
		who(pid) {
			const name = this.names.get(pid);
			const same = [...this.names.values()].filter(
				other => other === name);

			return name && same.length === 1 ? name : "pid " + pid;
		}

		/* Does the step of the film change a word that is drawn? */
		changes(step) {
			return Object.keys(step.set || {}).some(key => this.keys.has(key));
		}

		list() {
			this.views = Zoom.views(this.film, this.zoom);
			this.marks = this.views.map(view => ({pid: view.step.pid,
				name: this.who(view.step.pid),
				event: view.step.event, changed: this.film.steps.slice(
					view.first, view.last + 1).some(
					step => this.changes(step))}));
		}

		/* ---- which step ------------------------------------------------ */

		/* What the player shows now, for those who show more beside it. */
		get view() {
			return this.views[this.at];
		}

		move(distance) {
			this.show(this.at + distance);
		}

		/* To the next or the last step of the other zoom's kind: a call. */
		move_call(direction) {
			const groups = Zoom.views(this.film, "calls");
			const here = Zoom.place(groups, this.view.last);
			const whole = groups[here].last === this.view.last;
			const to = groups[Math.max(0, Math.min(groups.length - 1,
				here + (direction > 0 ? (whole ? 1 : 0) : -1)))];

			this.show(Zoom.place(this.views, to.last));
		}

		set_zoom(zoom) {
			const last = this.view.last;

			this.zoom = zoom;
			this.list();
			this.draw_timeline();
			this.show(Zoom.place(this.views, last));
		}

		other_zoom() {
			this.set_zoom(this.zoom === "calls" ? "events" : "calls");
		}

		/* Reads #step=15&zoom=calls; true if it names a step. */
		go_to_address() {
			const words = new URLSearchParams(location.hash.slice(1));
			const step = Number(words.get("step"));
			const zoom = words.get("zoom") || "events";

			if (!step)
				return false;
			if (zoom !== this.zoom && Zoom.ZOOMS.includes(zoom))
				this.set_zoom(zoom);
			if (step !== this.at + 1)
				this.show(step - 1);
			return true;
		}

		say_address() {
			const address = "#step=" + (this.at + 1) +
				(this.zoom === "events" ? "" : "&zoom=" + this.zoom);

			try {
				if (location.hash !== address)
					history.replaceState(null, "", address);
			} catch (error) {
				/* Some browsers allow this only so often. */
			}
		}

		/* ---- what is on the screen ------------------------------------- */

		show(at) {
			const began = performance.now();

			this.at = Math.max(0, Math.min(this.views.length - 1, at));
			this.picked = 0;
			const view = this.view;

			this.now.to(view.last + 1);
			this.before.to(view.first);
			this.scene = Scene.make(this.now.facts, this.now.gone);
			this.found = Words.changes(this.before.facts, this.now.facts,
				this.now.gone, this.scene, pid => this.who(pid));
			this.draw_words(view);
			this.draw_picture();
			this.draw_lens();
			this.draw_segments();
			this.draw_terminal(view);
			this.draw_cursor();
			this.say_address();
			this.took = performance.now() - began;
			for (const listener of this.listeners)
				listener(this);
		}

		draw_picture() {
			$("picture").innerHTML = Picture.draw(this.now.facts,
				this.before.facts, {plan: this.plan, gone: this.now.gone,
					scene: this.scene, label: 'aria-labelledby="twin"'});
			$("twin").textContent = Picture.twin(this.now.facts,
				process => this.plan.processes.has(process.pid), this.scene) +
				($("source").title ? "\nthe kernel: " + $("source").title : "");
		}

		/* The step, in words; its number; and the place in the source. */
		draw_words(view) {
			const quiet = view.step.event === "call" &&
				view.step.result !== undefined && !this.found.words.length &&
				/^shm/.test(view.step.text);

			$("said").textContent = Words.sentence(Object.assign({quiet},
				view.step), this.found, view.call) + this.remark();
			$("said").className = Text.width($("said").textContent,
				{size: 20}) > LONG ? "long" : "";
			$("count").textContent = "step " + (this.at + 1) + " of " +
				this.views.length;
			$("source").textContent = $("source").title = this.source(view);
			$("zoom").textContent = "zoom: " + this.zoom;
		}

		/* What the film says of itself: at its first step, or at its last. */
		remark() {
			const said = this.at === 0 ? this.film.remarks || []
				: this.at === this.views.length - 1 && this.film.limit
					? [this.film.limit] : [];

			return said.map(text => " " + text[0].toUpperCase() +
				text.slice(1).replace(/[.]?$/, ".")).join("");
		}

		/* Where in the kernel the words were written, or the event told. */
		source(view) {
			const steps = this.film.steps.slice(view.first, view.last + 1)
				.filter(step => step.line !== undefined);
			const step = steps.find(step => this.changes(step)) || steps[0];
			const line = step ? (this.film.lines || [])[step.line] || "" : "";

			const [inner, ...callers] = line.split(" < ");

			return [inner, ...callers.map(place => place.split(" ")[1])]
				.join(" < ");
		}

		/* The changed words, the most telling one first. */
		lens_words() {
			const rank = word => (Words.by_cpu(word) ? 2 : 0) +
				(word.pde ? 0 : 1);

			return this.found.words.slice().sort((a, b) => rank(a) - rank(b));
		}

		draw_lens() {
			const words = this.lens_words();
			const word = words[this.picked] || null;
			const note = !words.length ? "no page-table word changed"
				: words.length === 1 ? ""
					: "changed word " + (this.picked + 1) + " of " +
						words.length + " (w: the next)";

			$("lens").innerHTML = Lens.draw(word, {note});
		}

		next_word() {
			const count = this.found.words.length;

			this.picked = count ? (this.picked + 1) % count : 0;
			this.draw_lens();
		}

		draw_segments() {
			const alive = this.scene.segments.filter(segment => !segment.over);
			const changed = new Set(this.found.segments.map(({id}) => id));
			const cells = segment => [Twin.segment_key(segment), segment.shmid,
				segment.owner, (segment.mode & 0o777).toString(8),
				segment.bytes, segment.nattch,
				segment.mode & Scene.DEST ? "dest" : "",
				this.tables_of(segment)];
			const lines = alive.map(segment => "<tr" +
				(changed.has(segment.shmid) ? ' class="changed"' : "") + ">" +
				cells(segment).map(cell => "<td>" + Text.escape(cell) +
					"</td>").join("") + "</tr>").concat(this.others());

			$("rows").innerHTML = lines.slice(0, LINES).join("");
			$("more").textContent = lines.length > LINES
				? "+" + (lines.length - LINES) : "";
		}

		/* The first page table of a segment, and how many more it has. */
		tables_of(segment) {
			const made = (segment.tables || []).filter(Boolean);

			return !made.length ? "none" : Text.hex(made[0], 5) +
				(made.length > 1 ? "+" + (made.length - 1) : "");
		}

		/* The semaphores and the queues, a line for each. */
		others() {
			const facts = this.now.facts, before = this.before.facts;
			const said = {sem: fact => "values " + fact.values.join(" "),
				msg: fact => Text.count(fact.messages, "message") + ", " +
					Text.count(fact.bytes, "byte")};
			const line = key => "<tr" + (JSON.stringify(facts[key]) !==
				JSON.stringify(before[key]) ? ' class="changed"' : "") +
				"><td>" + (key.startsWith("sem") ? "set" : "queue") +
				"</td><td>" + key.slice(4) + '</td><td colspan="6">' +
				Text.escape(said[key.slice(0, 3)](facts[key])) + "</td></tr>";

			return Object.keys(facts).filter(key => /^(sem|msg) /.test(key))
				.sort().map(line);
		}

		draw_terminal(view) {
			const out = this.film.steps[view.last].out || 0;
			const pane = $("terminal");

			if (pane.dataset.out === String(out))
				return;
			pane.dataset.out = out;
			pane.textContent = (this.film.terminal || "").slice(0, out);
			pane.scrollTop = pane.scrollHeight;
		}

		draw_timeline() {
			$("timeline").innerHTML = Timeline.draw(this.marks);
			$("timeline").setAttribute("aria-valuemax", this.views.length);
		}

		draw_cursor() {
			const line = $("timeline");

			line.querySelector(".now").innerHTML =
				Timeline.cursor(this.marks, this.at);
			line.setAttribute("aria-valuenow", this.at + 1);
			line.setAttribute("aria-valuetext", $("count").textContent);
		}
	}

	/* ---- the page ---------------------------------------------------------- */

	const BODY = `<header><h1>Tessera</h1><span id="program"></span>
<button id="first" aria-label="first step">|◀</button>
<button id="back" aria-label="step back">◀</button>
<button id="forward" aria-label="step forward">▶</button>
<button id="end" aria-label="last step">▶|</button>
<span id="count"></span><button id="zoom"></button><code id="source"></code>
<button id="help" aria-label="? the keys">?</button></header>
<main><p id="said" aria-live="polite"></p>
<div id="timeline" role="slider" tabindex="0" aria-label="timeline"
 aria-valuemin="1"></div>
<div id="panes"><div id="stage"><div id="picture" tabindex="0" role="group"
 aria-label="picture"></div><div id="lens"></div><pre id="twin" hidden
 tabindex="0" role="region" aria-label="the picture as text"></pre></div>
<div id="below"><div id="left"><form id="predict" hidden></form>
<table id="segments"><caption>Segments</caption><thead><tr><th>key</th>
<th>shmid</th><th>owner</th><th>perms</th><th>bytes</th><th>nattch</th>
<th>status</th><th>table<span id="more"></span></th></tr></thead>
<tbody id="rows"></tbody></table></div>
<pre id="terminal" tabindex="0" role="region" aria-label="terminal"></pre></div>
</div></main><dialog id="keys" aria-label="keys"></dialog>`;

	/* Says one sentence instead of a film. */
	function refuse(sentence) {
		document.body.innerHTML = "<main><h1>Tessera</h1>" +
			'<p id="said" role="alert"></p></main>';
		$("said").textContent = sentence;
	}

	function start(film, options = {}) {
		document.body.innerHTML = BODY;
		document.title = "Tessera: " + film.program;
		$("program").textContent = film.program;
		const player = new Player(film, options);

		Keys.listen(player);
		Predict.listen(player);
		player.draw_timeline();
		window.addEventListener("hashchange", () => player.go_to_address());
		if (!player.go_to_address())
			player.show(0);
		return player;
	}

	/* Starts with the text of a film, if it is one; null if it is not. */
	function open(text) {
		const {film, fault} = State.read(text);

		if (fault)
			refuse(fault);
		return fault ? null : start(film);
	}

	return {start, open, refuse};
})();
