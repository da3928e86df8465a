"""tests/jobs/trace.py -- how tools/trace writes a call."""
import importlib.machinery
import importlib.util
import glob
import json
import os
import re
import struct
import tempfile

from machine import TOP, built, tessera, tessera_log, text_of

CALLED, RETURNED, SWITCHED = 1, 2, 6
CALLS = (  # number, arguments, result, and how it is written
    (395, (0x1234, 4096, 0o1600), 0,
     "shmget(0x1234, 4096, IPC_CREAT|0600) = 0"),
    (117, (23, 0, 4096, 0o600, 0, 0), 5, "shmget(IPC_PRIVATE, 4096, 0600) = 5"),
    (397, (5, 0, 0o10000), 0x40000000,
     "shmat(5, NULL, SHM_RDONLY) = 0x40000000"),
    (117, (21, 5, 0, 0xBFFF0000, 0x50000000, 0), 0,
     "shmat(5, 0x50000000, 0) = 0x50000000"),
    (117, (21, 5, 0, 0xBFFF0000, 0, 0), -13 & 0xFFFFFFFF,
     "shmat(5, NULL, 0) = -1 EACCES (Permission denied)"),
    (396, (5, 0x100, 0), -1 & 0xFFFFFFFF,
     "shmctl(5, IPC_RMID, NULL) = -1 EPERM (Operation not permitted)"),
    (117, (1, 7, 2, 0, 0x8050000, 0), 0, "semop(7, 0x8050000, 2) = 0"),
    (117, (12 | 1 << 16, 3, 64, 0o4000, 0x8050000, -2 & 0xFFFFFFFF), 64,
     "msgrcv(3, 0x8050000, 64, -2, IPC_NOWAIT) = 64"),
    (117, (12, 3, 64, 0o4000, 0x8050000, 77), 64,
     "msgrcv(3, message and type at 0x8050000, 64, IPC_NOWAIT) = 64"),
    (192, (0, 4096, 3, 0x22, 0xFFFFFFFF, 0), 0x40400000,
     "mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, "
     "0) = 0x40400000"),
    (37, (1, 9), -3 & 0xFFFFFFFF, "kill(1, SIGKILL) = -1 ESRCH (No such "
     "process)"),
    (114, (7, 0, 0, 0), -512 & 0xFFFFFFFF,
     "wait4(7, 0, 0, 0) = ? (a signal; EINTR, or it begins again)"),
    (359, (2, 1, 0), -38 & 0xFFFFFFFF, "socket(2, 1, 0, 0, 0, 0) = -1 ENOSYS "
     "(Function not implemented)"),
)
EVENTS = (  # kind, words, and how it is written
    (3, (0x40000004, 6, 0x8049D3C),
     "fault   address 0x40000004 error 6 eip 0x08049d3c"),
    (10, (0x40000004, 0, 0x7F0), "served  address 0x40000004 = 0"),
    (10, (4, -14 & 0xFFFFFFFF, 0x7F0),
     "served  address 0x00000004 = -1 EFAULT (Bad address)"),
    (4, (256, 2, 0x26B407, 0x7F0),
     "link    slots 256..257 pde 0x0026b407 directory 7f0"),
    (5, (256, 2, 0, 0x7F0),
     "unlink  slots 256..257 pde 0x00000000 directory 7f0"),
    (8, (256, 1, 1, 0x7F0), "rights  slots 256..256 r-- directory 7f0"),
    (6, (6, 7), "switch  from 6 to 7"),
    (7, (4, 6, 3), "message write from 6 to 3"),
    (9, (7, 0x7F5), "fork    child 7 directory 7f5"),
    (11, (7, 0x7F5), "exec    pid 7 directory 7f5"),
    (12, (9,), "exit    status 0x9"),
)


