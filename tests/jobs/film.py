"""tests/jobs/film.py -- films: tools/run --film, tools/film, abi/film.md."""
import collections
import json
import os
import re
import stat
import sys
import tempfile
import threading
import time

from machine import PATIENCE, TOP, built, command, tessera, text_of

sys.path.insert(0, os.path.join(TOP, "tools"))
import filmtext
import fold
import outside
from facts import Facts

FILM = os.path.join(TOP, "tools", "film")
DEMONSTRATIONS = "two_addresses reader sum removal ownership ring".split()
MOST_BYTES, MOST_SECONDS, STEPS = 300000, 10, 20000
recorded = {}  # name of a demonstration -> (status, output, errors, film, seconds)
recording = {name: threading.Lock() for name in DEMONSTRATIONS}
PRINTED = re.compile(r" (PDE|PTE) +(\d+) 0x([0-9a-f]{8}) ([0-9a-f]{8}) ")


class Films:
    """A folder with films."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tessera-test-")
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def record(self, name, *words, **more):
        """Runs a program with --film: (status, output, errors, film or None,
        seconds)."""
        begin = time.monotonic()
        status, out, errors = tessera(
            ["-t", "400", "--film", self.path(name), *words], 90, **more)
        return (status, text_of(out), text_of(errors), self.load(name),
                time.monotonic() - begin)

    def load(self, name):
        try:
            with open(self.path(name)) as stream:
                return json.load(stream)
        except OSError:
            return None


def demonstration(name, path):
    """Puts the film of a demonstration there: (status, output, errors, seconds).
    All jobs share one run of each: two runs show the same, says repeated()."""
    with recording[name]:
        if name not in recorded:
            begin = time.monotonic()
            told = tessera(["-t", "400", "--film", path, "--", name], 90)
            with open(path, "rb") as stream:
                recorded[name] = *told, stream.read(), time.monotonic() - begin
    status, out, errors, film, seconds = recorded[name]
    with open(path, "wb") as stream:
        stream.write(film)
    return status, text_of(out), text_of(errors), seconds


def show(*words):
    """Runs tools/film: status, output, errors."""
    status, out, errors = command([FILM, *words], 60)
    return status, text_of(out), text_of(errors)


# ---- the demonstrations ----------------------------------------------------

def demonstrations(check):
    """Each demonstration becomes a film, which agrees with what it prints."""
    with Films() as films:
        for name in DEMONSTRATIONS:
            of_film = check.about("film of " + name)
            status, out, errors, seconds = demonstration(name, films.path(name))
            of_film("the program ends as always", status == 0 and not errors,
                    status, errors)
            film, size = films.load(name), os.path.getsize(films.path(name))
            of_film("it has less than 300 KB", size < MOST_BYTES, size)
            of_film("it is made in time", seconds < MOST_SECONDS * PATIENCE,
                    seconds)
            of_film("it has all that the program wrote, in order",
                    film["terminal"] == out and film["steps"][-1]["out"] ==
                    len(out), film["terminal"][-500:])
            looks(of_film, film)
            causes(of_film, film)
            shapes(of_film, films, name, film)


def looks(check, film):
    """For each look there is a step at which all that it printed was so."""
    headers = list(re.finditer(r"======== look: .*\n", film["terminal"]))
    words, missed = 0, []
    for header, following in zip(headers, headers[1:] + [None]):
        text = film["terminal"][header.end():following and following.start()]
        printed = printed_words(text)
        words += len(printed)
        if not has_moment(film, printed, header.end()):
            missed.append(text)
    check("at each look the replay has the words that it printed",
          headers and words >= 2 * len(headers) and not missed,
          "%d words\n" % words + "\n".join(missed))


def has_moment(film, printed, end):
    """Were all printed words there at a step before they were all written?  A
    program may keep what it prints for a while."""
    state = dict(film["start"])
    for step in film["steps"]:
        filmtext.apply(state, step["set"])
        if all(state.get(key) == word for key, word in printed):
            return True
        if step["out"] > end + 4096:
            return False
    return False


def printed_words(text):
    """Returns [(its key, the word)] of the words that a look has printed."""
    directory = table = 0
    found = []
    for line in text.splitlines():
        head = re.match(r"process \d+, directory in frame ([0-9a-f]+)", line)
        if head:
            directory = int(head[1], 16)
        match = PRINTED.search(line)
        if not match:
            continue
        frame = directory if match[1] == "PDE" else table
        if match[1] == "PDE":
            table = int(match[4], 16) >> 12
        found.append(("word %08x" % (frame * 4096 + int(match[2]) * 4),
                      match[4]))
    return found


def causes(check, film):
    """Each change of a shared word is what the step's event says."""
    state, wrong, seen = fold.State(film["start"]), [], collections.Counter()
    for number, step in enumerate(film["steps"]):
        tables = set().union(set(), *state.tables.values())
        for key, new in step["set"].items():
            old = state.facts.get(key)
            if fold.kind_of(key) == "word" and new and \
                    state.shown(key, new, tables, ()):
                seen[step["event"]] += 1
                if not is_cause(step, key, old, new):
                    wrong.append("step %d, %s: %s %s -> %s" % (
                        number, step["text"], key, old, new))
        state.set(step["set"])
    check("each step's marks are what its event names",
          not wrong and seen["link"] and seen["served"] and seen["access"],
          "%s\n%s" % (dict(seen), "\n".join(wrong[:10])))


