/*
 * tools/page/terminal.js -- the terminal in the page: COM1 as a person sees it.
 *
 * What the machine writes is kept as lines of text, and the element shows the
 * last of them; the last 25 are the screen, on which the cursor moves.  The
 * characters that the console uses are obeyed: newline, return, backspace, tab,
 * and of the sequences that begin with ESC those that erase and move, as a
 * shell's line editor and vi need them.  All other sequences are left out.
 *
 * While the element has the focus, each key goes to the machine as the bytes
 * that a terminal sends for it; Esc leaves, and so does Tab.
 */
const Terminal = (() => {
	const LINES = 2000;
	const COLUMNS = 80;
	const ROWS = 25;
	const KEYS = {
		Enter: "\r", Backspace: "\x7f", Delete: "\x1b[3~",
		ArrowUp: "\x1b[A", ArrowDown: "\x1b[B", ArrowRight: "\x1b[C",
		ArrowLeft: "\x1b[D", Home: "\x1b[H", End: "\x1b[F",
		PageUp: "\x1b[5~", PageDown: "\x1b[6~",
	};

	/* The bytes for a key event; "" if it is not for the machine. */
	function bytes(event) {
		if (event.ctrlKey && !event.altKey && /^[a-z\[\]\\]$/i.test(event.key))
			return String.fromCharCode(event.key.toUpperCase().charCodeAt(0) & 31);
		if (event.ctrlKey || event.altKey || event.metaKey)
			return "";
		return KEYS[event.key] || (event.key.length === 1 ? event.key : "");
	}

	class Screen {
		constructor() {
			this.clear();
		}

		clear() {
			this.lines = [""];
			this.row = this.column = 0; /* row: in `lines` */
			this.escape = "";
		}

		put(character) {
			if (this.escape)
				this.sequence(character);
			else if (character === "\x1b")
				this.escape = character;
			else if (character === "\n")
				this.newline();
			else if (character === "\r")
				this.column = 0;
			else if (character === "\b")
				this.column = Math.max(0, this.column - 1);
			else if (character === "\t")
				this.column = Math.min(COLUMNS - 1, (this.column | 7) + 1);
			else if (character >= " ")
				this.print(character);
		}

		newline() {
			this.move(this.row + 1, this.column);
			if (this.lines.length > LINES) {
				this.lines.splice(0, LINES / 10);
				this.row -= LINES / 10;
			}
		}

		/* Below the last line there is a new one. */
		move(row, column) {
			while (this.lines.length <= row)
				this.lines.push("");
			this.row = row;
			this.column = Math.max(0, Math.min(COLUMNS - 1, column));
		}

		/* The first line of the screen. */
		top() {
			return Math.max(0, this.lines.length - ROWS);
		}

		/* The 81st character of a line stands on the next one. */
		print(character) {
			if (this.column === COLUMNS) {
				this.newline();
				this.column = 0;
			}
			const line = this.lines[this.row].padEnd(this.column);
			this.lines[this.row] = line.slice(0, this.column) + character +
				line.slice(this.column + 1);
			this.column++;
		}

		/* ESC [ numbers letter; a sequence of another form has two bytes. */
		sequence(character) {
			this.escape += character;
			if (this.escape === "\x1b[" ||
			    /^\x1b\[[0-9;?]*$/.test(this.escape))
				return;
			const numbers = this.escape.slice(2, -1).split(";").map(
				text => parseInt(text, 10) || 0);
			if (this.escape[1] === "[")
				this.obey(numbers[0], numbers[1] || 0, character);
			this.escape = "";
		}

		obey(number, second, letter) {
			const {row, column} = this;
			const many = number || 1;

			if (letter === "K")
				this.lines[row] = number === 0 ?
					this.lines[row].slice(0, column) : "";
			else if (letter === "J")
				this.erase(number);
			else if (letter === "H" || letter === "f")
				this.move(this.top() + Math.min(many, ROWS) - 1,
					(second || 1) - 1);
			else if (letter === "A")
				this.move(Math.max(this.top(), row - many), column);
			else if (letter === "B")
				this.move(Math.min(this.top() + ROWS - 1, row + many), column);
			else if (letter === "D")
				this.move(row, column - many);
			else if (letter === "C")
				this.move(row, column + many);
		}

		/* ESC [ J: from the cursor on, or all of the screen. */
		erase(number) {
			if (number >= 2)
				return this.clear();
			this.lines[this.row] = this.lines[this.row].slice(0, this.column);
			this.lines.length = this.row + 1;
		}

		write(text) {
			for (const character of text)
				this.put(character);
			return this;
		}

		/* The line of the cursor. */
		last() {
			return this.lines[this.row];
		}

		text() {
			return this.lines.join("\n");
		}

		keep() {
			return {lines: this.lines.slice(), row: this.row,
				column: this.column};
		}

		back(kept) {
			this.lines = kept.lines.slice();
			this.row = kept.row;
			this.column = kept.column;
			this.escape = "";
		}
	}

	/*
	 * Makes `element` the terminal: keys go to send(text), and leave() says
	 * where the focus goes on Esc.
	 */
	function attach(element, send, leave) {
		element.addEventListener("keydown", event => {
			if (event.key === "Escape") {
				leave();
			} else {
				const text = bytes(event);
				if (!text)
					return;
				send(text);
			}
			event.preventDefault();
			event.stopPropagation();
		});
		element.addEventListener("paste", event => {
			send(event.clipboardData.getData("text").replace(/\n/g, "\r"));
			event.preventDefault();
		});
	}

	return {Screen, attach, bytes};
})();
