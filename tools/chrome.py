"""tools/chrome.py -- a film as a trace for chrome://tracing and Perfetto.

Each process of the film is a row of slices: a call from its entry to its
return, and in it the faults that it causes.  A slice lies wholly within the one
around it.  What has no duration (a link, a fork, a switch) is a mark.  The unit
of time is one step, because a film has no other.
"""
import json

SLICES = {"call": "return", "fault": "served"}
ENDS = {end: begin for begin, end in SLICES.items()}


class Trace:
    """The events of one trace, in the order of their steps."""

    def __init__(self, film):
        self.film, self.events, self.open = film, [], {}
        for number, step in enumerate(film["steps"]):
            self.step(number, step)
        for pid in list(self.open):
            self.close(pid, 0, len(film["steps"]))

    def step(self, number, step):
        event, pid = step["event"], step["pid"]
        stack = self.open.setdefault(pid, [])
        if event in SLICES:
            stack.append((number, step))
        elif event in ENDS:
            self.end(pid, ENDS[event], number, step)
        else:
            self.mark(number, step)
        if event == "exit":
            self.close(pid, 0, number)
        free = step["set"].get("free")
        if free is not None:
            self.events.append({"name": "free frames", "ph": "C", "pid": 0,
                                "ts": number, "args": {"frames": free}})

    def end(self, pid, kind, number, step):
        """The innermost slice of a kind ends, and all that is in it."""
        for depth in reversed(range(len(self.open[pid]))):
            begin, first = self.open[pid][depth]
            if first["event"] == kind:
                self.close(pid, depth + 1, number)
                self.open[pid].pop()
                self.slice(begin, number, first, step["text"])
                return

    def close(self, pid, depth, number):
        """Ends what is open of a process from a depth on, the inner first.
        Each ends a moment before the one around it."""
        stack = self.open[pid]
        for place in range(len(stack) - 1, depth - 1, -1):
            begin, first = stack.pop()
            inner = (place - depth) / (len(stack) + 2)
            self.slice(begin, number - inner / 2, first, first["text"])

    def slice(self, begin, end, step, text):
        self.events.append({
            "name": step["text"].split("(")[0] if step["event"] == "call" else
            "page fault", "cat": step["event"], "ph": "X", "ts": begin,
            "dur": end - begin, "pid": step["pid"], "tid": step["pid"],
            "args": {"text": text, "step": begin}})

    def mark(self, number, step):
        self.events.append({
            "name": step["event"], "cat": step["event"], "ph": "i", "s": "t",
            "ts": number, "pid": step["pid"], "tid": step["pid"],
            "args": {"text": step["text"], "step": number}})

    def names(self):
        """Yields an event with the name of each process."""
        names = {}
        for facts in [self.film["start"]] + [step["set"] for step in
                                             self.film["steps"]]:
            for key, fact in facts.items():
                if fact and key.startswith("proc "):
                    names[int(key[5:])] = fact["name"]
        for pid, name in sorted(names.items()):
            yield {"name": "process_name", "ph": "M", "pid": pid, "tid": pid,
                   "args": {"name": name}}


def trace(film):
    """Returns the text of the trace: an event on each line."""
    found = Trace(film)
    events = list(found.names()) + sorted(found.events,
                                          key=lambda event: event["ts"])
    return '{"displayTimeUnit":"ns","traceEvents":[\n%s\n]}\n' % ",\n".join(
        json.dumps(event, separators=(",", ":")) for event in events)
