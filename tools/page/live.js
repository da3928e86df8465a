/*
 * tools/page/live.js -- a machine that runs, with the record of what it does.
 *
 * It is booting, then running or held; it ends by itself (ended), or because the
 * emulator cannot go on (broken).
 *
 *	machine --event--> recorder --> film --> the player shows it
 *	   |                                         |
 *	   +--output--> screen                       +-- flip, hold, step, go
 *
 * Looking back is looking at the record.  Going on from a moment of the past
 * needs the machine as it was then: keep() saves it, with the record up to that
 * moment, and back() returns there.  What happens afterwards is a new run: a
 * tick of the clock may come at another place.
 */
const Live = (() => {
	const MENU = "your choice:"; /* blanks behind it are no command */
	const SILENT = new Set(["switch", "message"]); /* no step is made of them */
	const ENDED = {0: "The machine has switched itself off."};
	const PANIC = "The kernel has found a mistake of its own, and stopped: ";

	class Live {
		/* on: {changed, settled, menu, paused, fold}; words: of mkweb. */
		constructor(assets, words, on) {
			this.assets = assets;
			this.words = words;
			this.on = on;
			this.book = new Calls.Book(words);
			this.boot();
		}

		/* ---- the machine's life ---------------------------------------- */

		boot() {
			if (this.machine)
				this.machine.close();
			this.state = "booting";
			this.sentence = "The machine starts.";
			this.screen = new Terminal.Screen();
			this.block = this.recorder = null;
			this.log = [];
			this.tracing = this.paused = false;
			this.pauses = 0;
			this.stepping = false; /* to more than `seen` steps */
			this.make();
		}

		make() {
			let ready;

			this.ready = new Promise(done => { ready = done; });
			this.machine = new Machine.Running(this.assets, {
				ready, event: bytes => this.told(bytes),
				log: line => this.log.push(line),
				output: byte => this.output(String.fromCharCode(byte)),
				end: status => this.ended(status),
				broken: sentence => this.stop("broken", sentence)});
			this.machine.hide(document.hidden);
		}

		stop(state, sentence) {
			this.state = state;
			this.sentence = sentence;
			this.on.settled();
		}

		ended(status) {
			const panic = this.log.find(line => /panic/i.test(line)) ||
				this.log[this.log.length - 1] || "it does not say why.";

			this.stop("ended", status in ENDED ? ENDED[status]
				: PANIC + panic);
		}

		/* ---- what it tells --------------------------------------------- */

		/* A trace of another version ends the machine with a sentence. */
		told(bytes) {
			try {
				this.event(bytes);
			} catch (error) {
				if (!(error instanceof Inspect.Mismatch))
					throw error;
				this.machine.close();
				this.stop("broken", error.message);
			}
		}

		event(bytes) {
			const step = this.recorder && this.recorder.event(bytes);

			if (!step)
				return;
			if (this.recorder.film.limit)
				setTimeout(() => this.trace(false));
			if (this.stepping && !SILENT.has(step.event) &&
			    this.steps() > this.seen) {
				this.stepping = false;
				this.machine.hold();
				this.state = "held";
				setTimeout(this.on.settled);
			} else {
				this.on.changed();
			}
		}

		/* How many steps the film has as it is shown. */
		steps() {
			const film = this.recorder && this.recorder.film;

			return film && film.steps.length
				? this.on.fold(film).steps.length : 0;
		}

		output(character) {
			this.screen.put(character);
			if (this.recorder)
				this.recorder.output(character);
			else
				this.look();
			if (this.state === "booting" && this.at_menu()) {
				this.state = "running";
				setTimeout(this.on.menu);
			}
			this.watch();
			this.on.changed();
		}

		/* Counts how often a script has waited for a key. */
		watch() {
			const before = this.paused;

			this.paused = this.at_pause();
			if (this.paused && !before)
				this.pauses++;
			if (this.paused !== before || this.at_menu())
				setTimeout(this.on.paused);
		}

		/* The kernel has begun, so there is an inspection block. */
		look() {
			const memory = () => this.machine.memory();
			const at = Inspect.find(memory());

			if (at < 0)
				return;
			try {
				this.block = new Inspect.Block(memory, at);
			} catch (error) {
				this.machine.close();
				this.stop("broken", error.message);
				return;
			}
			this.recorder = new Recorder.Recorder(this.block, this.book,
				this.words.lines);
		}

		at_menu() {
			return this.screen.last().trimEnd().endsWith(MENU);
		}

		at_pause() {
			return Lesson.waits(this.screen.last());
		}

		/* ---- what a person does ---------------------------------------- */

		alive() {
			return this.state === "running" || this.state === "held";
		}

		/*
		 * The boot is in no film, so the trace begins with the first key.  It
		 * ends when a record is full: then the program runs on as fast as it can.
		 */
		trace(on) {
			if (this.tracing !== on)
				for (const [address, yes, no] of this.words.trace)
					this.machine.poke(address, on ? yes : no, false);
			this.tracing = on;
		}

		type(text) {
			if (!this.alive())
				return;
			this.trace(true);
			this.machine.type(text);
		}

		hold() {
			if (this.state !== "running")
				return;
			this.state = "held";
			this.machine.hold();
			this.on.settled();
		}

		go() {
			if (this.state !== "held")
				return;
			this.state = "running";
			this.stepping = false;
			this.machine.go();
			this.on.changed();
		}

		/* Runs to the next step of the folded film. */
		step() {
			if (!this.alive())
				return;
			this.seen = this.steps();
			this.stepping = true;
			this.state = "running";
			this.machine.go();
		}

		/*
		 * Inverts one bit of a word of memory, as a debugger does.  `word` is
		 * {address, name}; the step stands in the line of process `pid`.
		 */
		flip({address, name}, bit, flush, pid) {
			if (!this.alive())
				return;
			const old = this.block.words[address >> 2];

			this.machine.poke(address, old ^ 1 << bit, flush);
			this.recorder.note({event: "flip", pid, args: [address, bit],
				text: "By hand: bit " + bit + " of " + name + " is now " +
					(~old >>> bit & 1) + (flush ? "."
					: ", and the TLB is not flushed.")});
			this.on.settled();
		}

		/* ---- going back ------------------------------------------------ */

		async keep() {
			return {state: await this.machine.save(),
				recorder: this.recorder.keep(), screen: this.screen.keep(),
				log: this.log.length, tracing: this.tracing,
				paused: this.paused, pauses: this.pauses};
		}

		async back(kept) {
			if (this.state === "broken") {
				this.make();
				await this.ready;
			}
			await this.machine.restore(kept.state);
			this.screen.back(kept.screen);
			this.block.refresh();
			this.recorder.back(kept.recorder);
			this.log.length = kept.log;
			this.tracing = kept.tracing;
			this.paused = kept.paused;
			this.pauses = kept.pauses;
			this.stepping = false;
			this.state = "running";
			this.machine.go();
			this.on.settled();
		}
	}

	return {Live};
})();
