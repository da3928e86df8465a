/*
 * tools/page/twin.js -- the picture as text, for screen readers and for notes.
 *
 * The lines are those that the demonstrations print when they take a look
 * (user/bin/look), so what is read aloud, what is drawn and what the terminal
 * says are the same words.
 */
const Twin = (() => {
	const SHOWN = 3; /* PTEs of a table */
	const hex5 = frame => Text.hex(frame, 5);

	function line(name, index, address, word, pde, mark) {
		return "  " + name + " " + String(index).padStart(4) + " 0x" +
			Text.hex(address, 8) + " " + Text.hex(word, 8) + "  " +
			Scene.rights(word, pde) + (pde ? "-  table in" : "  page in ") +
			" frame " +
			hex5(Scene.frame_of(word)) + mark;
	}

	const living = process => process.rows.filter(row => !row.ghost);

	/* Does another process reach this frame by such a word? */
	function shared(others, row) {
		return others.some(other => living(other).some(twin =>
			twin.kind === row.kind &&
			Scene.frame_of(twin.word) === Scene.frame_of(row.word)));
	}

	function slot(row, tables, others) {
		const both = shared(others, row);
		const table = tables.find(table => !table.over &&
			table.frame === Scene.frame_of(row.word));
		const entries = (table ? table.entries : [])
			.filter(entry => !entry.ghost);
		const lines = [line("PDE", row.slot, row.address, row.word, true,
			both ? "  <== shared table" : "  a segment's")];

		for (const entry of entries.slice(0, SHOWN))
			lines.push(line("  PTE", entry.index,
				row.address + entry.index * 0x1000, entry.word, false,
				both ? "  <== shared" : ""));
		if (entries.length > SHOWN)
			lines.push("    ... and " + (entries.length - SHOWN) +
				" more pages");
		return lines;
	}

	/* The borrowed words of one private table. */
	function borrowed(rows, others) {
		const lines = rows.slice(0, SHOWN).map(row =>
			line("  PTE", row.pte, row.address, row.word, false,
				shared(others, row) ? "  <== shared" : ""));

		if (rows.length > SHOWN)
			lines.push("    ... and " + (rows.length - SHOWN) +
				" more pages");
		return lines;
	}

	function process_lines(process, scene, facts) {
		const others = scene.processes.filter(other => other !== process);
		const lines = ["process " + process.pid + ", directory in frame " +
			hex5(process.cr3)];
		const rows = living(process);

		for (const slot_number of new Set(rows.map(row => row.slot))) {
			const here = rows.filter(row => row.slot === slot_number);

			if (here[0].kind === "linked") {
				lines.push(...slot(here[0], scene.tables, others));
				continue;
			}
			const pde = parseInt(facts[Scene.key_of(process.cr3,
				slot_number)] || "0", 16);

			lines.push(line("PDE", slot_number, slot_number * 0x400000, pde,
				true, "  its own"), ...borrowed(here, others));
		}
		return lines.concat("");
	}

	/* A line for each table that two processes link. */
	function meetings(processes) {
		const rows = processes.flatMap(process => living(process)
			.filter(row => row.kind === "linked")
			.map(row => Object.assign({process}, row)));
		const side = row => row.word & Scene.RW ? "rw" : "r-";
		const lines = [];

		rows.forEach((a, i) => {
			for (const b of rows.slice(i + 1))
				if (a.process !== b.process && Scene.frame_of(a.word) ===
					Scene.frame_of(b.word))
					lines.push("process " + a.process.pid + ", PDE " +
						a.slot + " " + side(a) + " --> [ table " +
						hex5(Scene.frame_of(a.word)) + " ] <-- " +
						side(b) + " PDE " + b.slot + ", process " +
						b.process.pid);
		});
		return lines;
	}

	/* A line as ipcs -m has it. */
	function segment_line(segment) {
		const cells = [segment_key(segment), segment.shmid, segment.owner,
			(segment.mode & 0o777).toString(8), segment.bytes,
			segment.nattch, segment.mode & Scene.DEST ? "dest" : ""];

		return columns(cells);
	}

	const columns = cells =>
		cells.map(cell => String(cell).padEnd(10)).join(" ").trimEnd();

	function segment_lines(segments) {
		const names = ["key", "shmid", "owner", "perms", "bytes", "nattch",
			"status"];

		return [columns(names)].concat(segments.filter(
			segment => !segment.over).map(segment_line));
	}

	function segment_key(segment) {
		return "0x" + Text.hex(Number(segment.key) || 0, 8);
	}

	/* `wanted` says which processes; all that share something if not given. */
	function text(facts, wanted = process => living(process).length > 0,
		scene = Scene.make(facts)) {
		const processes = scene.processes.filter(
			process => !process.over && wanted(process));
		const seen = Object.assign({}, scene, {processes});

		return processes.flatMap(
			process => process_lines(process, seen, facts))
			.concat(meetings(processes), "", segment_lines(scene.segments))
			.join("\n") + "\n";
	}

	return {text, segment_key};
})();
