/*
 * tools/page/inspect.js -- reads the inspection block (abi/inspect.h).
 *
 * The block says where the kernel's tables lie and which fields their rows
 * have, so a reader needs the format of the block and nothing else.  Its magic
 * finds it in memory.  Addresses in it are kernel addresses: the first 896 MiB
 * of the kernel's half show physical memory in its order, and the windows behind
 * them are found through the kernel's page directory.
 *
 *	block   magic version bytes changes direct_map kernel_directory ...
 *	        12 counters
 *	        12 tables  {name[12], address, stride, slots, live}
 *	        128 fields {name[20], offset, size}
 *
 * Two pages that follow each other in a window may lie anywhere in memory.
 */
const Inspect = (() => {
	const MAGIC = 0x53534554;
	const VERSION = 4;
	const WORDS = 19, COUNTERS = 12;
	const TABLES = 12, TABLE_BYTES = 28, TABLE_NAME = 12;
	const FIELDS = 128, FIELD_BYTES = 24, FIELD_NAME = 20;
	const PAGE = 4096, PRESENT = 1, LARGE = 0x80;
	const DIRECT_MAP = 0xc0000000, DIRECT_BYTES = 896 << 20;
	const HEAD = {version: 1, direct_map: 4, directory: 5, frame_limit: 7,
		frames_free: 9, archive_start: 12, archive_bytes: 13, current: 16};

	class Mismatch extends Error {}

	function text(bytes, at, size) {
		let end = at;
		while (end < at + size && bytes[end])
			end++;
		return String.fromCharCode(...bytes.subarray(at, end));
	}

	/* The byte at which the block lies, or -1: the kernel has not begun. */
	function find(memory) {
		const words = new Uint32Array(memory.buffer, memory.byteOffset,
			memory.length >> 2);
		for (let i = 1 << 18; i < words.length; i++)
			if (words[i] === MAGIC && words[i + 1] && words[i + 1] < 1000 &&
			    words[i + 4] === DIRECT_MAP)
				return i * 4;
		return -1;
	}

	class Block {
		/* `view` returns memory as bytes; it may move as the machine runs. */
		constructor(view, at) {
			this.view = view;
			this.at = at;
			this.refresh();
			const version = this.head("version");
			if (version !== VERSION)
				throw new Mismatch("This page reads version " + VERSION +
					" of the inspection block, the kernel has " + version + ".");
			this.readTables();
			this.readFields();
		}

		/* Takes the memory as it is now.  To be called at each event. */
		refresh() {
			const bytes = this.view();
			if (this.bytes && this.bytes.buffer === bytes.buffer)
				return;
			this.bytes = bytes;
			this.words = new Uint32Array(bytes.buffer, bytes.byteOffset,
				bytes.length >> 2);
		}

		readTables() {
			this.tables = {};
			const start = this.at + 4 * (WORDS + COUNTERS);
			for (let i = 0; i < TABLES; i++) {
				const at = start + i * TABLE_BYTES;
				const word = (at + TABLE_NAME) >> 2;
				if (this.bytes[at])
					this.tables[text(this.bytes, at, TABLE_NAME)] = {
						address: this.words[word],
						stride: this.words[word + 1]};
			}
		}

		readFields() {
			this.fields = {};
			const start = this.at + 4 * (WORDS + COUNTERS) +
				TABLES * TABLE_BYTES;
			const data = new DataView(this.bytes.buffer, this.bytes.byteOffset);
			for (let i = 0; i < FIELDS; i++) {
				const at = start + i * FIELD_BYTES;
				if (this.bytes[at])
					this.fields[text(this.bytes, at, FIELD_NAME)] = {
						offset: data.getUint16(at + FIELD_NAME, true),
						size: data.getUint16(at + FIELD_NAME + 2, true)};
			}
		}

		head(name) {
			return this.words[(this.at >> 2) + HEAD[name]];
		}

		/* Where a kernel address lies in memory, or -1. */
		physical(address) {
			if (address >= DIRECT_MAP && address < DIRECT_MAP + DIRECT_BYTES)
				return address - DIRECT_MAP;
			const pde = this.words[(this.head("directory") >> 2) +
				(address >>> 22)];
			if (!(pde & PRESENT))
				return -1;
			if (pde & LARGE)
				return (pde & 0xffc00000) + (address & 0x3fffff);
			const pte = this.words[((pde & ~0xfff) >>> 2) +
				(address >>> 12 & 1023)];
			return pte & PRESENT ? (pte & ~0xfff) + (address & 0xfff) : -1;
		}
	}

	return {find, Block, Mismatch, text, PAGE, VERSION};
})();
