/*
 * tools/page/lens.js -- one page-table word under a lens: its 32 bits, old above
 * new, under the names that Intel gives them (SDM 3A 4.3, tables 4-5 and 4-6).
 *
 * The frame's twenty bits are five hexadecimal digits, and each flag has a cell.
 * Bits 9 to 11 are left to the system: here 9 says borrowed and 10 says linked.
 * Without a word the cells stay, empty, so that nothing moves.
 *
 *	Lens.draw(word, options)   word: {what, of, old, now, pde, address} or null
 *	    options.note           what to say beside the name
 *	    options.flip           each bit of the new word is a button
 */
const Lens = (() => {
	const WIDTH = 1264, HEIGHT = 128, LEFT = 74, DIGIT = 42, BIT = 81;
	const OLD = 58, NEW = 93, CELL = 32;
	const ZERO = "00000000";
	const NAMES = [[11, "free"], [10, "linked"], [9, "borrowed"], [8, "G"],
		[7, "PS"], [6, "D"], [5, "A"], [4, "PCD"], [3, "PWT"], [2, "U/S"],
		[1, "R/W"], [0, "P"]];

	function text(x, y, said, style, anchor = "middle") {
		return `<text x="${x}" y="${y}" class="${style}" ` +
			`text-anchor="${anchor}">${Text.escape(said)}</text>`;
	}

	function cell(x, y, w, said, changed) {
		return `<rect x="${x}" y="${y}" width="${w - 4}" height="${CELL}" ` +
			`rx="3" class="slot${changed ? " changed" : ""}"/>` +
			text(x + w / 2 - 2, y + 24, said, "word");
	}

	/* The five digits of the frame number. */
	function digits(word) {
		let out = text(LEFT + DIGIT * 2.5, 38, "frame", "s") +
			text(LEFT + DIGIT * 2.5, 54, "31..12", "s dim");

		for (let i = 0; i < 5; i++) {
			const x = LEFT + i * DIGIT;
			const old = word ? word.old[i] : "", now = word ? word.now[i] : "";

			out += cell(x, OLD, DIGIT, old, false) +
				cell(x, NEW, DIGIT, now, old !== now);
		}
		return out;
	}

	const bit_of = (value, bit) => parseInt(value, 16) >>> bit & 1;

	function name_of(bit, name, word) {
		return bit === 7 && word && !word.pde ? "PAT" : name;
	}

	function flip_button(bit, name, now, inside) {
		return `<g role="button" tabindex="0" data-bit="${bit}" aria-label=` +
			`"flip bit ${bit}, ${name}, which is ${now}">${inside}</g>`;
	}

	function flag([bit, short], i, word, flip) {
		const x = LEFT + 5 * DIGIT + i * BIT;
		const name = name_of(bit, short, word);
		const old = word ? bit_of(word.old, bit) : "";
		const now = word ? bit_of(word.now, bit) : "";
		const below = cell(x, NEW, BIT, now, old !== now);
		const middle = x + BIT / 2 - 2;

		return text(middle, 38, name, "s") + text(middle, 54, bit, "s dim") +
			cell(x, OLD, BIT, old, false) +
			(flip && word ? flip_button(bit, name, now, below) : below);
	}

	function title(word, options) {
		const said = word ? word.what + " " + word.of : "";
		const where = word && word.address !== undefined
			? "0x" + Text.hex(word.address, 8) : "";
		const after = 4 + Text.width(said, {size: 20, bold: true}) + 16;

		return (word ? text(2, 18, said, "h", "start") +
			text(after, 18, where, "m", "start") : "") +
			text(WIDTH - 4, 18, options.note || "", "s", "end");
	}

	function label(word) {
		return word ? `the word ${word.what} ${word.of}: ` +
			`was ${word.old}, is ${word.now}` : "no word changed";
	}

	function draw(word, options = {}) {
		const role = options.flip ? "group" : "img";

		return `<svg xmlns="http://www.w3.org/2000/svg" class="lens" ` +
			`viewBox="0 0 ${WIDTH} ${HEIGHT}" role="${role}" ` +
			`aria-label="${Text.escape(label(word))}">` +
			title(word, options) + text(2, OLD + 23, "was", "s", "start") +
			text(2, NEW + 23, "is now", "s", "start") + digits(word) +
			NAMES.map((name, i) => flag(name, i, word, options.flip)).join("") +
			"</svg>";
	}

	return {draw, WIDTH, HEIGHT, ZERO};
})();
