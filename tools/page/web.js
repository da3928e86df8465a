/*
 * tools/page/web.js -- the page: a film's player around a machine that runs.
 *
 * The player (player.js) shows a film.  Here the film grows while the machine
 * runs, the terminal takes keys, and the lens writes.  What is added to the
 * player's page is
 *
 *	header    a button for each beat of the lecture; hold, go
 *	below     the lesson: question, answer, what has happened to the machine
 *	lens      each bit is a button; with or without a flush of the TLB
 *
 * The step that is shown may be any; the machine is always at the last.
 */
const Web = (() => {
	const $ = name => document.getElementById(name);
	const PARTS = {wasm: "v86.wasm", bios: "bios", kernel: "kernel",
		archive: "archive"};
	const NOTHING = {format: State.FORMAT, version: State.VERSION,
		program: "", start: {}, terminal: "", lines: [], steps: [{
			event: "exec", pid: 0, args: [], set: {}, out: 0}]};
	const START = "Nothing is recorded yet: choose a beat of the lecture, or " +
		"click on the terminal and type the number of a demonstration, or sh " +
		"for a shell.";
	/* While it is recorded this machine is slow, and its ticks are not. */
	const WORDS = "quantum=1000 -- /bin/menu";
	const SIZES = [1.0625, 1, 0.9375, 0.875, 0.8125]; /* of the lesson, in rem */
	const LONG = 180; /* letters, which fill the lesson's place */
	const REFRESH = 120; /* milliseconds */
	const REST = 10; /* times as long as the drawing took */
	const SMALL = "This window is small. The page is made for 1280 x 720; " +
		"with less than 1000 x 560 its letters are hard to read.";
	const BEGIN = "Choose a beat of the lecture above, or type in the " +
		"terminal: click on it first.";
	const NEW_RUN = "This is the machine as it was: going on is a new run.";
	const PAST = "the past cannot be changed";
	const NOT_KEPT = "This browser keeps nothing for this page: your " +
		"predictions are gone when you leave it.";

	const ASK = '<form id="ask" hidden><label for="prediction"><b>Predict:' +
		'</b> <span id="asked"></span></label> <input id="prediction" ' +
		'size="18" autocomplete="off"> <button>see</button> <small id="kept" ' +
		`hidden>${NOT_KEPT}</small></form>`;

	class Page {
		constructor(words) {
			this.words = words;
			this.beats = words.beats.map(
				beat => Lesson.read(beat.file, beat.text));
			this.beat = null;    /* which is played */
			this.picked = "";    /* a word that was chosen in the picture */
			this.actors = [];    /* names on the stage */
			this.dirty = false;
			this.rest = 0;       /* until then nothing is drawn by itself */
			this.said = "";
			this.player = Player.start(NOTHING,
				{height: 280, fold: film => this.fold(film),
					wanted: process => this.wanted(process)});
			this.arrange();
			this.take_over();
		}

		/* A play is shown without its strings. */
		fold(film) {
			const folded = Fold.fold(film);

			if (film.program !== Staged.PROGRAM)
				return folded;
			this.actors = Staged.names(this.beat ? this.beat.text
				: film.terminal);
			return Staged.film(folded, this.actors);
		}

		/* Who stands on the stage is shown from birth. */
		wanted(process) {
			return process.name === Staged.PROGRAM ||
				this.actors.includes(process.name);
		}

		/* ---- what is added to the player's page ------------------------ */

		arrange() {
			document.title = "Tessera: the lecture";
			$("program").outerHTML = '<nav id="beats" aria-label="the ' +
				'beats of the lecture">' + this.beats.map((beat, i) =>
				`<button data-beat="${i}" aria-pressed="false" title="` +
				`${Text.escape(beat.title)}" aria-label="beat ` +
				`${beat.number}: ${Text.escape(beat.title)}">` +
				`${beat.number}</button>`).join("") + "</nav>";
			$("picture").insertAdjacentHTML("afterend",
				'<nav id="contents" aria-label="contents">' + this.beats.map(
					(beat, i) => `<button data-beat="${i}"><b>` +
					`${beat.number}</b> ${Text.escape(beat.title)}</button>`)
					.join("") + "</nav>");
			$("count").insertAdjacentHTML("beforebegin",
				'<button id="hold">hold</button>');
			$("left").insertAdjacentHTML("afterbegin",
				'<div id="lesson" role="region" aria-label="lesson"></div>');
			$("lens").insertAdjacentHTML("afterend", '<label id="flush">' +
				'<span></span> <input type="checkbox" checked> a click on ' +
				"a bit flips it, and flushes the TLB</label>");
			$("said").insertAdjacentHTML("afterend", ASK);
			$("ask").after($("source"));
			$("terminal").dataset.keys = "own";
			$("terminal").setAttribute("aria-label",
				"terminal: keys go to the machine, Escape leaves");
			$("keys").insertAdjacentHTML("afterend",
				'<dialog id="texts" aria-label="licences"></dialog>');
		}

		take_over() {
			const player = this.player, move = player.move.bind(player);
			const words = player.draw_words.bind(player);

			player.move = distance => this.move(distance, move);
			player.draw_words = view => this.draw_words(view, words);
			player.draw_terminal = () => this.draw_terminal();
			player.draw_lens = () => this.draw_lens();
			player.listeners.push(() => this.draw_hold());
			player.show(0);
			Terminal.attach($("terminal"), text => this.type(text),
				() => $("forward").focus());
			document.addEventListener("click", event => {
				const button = event.target.closest("[data-beat]");
				if (button)
					this.play(Number(button.dataset.beat));
			});
			$("hold").addEventListener("click", () => this.hold());
			$("ask").addEventListener("submit", event => {
				event.preventDefault();
				this.answer($("prediction").value);
			});
			$("lesson").addEventListener("click", event => {
				if (event.target.id === "restart")
					this.restart();
				if (event.target.id === "go-on")
					this.answer("");
			});
			$("picture").addEventListener("click", event => this.pick(event));
			for (const kind of ["click", "keydown"])
				$("lens").addEventListener(kind, event => this.flip(event));
			document.addEventListener("keydown", event => this.key(event));
			$("help").addEventListener("click", () => this.help());
			document.addEventListener("visibilitychange", () =>
				this.live && this.live.machine.hide(document.hidden));
			window.addEventListener("resize", () => this.draw_lesson());
			window.addEventListener("error", event => this.failed(event));
			window.addEventListener("unhandledrejection",
				event => this.failed(event));
		}

		/* An error of the emulator is the machine's; others stay errors. */
		failed(event) {
			const error = event.error || event.reason || event.message;
			if (this.live && this.live.machine.failed(error))
				event.preventDefault();
		}

		async begin() {
			const source = document.createElement("script");
			const assets = {words: WORDS};

			source.textContent = new TextDecoder().decode(
				await Environment.unpack("v86.js"));
			document.head.append(source);
			for (const name in PARTS)
				assets[name] = await Environment.unpack(PARTS[name]);
			this.live = new Live.Live(assets, this.words, {
				changed: () => { this.dirty = true; },
				settled: () => this.refresh(true),
				menu: () => this.at_menu(), fold: film => this.fold(film),
				paused: () => this.at_pause()});
			setInterval(() => this.refresh(false), REFRESH);
			this.draw_lesson();
		}

		/* ---- the record, while it grows -------------------------------- */

		/* A long film takes long to draw, so the machine gets the most time. */
		refresh(now) {
			const began = performance.now();

			if (!now && (!this.dirty || began < this.rest))
				return;
			const film = this.live.recorder && this.live.recorder.film;

			this.dirty = false;
			if (film && film.steps.length && this.has_grown(film))
				this.grow(film);
			this.draw_terminal();
			this.draw_hold();
			if (now)
				this.draw_lesson();
			this.rest = performance.now() +
				REST * (performance.now() - began);
		}

		has_grown(film) {
			const size = film.steps.length;
			const grown = film !== this.film || size !== this.size;

			this.film = film;
			this.size = size;
			return grown;
		}

		/* Shows the last step again if the last one was shown before. */
		grow(film) {
			const player = this.player, last = this.at_last();

			if (film.program !== Staged.PROGRAM)
				this.choose(null);
			player.load(film);
			player.draw_timeline();
			player.show(last ? player.views.length - 1 : player.at);
		}

		at_last() {
			return this.player.at >= this.player.views.length - 1;
		}

		move(distance, move) {
			if (distance > 0 && this.at_last() && this.live &&
			    this.live.state === "held")
				this.live.step();
			else
				move(distance);
		}

		/*
		 * Before there is a record, the page says how to begin one.  At the last
		 * step, the question of the script stands in the place of the sentence.
		 */
		draw_words(view, words) {
			words(view);
			document.body.dataset.empty = this.film ? "" : "yes";
			$("ask").hidden = !this.asked();
			$("said").hidden = this.asked();
			if (!this.film)
				$("said").textContent = START;
		}

		/* Is a question open, which the last step stands before? */
		asked() {
			const stop = this.beat && this.beat.stops[this.stop];

			return Boolean(stop && stop.question && this.live.paused &&
				this.live.alive() && this.at_last());
		}

		/* ---- the terminal ---------------------------------------------- */

		type(text) {
			if (this.live)
				this.live.type(text);
		}

		/* At a step of the past, the terminal is as it was then. */
		draw_terminal() {
			if (!this.live)
				return;
			const pane = $("terminal"), past = !this.at_last();
			const view = this.player.view, film = this.player.film;
			const text = past ? new Terminal.Screen().write(film.terminal
				.slice(0, film.steps[view.last].out)
				.replace(/\n/g, "\r\n")).text()
				: this.live.screen.text();

			pane.innerHTML = Text.escape(text) + (past ? ""
				: '<span class="cursor"> </span>');
			pane.classList.toggle("past", past);
			pane.scrollTop = pane.scrollHeight;
		}

		draw_hold() {
			if (this.live)
				$("hold").textContent =
					this.live.state === "held" ? "go" : "hold";
		}

		hold() {
			if (this.live.state === "held")
				this.live.go();
			else
				this.live.hold();
			this.draw_hold();
		}

		/* ---- beats ------------------------------------------------------ */

		/* The first menu is kept: from there, each beat begins alike. */
		async at_menu() {
			this.menu_kept = this.menu_kept || await this.live.keep();
			this.menu_after = this.menu_after || performance.now();
			this.instructions = this.live.machine.instructions();
			this.draw_lesson();
			if (this.next !== undefined)
				this.play(this.next);
		}

		choose(beat) {
			this.beat = beat;
			for (const button of $("beats").children)
				button.setAttribute("aria-pressed",
					this.beats[button.dataset.beat] === beat);
		}

		/* Plays a beat; one that was played goes on from its first question. */
		async play(index) {
			const beat = this.beats[index];

			if (!this.menu_kept) {
				this.next = index;
				return;
			}
			this.choose(beat);
			this.said = beat.kept ? NEW_RUN : "";
			await this.live.back(beat.kept || this.menu_kept);
			this.seen = 0;
			this.shown = -1;
			if (!beat.kept)
				this.live.type("stage " + beat.number + "\r");
			this.draw_lesson();
		}

		/* The place in the script: the pause it is in, or has been in last. */
		get stop() {
			return this.live.at_menu() && this.live.pauses
				? this.beat.stops.length - 1 : this.live.pauses - 1;
		}

		/* The script waits for a key, or goes on, or has come to its end. */
		async at_pause() {
			const {beat, live} = this;

			this.refresh(true);
			if (!beat || !live.paused && !live.at_menu())
				return;
			if (this.shown !== this.stop) {
				this.shown = this.stop;
				this.show_news();
			}
			this.draw_lesson();
			if (live.paused && this.stop === 0 && !beat.kept)
				beat.kept = await live.keep();
		}

		/*
		 * Shows the first new step that changes a word or faults, or the last.
		 * A read-only attach links first and then takes the right to write: its
		 * answer is the second word.
		 */
		show_news() {
			const player = this.player, marks = player.marks;
			let news = marks.findIndex(
				(mark, i) => i >= this.seen &&
					(mark.changed || mark.event === "fault"));

			if (news >= 0 && marks[news + 1] &&
			    marks[news + 1].event === "rights")
				news++;

			if (this.seen > 0)
				player.show(news >= 0 ? news : marks.length - 1);
			else
				player.show(marks.length - 1);
		}

		/* Answers the question, and lets the script go on. */
		answer(text) {
			if (!this.live.paused)
				return;
			const stop = this.beat && this.beat.stops[this.stop];

			if (stop && stop.question)
				Environment.keep(this.where(), text);
			$("prediction").value = "";
			this.seen = this.player.views.length;
			this.said = "";
			this.player.show(this.seen - 1);
			this.type(" ");
		}

		/* The name under which the prediction at this stop is kept. */
		where(stop = this.stop) {
			return "beat " + this.beat.number + " stop " + stop;
		}

		/* ---- the lesson ------------------------------------------------- */

		draw_lesson() {
			const parts = [this.machine_said(), this.beat_said()];

			if (window.innerWidth < 1000 || window.innerHeight < 560)
				parts.unshift(`<p>${SMALL}</p>`);
			$("lesson").innerHTML = parts.filter(Boolean).join("") ||
				`<p>${BEGIN}</p>`;
			this.fit_lesson();
			this.draw_question();
		}

		/* A long text has smaller letters, so that all of it is seen. */
		fit_lesson() {
			const style = $("lesson").style;

			style.fontSize = "";
			for (const size of SIZES) {
				if ($("lesson").scrollHeight <= $("lesson").clientHeight)
					break;
				style.fontSize = size + "rem";
			}
		}

		machine_said() {
			const live = this.live;

			if (!live || live.state === "booting")
				return "<p>The machine starts.</p>";
			if (live.state === "ended" || live.state === "broken")
				return '<p role="alert"><button id="restart">restart</button>' +
					` <b>${Text.escape(live.sentence)}</b></p>`;
			return "";
		}

		/* The answer to the question before, and what one said oneself. */
		beat_said() {
			const beat = this.beat, stop = beat && beat.stops[this.stop];
			const before = beat && beat.stops[this.stop - 1];

			if (!beat || !this.live.alive())
				return "";
			const mine = before && before.question
				? Environment.kept(this.where(this.stop - 1)) : "";

			return (stop && this.live.paused && !stop.question
				? '<button id="go-on">go on (n)</button>' : "") +
				(stop && stop.answer ? `<p>${Text.escape(stop.answer)}</p>`
				: this.said || !stop || stop.said.length < LONG
					? `<p><b>${Text.escape(this.said || beat.title)}</b></p>`
					: "") +
				(stop && !stop.answer ? `<p>${Text.escape(stop.said)}</p>`
					: "") +
				(mine && stop && stop.answer
					? `<p><i>You said: ${Text.escape(mine)}</i></p>` : "");
		}

		draw_question() {
			const stop = this.beat && this.beat.stops[this.stop];

			if (this.asked()) {
				$("asked").textContent = stop.question;
				$("kept").hidden = Environment.lasting;
			}
			$("ask").hidden = !this.asked();
			$("said").hidden = this.asked();
		}

		restart() {
			this.choose(null);
			this.menu_kept = this.next = undefined;
			for (const beat of this.beats)
				beat.kept = undefined;
			this.live.boot();
			this.draw_lesson();
		}

		/* ---- the lens --------------------------------------------------- */

		/* All words of the picture, by key, with their names. */
		shown_words() {
			const {facts, gone} = this.player.now;
			const before = this.player.before.facts, found = new Map();
			const scene = Scene.make(facts, gone);
			const add = (item, more) => found.set(item.key, Object.assign({
				key: item.key, old: before[item.key] || Lens.ZERO,
				now: facts[item.key] || Lens.ZERO}, more));

			for (const process of scene.processes)
				for (const row of process.rows)
					add(row, {pde: row.kind === "linked",
						of: "of pid " + process.pid, address: row.address,
						what: row.kind === "linked" ? "PDE " + row.slot
							: "PTE " + row.pte});
			for (const table of scene.tables)
				for (const entry of table.entries)
					add(entry, {pde: false, what: "PTE " + entry.index,
						of: "of page table " + Text.hex(table.frame, 5)});
			for (const word of this.player.found.words)
				found.set(word.key, word);
			return found;
		}

		/* The chosen word, or else the first that this step has changed. */
		lens_word() {
			const player = this.player;

			return this.shown_words().get(this.picked) ||
				player.lens_words()[player.picked] || null;
		}

		draw_lens() {
			const word = this.lens_word();
			const may = this.at_last() && this.live && this.live.alive();
			const count = this.player.found.words.length;
			const many = count > 1 ? count + " words changed (w: the next)" : "";
			const note = !word ? "no page-table word changed"
				: may ? "" : many + (many && " · ") + PAST;

			$("lens").innerHTML = Lens.draw(word, {note, flip: may});
			$("flush").hidden = !may || !word;
			$("flush").firstElementChild.textContent = many;
		}

		pick(event) {
			const group = event.target.closest('[data-key^="word "]');

			this.picked = group ? group.dataset.key : "";
			this.draw_lens();
		}

		/* The next word of the picture under the lens, for the keyboard. */
		pick_next() {
			const keys = [...this.shown_words().keys()];

			this.picked = keys[(keys.indexOf(this.picked) + 1) % keys.length] ||
				"";
			this.draw_lens();
		}

		flip(event) {
			const button = event.target.closest("[data-bit]");
			const word = this.lens_word();

			if (!button || !word || event.type === "keydown" &&
			    event.key !== "Enter" && event.key !== " ")
				return;
			event.preventDefault();
			event.stopPropagation();
			this.picked = word.key;
			this.live.flip({address: parseInt(word.key.slice(5), 16),
				name: word.what + " " + word.of},
			Number(button.dataset.bit),
			$("flush").querySelector("input").checked,
			this.player.view.step.pid);
		}

		/* ---- keys ------------------------------------------------------- */

		key(event) {
			if (event.ctrlKey || event.altKey || event.metaKey ||
			    event.target.closest('input, dialog, [data-keys="own"]'))
				return;
			const act = {n: () => this.answer(""), h: () => this.hold(),
				e: () => this.pick_next(), "?": () => this.help(),
				c: () => $("terminal").focus()}[event.key];
			if (act && this.live) {
				act();
				event.preventDefault();
			}
		}

		/* Adds our keys to the help of the player. */
		help() {
			const list = $("keys").querySelector("dl");

			if (!list || $("keys").querySelector(".ours"))
				return;
			list.insertAdjacentHTML("beforeend", [
				["n", "the script of the beat goes on"],
				["h", "hold the machine, or let it go; → then runs one step"],
				["e", "the next word of the picture under the lens"],
				["c", "the keys go to the terminal, until Esc"]].map(
				([key, said]) => `<dt class="ours">${key}</dt><dd>${said}</dd>`)
				.join(""));
			list.insertAdjacentHTML("afterend",
				'<p><a href="LICENSES.txt" id="show-licenses">Licences of ' +
				"all that is in this page</a></p>");
			$("show-licenses").addEventListener("click", event => {
				event.preventDefault();
				this.show_licenses();
			});
		}

		async show_licenses() {
			const text = new TextDecoder().decode(
				await Environment.unpack("licenses"));

			$("keys").close();
			$("texts").innerHTML = '<form method="dialog"><button>close' +
				`</button></form><pre tabindex="0">${Text.escape(text)}</pre>`;
			$("texts").showModal();
		}
	}

	function start() {
		const fault = Environment.fault();

		if (fault) {
			Player.refuse(fault);
			return;
		}
		const words = JSON.parse($("words").textContent);

		window.page = new Page(words);
		window.page.begin();
	}

	return {start};
})();
