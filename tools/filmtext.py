"""tools/filmtext.py -- a film as text.

    text(film)             each step with what it changed, old and new
    state_at(film, n)      the facts after step n
    picture(state, pids)   the words that user/bin/look prints of a moment
    dumped(film)           the film as a file has it
"""
import io
import json

from recorder import write

LINKED, BORROWED, RW, US, A, D = 0x400, 0x200, 2, 4, 0x20, 0x40
ATTACH_FIRST, PTES_SHOWN = 0x40000000, 3


def dumped(film):
    """Returns the text of a film."""
    out = io.StringIO()
    rest = {name: value for name, value in film.items()
            if name not in ("steps", "terminal")}
    write(out, rest, film["steps"], film["terminal"])
    return out.getvalue()


def apply(state, facts):
    """Makes a state what it is after a step that set these facts."""
    for key, fact in facts.items():
        if fact is None:
            state.pop(key, None)
        else:
            state[key] = fact


def state_at(film, number):
    """Returns all facts after step `number`; -1: before the first."""
    state = dict(film["start"])
    for step in film["steps"][:number + 1]:
        apply(state, step["set"])
    return state


# ---- each step --------------------------------------------------------------

def owners(state):
    """Returns {frame of a page directory: pid}."""
    return {fact["cr3"]: int(key[5:]) for key, fact in state.items()
            if key.startswith("proc ") and fact["cr3"]}


def word_name(key, directories):
    at = int(key[5:], 16)
    pid, index = directories.get(at >> 12), (at & 4095) // 4
    return "PTE %d of table %x" % (index, at >> 12) if pid is None else \
        "PDE %d of process %d" % (index, pid)


def shown(value):
    return "nothing" if value is None else \
        value if isinstance(value, str) else json.dumps(value)


def changes(key, old, new, directories):
    """Says how a fact has changed."""
    if key.startswith("word "):
        return "%s: %s -> %s" % (word_name(key, directories),
                                 old or "00000000", new or "00000000")
    if isinstance(old, dict) and isinstance(new, dict):
        return "%s: %s" % (key, ", ".join(
            "%s %s -> %s" % (name, shown(old.get(name)), shown(new[name]))
            for name in new if new[name] != old.get(name)))
    return "%s: %s -> %s" % (key, shown(old), shown(new))


def step_lines(number, step, film, state):
    """Yields the lines of a step; `state` is the one before it."""
    alike = ", %d alike" % step["alike"] if "alike" in step else ""
    yield "step %d, process %d, %s: %s%s" % (number, step["pid"],
                                             step["event"], step["text"], alike)
    if "line" in step:
        yield "    at " + film["lines"][step["line"]]
    directories = owners(state)
    directories.update(owners({key: fact for key, fact in step["set"].items()
                               if fact}))
    for key, fact in step["set"].items():
        yield "    " + changes(key, state.get(key), fact, directories)


def text(film):
    """Returns the whole film as text, with the terminal's between steps."""
    state, lines, out = dict(film["start"]), [film["program"]], 0
    lines += [film["limit"]] if film["limit"] else []
    lines += film["remarks"]
    for number, step in enumerate(film["steps"]):
        lines += step_lines(number, step, film, state)
        if step["out"] > out:
            written = film["terminal"][out:step["out"]]
            lines += ["  | " + line for line in written.splitlines()]
            out = step["out"]
        apply(state, step["set"])
    return "\n".join(lines) + "\n"


# ---- a moment ---------------------------------------------------------------

class Moment:
    """The tables of a state, and the words that are looked at: linked PDEs with
    their tables, and what private tables borrow, from 0x40000000 on."""

    def __init__(self, state):
        self.tables = {}
        for key, value in state.items():
            if key.startswith("word "):
                at = int(key[5:], 16)
                self.tables.setdefault(at >> 12, {})[(at & 4095) // 4] = \
                    int(value, 16)
        self.procs = {int(key[5:]): fact for key, fact in state.items()
                      if key.startswith("proc ")}

    def slots(self, pid):
        """Yields (slot, PDE, {entry: PTE}) of what is looked at."""
        directory = self.tables.get(self.procs[pid]["cr3"], {})
        for slot, pde in sorted(directory.items()):
            entries = {index: pte for index, pte in
                       sorted(self.tables.get(pde >> 12, {}).items())
                       if pde & LINKED or pte & BORROWED}
            if slot << 22 >= ATTACH_FIRST and (pde & LINKED or entries):
                yield slot, pde, entries

    def frames(self, pid):
        """Returns (frames of tables, frames of pages) that are looked at."""
        tables, pages = set(), set()
        for _, pde, entries in self.slots(pid):
            tables.add(pde >> 12)
            pages.update(pte >> 12 for pte in entries.values())
        return tables, pages


def word_line(name, index, address, word, mark):
    pde = name == "PDE"
    return "  %s %4d 0x%08x %08x  %s %s %s%s  %s frame %05x%s" % (
        name, index, address, word, "u" if word & US else "-",
        "rw" if word & RW else "r-", "A" if word & A else "-",
        "D" if word & D and not pde else "-",
        "table in" if pde else "page in ", word >> 12, mark)


def process_lines(moment, pid, others):
    yield "process %d, directory in frame %05x" % (pid,
                                                   moment.procs[pid]["cr3"])
    tables, pages = set(), set()
    for other in others:
        theirs = moment.frames(other)
        tables |= theirs[0]
        pages |= theirs[1]
    for slot, pde, entries in moment.slots(pid):
        yield word_line("PDE", slot, slot << 22, pde,
                        "  its own" if not pde & LINKED else
                        "  <== shared table" if pde >> 12 in tables else
                        "  a segment's")
        for index, pte in list(entries.items())[:PTES_SHOWN]:
            yield word_line("  PTE", index, slot << 22 | index << 12, pte,
                            "  <== shared" if pte >> 12 in pages else "")
        if len(entries) > PTES_SHOWN:
            yield "    ... and %d more pages" % (len(entries) - PTES_SHOWN)
    yield ""


def meetings(moment, a, b):
    """Yields a line for each table that both processes link."""
    def side(word):
        return "rw" if word & RW else "r-"

    for slot, pde, _ in moment.slots(a):
        for there, other, _ in moment.slots(b):
            if pde & other & LINKED and pde >> 12 == other >> 12:
                yield "process %d, PDE %d %s --> [ table %05x ] <-- %s PDE " \
                    "%d, process %d" % (a, slot, side(pde), pde >> 12,
                                        side(other), there, b)
                break


def picture(state, pids=None):
    """Returns what the demonstrations print of a moment; without pids, of all
    processes that show something."""
    moment = Moment(state)
    if pids is None:
        pids = [pid for pid in sorted(moment.procs)
                if any(True for _ in moment.slots(pid))]
    lines = []
    for pid in pids:
        lines += process_lines(moment, pid, [other for other in pids
                                             if other != pid])
    for number, pid in enumerate(pids):
        for other in pids[number + 1:]:
            lines += meetings(moment, pid, other)
    return "\n".join(lines) + "\n"
