/*
 * tools/page/lesson.js -- the eleven beats, as scripts that stage plays.
 *
 * A script (docs/beats) has lines of text, questions, answers and what the
 * processes do.  The page knows the same text as the guest, so that it can ask
 * the question large and before the answer, and knows at each pause of the
 * script where it is.
 *
 *	# text   said        ? text   a question; the script waits for a key
 *	= text   the answer  ---      the script waits for a key
 *
 *	Lesson.read(name, text)    {number, title, text, stops}
 *	    a stop is {question, answer, said}: what is open, what has been
 *	    answered since the stop before, and what was said
 *	Lesson.waits(line)         is this line of the terminal such a pause?
 */
const Lesson = (() => {
	/* A script of stage waits so; a demonstration with a full screen, too. */
	const PAUSE = /^-- an?y? key goes on.* leaves -- *$/;
	/* What is indented is for a reader of the terminal. */
	const ELSEWHERE = /^#  (?! *in the page)/;
	const waits = line => PAUSE.test(line);

	function read(name, text) {
		const number = parseInt(name, 10);
		const beat = {number, name, text, title: "", stops: []};
		let open = {question: "", answer: "", said: ""}, asking = false;

		const stop = () => {
			beat.stops.push(open);
			open = {question: "", answer: "", said: ""};
			asking = false;
		};
		const add = (field, words) => {
			open[field] += (open[field] ? " " : "") + words;
		};

		for (const line of text.split("\n").map(line => line.trim())) {
			const kind = line[0], words = line.slice(1).trim();
			if (!line || kind === ";" || ELSEWHERE.test(line))
				continue;
			if (asking && kind !== "?")
				stop();
			if (kind === "#" && !beat.title)
				beat.title = words.replace(/^\d+\. */, "");
			else if (kind === "#")
				add("said", words.replace(/^in the page: +(.*)/, "$1."));
			else if (kind === "=")
				add("answer", words);
			else if (kind === "?") {
				add("question", words);
				asking = true;
			} else if (line === "---")
				stop();
		}
		/* After the last pause there is the end. */
		stop();
		return beat;
	}

	return {read, waits};
})();
