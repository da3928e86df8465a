"""tools/kernel.gdb.py -- gdb commands that speak the kernel's own words.

    procs             the processes: pid, name, state, the process that each of
                      them waits for, space, CR3
    shm               the System V segments, as ipcs -m shows them
    pt PID [WHAT]     page-table words: those that show segments; WHAT is an
                      ADDRESS for the two words of it, or all for every word
    pt-diff A B       the words that two processes share, and where they differ
    frame N           who maps a page frame, and its count in frames[]
    frames            how many frames are free, held and promised
    messages          who waits for whom, and the queues of channels
    syscalls          the last calls from the trace ring, or without a trace
                      what each process is in

Each reads the kernel's own tables in memory, so the machine must have come past
kmain.  PID may be cr3, the directory that the CPU has loaded.  A frame is
written as pt prints it, with five hexadecimal digits, or with 0x before it; any
other `frame` is gdb's own.  `help pt`, for example, says more.
"""
import importlib.machinery
import importlib.util
import os
import re
import struct

import gdb

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIRECT_MAP = 0xC0000000
USER_SLOTS = DIRECT_MAP >> 22
ATTACH_FIRST = 0x40000000  # mm/space.h
P, RW, US, A, D, PS, G = 1, 2, 4, 0x20, 0x40, 0x80, 0x100  # abi/page.h
BORROWED, LINKED = 0x200, 0x400
PTES_SHOWN = 4
SHM_DEST = 0o1000
CALLS_SHOWN = 24
ABOUT = __doc__.partition("\n\n")[2].rstrip()
WINDOWS = 0xF8000000  # the kernel's arrays, at fixed addresses: linker.ld
ARRAYS = ("regions", "segments", "spaces", "procs", "connections", "shms",
          "semadjs", "kernel_stacks", "sems", "msgs")


# ---- the kernel's memory ---------------------------------------------------

def value(text):
    return gdb.parse_and_eval(text)


def number(text):
    return int(value(text)) & 0xFFFFFFFF


tables = {}  # the words of each table that this command has read


def table_words(frame):
    """The 1,024 words of a directory or a page table."""
    if frame not in tables:
        memory = gdb.selected_inferior().read_memory(
            DIRECT_MAP + (frame << 12), 4096)
        tables[frame] = struct.unpack("<1024I", bytes(memory))
    return tables[frame]


def rows(array, rows_of):
    """The rows of a table that were ever used, each with its index."""
    return [(i, value("%s[%d]" % (array, i)))
            for i in range(int(value(rows_of + ".fresh")))]


class Process:
    """A row of procs that is in use."""

    def __init__(self, index, row):
        life = row["life"]
        self.index, self.row = index, row
        self.pid, self.space = int(life["pid"]), int(life["space"])
        self.name, self.state = row["program"]["name"].string(), row["state"]
        self.peer = int(row["peer"])

    def __str__(self):
        return "%d %s" % (self.pid, self.name)

    def directory(self):
        """The frame of its page directory, or None: it has no space."""
        return None if self.space < 0 else \
            number("spaces[%d].directory" % self.space)

    def blocked(self):
        """Does it wait in a system call?"""
        return value("PROC_SENDING") <= self.state < value("PROC_STOPPED")

    def call(self):
        """The system call in which it is, as its manual page writes it."""
        frame = value("((struct trapframe *)((char *)kernel_stacks + %d)) - 1" %
                      ((self.index + 1) * 8192)).dereference()
        args = [int(frame["args"][i]) & 0xFFFFFFFF for i in range(6)]
        if frame["vector"] != 0x80:
            return "a call of its own door, int 0x81"
        return trace().call_text(trace().Names(), int(frame["eax"]), args)


def processes():
    return [Process(i, row) for i, row in rows("procs", "proc_rows")
            if row["state"] != value("PROC_FREE")]


def process_of(word):
    """The process with this pid."""
    if not word.isdigit():
        raise gdb.GdbError("a process is named by its pid, and not by " + word)
    for process in processes():
        if process.pid == int(word):
            return process
    raise gdb.GdbError("there is no process %s" % word)


def directory_of(word):
    """The name and the directory of a process, or of cr3."""
    if word == "cr3":
        return "cr3", number("$cr3") >> 12
    process = process_of(word)
    if process.directory() is None:
        raise gdb.GdbError("process %s has no space" % process)
    return "process %d" % process.pid, process.directory()


