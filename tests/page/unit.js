/*
 * tests/page/unit.js -- what the film's page computes, without a browser.
 *
 * usage: node unit.js SCRIPT FILM...
 *
 * SCRIPT is all of tools/page as one text.  Prints TAP, a sentence for each test;
 * each film is walked through from its start to its end, and back.
 */
const fs = require("fs");
const [, , script, ...paths] = process.argv;
const parts = ["Text", "State", "Scene", "Twin", "Layout", "Picture", "Words",
	"Lens", "Fold", "Staged", "Zoom", "Timeline", "Predict"];
const page = new Function(fs.readFileSync(script, "utf8") +
	"\nreturn {" + parts.join(", ") + "};")();
const {Text, State, Scene, Layout, Picture, Words, Lens, Fold, Staged, Zoom} =
	page;
let tests = 0;

function check(sentence, good, detail) {
	console.log((good ? "" : "not ") + "ok " + ++tests + " - " + sentence);
	if (!good)
		console.log("# " + JSON.stringify(detail));
}

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/* The facts in one order, because a fact that comes back stands at the end. */
const sorted = facts => Object.keys(facts).sort().map(key => [key, facts[key]]);

/* ---- synthetic machines --------------------------------------------------- */

const hex = word => Text.hex(word, 8);

/* The facts of `count` processes that all link one table of each segment. */
function machine(count, tables, pages) {
	const facts = {running: 10};

	for (let t = 0; t < tables; t++) {
		facts["segment " + t] = {key: 0, bytes: 4096 * pages, nattch: count,
			mode: 0o600, owner: 0, pages, resident: pages,
			tables: [0x800 + t]};
		for (let i = 0; i < pages; i++)
			facts["word " + hex((0x800 + t) * 4096 + 4 * i)] =
				hex((0x1000 + t * pages + i) * 4096 + 0x67);
	}
	for (let p = 0; p < count; p++) {
		facts["proc " + (10 + p)] = {name: "crowd", state: "ready", parent: 1,
			uid: 0, cr3: 0x400 + p, peer: 0};
		for (let t = 0; t < tables; t++)
			facts["word " + hex((0x400 + p) * 4096 + 4 * (256 + t))] =
				hex((0x800 + t) * 4096 + 0x427);
	}
	return facts;
}

/* ---- one film ------------------------------------------------------------- */

function walk_through(name, film) {
	const walk = new State.Walk(film), ends = [];

	for (let k = 0; k <= film.steps.length; k++)
		ends.push(JSON.stringify(sorted(walk.to(k).facts)) +
			JSON.stringify(sorted(walk.gone)));
	const back = ends.every((end, i) => {
		walk.to(ends.length - 1 - i);
		return JSON.stringify(sorted(walk.facts)) +
			JSON.stringify(sorted(walk.gone)) === ends[ends.length - 1 - i];
	});

	check(name + ": back is as exact as forward", back, walk.step);
	check(name + ": back at the start are the facts of the start",
		equal(sorted(walk.facts), sorted(film.start)), walk.gone);
}

/* The numbers that say where each word's box is, by the word. */
function places(svg) {
	const found = {};

	for (const [, key, x, y, w, h] of svg.matchAll(
		/data-key="(word [^"]*)"[^>]*><rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/g))
		found[key] = [x, y, w, h].join(" ");
	return found;
}

const marked = svg => [...svg.matchAll(
	/data-key="(word [^"]*)" data-changed/g)].map(match => match[1]).sort();

/* Draws each step; calls look(svg, before, now) with the facts. */
function draw_all(film, look) {
	const plan = new Layout.Plan({program: film.program});
	const now = new State.Walk(film), before = new State.Walk(film);

	for (let k = 0; k <= film.steps.length; k++)
		plan.see(Scene.make(now.to(k).facts, now.gone));
	for (let k = 1; k <= film.steps.length; k++)
		look(Picture.draw(now.to(k).facts, before.to(k - 1).facts,
			{plan, gone: now.gone}), before.facts, now.facts, now.gone);
}

function drawn(name, film) {
	const first = {}, moved = [], wrong = [], unsaid = [];

	draw_all(film, (svg, before, now, gone) => {
		const here = places(svg);

		for (const key in here)
			if ((first[key] = first[key] || here[key]) !== here[key])
				moved.push([key, first[key], here[key]]);
		const differ = Object.keys(here).filter(
			key => (before[key] || "") !== (now[key] || "")).sort();
		const words = Words.changes(before, now, gone).words;
		const rest = [...svg.matchAll(/data-rest="(\d+)"/g)].reduce(
			(sum, match) => sum + Number(match[1]), 0);

		if (!equal(differ, marked(svg)))
			wrong.push([differ, marked(svg)]);
		if (words.length !== new Set(differ).size + rest)
			unsaid.push([words, differ]);
	});
	check(name + ": nothing moves between two steps", !moved.length, moved[0]);
	check(name + ": the marks are what the step changed", !wrong.length,
		wrong[0]);
	check(name + ": what is marked is what is said", !unsaid.length, unsaid[0]);
	check(name + ": words are drawn", Object.keys(first).length > 1, first);
}

function zoomed(name, film) {
	const events = Zoom.views(film, "events"), calls = Zoom.views(film, "calls");
	const whole = calls.every((view, i) =>
		view.first === (i ? calls[i - 1].last + 1 : 0));

	check(name + ": the calls cover each event once", whole &&
		calls[calls.length - 1].last === events.length - 1, calls);
	check(name + ": there are fewer calls than events",
		calls.length < events.length, calls.length);
}

