/*
 * tools/page/slides.js -- the beats of the lecture as slides.
 *
 * A beat is its questions and answers, and a short film of its play on the stage:
 * one step for each question and one for the end, which tools/slides has taken
 * from the whole film.  So a question has the picture of its moment, and its
 * answer the picture of the next one, with what has changed between the two.
 *
 *	Slides.start(beats)     fills the page; the arrow keys go through it
 */
const Slides = (() => {
	const PTE_RW = 2;
	/* A hand in the machine clears W: no film of the stage alone shows it. */
	const BY_HAND = new Set([8, 11]);

	/* The facts, with W cleared in the first entry of the segment's table. */
	function by_hand(facts, scene) {
		const table = scene.tables.find(t => t.segment && t.entries.length);

		if (!table)
			return facts;
		const {key} = table.entries[0];
		const word = (parseInt(facts[key], 16) & ~PTE_RW) >>> 0;

		return Object.assign({}, facts, {[key]: Text.hex(word, 8)});
	}

	/* ---- one beat ---------------------------------------------------------- */

	function plan_for(film, names) {
		const plan = new Layout.Plan({program: film.program,
			wanted: process => names.includes(process.name)});
		const walk = new State.Walk(film);

		for (let i = 0; i < film.steps.length; i++) {
			walk.forward();
			plan.see(Scene.make(walk.facts, walk.gone));
		}
		return plan;
	}

	function moment(film, steps) {
		return new State.Walk(film).to(steps).copy();
	}

	function picture(plan, now, before) {
		const scene = Scene.make(now.facts, now.gone);
		const shown = process => plan.processes.has(process.pid);
		const label = Text.escape(Picture.twin(now.facts, shown, scene));

		return Picture.draw(now.facts, before.facts, {plan, gone: now.gone,
			scene, label: `aria-label="${label.replace(/"/g, "&quot;")}"`});
	}

	/* The word that the answer is about: a PDE first, and not the CPU's. */
	function lens(now, before) {
		const scene = Scene.make(now.facts, now.gone);
		const who = pid => scene.processes.find(
			process => process.pid === pid).name;
		const {words} = Words.changes(before.facts, now.facts, now.gone, scene,
			who);
		const rank = word => (Words.by_cpu(word) ? 2 : 0) + (word.pde ? 0 : 1);

		words.sort((a, b) => rank(a) - rank(b));
		const note = words.length > 1 ? "and " + (words.length - 1) +
			" more" : words.length ? "" : "no page-table word changed";

		return Lens.draw(words[0] || null, {note});
	}

	function slide(kind, beat, i, said, drawn) {
		return `<section class="slide ${kind}" tabindex="-1" ` +
			`aria-label="beat ${beat.number}, ${kind} ${i + 1}">` +
			`<h2>${beat.number}. ${Text.escape(beat.title)}</h2>` +
			`${drawn}${said}</section>`;
	}

	/* Names of the machine stand in backquotes, as in the scripts. */
	const paragraph = (style, text) => `<p class="${style}">` +
		Text.escape(text).replace(/`([^`]+)`/g, "<code>$1</code>") + "</p>";

	function part_slides(beat, film, plan, part, i) {
		const before = moment(film, i + 1), now = moment(film, i + 2);

		const hand = BY_HAND.has(beat.number)
			? i > 0 ? [before, now] : [now] : [];

		for (const it of hand)
			it.facts = by_hand(it.facts, Scene.make(it.facts, it.gone));
		const calls = part.calls.length
			? `<pre>${Text.escape(part.calls.join("\n"))}</pre>` : "";

		return slide("question", beat, i, paragraph("ask", part.question) + calls,
			picture(plan, before, before)) +
			slide("answer", beat, i, paragraph("say", part.answer),
				picture(plan, now, before) + lens(now, before));
	}

	function beat_slides(beat) {
		const names = Staged.names(beat.script);
		const film = Staged.film(beat.film, names);
		const plan = plan_for(film, names);

		return beat.parts.map((part, i) =>
			part_slides(beat, film, plan, part, i)).join("");
	}

	/* ---- the page ---------------------------------------------------------- */

	function title(beats) {
		return '<section class="slide title" tabindex="-1"><h1>Two processes, ' +
			"one frame</h1><p>Virtual and shared memory in " +
			(beats.length === 11 ? "eleven beats" : "some beats") + "</p><ol>" +
			beats.map(beat => `<li value="${beat.number}">` +
				Text.escape(beat.title) + "</li>").join("") + "</ol></section>";
	}

	function current(slides) {
		const middle = window.innerHeight / 2;

		return slides.findIndex(slide => {
			const {top, bottom} = slide.getBoundingClientRect();

			return top <= middle && bottom > middle;
		});
	}

	function listen(slides) {
		const moves = {ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1,
			PageUp: -1, Home: -slides.length, End: slides.length};

		document.addEventListener("keydown", event => {
			const move = moves[event.key];

			if (!move || event.ctrlKey || event.altKey || event.metaKey)
				return;
			event.preventDefault();
			const to = Math.max(0, Math.min(slides.length - 1,
				current(slides) + move));

			slides[to].scrollIntoView();
			slides[to].focus({preventScroll: true});
		});
	}

	function start(beats) {
		document.getElementById("slides").innerHTML =
			title(beats) + beats.map(beat_slides).join("");
		listen([...document.querySelectorAll(".slide")]);
	}

	return {start};
})();