def trace():
    """tools/trace, which writes calls and events as text."""
    if not hasattr(trace, "module"):
        loader = importlib.machinery.SourceFileLoader(
            "trace", os.path.join(TOP, "tools", "trace"))
        spec = importlib.util.spec_from_loader("trace", loader)
        trace.module = importlib.util.module_from_spec(spec)
        loader.exec_module(trace.module)
    return trace.module


# ---- commands --------------------------------------------------------------

def command(name, usage, least=0, most=0):
    """Makes a gdb command of a function that takes the words behind it."""
    def make(function):
        class Command(gdb.Command):
            __doc__ = function.__doc__ or ABOUT

            def __init__(self):
                super().__init__(name, gdb.COMMAND_DATA)

            def invoke(self, argument, _):
                words = gdb.string_to_argv(argument)
                if not least <= len(words) <= most:
                    raise gdb.GdbError("usage: " + usage)
                tables.clear()
                try:
                    function(*words)
                except gdb.MemoryError:
                    raise gdb.GdbError("the kernel has not come so far: this "
                                       "memory is not there yet")
                except gdb.error as error:
                    raise gdb.GdbError(str(error))
        Command()
        return function
    return make


@command("tessera", "tessera")
def tessera():
    print(ABOUT)


def address_of(word):
    try:
        address = int(value(word))
    except gdb.error:
        address = -1
    if not 0 <= address <= 0xFFFFFFFF:
        raise gdb.GdbError("%s is no address" % word)
    return address


@command("procs", "procs")
def procs():
    """procs: the processes that exist.

The states are those of enum proc_state in abi/inspect.h.  A process that sends
or waits for a reply has the pid of its server under peer.  The running process
has a star."""
    print("  pid name             state            peer space CR3")
    pids = {process.index: process.pid for process in processes()}
    for process in processes():
        directory = process.directory()
        print("%5d %-16s %-16s %4s %5s %s%s" %
              (process.pid, process.name, process.state,
               pids.get(process.peer, "-"),
               "-" if directory is None else process.space,
               "-" if directory is None else "%05x000" % directory,
               " *" if process.index == int(value("running - procs")) else ""))


# ---- segments --------------------------------------------------------------

def segment_tables(segment):
    """The frames of a segment's own page tables, in order."""
    count = int(segment["tables"])
    if count == 0:
        return []
    if int(segment["directory"]) < 0:
        return [int(segment["word"]) >> 12]
    return [word >> 12
            for word in table_words(int(segment["directory"]))[:count]]


def objects():
    """The System V segments that exist: (index in segments, row of shms)."""
    return [(int(row["segment"]), row) for _, row in
            rows("shms", "shm_ids.rows")
            if int(row["slot"]["id"]) >= 0 and int(row["segment"]) >= 0]


def segments():
    """The segments of memory: (index, row, its name)."""
    ids = {segment: int(row["slot"]["id"]) for segment, row in objects()}
    return [(i, row, "shmid %d" % ids[i] if i in ids else "segment %d" % i)
            for i, row in rows("segments", "segment_rows")
            if row["kind"] == value("SEGMENT_MEMORY")]


def table_owners():
    """The name of the segment, by the frame of each table that is one's own."""
    return {frame: name for _, row, name in segments()
            for frame in segment_tables(row)}


@command("shm", "shm")
def shm():
    """shm: the System V shared memory segments.

The columns are those of ipcs -m.  Then follow the segment's row in segments[],
how many pages it has in frames and in all, and the frames of its own page
tables."""
    print("key        shmid      owner perms bytes      nattch dest "
          "segment pages tables")
    for index, row in objects():
        ds, segment = row["ds"], value("segments[%d]" % index)
        perm, mode = ds["shm_perm"], int(ds["shm_perm"]["mode"])
        print("0x%08x %-10d %5d %5o %-10d %6d %-4s %7d %5s %s" %
              (int(perm["key"]) & 0xFFFFFFFF, int(row["slot"]["id"]),
               perm["uid"], mode & 0o777, ds["shm_segsz"], ds["shm_nattch"],
               "dest" if mode & SHM_DEST else "", index,
               "%d/%d" % (segment["resident"], segment["pages"]),
               " ".join("%05x" % frame for frame in segment_tables(segment))))


# ---- words -----------------------------------------------------------------

def rights(word):
    """What a word allows, and what the CPU noted: u rw AD."""
    return "".join([("u " if word & US else "- ") if word & P else "not P ",
                    "rw " if word & RW else "r- ",
                    "A" if word & A else "-", "D" if word & D else "-"])