def tool():
    """Loads tools/trace as a module."""
    loader = importlib.machinery.SourceFileLoader(
        "trace", os.path.join(TOP, "tools", "trace"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("trace", loader))
    loader.exec_module(module)
    return module


def event(kind, time, *words, version=3):
    """Returns an event of process 6, as the kernel writes it (abi/trace.h)."""
    words = (words + (0,) * 7)[:7]
    return struct.pack("<BBH11I", kind, version, 6, time, 0, 0, *words, time)


def stored(number, arguments, result):
    """The address that ipc(2) stores for shmat, if it succeeds."""
    return arguments[4] if number == 117 and arguments[0] == 21 and \
        result == 0 else 0


def places_in_source():
    """Counts the places in the kernel's source that tell an event."""
    return sum(len(re.findall(r"\ttrace\(TRACE_", open(path).read()))
               for room in ("mm", "ipc/*", "kernel/*")
               for path in glob.glob(os.path.join(TOP, room, "*.c")))


def trace_places(check, trace):
    """Each place in the kernel that tells an event is known by its line."""
    sites = trace.call_sites()
    places = trace.write_places()
    said = "\n".join(sorted(places.values()))
    check("every place that tells an event has its line of source",
          len(sites) >= places_in_source() and set(places) == set(sites) and
          all(re.match(r"(mm|ipc|kernel)/[a-z/_]+\.c:\d+ \w+", place)
              for place in places.values()), said)
    for word in ("mm/page.c:%d page_link < mm/slot.h", "mm/page.c:%d page_clear"
                 "_slots", "kernel/entry/trap.c:%d page_fault"):
        path, function = word.split(":%d ")
        check("one of them is in " + function.split(" ")[0],
              re.search(re.escape(path) + r":\d+ " + function, said), said)


# ---- one cause for each word ------------------------------------------------

LINKED, ACCESSED = 0x400, 0x60


def number(word):
    return int(word or "0", 16)


def directories(state, pid=None):
    """The directories of live processes, or of one: their frames."""
    return [fact["cr3"] for key, fact in state.items()
            if key.startswith("proc ") and fact["cr3"] and
            pid in (None, int(key[5:]))]


def tables(state):
    """The page tables of segments: their frames."""
    return [frame for key, fact in state.items() if key.startswith("segment ")
            for frame in fact["tables"]]


def shared(state, at, old, new):
    """Is this word a linked PDE, or an entry of a segment's own table?  It is
    no word any more when its table has ended with the segment."""
    page = at >> 12
    return page in tables(state) or page in directories(state) and \
        (old | new) & LINKED


def entry(state, directory, address):
    """Where the PTE of a linear address lies, by that directory's words."""
    pde = number(state.get("word %08x" % (directory << 12 |
                                          address >> 22 << 2)))
    return pde & ~0xFFF | (address >> 12 & 1023) << 2 if pde & LINKED else None


def named(step, before, after, at, old, new):
    """Does the step's event name the change of the word at `at`?"""
    event, args = step["event"], step["args"]
    slot, page = (at & 0xFFF) >> 2, at >> 12
    if event == "access":
        return (old ^ new) & ~ACCESSED == 0
    if event in ("link", "unlink", "rights"):
        return page in directories(after) + directories(before) and \
            args[0] <= slot < args[0] + args[1] and {
                "link": new == args[2], "unlink": new & LINKED == 0,
                "rights": (old ^ new) & ~3 == 0}[event]
    if event == "served":
        return at in [entry(after, directory, args[0])
                      for directory in directories(after)]
    return event == "fork" and page in directories(after, args[0])


def unnamed(film):
    """Replays a film: the changes of shared words that no event names, and
    the events that named one."""
    state, wrong, causes = dict(film["start"]), [], set()
    for i, step in enumerate(film["steps"]):
        before = dict(state)
        for key, fact in step["set"].items():
            state[key] = fact
            if fact is None:
                del state[key]
        for key in step["set"]:
            if not key.startswith("word "):
                continue
            at = int(key[5:], 16)
            old, new = number(before.get(key)), number(state.get(key))
            if not shared(state, at, old, new):
                continue
            causes.add(step["event"])
            if not named(step, before, state, at, old, new):
                wrong.append("step %d, %s: %s from %08x to %08x" % (
                    i, step["text"], key, old, new))
    return wrong, causes


def trace_causes(check):
    """Between two events a shared word changes only as the second one says."""
    check = check.about("trace")
    for name, wanted in (("two_addresses", "fork link unlink served access"),
                         ("reader", "link unlink rights served access")):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "film")
            status, out, errors = tessera(["-t", "60", "--film", path, "--",
                                           name], 60)
            with open(path) as stream:
                film = json.load(stream)
        wrong, causes = unnamed(film)
        check("%s: the event behind each change of a shared word names it" %
              name, status == 0 and not wrong and causes >= set(wanted.split()),
              "\n".join(wrong) + str(causes) + text_of(errors))
        for step in film["steps"]:  # the same film, with one event too late
            if step["event"] == "link":
                step["event"], step["text"] = "call", "getpid()"
                break
        wrong, _ = unnamed(film)
        check("%s: a link that is told as something else is noticed" % name,
              len(wrong) == 1 and "getpid" in wrong[0], "\n".join(wrong))


