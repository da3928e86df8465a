"""tools/recorder.py -- records a film (abi/film.md) while a program runs.

tools/run --film makes a Recorder.  Its words make QEMU share the machine's
memory and open a gdb stub, through which the recorder watches `trace_told`
(kernel/base/trace.h).  So the machine stands still after each event; then the
event is the last of the trace's ring, and facts.py says what is different.
Meanwhile Line speaks with the guest: so each step knows what the program had
written by then, and the guest hears us at the same instruction in each run.
"""
import codecs
import fcntl
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import re
import select
import signal
import termios
import time

import outside
from facts import Facts
from outside import Strange

FORMAT, VERSION = "tessera-film", 1
STEPS = 20000
# Words for the kernel.  A demonstration is over before a quantum is, so no
# process loses the CPU against its will, and two runs are the same.
KERNEL_WORDS = ["trace", "quantum=20"]
LIMIT = "the recorder stopped at %d steps" % STEPS
NOBODY_ATTACHES = ("The program attaches no shared memory, so the film shows "
                   "its processes alone.")
RING_EVENTS = 256  # kernel/base/trace.c
KINDS = (None, "call", "return", "fault", "link", "unlink", "switch", "message",
         "rights", "fork", "served", "exec", "exit")
WORDS = {"link": 3, "unlink": 3, "rights": 3, "fork": 1, "served": 2, "exec": 1,
         "exit": 1, "switch": 2, "message": 3, "fault": 3}  # of args