def word_line(pde, index, address, word, mark=""):
    """One line for a PDE or a PTE, in the columns of the command pt."""
    head = "  %s %4u  0x%08x  %08x  " % ("PDE" if pde else "  PTE", index,
                                         address, word)
    if not word:
        return head + "empty"
    text = rights(word & ~D if pde and not word & PS else word)
    what = "table in" if pde and not word & PS else "page in "
    return head + "%s  %s frame %05x%s%s" % (
        text, what, word >> 12, "  " + mark if mark else "",
        "  global" if word & G else "")


def slot_of(address):
    return address >> 22


def slot_ptes(pde):
    """(index, word) of the entries of a PDE's table that are not empty."""
    if not pde or pde & PS:
        return []
    return [(i, word) for i, word in enumerate(table_words(pde >> 12)) if word]


def mark_of(word, pde, owners):
    """Whose is the table or the frame that the word names?"""
    if pde and word & LINKED:
        return owners.get(word >> 12, "a segment's")
    if pde and not word & PS:
        return "its own" if word & US else "the kernel's"
    return "borrowed" if word & BORROWED and not pde else ""


def slot_show(slot, pde, owners, most):
    print(word_line(True, slot, slot << 22, pde, mark_of(pde, True, owners)))
    linked = pde & LINKED
    shown = [(i, word) for i, word in slot_ptes(pde)
             if most is None or linked or word & BORROWED]
    for i, word in shown[:most]:
        print(word_line(False, i, slot << 22 | i << 12, word,
                        "" if linked else mark_of(word, False, owners)))
    if len(shown) > len(shown[:most]):
        print("    ... and %d more pages" % (len(shown) - most))


def shows_segments(slot, pde):
    return slot << 22 >= ATTACH_FIRST and (
        pde & LINKED or any(word & BORROWED for _, word in slot_ptes(pde)))


def allowed(pde, pte):
    """Says what the CPU makes of a PDE and a PTE."""
    both = pde & pte
    if not both & P:
        return "a touch is a page fault: the page is not present"
    if not both & US:
        return "the kernel alone may touch it"
    return "user mode may read and write" if both & RW else \
        "user mode may read; the %s refuses a write" % (
            "PTE" if pde & RW else "PDE")


def address_show(directory, address):
    slot, entry = slot_of(address), address >> 12 & 1023
    pde, owners = table_words(directory)[slot], table_owners()
    print(word_line(True, slot, slot << 22, pde, mark_of(pde, True, owners)))
    pte = pde
    if pde and not pde & PS:
        pte = table_words(pde >> 12)[entry]
        print(word_line(False, entry, address & ~0xFFF, pte,
                        "" if pde & LINKED else mark_of(pte, False, owners)))
    print("  " + allowed(pde, pte))


@command("pt", "pt PID [ADDRESS | all]", 1, 2)
def pt(pid, what=None):
    """pt PID [ADDRESS | all]: words of a process's page directory and tables.

Without more, those from 0x40000000 on that show segments: each linked PDE with
the first entries of the segment's own table, and the borrowed PTEs of tables of
the process's own.  With an ADDRESS, its PDE and its PTE, and what the CPU makes
of both: it takes the AND of P, R/W and U/S.  With all, every word below the
kernel.  PID may be cr3.

    PDE  256  0x40000000  00113427  u rw A-  table in frame 00113
      the word's index, its first address, the word, and then bits 2 (U/S), 1
      (R/W), 5 (accessed) and 6 (dirty), and the frame that it names."""
    who, directory = directory_of(pid)
    address = None if what in (None, "all") else address_of(what)
    print("%s, directory in frame %05x" % (who, directory))
    if address is not None:
        return address_show(directory, address)
    owners = table_owners()
    for slot, pde in enumerate(table_words(directory)[:USER_SLOTS]):
        if pde and (what or shows_segments(slot, pde)):
            slot_show(slot, pde, owners, None if what else PTES_SHOWN)


# ---- two processes ---------------------------------------------------------

class Reach:
    """What one process reaches: the words of its directory, and its pages."""

    def __init__(self, directory):
        self.slots = {slot: pde for slot, pde in
                      enumerate(table_words(directory)[:USER_SLOTS]) if pde}
        self.pages = {}  # by address: the word
        self.places = {}  # by frame: the addresses

    def read_pages(self):
        """Reads the entries of the tables that are left in `slots`."""
        for slot, pde in self.slots.items():
            for i, word in slot_ptes(pde):
                address = slot << 22 | i << 12
                self.pages[address] = word & (pde | ~(P | RW))
                self.places.setdefault(word >> 12, []).append(address)


