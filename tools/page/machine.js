/*
 * tools/page/machine.js -- the PC in the page: v86, with our kernel in it.
 *
 * v86 is an emulator of a PC, and its package declares what others may call.
 * Some of what we need has no declared name: ports of our own, and the TLB.  This
 * file alone uses those names, and missing() says which of them a later version
 * of v86 no longer has.
 *
 * Port 0xE9 is the kernel's log and trace (abi/trace.h).  v86 calls our hook in
 * the middle of the instruction that writes to the port, so the machine stands
 * still while the hook looks.  After each event the kernel reads the port until
 * it gives 0xE9 back.  hold() gives another answer, and so the kernel waits
 * exactly at the event.
 *
 *	kernel   outb 0xE9: 0x1E, 48 bytes --> on.event(bytes)
 *	         inb 0xE9 <-- 0xE9, or 0 while the machine is held
 *	         outb 0xF4: 0 is a good end, all else a panic --> on.end(status)
 *	COM1     --> on.output(byte), and type(text) -->
 */
const Machine = (() => {
	const LOG_PORT = 0xe9;
	const END_PORT = 0xf4;
	const EVENT_MARK = 0x1e;
	const EVENT_BYTES = 48;
	const MEMORY = 64 << 20;

	/* What we use of v86 that its package does not declare. */
	const UNOFFICIAL = [
		["v86.cpu.io.register_read", "function"],
		["v86.cpu.io.register_write", "function"],
		["v86.cpu.full_clear_tlb", "function"],
	];

	function follow(emulator, path) {
		return path.split(".").reduce((at, name) => at && at[name], emulator);
	}

	/* The unofficial names that this v86 does not have. */
	function missing(emulator) {
		return UNOFFICIAL.filter(([path, type]) =>
			typeof follow(emulator, path) !== type).map(([path]) => path);
	}

	/* One sentence about an exception that came out of the emulator. */
	function sentence(error) {
		const text = String(error && error.message || error);
		if (error instanceof RangeError || /call stack/.test(text))
			return "The browser's machine stopped: the emulator's stack is " +
				"full, as when the kernel's overflows. QEMU can show this.";
		if (/unreachable/.test(text))
			return "The browser's machine stopped: the emulator cannot do an " +
				"instruction, such as a user's iret to ring 0. QEMU can " +
				"show this.";
		return "The browser's machine stopped: " + text + ".";
	}

	/* Takes the bytes of port 0xE9 apart: events, and the log's lines. */
	function splitter(on) {
		let event = null, line = "";
		return byte => {
			if (event) {
				event.push(byte);
				if (event.length === EVENT_BYTES) {
					const whole = Uint8Array.from(event);
					event = null;
					on.event(whole);
				}
			} else if (byte === EVENT_MARK) {
				event = [];
			} else if (byte === 10) {
				on.log(line);
				line = "";
			} else {
				line += String.fromCharCode(byte);
			}
		};
	}

	class Running {
		constructor(assets, on) {
			this.on = on;
			this.held = false;     /* the kernel waits at an event */
			this.hidden = false;   /* nobody sees the page */
			this.over = false;     /* powered off, broken or closed */
			this.is_ready = false; /* it has been built */
			this.emulator = new V86({
				wasm_fn: imports => WebAssembly.instantiate(assets.wasm, imports)
					.then(made => made.instance.exports),
				memory_size: MEMORY, vga_memory_size: 1 << 20,
				bios: {buffer: assets.bios},
				multiboot: {buffer: assets.kernel},
				initrd: {buffer: assets.archive}, cmdline: assets.words,
				autostart: true, disable_speaker: true,
				disable_keyboard: true, disable_mouse: true,
			});
			this.emulator.add_listener("emulator-ready", () => this.ready());
			this.emulator.add_listener("serial0-output-byte",
				byte => this.guard(() => on.output(byte)));
		}

		/* Our ports must be there before the kernel looks for them. */
		ready() {
			const gone = missing(this.emulator);
			if (gone.length) {
				this.end(() => this.on.broken("This version of v86 no longer " +
					"has " + gone.join(", ") + "."));
				return;
			}
			const io = this.emulator.v86.cpu.io;
			const take = splitter(this.on);
			io.register_read(LOG_PORT, {name: "log"}, () => this.held ? 0 : LOG_PORT);
			io.register_write(LOG_PORT, {name: "log"},
				byte => this.guard(() => take(byte)));
			io.register_write(END_PORT, {name: "end"},
				status => this.end(() => this.on.end(status)));
			this.is_ready = true;
			this.settle();
			this.on.ready(this);
		}

		/* A mistake of the page must not look like one of the emulator. */
		guard(work) {
			try {
				work();
			} catch (error) {
				this.ours = error;
				setTimeout(() => { throw error; });
			}
		}

		end(say) {
			if (this.over)
				return;
			this.over = true;
			this.emulator.stop();
			say();
		}

		/* Is this error of the window one that the emulator threw? */
		failed(error) {
			const text = String(error && error.stack || error);
			const its = error instanceof WebAssembly.RuntimeError ||
				error instanceof RangeError || /v86|wasm/.test(text);
			if (!its || error === this.ours || this.over)
				return false;
			this.end(() => this.on.broken(sentence(error)));
			return true;
		}

		settle() {
			if (this.over || !this.is_ready)
				return;
			if (this.held || this.hidden)
				this.emulator.stop();
			else
				this.emulator.run();
		}

		hold() {
			this.held = true;
			this.settle();
		}

		go() {
			this.held = false;
			this.settle();
		}

		hide(hidden) {
			this.hidden = hidden;
			this.settle();
		}

		/* All of RAM as it is now.  It is no copy, and it may move. */
		memory() {
			return this.emulator.read_memory(0, MEMORY);
		}

		/*
		 * Writes a word of physical memory, as a debugger does.  If not `flush`,
		 * the TLB keeps what it has read before.
		 */
		poke(address, word, flush) {
			const bytes = [0, 8, 16, 24].map(shift => word >>> shift & 255);
			this.emulator.write_memory(bytes, address);
			if (flush)
				this.emulator.v86.cpu.full_clear_tlb();
		}

		type(text) {
			this.emulator.serial_send_bytes(0, new TextEncoder().encode(text));
		}

		save() {
			return this.emulator.save_state();
		}

		async restore(state) {
			await this.emulator.restore_state(state);
			this.over = false;
			this.settle();
		}

		running() {
			return this.emulator.is_running();
		}

		instructions() {
			return this.emulator.get_instruction_counter();
		}

		close() {
			this.end(() => {});
		}
	}

	return {Running, missing, sentence, EVENT_BYTES, MEMORY};
})();
