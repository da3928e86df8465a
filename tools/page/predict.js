/*
 * tools/page/predict.js -- the question before the answer.
 *
 * With the box open, the student says which word the next step will change, and
 * to what, before the page shows it.  An answer may leave out the value, and it
 * may be "none".  A question that the program itself printed stands in the box.
 */
const Predict = (() => {
	const $ = name => document.getElementById(name);
	const FORM = `<p><strong>Predict</strong> <span id="question"></span></p>
<p><label>word <input id="word" size="9" autocomplete="off"
 placeholder="PDE 256"></label> <label>becomes <input id="value" size="9"
 autocomplete="off" placeholder="007f0407"></label>
 <button>check</button> or none</p><p><output id="verdict"></output></p>`;
	let player = null;

	function listen(the_player) {
		player = the_player;
		$("predict").innerHTML = FORM;
		$("predict").addEventListener("submit", event => {
			event.preventDefault();
			check();
		});
		player.listeners.push(ask);
	}

	function toggle() {
		const box = $("predict");

		box.hidden = !box.hidden;
		document.body.dataset.predict = box.hidden ? "" : "yes";
		ask();
		if (!box.hidden)
			$("word").focus();
	}

	/* The program's own question, if it asked one that is not answered yet. */
	function asked() {
		const lines = $("terminal").textContent.trimEnd().split("\n").slice(-3);
		const line = lines.reverse().find(line => /^\W*predict\b/i.test(line));

		return line ? line.replace(/^\W*predict\W*/i, "") : "";
	}

	function ask() {
		const next = player.views[player.at + 1];

		$("question").textContent = !next ? "nothing: this is the last step."
			: asked() || "the next step: " + hint(next) +
				" Which word changes?";
	}

	/* Says what will happen, and not what it does. */
	function hint(view) {
		const {event, pid, text} = view.step;

		return event === "call" && text
			? player.who(pid) + ": " + text.split(" = ")[0] + "."
			: event + " in " + player.who(pid) + ".";
	}

	/* "pde256 " and "PDE 256" are one answer. */
	const plain = text => text.toLowerCase().replace(/[^a-z0-9]/g, "");

	/* What is right, of the words that the step has changed. */
	function verdict(words, word, value) {
		const said = words.map(word => word.what + " " + word.of + ": " +
			word.now).slice(0, 3).join("; ") || "no word changed";
		const hit = words.filter(found => plain(found.what) === plain(word));
		const none = ["none", "no", ""].includes(plain(word));

		if (none)
			return words.length ? "No: " + said : "Right: no word changed";
		if (!hit.length)
			return "No: " + said;
		const exact = hit.some(found => plain(found.now) ===
			plain(value).replace(/^0x/, "").padStart(8, "0"));

		return value === "" || exact ? "Right: " + said
			: "The right word; but " + said;
	}

	function check() {
		const word = $("word").value, value = $("value").value;

		player.move(1);
		$("verdict").textContent = verdict(player.found.words, word, value);
		$("word").value = $("value").value = "";
		$("word").focus();
	}

	return {listen, toggle, verdict};
})();