def shared_tables(one, two):
    """Takes the slots out of both that name the same table: pairs of them."""
    frames = {pde >> 12: slot for slot, pde in two.slots.items()}
    pairs = [(slot, frames[pde >> 12]) for slot, pde in one.slots.items()
             if pde >> 12 in frames]
    return [(one.slots.pop(a), a, two.slots.pop(b), b) for a, b in pairs
            if a in one.slots and b in two.slots]


def shared_pages(one, two):
    """Takes the pages out of both that show the same frame."""
    pairs = []
    for address, word in sorted(one.pages.items()):
        places = two.places.get(word >> 12, ())
        same = address if address in places else next(iter(places), None)
        if same in two.pages:
            pairs.append((word, address, two.pages.pop(same), same))
            del one.pages[address]
    return pairs


def joins(last, pair):
    """Has a line of pt-diff room for this pair behind the last one?"""
    word, address, other, place = pair
    return (address - place == last[1] - last[3] and bool(word) ==
            bool(last[0]) and bool(other) == bool(last[2]) and
            not ((word ^ last[0]) | (other ^ last[2])) & (P | RW))


def side(word, address):
    """One column of pt-diff."""
    return "0x%08x %08x %s" % (address, word, rights(word)) if word else "-"


def pairs_show(title, pairs):
    """Shows pairs of words; one line has all that are alike."""
    alike = []
    for pair in pairs:
        if alike and joins(alike[-1][-1], pair):
            alike[-1].append(pair)
        else:
            alike.append([pair])
    if alike:
        print(title)
    for some in alike:
        word, address, other, place = some[0]
        line = "  %-27s  %-27s" % (side(word, address), side(other, place))
        if len(some) > 1:
            line += "  %d, to 0x%08x" % (len(some), some[-1][1])
        print(line.rstrip())


def slot_pairs(pairs):
    """Pairs of PDEs as pairs_show() wants them: D means nothing there."""
    return [(a & ~D, i << 22, b & ~D, j << 22) for a, i, b, j in pairs]


def slots_left(one, two):
    """The slots that are not the same: pairs of PDEs, 0 for none."""
    return [(one.slots.get(i, 0), i, two.slots.get(i, 0), i)
            for i in sorted(set(one.slots) | set(two.slots))]


def pages_left(one, two):
    """The pages that are not the same, in slots that both of them have."""
    return [(one.pages.get(address, 0), address,
             two.pages.get(address, 0), address)
            for address in sorted(set(one.pages) | set(two.pages))
            if slot_of(address) in one.slots and slot_of(address) in two.slots]


def differences_show(one, two):
    slots, pages = slot_pairs(slots_left(one, two)), pages_left(one, two)
    pairs_show("different: two tables", [p for p in slots if p[0] and p[2]])
    pairs_show("different: two frames", [p for p in pages if p[0] and p[2]])
    pairs_show("one has a table", [p for p in slots if not p[0] or not p[2]])
    pairs_show("one has a page", [p for p in pages if not p[0] or not p[2]])


@command("pt-diff", "pt-diff A B", 2, 2)
def pt_diff(a, b):
    """pt-diff A B: what processes A and B share, and where they differ.

Left are an address and its word in A, right those in B.  A shared table belongs
to a segment, and both directories name it: so all of its pages are shared.  A
shared frame is one that both reach by tables of their own; a program's text is
shared in this way, and after a fork all that was not yet written.  R/W of a
page is what the CPU makes of its PDE and its PTE.  A line stands for all words
behind it that are alike, and says how many they are."""
    (who_a, directory_a), (who_b, directory_b) = directory_of(a), directory_of(b)
    print(("  %-27s  %-27s" % ("%s, directory %05x" % (who_a, directory_a),
                                "%s, directory %05x" % (who_b, directory_b))
           ).rstrip())
    if directory_a == directory_b:
        return print("one directory: all is shared")
    one, two = Reach(directory_a), Reach(directory_b)
    pairs_show("shared: one table", slot_pairs(shared_tables(one, two)))
    one.read_pages()
    two.read_pages()
    pairs_show("shared: one frame", shared_pages(one, two))
    differences_show(one, two)


# ---- one frame -------------------------------------------------------------