def is_cause(step, key, old, new):
    """Can this event have changed the word so?"""
    index, event, args = int(key[5:], 16) % 4096 // 4, step["event"], \
        step["args"]
    bits = int(old or "0", 16) ^ int(new, 16)
    if event in ("link", "rights"):
        return args[0] <= index < args[0] + args[1] and \
            (bits == 2 if event == "rights" else not old)
    if event == "served":
        return args[0] >> 12 & 1023 == index or args[0] >> 22 == index
    if event == "access":
        return old and not bits & ~0x60
    return event == "fork" and not old


def shapes(check, films, name, film):
    """The folded film and the trace for Chrome are as they should be."""
    folded = fold.fold(film)
    check("folding keeps what is shown at the end, in fewer steps",
          filmtext.state_at(folded, len(folded["steps"])) ==
          filmtext.state_at(film, len(film["steps"])) and
          len(folded["steps"]) * 4 < len(film["steps"]),
          len(folded["steps"]), len(film["steps"]))
    status, out, errors = show("--chrome", films.path(name))
    try:
        wrong = crossing(json.loads(out)["traceEvents"])
    except ValueError as error:
        wrong = [str(error)]
    check("the slices of its trace are strictly nested",
          status == 0 and not wrong, "\n".join(wrong[:10]) + errors)


def crossing(events):
    """Returns what of a trace's slices is not nested, process by process."""
    rows, wrong = collections.defaultdict(list), []
    for event in events:
        if event["ph"] == "X":
            rows[event["pid"]].append((event["ts"], event["ts"] + event["dur"],
                                       event["name"]))
    for row in rows.values():
        around = []
        for begin, end, name in sorted(row):
            while around and around[-1][1] <= begin:
                around.pop()
            if begin >= end or around and end >= around[-1][1]:
                wrong.append("%s %s..%s" % (name, begin, end))
            around.append((begin, end))
    return wrong if rows else ["there is no slice"]


# ---- again, and elsewhere --------------------------------------------------

def as_before(films, name):
    """Compares a program's film with that of the next run, up to five times, until
    two runs are the same: (exit status, what is shown).  Where all processes
    sleep, time follows the host's clock; on a busy host a turn may end elsewhere,
    in any of the runs."""
    before = name
    for run in range(5):
        again = "%s again %d" % (name, run)
        films.record(again, "--", name)
        status, out, errors = show("--compare", films.path(before),
                                   films.path(again))
        if status == 0:
            break
        before = again
    return status, out[:1000] + errors


def repeated(check):
    """Two runs give the same folded steps, and other runs do not."""
    check = check.about("film")
    with Films() as films:
        for name in ("sum", "ring", "reader"):
            demonstration(name, films.path(name))
            status, said = as_before(films, name)
            check("two runs of %s show the same" % name, status == 0, said)
        status, out, _ = show("--compare", films.path("sum"),
                              films.path("ring"))
        check("two programs do not, and the difference is shown",
              status == 1 and re.search("^-.*\n", out, re.M), out[:1000])
        status, out, _ = films.record("moved", "-m", "100", "-a", "log=0",
                                      "--", "reader")[:3]
        same, said, _ = show("--compare", films.path("reader"),
                             films.path("moved"))
        check("other frames on a machine with more memory do not count",
              status == 0 and same == 0 and
              films.load("moved")["start"] != films.load("reader")["start"],
              said[:1000])


