/*
 * tools/page/environment.js -- what the page needs of the browser.
 *
 *	Environment.fault()        one sentence if something is missing, or ""
 *	Environment.unpack(id)     a packed part of the page, as an ArrayBuffer
 *	Environment.keep(key, value), Environment.kept(key)
 *
 * What a person has typed is kept in the browser's storage.  A page from a disk
 * may have none; then it is kept until the page is left, and `lasting` is false.
 */
const Environment = (() => {
	const BROWSERS = "Chrome or Edge 80, Firefox 113, Safari 16.4, or later";
	const PREFIX = "tessera ";
	const memory = {};
	let lasting = true;

	function fault() {
		if (typeof WebAssembly !== "object")
			return "This browser has no WebAssembly, so it cannot run the " +
				"machine: take " + BROWSERS + ".";
		if (typeof DecompressionStream !== "function")
			return "This browser has no DecompressionStream, so it cannot " +
				"unpack the machine: take " + BROWSERS + ".";
		return "";
	}

	async function unpack(id) {
		const text = document.getElementById(id).textContent;
		const raw = Uint8Array.from(atob(text), c => c.charCodeAt(0));
		const stream = new Blob([raw]).stream().pipeThrough(
			new DecompressionStream("gzip"));

		return new Response(stream).arrayBuffer();
	}

	function storage(work) {
		try {
			return work(window.localStorage);
		} catch (error) {
			lasting = false;
			return null;
		}
	}

	function keep(key, value) {
		memory[key] = value;
		storage(store => store.setItem(PREFIX + key, JSON.stringify(value)));
	}

	function kept(key) {
		const text = storage(store => store.getItem(PREFIX + key));

		return text ? JSON.parse(text) : memory[key];
	}

	return {fault, unpack, keep, kept, get lasting() { return lasting; }};
})();