class Holders:
    """Who holds or shows a frame: lines of text, and how many are counted."""

    def __init__(self, frame):
        self.frame, self.lines, self.counted = frame, [], 0

    def held(self, text, counts=True):
        self.lines.append("  %d  %s" % (counts, text))
        self.counted += counts

    def by_segments(self):
        for _, row, name in segments():
            if int(row["directory"]) == self.frame:
                self.held("%s: the PDE words of its tables" % name)
            for n, table in enumerate(segment_tables(row)):
                if table == self.frame:
                    self.held("%s: its page table %d" % (name, n))
                for i, word in enumerate(table_words(table)):
                    if word >> 12 == self.frame and word:
                        self.held("%s: page %d, word %08x" %
                                  (name, 1024 * n + i, word))
        for i, row in rows("segments", "segment_rows"):
            if row["kind"] == value("SEGMENT_ARCHIVE") and \
                    int(row["last_page"]) >> 12 == self.frame:
                self.held("segment %d: a copy of its last page" % i)

    def by_process(self, process):
        who, directory = "process %d: " % process.pid, process.directory()
        if directory == self.frame:
            self.held(who + "its page directory")
        for slot, pde in enumerate(table_words(directory)[:USER_SLOTS]):
            if pde and pde >> 12 == self.frame:
                self.held("%sPDE %d, 0x%08x, word %08x, %s" % (
                    who, slot, slot << 22, pde, "linked" if pde & LINKED else
                    "its own table"), not pde & LINKED)
            for i, word in slot_ptes(pde):
                if word >> 12 == self.frame:
                    self.by_entry(who, slot, pde, i, word)

    def by_entry(self, who, slot, pde, i, word):
        how = ", the segment's table" if pde & LINKED else \
            ", borrowed" if word & BORROWED else ""
        self.held("%sPDE %d, PTE %d, 0x%08x, word %08x%s" % (
            who, slot, i, slot << 22 | i << 12, word, how), not how)

    def by_kernel(self):
        """The kernel's own frames: their count is 1, and no entry has it."""
        directory = number("$cr3") >> 12
        for slot, pde in enumerate(table_words(directory)):
            if slot << 22 < WINDOWS or not pde or pde & PS:
                continue
            if pde >> 12 == self.frame:
                self.held("the kernel: the page table of its window 0x%08x" %
                          (slot << 22))
            for i, word in slot_ptes(pde):
                if word >> 12 == self.frame:
                    self.held("the kernel: a page of %s, 0x%08x" %
                              (window(slot << 22 | i << 12),
                               slot << 22 | i << 12))
        if self.frame == int(value("zero_frame")):
            self.held("the kernel: the page of zeroes, which it lends")

    def find(self):
        self.by_segments()
        for process in processes():
            if process.directory() is not None:
                self.by_process(process)
        self.by_kernel()


def window(address):
    """Which of the kernel's arrays lies at an address of its windows."""
    starts = [(number("&" + name), name) for name in ARRAYS]
    return max(start for start in starts if start[0] <= address)[1]


def at(name):
    """The frame in which a kernel symbol lies."""
    return (number("&" + name) - DIRECT_MAP) >> 12


def use_of_uncounted(frame):
    """What a frame with count 0 is."""
    archive = number("archive_start")
    end = archive + number("archive_bytes")
    table = number("frames") - DIRECT_MAP
    if 0xA0 <= frame < 0x100 or frame >= int(value("frame_limit")):
        return "outside RAM: a device's"
    if at("kernel_start") <= frame < at("kernel_end"):
        return "of the kernel's image"
    if archive <= frame << 12 < end:
        return "of the boot archive"
    if table <= frame << 12 < table + 8 * int(value("frame_limit")):
        return "of frames[] itself"
    return "not the allocator's: below 1 MiB" if frame < 0xA0 else "free"


def frame_show(frame):
    holders = Holders(frame)
    limit = int(value("frame_limit"))
    holders.find()
    if frame >= limit and not holders.lines:
        raise gdb.GdbError("there is no frame %05x: memory ends with frame "
                           "%05x" % (frame, limit - 1))
    count = int(value("frames[%d].count" % frame)) if frame < limit else 0
    print("frame %05x: count %d in frames[]%s" % (
        frame, count, "" if count else ", " + use_of_uncounted(frame)))
    for line in holders.lines:
        print(line)
    if count and not holders.lines:
        print("  the kernel: a page of its pool, or what a call has just taken")
    elif count != holders.counted and count:
        print("  F2 is broken: the count is %d, and %d that count were found" %
              (count, holders.counted))


