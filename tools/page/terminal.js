/*
 * tools/page/terminal.js -- the terminal in the page: COM1 as a person sees it.
 *
 * What the machine writes is kept as lines of text, and the element shows the
 * last of them.  The characters that the console uses are obeyed: newline,
 * return, backspace, tab, and of the sequences that begin with ESC those that
 * erase and move on a line.  All other sequences are left out.
 *
 * While the element has the focus, each key goes to the machine as the bytes
 * that a terminal sends for it; Esc leaves, and so does Tab.
 */
const Terminal = (() => {
	const LINES = 2000;
	const COLUMNS = 80;
	const KEYS = {
		Enter: "\r", Backspace: "\x7f", Delete: "\x1b[3~",
		ArrowUp: "\x1b[A", ArrowDown: "\x1b[B", ArrowRight: "\x1b[C",
		ArrowLeft: "\x1b[D", Home: "\x1b[H", End: "\x1b[F",
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
			this.column = 0;
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
			this.lines.push("");
			if (this.lines.length > LINES)
				this.lines.splice(0, LINES / 10);
		}

		/* The 81st character of a line stands on the next one. */
		print(character) {
			if (this.column === COLUMNS) {
				this.newline();
				this.column = 0;
			}
			const last = this.lines.length - 1;
			const line = this.lines[last].padEnd(this.column);
			this.lines[last] = line.slice(0, this.column) + character +
				line.slice(this.column + 1);
			this.column++;
		}

		/* ESC [ numbers letter; a sequence of another form has two bytes. */
		sequence(character) {
			this.escape += character;
			if (this.escape === "\x1b[" ||
			    /^\x1b\[[0-9;?]*$/.test(this.escape))
				return;
			this.obey(parseInt(this.escape.slice(2), 10) || 0, character);
			this.escape = "";
		}

		obey(number, letter) {
			const last = this.lines.length - 1;
			if (letter === "K")
				this.lines[last] = number === 0 ?
					this.lines[last].slice(0, this.column) : "";
			else if (letter === "J" && number >= 2)
				this.clear();
			else if (letter === "D")
				this.column = Math.max(0, this.column - (number || 1));
			else if (letter === "C")
				this.column = Math.min(COLUMNS - 1, this.column + (number || 1));
		}

		write(text) {
			for (const character of text)
				this.put(character);
			return this;
		}

		last() {
			return this.lines[this.lines.length - 1];
		}

		text() {
			return this.lines.join("\n");
		}

		keep() {
			return {lines: this.lines.slice(), column: this.column};
		}

		back(kept) {
			this.lines = kept.lines.slice();
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
