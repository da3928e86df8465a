/*
 * tools/page/text.js -- text for a picture: numbers, escapes, measured widths.
 *
 * An SVG does not break or cut its texts, so a box must know how wide a text
 * will be.  The widths are those of DejaVu Sans in hundredths of the size, from
 * the space to the tilde; Verdana's are the same, and Arial's are smaller.  Bold
 * letters are at most an eighth wider.  Monospaced ones are all 0.602 wide.
 */
const Text = (() => {
	const WIDTHS = ("32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 " +
		"64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70 77 63 58 77 75 " +
		"29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 " +
		"50 50 61 63 55 63 62 35 63 63 28 28 58 28 97 63 61 63 63 41 52 39 " +
		"63 59 82 59 59 52 64 34 64 84").split(" ").map(Number);
	const MONO = 0.602;
	const NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"};

	const escape = text => String(text).replace(/[&<>"]/g, c => NAMES[c]);
	const hex = (number, digits) =>
		(number >>> 0).toString(16).padStart(digits, "0");

	/* How wide a text is at most; style: {size, mono, bold}. */
	function width(text, style) {
		let sum = 0;

		if (style.mono)
			return text.length * MONO * style.size;
		for (const c of text)
			sum += WIDTHS[c.charCodeAt(0) - 32] || 100;
		return sum * style.size / 100 * (style.bold ? 1.12 : 1);
	}

	/* The text, or as much of it as fits into `room`, and then "...". */
	function fit(text, room, style) {
		let end = text.length;

		if (width(text, style) <= room)
			return text;
		while (end > 0 && width(text.slice(0, end) + "\u2026", style) > room)
			end--;
		return text.slice(0, end) + "\u2026";
	}

	/* The bytes that a film's text of a frame stands for. */
	function unescape(said) {
		return (said.match(/\\x[0-9a-f]{2}|\\\\|[^]/g) || []).map(c => c.length < 3
			? c.charCodeAt(c.length - 1) : parseInt(c.slice(2), 16));
	}

	/* What a frame holds: the text in it, or its first numbers of 32 bits. */
	function bytes(said, numbers) {
		const all = unescape(said);
		const letters = all.map(c => c > 31 && c < 127
			? String.fromCharCode(c) : "\0").join("").split("\0");
		const longest = letters.sort((a, b) => b.length - a.length)[0];
		const number = i => ((all[i] || 0) | (all[i + 1] || 0) << 8 |
			(all[i + 2] || 0) << 16 | (all[i + 3] || 0) << 24) | 0;

		if (longest.length > 3)
			return "\"" + longest + "\"";
		return Array.from({length: numbers}, (_, i) => number(4 * i)).join(", ");
	}

	/* "1 word", "2 words"; the plural may be given. */
	function count(number, one, many = one + "s") {
		return number + " " + (number === 1 ? one : many);
	}

	/* "a", "a and b", "a, b and c". */
	function list(items) {
		const last = items[items.length - 1];

		return items.length < 2 ? items.join("")
			: items.slice(0, -1).join(", ") + " and " + last;
	}

	return {escape, hex, width, fit, bytes, count, list};
})();