def directory(check):
    """Of a process that sleeps the film has the PDEs that it has, all of them,
    as /proc/PID/pt has them for the command pt."""
    with Films() as films:
        status, out, errors, film, _ = films.record(
            "pt", built("filmed"), "show", "/proc/1/pt")
    printed = {"word %08x" % int(frame, 16): word for frame, word in
               pdes_of(out)}
    state = filmtext.state_at(film, len(film["steps"]) // 2)
    frame = state["proc 1"]["cr3"]
    found = {key: word for key, word in state.items()
             if key.startswith("word %05x" % frame)}
    check("film: it has the PDEs of a process that pt shows",
          len(printed) > 2 and printed == found, printed, found, errors)


def pdes_of(text):
    """Yields (physical address, word) of the PDEs in the text of
    /proc/PID/pt, in hexadecimal."""
    cr3 = int(re.search(r"CR3 (?:0x)?([0-9a-f]+)", text)[1], 16) & ~0xFFF
    for index, word in re.findall(r"PDE +(\d+) +\S+ +(?:0x)?([0-9a-f]{8})",
                                  text):
        yield "%x" % (cr3 + int(index) * 4), word


def incremental(check):
    """What the recorder knows from changes is what a fresh look finds."""
    wrong, looks, seconds = [], 0, []
    with outside.Machine(["-t", "400", "-a", "trace", "--", "two_addresses"],
                         memory=64) as machine:
        machine.gdb.watch(machine.symbols["trace_told"])
        facts, count = None, 0
        while machine.gdb.go():
            facts = facts or Facts(machine.block())
            begin = time.process_time()
            facts.read()
            seconds.append(time.process_time() - begin)
            count += 1
            if count % 10:
                continue
            fresh = Facts(machine.block())
            fresh.read()
            looks += 1
            wrong += [key for key in fresh.now.keys() | facts.now.keys()
                      if fresh.now.get(key) != facts.now.get(key)]
    check("film: what changed adds up to what a fresh look finds",
          looks > 30 and not wrong, looks, wrong[:10])
    median = sorted(seconds)[len(seconds) // 2]
    check("film: a look at an event costs less than 0.2 ms",
          median < 0.0002 * PATIENCE, "%f s" % median)


# ---- programs that are hard to film ----------------------------------------

def hard(check):
    """The recorder has limits, and says so; the program never notices."""
    check, filmed = check.about("film"), built("filmed")
    with Films() as films:
        status, out, errors, film, _ = films.record("m", filmed, "faults",
                                                    "100000")
        said = "the recorder stopped at 20000 steps"
        check("of 100,000 faults the first 20,000 steps are recorded",
              film and len(film["steps"]) == STEPS and film["limit"] == said,
              film and len(film["steps"]))
        check("the recorder says that, and the program goes on to its end",
              (status, out) == (0, "100000 faults\n") and said in errors,
              status, out, errors)
        status, out, errors, film, _ = films.record("a", filmed, "alone")
        check("a film in which nobody attaches says so", status == 0 and
              film and "attaches no shared memory" in film["remarks"][0],
              film and film["remarks"], errors)
        status, out, errors, film, _ = films.record(
            "c", "-m", "256", filmed, "crowd", "300")
        born = {key for step in film["steps"] for key in step["set"]
                if key.startswith("proc ")} if film else ()
        check("300 processes are in the film", out == "300 children\n" and
              len(born) > 300, status, out, errors)
        told = films.record("e", "-e", "A=b", filmed, "echo",
                            input=b"hello\n")[:4]
        check("input, output, errors and status are the program's",
              told[:3] == (3, "hello\n", "hello\n") and
              told[3]["terminal"] == "hello\nhello\n", told[:3])
        begin = time.monotonic()
        status, _, errors = tessera(["-t", "4", "--film", films.path("w"),
                                     filmed, "wait"], 60)
        film = films.load("w")
        check("a program whose time is over leaves a film", status == 124 and
              b"pauses in pause()" in errors and film and
              film["steps"][-1]["text"] == "pause()", status, errors,
              time.monotonic() - begin)
        refused(check, films)


def refused(check, films):
    """What cannot be filmed is said in one sentence."""
    qemu = films.path("qemu")
    with open(qemu, "w") as stream:
        stream.write('#!/bin/sh\ncase "$*" in *memory-backend-file*) echo '
                     '"qemu: memory-backend-file: invalid object type" >&2; '
                     'exit 1;; esac\nexec qemu-system-i386 "$@"\n')
    os.chmod(qemu, stat.S_IRWXU)
    status, _, errors, film, _ = films.record("q", "--", "reader",
                                              env={"QEMU": qemu})
    check("a QEMU without memory-backend-file is said in one sentence",
          status == 125 and film is None and len(errors.splitlines()) == 1 and
          "memory-backend-file" in errors, status, errors)
    status, _, errors, film, _ = films.record("q", "--", "reader",
                                              env={"QEMU": "nosuch"})
    check("and no QEMU at all is said as always", status == 125 and
          film is None and "there is no nosuch" in errors, status, errors)
    for words, said in ((["--", "nosuch"], "no such command"),
                        ([], "--film needs a program")):
        status, _, errors, film, _ = films.record("n", *words)
        check("without a program: %s" % said,
              status in (125, 127) and said in errors and film is None,
              status, errors)
    status, _, errors = tessera(["--film", "/nosuch/film", "--", "reader"], 60)
    check("a film that cannot be written is said before the program runs",
          status == 125 and b"/nosuch/film" in errors, status, errors)


# ---- bad input -------------------------------------------------------------

GOOD = {"format": "tessera-film", "version": 1, "program": "x", "kernel": "0",
        "limit": None, "remarks": [], "names": {"calls": {}}, "lines": [],
        "start": {"running": 6}, "steps": [
            {"event": "exec", "pid": 6, "args": [6], "text": "x", "set": {},
             "out": 0}], "terminal": ""}
BAD = (
    ("a film that is cut short", json.dumps(GOOD)[:-40], "cut short"),
    ("an empty file", "", "empty"),
    ("a film of another version", json.dumps(dict(GOOD, version=2)),
     "version 2"),
    ("a text that is no JSON", "hello", "not JSON"),
    ("bytes that are no text", "\x00\udcff\udcfe", "not JSON"),
    ("JSON that is no film", '{"format": "music"}', "no film"),
    ("a list", "[1, 2]", "no film"),
    ("a film without a step", json.dumps(dict(GOOD, steps=[])), "no step"),
    ("a film with a damaged step", json.dumps(dict(GOOD, steps=[1])),
     "damaged"),
    ("a film with a damaged fact", json.dumps(dict(
        GOOD, start={"proc 6": 7})), "damaged"),
    ("a film with a damaged word", json.dumps(dict(
        GOOD, start={"word zz": "00000000"})), "damaged"),
)


def bad_films(check):
    """Each bad film is one sentence, whatever is asked of it."""
    check = check.about("tools/film")
    with Films() as films:
        for number, (what, text, said) in enumerate(BAD):
            path = films.path("bad%d" % number)
            with open(path, "wb") as stream:
                stream.write(text.encode("utf-8", "surrogateescape"))
            for job in (["-o", films.path("out")], ["--fold"], ["--chrome"],
                        ["--text"], ["--at", "0"], ["--compare", path]):
                status, out, errors = show(*job, path)
                if status != 2 or said not in errors or out or \
                        len(errors.splitlines()) != 1:
                    break
            check("%s is said in one sentence" % what, status == 2 and
                  said in errors and not out and
                  len(errors.splitlines()) == 1, job, status, errors, out)
        good_film(check, films)
    other_block(check)


def good_film(check, films):
    """And what is asked for in a good one is checked, too."""
    path = films.path("good")
    with open(path, "w") as stream:
        json.dump(GOOD, stream)
    status, out, errors = show("--at", "7", path)
    check("a step that is not there is said", status == 2 and
          "steps 0 to 0" in errors, status, out, errors)
    status, out, errors = show(path, "-o", films.path("page.html"))
    with open(films.path("page.html")) as stream:
        page = stream.read()
    check("a good one becomes a page that asks for nothing else",
          status == 0 and "tessera-film" in page and
          not re.search(r"(src|href)=.?http", page), status, errors)
    status, out, errors = show("--fold", path)
    check("the folded film is a film", status == 0 and
          json.loads(out)["steps"][0]["text"] == "x", status, out, errors)
    status, out, errors = show(films.path("nosuch"))
    check("a file that is not there is said", status == 2 and
          "No such file" in errors, status, errors)


class FakeRam:
    """Memory with nothing but the head of an inspection block."""

    def __init__(self, version):
        head = [0x53534554, version, 4096, 0, 0xC0000000]
        self.bytes = b"\0" * 4096 + b"".join(
            word.to_bytes(4, "little") for word in head) + b"\0" * 4096


def other_block(check):
    """An inspection block of another version is said, with both numbers."""
    for version, said in (
            (outside.VERSION + 1, "the recorder reads %d, the kernel has %d" % (
                outside.VERSION, outside.VERSION + 1)),
            (0, "no inspection block")):
        try:
            ram = FakeRam(version)
            if version == 0:
                ram.bytes = b"\0" * 8192
            outside.Block(ram, "the recorder")
            sentence = ""
        except outside.Strange as error:
            sentence = str(error)
        check("an inspection block that cannot be read: %s" % said,
              said in sentence, sentence)
