/*
 * tools/page/keys.js -- everything a player can do, by a key or by the mouse.
 *
 * A key is left alone where it has a meaning of its own: in a field, in a
 * terminal that takes keys (data-keys="own"), and together with Ctrl, Alt or the
 * Meta key.
 */
const Keys = (() => {
	const $ = name => document.getElementById(name);

	/* key, what it does, and its line in the help */
	const TABLE = [
		["ArrowRight", player => player.move(1), "→", "one step forward"],
		["ArrowLeft", player => player.move(-1), "←", "one step back"],
		["PageDown", player => player.move_call(1), "Page down",
			"to the end of this call, or of the next one"],
		["PageUp", player => player.move_call(-1), "Page up",
			"to the end of the call before"],
		["Home", player => player.show(0), "Home", "the first step"],
		["End", player => player.show(player.views.length - 1), "End",
			"the last step"],
		["z", player => player.other_zoom(), "z",
			"the other zoom: events, or whole calls"],
		["w", player => player.next_word(), "w",
			"the next changed word under the lens"],
		["t", () => swap("terminal"), "t",
			"the terminal in the place of the picture"],
		["x", () => swap("twin"), "x", "the picture as text"],
		["p", () => Predict.toggle(), "p", "predict each step, then see it"],
		["?", () => help(), "?", "these keys"],
	];

	/* Shows something in the place of the picture, or the picture again. */
	function swap(name) {
		const shown = document.body.dataset.show === name ? "" : name;

		document.body.dataset.show = shown;
		$("twin").hidden = shown !== "twin";
		$("terminal").scrollTop = $("terminal").scrollHeight;
	}

	function help() {
		const dialog = $("keys");

		if (dialog.open) {
			dialog.close();
			return;
		}
		dialog.innerHTML = "<h2>Keys</h2><dl>" + TABLE.map(
			([, , key, said]) => `<dt>${key}</dt><dd>${said}</dd>`).join("") +
			"</dl><p>▲ a page fault, ■ words linked or cleared, ● a call, " +
			"◆ all else; filled: a word changed.</p>" +
			'<form method="dialog"><button>Close (Esc)</button></form>';
		dialog.showModal();
	}

	function has_own_keys(element) {
		return element.matches("input, textarea, select") ||
			element.isContentEditable ||
			element.closest('[data-keys="own"]') !== null;
	}

	function pressed(player, event) {
		const row = TABLE.find(([key]) => key === event.key);

		if (!row || event.ctrlKey || event.altKey || event.metaKey ||
			has_own_keys(event.target) || $("keys").open && row[0] !== "?")
			return;
		event.preventDefault();
		row[1](player);
	}

	function listen(player) {
		const press = {first: () => player.show(0),
			back: () => player.move(-1), forward: () => player.move(1),
			end: () => player.show(player.views.length - 1),
			zoom: () => player.other_zoom(), help};

		document.body.dataset.show = "";
		document.addEventListener("keydown", event => pressed(player, event));
		for (const name in press)
			$(name).addEventListener("click", press[name]);
		$("timeline").addEventListener("click", event => {
			const line = $("timeline").getBoundingClientRect();

			player.show(Timeline.step_at(player.marks,
				(event.clientX - line.left) / line.width));
		});
	}

	return {listen};
})();