def tool(name):
    """Loads a program of tools/ that is a module as well."""
    loader = importlib.machinery.SourceFileLoader(
        name, os.path.join(outside.TOP, "tools", name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


trace, hostline = tool("trace"), tool("hostline")


# ---- the guest's line -----------------------------------------------------

class Line(hostline.HostLine):
    """A host line that speaks while the machine stands still, if it can, and
    says that output is taken only when much of it is: no interrupt comes that
    another run would not have."""

    QUIET = 0.1  # seconds without an event: the guest waits for us
    FULL = 0.2  # seconds in which QEMU reads nothing: so does the guest

    def __init__(self, recorder, *words):
        super().__init__(*words)
        self.recorder = recorder

    def others(self):
        machine = self.recorder.fileno()
        return [] if machine is None else [machine]

    def heard(self, data):
        self.recorder.heard(data)

    def turn(self):
        if self.others() and select.select(self.others(), [], [],
                                           self.QUIET)[0]:
            self.recorder.stopped(self)
        else:
            super().turn()

    def taken_is_due(self):
        return self.written >= hostline.ACKNOWLEDGE

    def catch_up(self):
        """Hears all that the guest has said, and answers at once what can be
        answered, until QEMU has read it."""
        while not self.closed and ready(self.connection):
            self.receive()
        while self.queue and select.select([], [self.queue[0][0]], [], 0)[1]:
            self.write_some()
        if self.wanted and ready(0):
            self.read_input()
        end = time.monotonic() + self.FULL
        while not self.closed and time.monotonic() < end:
            if self.outgoing:
                self.send()
            if not self.outgoing and not self.unread():
                break

    def unread(self):
        """Returns how much of what we said QEMU has not read yet."""
        return int.from_bytes(fcntl.ioctl(self.connection, termios.TIOCOUTQ,
                                          bytes(4)), "little")


def ready(stream):
    return select.select([stream], [], [], 0)[0]


# ---- what a step says ------------------------------------------------------

def slots(first, count):
    return "PDE %d" % first if count == 1 else \
        "PDEs %d to %d" % (first, first + count - 1)


def fault_text(address, error):
    return "page fault at 0x%08x, error %d: a %s by %s, and %s" % (
        address, error, "write" if error & 2 else "read",
        "the user" if error & 4 else "the kernel",
        "the page table forbids it" if error & 1 else "nothing is there")


def served_text(address, result):
    if result == 0:
        return "the fault at 0x%08x is served" % address
    return "the fault at 0x%08x cannot be served: %s" % (
        address, trace.result_text("", result)[3:])


def exit_text(pid, status):
    number = status & 0x7F
    if number:
        return "process %d is killed by signal %d (%s)" % (
            pid, number, trace.signal_name(number))
    return "process %d ends with status %d" % (pid, status >> 8 & 0xFF)


def link_text(first, count, word):
    return "%s %s a segment's page table, %s" % (
        slots(first, count), "links" if count == 1 else "link",
        "read and write" if word & outside.RW else "read-only")


def text_of(kind, pid, words, names):
    """Says an event that is no call and no return."""
    a, b, c = words[:3]
    if kind == "fault":
        return fault_text(a, b)
    if kind == "served":
        return served_text(a, b)
    if kind == "link":
        return link_text(a, b, c)
    if kind == "exit":
        return exit_text(pid, a)
    if kind == "message":
        return "%s: process %d asks server %d" % (names.name(a), b, c)
    return {
        "unlink": "%s: cleared" % slots(a, b),
        "rights": "%s: the rights are now %s" % (slots(a, b),
                                                 trace.letters(c)),
        "fork": "process %d is born, a child of %d" % (a, pid),
        "switch": "process %d runs, after %d" % (b, a),
        "exec": "process %d has a new space" % a,
    }[kind]


class Place:
    """Says which entry of which table is at a physical address."""

    def __init__(self, state):
        self.owners = {fact["cr3"]: key[5:] for key, fact in state.items()
                       if key.startswith("proc ")}

    def name(self, key):
        at = int(key[5:], 16)
        frame, index = at >> 12, (at & 4095) // 4
        if frame in self.owners:
            return "PDE %d of process %s" % (index, self.owners[frame])
        return "PTE %d of table %x" % (index, frame)


def access_text(noted, facts):
    """Says what the CPU has noted: {key: word}."""
    words = sorted(key for key in noted if key.startswith("word "))
    if not words:
        return "the memory of a segment has changed"
    place, said = Place(facts.now), []
    for key in words[:3]:
        new = int(noted[key], 16) & ~int(facts.before[key], 16)
        bits = [name for name, bit in (("A", outside.A), ("D", outside.D))
                if new & bit]
        said.append("%s in %s" % (" and ".join(bits) or "fewer bits",
                                  place.name(key)))
    more = len(words) - len(said)
    return "the CPU sets " + ", ".join(said) + (
        " and %d words more" % more if more else "")


# ---- the recorder ----------------------------------------------------------

class Recorder:
    """Records one run; `program` is the words of its command."""

    def __init__(self, path, program, mib, folder, keep_trace):
        self.path, self.program, self.folder = path, program, folder
        self.keep_trace = keep_trace  # beyond the limit
        self.ram = outside.Ram(mib)
        self.gdb = self.facts = self.limit = self.start = self.trouble = None
        self.running = False  # the machine, until the next stop
        self.steps = []
        self.under_way = {}  # by pid: the text of its call
        self.attached = False
        self.names, self.numbers = trace.Names(), set()
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.terminal, self.written = [], 0

    # ---- for tools/run -----------------------------------------------------

    def words(self):
        """Returns QEMU's words.  Where QEMU can do that, time goes by
        instructions, and our own work takes hardly any."""
        words = self.ram.words() + outside.gdb_words(self.folder)
        if os.environ.get("ACCEL", "tcg") == "tcg" and \
                "-icount" not in os.environ.get("QEMU_ARGS", ""):
            words += ["-icount", "shift=0,sleep=on"]
        return words

    def begin(self, alive):
        """Connects, and lets the machine go."""
        symbols = outside.symbols()
        self.ring, self.told, self.on, self.no_call = (
            symbols[name] - 0xC0000000 for name in
            ("trace_ring", "trace_told", "trace_on", "trace_no_call_below"))
        self.gdb = outside.connect(self.folder, alive)
        self.gdb.watch(symbols["trace_told"])
        self.go()

    def line(self, *words):
        """Returns what speaks with the guest."""
        return Line(self, *words)

    def go(self):
        self.gdb.send("c")
        self.running = True

    def fileno(self):
        """Returns the descriptor that is readable when the machine stands."""
        return self.gdb.socket.fileno() if self.running else None

    def stopped(self, host):
        """The machine stands after an event; or it has ended; or the stub has
        only heard us."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        try:
            packet = self.gdb.heard()
            if packet is None:
                return
            self.running = False
            if packet[0] in "WX":
                return
            host.catch_up()
            self.event()
            if self.limit:
                self.let_go()
            else:
                self.go()
        except (EOFError, ConnectionError):
            self.running = False
        except (Strange, trace.WrongVersion) as error:
            self.trouble = str(error)
            self.let_go()
        finally:  # tools/run's time may be over meanwhile
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})

    def heard(self, data):
        """The program has written this."""
        text = re.sub("[^\0-\uffff]", "\ufffd", self.decoder.decode(data))
        self.terminal.append(text)
        self.written += len(text)

    def leave(self):
        """The time is over: the machine must run on without us."""
        try:
            if self.running:
                self.gdb.socket.sendall(b"\x03")
                self.gdb.answer()
                self.running = False
                self.gdb.leave()
        except (EOFError, ConnectionError):
            pass

    def let_go(self):
        """The film is long enough: the machine runs on, and tells no more."""
        self.gdb.ask("z2,%x,4" % (self.told + 0xC0000000))
        if not self.keep_trace:
            with open(os.path.join(outside.TOP, "build", "gen",
                                   "syscall_numbers.h")) as stream:
                limit = re.search(r"SYSCALL_LIMIT\s+(\d+)", stream.read())[1]
            self.ram.put(self.on, 0)
            self.ram.put(self.no_call, int(limit))
        self.gdb.leave()

    # ---- events ------------------------------------------------------------

    def event(self):
        """Records the event that has just been told."""
        number = self.ram.word(self.told)
        at = self.ring + (number - 1) % RING_EVENTS * trace.EVENT_BYTES
        _, pid, kind, words, where, _ = next(trace.unpack(
            [self.ram.bytes[at:at + trace.EVENT_BYTES]]))
        kind = KINDS[kind] if kind < len(KINDS) else str(kind)
        if self.start is None:
            if not self.begins(kind, pid):
                self.text(kind, pid, words)  # it remembers calls under way
                return
            self.start = dict(self.facts.now)
        self.step(kind, pid, words, where)

    def begins(self, kind, pid):
        """Is this the first step, the program's exec?  We look at memory from
        the fork on that makes its process."""
        if self.facts is None:
            if kind != "fork":
                return False
            self.facts = Facts(outside.Block(self.ram, "the recorder"))
        if kind == "exec" and pid:
            return True
        self.facts.read()
        return False

    def step(self, kind, pid, words, where):
        """Adds the steps of an event: what the CPU has noted, and its own."""
        noted, changed = self.facts.read()
        if noted:
            self.add("access", words[0] if kind == "switch" else pid, [],
                     access_text(noted, self.facts), None, noted)
        if len(self.steps) < STEPS:
            self.add(kind, words[0] if kind == "exec" else pid,
                     self.args(kind, words), self.text(kind, pid, words),
                     where, changed)
        self.attached = self.attached or any(
            fact and key.startswith("region ") and fact["kind"] == "shm"
            for key, fact in changed.items())
        if len(self.steps) >= STEPS:
            self.limit = LIMIT

    def add(self, kind, pid, args, text, where, facts):
        step = {"event": kind, "pid": pid, "args": args, "text": text}
        if where is not None:
            step["line"] = where  # finish() makes an index of it
        step["set"] = facts
        step["out"] = self.written
        self.steps.append(step)

    def args(self, kind, words):
        """Returns the words that a step has; abi/film.md says which."""
        if kind in ("return", "served"):
            words = [words[0], trace.signed(words[1])] + words[2:]
        if kind in ("call", "return"):
            self.numbers.add(words[0])
        if kind == "call" and words[0] in self.names.ours:
            return words[:1 + len(self.names.ours[words[0]][1])]
        if kind == "return":
            return words[:3] if words[2] else words[:2]
        return list(words[:WORDS.get(kind, len(words))])

    def text(self, kind, pid, words):
        """Says an event as abi/film.md wants it."""
        if kind == "call":
            text = trace.call_text(self.names, words[0], words[1:])
            self.under_way[pid] = text
            return text
        if kind == "return":
            text = self.under_way.pop(pid, self.names.name(words[0]) + "()")
            return text + " = " + trace.result_text(
                text.split("(")[0], words[1] or words[2])
        if kind not in KINDS:
            return trace.describe(int(kind), words, self.names)
        return text_of(kind, pid, words, self.names)

    # ---- the film ----------------------------------------------------------

    def lines(self):
        """Makes each step's `line` an index, and returns the lines."""
        places = trace.source_lines(step["line"] for step in self.steps
                                    if "line" in step)
        lines = sorted(set(places.values()))
        index = {line: number for number, line in enumerate(lines)}
        for step in self.steps:
            if step.get("line") in places:
                step["line"] = index[places[step["line"]]]
            else:
                step.pop("line", None)
        return lines

    def film(self):
        """Returns all of the film but for its steps, in order."""
        with open(outside.KERNEL, "rb") as stream:
            kernel = hashlib.sha256(stream.read()).hexdigest()[:16]
        return {
            "format": FORMAT, "version": VERSION,
            "program": " ".join(self.program), "kernel": kernel,
            "limit": self.limit,
            "remarks": [] if self.attached else [NOBODY_ATTACHES],
            "names": {"calls": {str(number): self.names.name(number)
                                for number in sorted(self.numbers)}},
            "lines": self.lines(), "start": self.start}

    def finish(self):
        """Writes the film, and returns what is to be said of it, or None."""
        self.heard_last()
        self.ram.close()
        if self.start is None or self.trouble:
            return "there is no film: %s" % (self.trouble or
                                             "the program did not begin")
        with open(self.path, "w") as out:
            write(out, self.film(), self.steps, "".join(self.terminal))
        return self.limit and "%s; %s has these" % (self.limit, self.path)

    def heard_last(self):
        text = self.decoder.decode(b"", True)
        self.terminal.append(text)
        self.written += len(text)


def write(out, film, steps, terminal):
    """Writes a film: each step has a line of its own."""
    def packed(value):
        return json.dumps(value, separators=(",", ":"))

    out.write("{")
    for name, value in film.items():
        out.write("%s:%s,\n" % (packed(name), packed(value)))
    out.write('"steps":[\n')
    out.write(",\n".join(map(packed, steps)))
    out.write('\n],\n"terminal":%s}\n' % packed(terminal))