def trace_turned(check):
    """A program of root turns the trace on and off while it runs."""
    check = check.about("trace")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace")
        status, out, errors, log = tessera_log(
            ["-t", "60", "--trace", path, "-a", "trace=0", built("traced")], 60)
        with open(path) as stream:
            events = stream.read()
    check("root turns it on and off by /proc/sys/kernel/trace, and nobody else "
          "does", status == 0 and out == b"on 0, off 0, not root 13\n",
          text_of(out + errors) + log)
    told = re.findall(r"(?:call|return) +(\w+)\(", events)
    check("between the two every call is told, and no call outside of them",
          "shmat" in told and "write" in told and "shmget" not in told and
          "shmdt" not in told, events[-3000:])
    check("of that attach the link and the first fault are told",
          re.search(r"link .*\n(.*\n)*.* fault +address 0x40000000 error 6",
                    events), events[-3000:])
    status, out, errors, text = tessera_log(
        ["-t", "60", "-a", "trace", built("traced")], 60,
        {"QEMU_ARGS": "-global isa-debugcon.readback=255"})
    check("where port 0xE9 reads 0xFF, nothing is told and nothing waits",
          status == 0 and out.startswith(b"on 0") and text == "",
          text_of(out + errors) + text)
    check("the log's text has no event in it",
          re.fullmatch(r"[\n\t -~]*", log), log)


def trace_marks(check):
    """A program's name in the log is not taken for an event."""
    with tempfile.TemporaryDirectory() as folder:
        path, name = os.path.join(folder, "trace"), "/mark \x1e mark"
        status, _, errors, log = tessera_log(
            ["-t", "60", "--trace", path, "-f", name + "=" + built("copy"),
             "--", name, "unknown"], 60)
        with open(path) as stream:
            events = stream.read()
    check("trace: a program's name that has the mark of an event is told with "
          "a question mark", status == 0 and
          "(mark ? mark): unknown system call socket" in log and
          "reboot(" in events, text_of(errors) + log)


def trace_hostile(check):
    """What programs do to a trace: it ends, and it can be read."""
    for cpu in ("qemu32", "max"):
        status, out, errors = tessera(
            ["-t", "100", "-a", "trace", built("far_return")], 60, {"CPU": cpu})
        check("trace on %s: a far return that the CPU refuses comes to its end, "
              "though others make calls meanwhile" % cpu,
              status == 0 and out == b"3 of 3 have ended\n",
              text_of(out + errors))
    trace_marks(check)


def trace_words(check):
    """tools/trace writes a call as its manual page does."""
    check, trace = check.about("trace"), tool()
    for kind, words, said in EVENTS:
        line, = trace.lines([event(kind, 1, *words)])
        check(said, line.endswith("    6 " + said), line)
    try:
        list(trace.lines([event(CALLED, 1, 29, version=2)]))
        said = "nothing"
    except trace.WrongVersion as error:
        said = str(error)
    check("events of another version are refused by number",
          "of version 3" in said and "have version 2" in said, said)
    trace_places(check, trace)
    for number, arguments, result, said in CALLS:
        lines = list(trace.lines([
            event(CALLED, 1, number, *arguments),
            event(RETURNED, 2, number, result,
                  stored(number, arguments, result))]))
        check(said, len(lines) == 1 and lines[0].endswith("call    " + said),
              "\n".join(lines))
    lines = list(trace.lines([
        event(CALLED, 1, 29), event(SWITCHED, 2, 6, 7),
        event(RETURNED, 3, 29, -4 & 0xFFFFFFFF)]))
    check("a call that waits has two lines", len(lines) == 3 and
          lines[0].endswith("call    pause()") and lines[2].endswith(
              "return  pause() = -1 EINTR (Interrupted system call)"),
          "\n".join(lines))