function sentences(name, film) {
	const now = new State.Walk(film), before = new State.Walk(film);
	const bad = Zoom.views(film, "calls").map(view => Words.sentence(view.step,
		Words.changes(before.to(view.first).facts,
			now.to(view.last + 1).facts, now.gone), view.call)).filter(
		said => !/^[^ ].*[.]$/.test(said) || /undefined|NaN|null/.test(said));

	check(name + ": each step is said in whole sentences", !bad.length, bad);
}

/* ---- the parts ------------------------------------------------------------ */

function parts_alone() {
	const gone = new State.Walk({start: {"proc 7": {name: "a", cr3: 5},
		"word 00005400": "00007427"}, steps: [
		{set: {"word 00005400": null}},
		{set: {"proc 7": {name: "a", state: "zombie", cr3: 0}}},
		{set: {"proc 7": null}}]}).to(3).gone;

	check("what has ended keeps its last directory and its words",
		gone["proc 7"].cr3 === 5 && gone["word 00005400"] === "00007427", gone);
	check("a long text is cut where its room ends",
		Text.width(Text.fit("a very long name", 90, {size: 17}), {size: 17}) <= 90
		&& Text.fit("short", 90, {size: 17}) === "short");
	check("a frame with text shows it, and another one its numbers",
		Text.bytes("\\x01\\x00from\\\\x", 2) === '"from\\x"' &&
		Text.bytes("\\x13", 2) === "19, 0" && Text.bytes("", 1) === "0",
		[Text.bytes("\\x01\\x00from\\\\x", 2), Text.bytes("\\x13", 2)]);
	const lens = Lens.draw({what: "PDE 256", of: "of pid 7", pde: true,
		old: "002b0407", now: "002b0405"});

	check("the lens marks the one bit that differs",
		lens.split("changed").length === 2, lens);
	check("the lens calls bit 7 PS in a PDE and PAT in a PTE",
		lens.includes(">PS<") && Lens.draw({what: "PTE 0", of: "", pde: false,
			old: "00000000", now: "00001007"}).includes(">PAT<"));
	const words = [{what: "PDE 320", of: "of pid 7", now: "002aa407"}];
	const verdicts = ["pde320 0x2aa407", "PDE 320", "PDE 256", "none"].map(
		answer => page.Predict.verdict(words,
			answer.replace(/ 0x.*/, ""), (answer.match(/0x.*/) || [""])[0])
			.split(/[:;]/)[0]);

	check("an answer may be short, and a wrong one is told the right one",
		equal(verdicts, ["Right", "Right", "No", "No"]), verdicts);
}

function faults() {
	const film = {format: "tessera-film", version: 1, start: {a: 1},
		steps: [{event: "exec", set: {}}]};
	const say = text => State.read(text).fault;

	check("a film that is whole has no fault",
		say(JSON.stringify(film)) === undefined, say(JSON.stringify(film)));
	const bad = {"": /empty/, "{}": /format/, "hello": /not JSON/,
		[JSON.stringify(film).slice(0, -9)]: /ends in the middle/,
		[JSON.stringify({...film, version: 2})]: /version 1.*version 2/,
		[JSON.stringify({...film, steps: []})]: /no step/,
		[JSON.stringify({...film, steps: undefined})]: /cut short/};

	for (const text in bad)
		check("one sentence says what is wrong with: " +
			(text.slice(0, 60) || "an empty text"),
		bad[text].test(say(text)), say(text));
}

function crowds() {
	const many = Picture.draw(machine(300, 1, 1), null, {});

	check("of 300 processes five are drawn, and how many more there are",
		many.split("data-pid").length === 6 && many.includes(">+295 more processes<"));
	const tables = Picture.draw(machine(5, 8, 200), null, {});

	check("eight tables are drawn", tables.split("data-table").length === 9);
	check("more than eight tables are counted",
		Picture.draw(machine(2, 11, 1), null, {}).includes(
			">+3 more page tables<"));
	const one = Picture.draw(machine(2, 1, 129), null, {});

	check("of 129 pages four have a row, and the others are counted",
		one.includes("\u2026 and 125 more pages") &&
		one.split("data-frame").length === 5);
	check("a page is drawn once, however many link its table",
		one.split('data-frame="01000"').length === 2);
}

/* A play is shown by its actors, without what stage itself does. */
function play(name, folded) {
	const film = Staged.film(folded, Staged.cast(folded));
	const director = folded.steps[0].pid, seen = new Set();
	let strings = 0;

	draw_all(film, (svg, before, now, gone) => {
		for (const process of Scene.make(now, gone).processes)
			seen.add(process.name);
		strings += /PDE 128/.test(svg);
	});
	check(name + ": its actors have the names of the stage",
		seen.has("A") && seen.has("B") && !seen.has("stage"), [...seen]);
	check(name + ": nothing is seen of the director, and of its strings",
		!strings && film.steps.every(step => step.pid !== director &&
			!/SIGSTOP|munmap\(0x21000000/.test(step.text)), film.steps);
	check(name + ": it remains a play", film.steps.length > 10 &&
		film.steps.some(step => step.event === "rights"), film.steps.length);
}

function main() {
	parts_alone();
	faults();
	crowds();
	for (const path of paths) {
		const name = path.split("/").pop().replace(".json", "");
		const film = Fold.fold(JSON.parse(fs.readFileSync(path, "utf8")));

		walk_through(name, film);
		drawn(name, film);
		zoomed(name, film);
		sentences(name, film);
		if (film.program.startsWith("stage"))
			play(name, film);
	}
	console.log("1.." + tests);
}

main();