@command("frame", "frame N, or gdb's own: frame, frame LEVEL", 0, 9)
def frame(*words):
    """frame N: who maps page frame N, and its count in frames[].

N is written as pt prints it, with five hexadecimal digits, or with 0x before
it.  Each table and each entry that names the frame has a line, which begins
with what it adds to the count: 0 for a linked PDE and for a borrowed entry, and
for what a process reaches by a segment's table (mm/frame.c, F2).

Any other argument is for gdb's own frame, which selects one of the stack:
frame, frame LEVEL, frame function NAME ... as select-frame has them."""
    if len(words) == 1 and re.fullmatch(r"0x[0-9a-f]{1,5}|[0-9a-f]{5}",
                                        words[0]):
        return frame_show(int(words[0], 16))
    if len(words) == 1 and re.fullmatch(r"[0-9a-f]+", words[0]) and \
            not words[0].isdigit():
        raise gdb.GdbError("a page frame has five hexadecimal digits, or 0x "
                           "before it: frame 0x" + words[0])
    gdb.execute("select-frame " + " ".join(words) if words else "up 0")
    if words:
        gdb.execute("up 0")


@command("frames", "frames")
def frames():
    """frames: how many are free, held and promised.

A free frame is in the allocator's list; a promised one may be asked for, and
will then be there (mm/frame.c, F1)."""
    total, free = int(value("frames_total")), int(value("frames_free"))
    print("total %d free %d held %d promised %d" %
          (total, free, total - free, int(value("frames_promised"))))


# ---- messages and calls ----------------------------------------------------

def queue_of(channel, by_index):
    """The processes in a channel's queue, in order."""
    index = int(channel["first"])
    while index in by_index:
        yield by_index[index]
        index = int(by_index[index].row["message"]["next"])


def channel_show(number, channel, by_index):
    server = by_index[int(channel["server"])]
    print("channel %d: process %s receives here, %s" % (
        number, server, server.state))
    for place, client in enumerate(queue_of(channel, by_index), 1):
        print("  queue %d: process %s, round %d: %s" % (
            place, client, client.row["message"]["round"], client.call()))
    for client in by_index.values():
        if client.peer == server.index and \
                client.state == value("PROC_REPLY_WAIT"):
            print("  to be answered: process %s: %s" % (client, client.call()))


@command("messages", "messages")
def messages():
    """messages: who waits for whom, and the queues of channels.

A channel is where a server receives.  Its queue has the clients in
PROC_SENDING, in the order in which it will hear of them; those that it has
heard of wait for its answer in PROC_REPLY_WAIT.  Below stand all other
processes that wait, each with its call."""
    by_index = {process.index: process for process in processes()}
    for number in range(int(value("sizeof(channels) / sizeof(channels[0])"))):
        channel = value("channels[%d]" % number)
        if int(channel["server"]) > 0:
            channel_show(number, channel, by_index)
    print("others that wait")
    for process in by_index.values():
        if process.blocked() and process.index and process.peer < 0 and \
                process.state != value("PROC_RECEIVING"):
            print("  process %s, %s: %s" % (process, process.state,
                                            process.call()))


def ring():
    """The events that the trace ring still has, oldest first."""
    size = int(value("sizeof(trace_ring[0])"))
    places = int(value("sizeof(trace_ring)")) // size
    count = number("trace_count")
    memory = gdb.selected_inferior().read_memory(number("&trace_ring"),
                                                 size * places)
    return [bytes(memory[n % places * size:(n % places + 1) * size])
            for n in range(max(0, count - places), count)]


@command("syscalls", "syscalls [COUNT]", 0, 1)
def syscalls(count=str(CALLS_SHOWN)):
    """syscalls [COUNT]: the last COUNT calls (24) in the trace ring, or what
each process is in.

The kernel keeps its last events in the trace ring when `trace` is on its
command line: KERNEL_ARGS=trace make gdb.  A line has the time-stamp counter and
the pid; a call that did not return at once has a second one.  Without a trace,
each process has a line, with the call in which it waits."""
    if not count.isdigit() or int(count) == 0:
        raise gdb.GdbError("%s is no number of lines" % count)
    if int(value("trace_on")):
        calls = [line for line in trace().lines(ring())
                 if re.match(r" *\d+ +\d+ (call|return) ", line)]
        return print("\n".join(calls[-int(count):]))
    print("the trace is off: what each process is in")
    for process in processes():
        if process.index and process.state != value("PROC_ZOMBIE"):
            print("  process %s, %s: %s" % (
                process, process.state, process.call()
                if process.blocked() else "not in a call that waits"))
