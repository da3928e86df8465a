#!/usr/bin/env python3
"""tests/audit/audit.py -- the outside auditor: page tables walked from outside.

    tests/audit/audit.py [--cpu MODEL] [--seed] PROGRAM [ARG...]

Runs PROGRAM with tools/run and stops the machine, through QEMU's gdb stub, at
the entry of each call that makes, shares or gives up memory (POINTS), because
nothing is half done there.  It shares all of memory with QEMU, and recounts.
The stub, that memory and the kernel's symbols come from tools/outside.py; what
reads memory is its own, and knows only Intel's page-table format, the
inspection block (abi/inspect.h) and where four numbers of the kernel are.  It
checks that

    the count of each frame is the number of entries and tables that hold it;
        a segment's table counts once, however many directories link it, and
        borrowed entries do not count
    the free list is the frames that nothing holds; free and held are all
    the promise is what regions, segments and tables were promised
    a linked PDE points to the table of its region's segment, with its rights
    no kernel page is for users; the kernel's PDEs are the same everywhere;
        CR3 is the directory of a space
    shm_nattch is the number of attaches that exist

With --seed it spoils each of these once in memory, and must notice that.
Prints TAP.
"""
import collections
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "tools"))
from outside import Gdb, Ram, symbols

PAGE, ENTRIES, USER_SLOTS = 4096, 1024, 768
P, RW, US, PS = 1, 2, 4, 0x80
BORROWED, LINKED = 0x200, 0x400
MAGIC, VERSION = b"TESS", 4
TABLES = 4 * (16 + 3) + 4 * 12  # where they stand in the block
BLOCK_BYTES = TABLES + 12 * 28 + 128 * 24 + 4 * (1 + 24 + 2)
KERNEL_BASE, DIRECT_END = 0xC0000000, 0xF8000000
SEGMENT_MEMORY, SEGMENT_ARCHIVE, SEGMENT_DEVICE = 1, 2, 3
NATTCH = 72  # in struct shmid_ds
MEMORY_MIB = 32
POINTS = ("ipc shmget shmat shmdt shmctl fork clone exit exit_group execve exec "
          "brk mmap2 munmap mprotect check segment_make segment_resize "
          "segment_drop map").split()
NUMBERS = "frames_total frames_free frames_promised frame_first_free".split()
FIRST = 6  # stops of each point that are audited; then the 8th, the 16th, ...


class Memory:
    """The memory of a machine that stands still, read through the kernel's own
    directory."""

    def __init__(self, data, symbols):
        self.data = data
        at = data.find(MAGIC + struct.pack("<II", VERSION, BLOCK_BYTES),
                       0x100000)
        if at < 0:
            raise ValueError("no inspection block of version %d" % VERSION)
        head = struct.unpack_from("<16I", data, at)
        (_, _, self.bytes, self.changes, self.base, directory, self.frames,
         self.frame_limit, _, _, _, _, self.archive, self.archive_bytes, _,
         _) = head
        self.directory = directory >> 12
        self.boot_time, = struct.unpack_from("<I", data, at + 17 * 4)
        self.symbols = symbols
        for name in NUMBERS:
            setattr(self, name, self.number(symbols[name]))
        self.entries = self.frame_entries()
        self.read_schema(at)

    def number(self, address):
        return struct.unpack_from("<i", self.data, self.physical(address))[0]

    def read_schema(self, at):
        tables = at + TABLES
        self.tables, self.fields = {}, {}
        for i in range(12):
            name, address, stride, _, _ = struct.unpack_from(
                "<12s4I", self.data, tables + i * 28)
            if address:
                self.tables[name.split(b"\0")[0].decode()] = (address, stride)
        for i in range(128):
            name, offset, size = struct.unpack_from(
                "<20sHH", self.data, tables + 12 * 28 + i * 24)
            self.fields[name.split(b"\0")[0].decode()] = (offset, size)

    def word(self, frame, index):
        return struct.unpack_from("<I", self.data, frame * PAGE + index * 4)[0]

    def words(self, frame):
        return struct.unpack_from("<1024I", self.data, frame * PAGE)

    def physical(self, address):
        """The physical address; None if the address is not mapped."""
        pde = self.word(self.directory, address >> 22)
        if not pde & P:
            return None
        if pde & PS:
            return (pde & 0xFFC00000) + (address & 0x3FFFFF)
        pte = self.word(pde >> 12, address >> 12 & 1023)
        return (pte & ~0xFFF) + (address & 0xFFF) if pte & P else None

    def field(self, row, name):
        """A signed field of the object at kernel address `row`."""
        offset, size = self.fields[name]
        at = self.physical(row + offset)
        return int.from_bytes(self.data[at:at + size], "little", signed=True)

    def rows(self, table):
        """(index, address) of every slot whose memory is there."""
        address, stride = self.tables[table]
        index = 0
        while self.physical(address + index * stride + stride - 1) is not None:
            yield index, address + index * stride
            index += 1

    def row(self, table, index):
        address, stride = self.tables[table]
        return address + index * stride

    def frame_entries(self):
        """Each frame's count, and the next free frame if it is free.  The table
        lies in one piece."""
        start, bytes = self.physical(self.frames), self.frame_limit * 8
        if self.physical(self.frames + bytes - 8) != start + bytes - 8:
            raise ValueError("the table of frames is in pieces")
        return list(struct.iter_unpack("<ii", self.data[start:start + bytes]))


class Audit:
    def __init__(self, memory):
        self.memory = memory
        self.found = collections.Counter()
        self.wrong = collections.defaultdict(list)
        self.linked_tables = 0
        self.promised = 0
        self.segments()
        self.spaces()
        self.kernel()
        self.counts()
        self.free()
        self.promise()
        self.nattch()

    def hold(self, frame):
        self.found[frame] += 1

    def segments(self):
        m = self.memory
        self.tables = {}  # (segment, which) -> frame
        for index, row in m.rows("segments"):
            kind = m.field(row, "segment.kind")
            word = m.field(row, "segment.word") & 0xFFFFFFFF
            if kind == SEGMENT_ARCHIVE:
                last = m.field(row, "segment.last_page") & 0xFFFFFFFF
                if last:
                    self.hold(last >> 12)
                self.promised += m.field(row, "segment.bytes") % PAGE != 0
            if kind not in (SEGMENT_MEMORY, SEGMENT_DEVICE):
                continue
            directory = m.field(row, "segment.directory")
            if directory >= 0:
                self.hold(directory)
                for i, word in enumerate(m.words(directory)):
                    if word:
                        self.tables[index, i] = word >> 12
            elif word:
                self.tables[index, 0] = word >> 12
            mine = [i for i in range(ENTRIES) if (index, i) in self.tables]
            resident = sum(self.segment_table(index, i, self.tables[index, i],
                                              kind) for i in mine)
            if kind == SEGMENT_MEMORY:
                pages = m.field(row, "segment.pages")
                whole = m.field(row, "segment.promised")
                self.promised += ((pages if whole else resident) + len(mine) +
                                  (directory >= 0))

    def segment_table(self, segment, which, frame, kind):
        """Holds the table and its pages; returns how many pages it maps."""
        self.hold(frame)
        resident = 0
        for entry, word in enumerate(self.memory.words(frame)):
            if not word & P:
                continue
            resident += 1
            if kind == SEGMENT_MEMORY:
                self.hold(word >> 12)
            if word & (US | RW) != US | RW or word & BORROWED:
                self.wrong["segment"].append(
                    "segment %d table %d entry %d is %08x" %
                    (segment, which, entry, word))
        return resident

    def spaces(self):
        m = self.memory
        seen = self.directories = {}
        for index, row in m.rows("spaces"):
            directory = m.field(row, "space.directory")
            if m.field(row, "space.holders") <= 0 or directory < 0:
                continue
            if directory in seen:
                self.wrong["kernel"].append("spaces %d and %d have one "
                                            "directory" % (index,
                                                           seen[directory]))
            seen[directory] = index
            self.hold(directory)
            self.promised += 1 + sum(
                (end - start) // PAGE for start, end, row in
                self.region_list(index) if m.field(row, "region.promised"))
            self.directory = directory
            words = m.words(directory)
            for slot in range(USER_SLOTS):
                if words[slot] & P:
                    self.slot(index, slot, words[slot])
            kernel = m.words(m.directory)
            for slot in range(USER_SLOTS, ENTRIES):
                if (words[slot] ^ kernel[slot]) & ~0x60:  # but A and D
                    self.wrong["kernel"].append("space %d PDE %d is %08x, not "
                                                "%08x" % (index, slot,
                                                          words[slot],
                                                          kernel[slot]))

    def regions_of(self, space, slot):
        low, high = slot << 22, slot + 1 << 22
        return [(row, start) for start, end, row in self.region_list(space)
                if start < high and end > low]

    def slot(self, space, slot, pde):
        if not pde & LINKED:
            self.private(space, slot, pde)
            return
        self.linked_tables += 1
        self.sample = (self.directory, slot, pde)
        m, regions = self.memory, self.regions_of(space, slot)
        where = "space %d PDE %d is %08x: " % (space, slot, pde)
        if len(regions) != 1:
            self.wrong["linked"].append(where + "%d regions" % len(regions))
            return
        row, start = regions[0]
        page = m.field(row, "region.offset") + ((slot << 22) - start) // PAGE
        segment = m.field(row, "region.segment")
        table = self.tables.get((segment, max(page, 0) // ENTRIES))
        if table != pde >> 12:
            self.wrong["linked"].append(where + "not segment %d's table %s" %
                                        (segment, table))
        may_write = m.field(row, "region.rights") & 2
        if bool(pde & RW) != bool(may_write) or not pde & US:
            self.wrong["linked"].append(where + "rights %d" % may_write)

    def private(self, space, slot, pde):
        self.hold(pde >> 12)
        self.promised += 1
        regions = self.region_list(space)
        for entry, word in enumerate(self.memory.words(pde >> 12)):
            if not word & P:
                continue
            region = list_find(regions, slot << 22 | entry << 12)
            if not word & BORROWED:
                self.hold(word >> 12)
                if region and not self.memory.field(region, "region.promised"):
                    self.promised += 1
            if not region:
                self.wrong["linked"].append(
                    "space %d: %08x is mapped, but in no region" %
                    (space, slot << 22 | entry << 12))

    def region_list(self, space):
        if not hasattr(self, "cache"):
            m, self.cache = self.memory, collections.defaultdict(list)
            for _, row in m.rows("regions"):
                if m.field(row, "region.kind"):
                    self.cache[m.field(row, "region.space")].append(
                        (m.field(row, "region.start") & 0xFFFFFFFF,
                         m.field(row, "region.end") & 0xFFFFFFFF, row))
        return self.cache[space]

    def kernel(self):
        m = self.memory
        self.window = 0  # frames and page tables of the kernel's window
        for slot, pde in enumerate(m.words(m.directory)):
            if not pde & P:
                continue
            if pde & US:
                self.wrong["kernel"].append("kernel PDE %d is %08x" %
                                            (slot, pde))
            if pde & PS or slot << 22 < DIRECT_END:
                continue
            self.hold(pde >> 12)
            self.window += m.entries[pde >> 12][0] > 0
            for word in m.words(pde >> 12):
                if word & P:
                    self.hold(word >> 12)
                    self.window += m.entries[word >> 12][0] > 0
                    if word & US:
                        self.wrong["kernel"].append("kernel PTE %08x" % word)

    def counts(self):
        m, zero = self.memory, None  # the kernel itself holds one frame of 0
        self.held = 0
        for frame, (count, _) in enumerate(m.entries):
            found = self.found.get(frame, 0)
            self.held += count > 0
            if zero is None and count == found + 1 and not any(m.words(frame)):
                zero = frame
                continue
            if count > 0 and count != found:
                self.wrong["counts"].append("frame %x: count %d, %d entries "
                                            "hold it" % (frame, count, found))
        self.zero = zero

    def free(self):
        m, frame, listed = self.memory, self.memory.frame_first_free, set()
        while 0 <= frame < m.frame_limit and frame not in listed:
            listed.add(frame)
            count, following = m.entries[frame]
            if count != 0 or frame in self.found:
                self.wrong["free"].append(
                    "frame %x is in the free list: count %d, %d entries hold "
                    "it" % (frame, count, self.found[frame]))
            frame = following
        if len(listed) != m.frames_free:
            self.wrong["free"].append("%d frames are in the free list, the "
                                      "kernel says %d" % (len(listed),
                                                          m.frames_free))
        if len(listed) + self.held != m.frames_total:
            self.wrong["free"].append("%d free and %d held are not all %d" % (
                len(listed), self.held, m.frames_total))

    def promise(self):
        """Kernel tables in the window are promised when they are taken."""
        m = self.memory
        promised = self.promised + self.window + (self.zero is not None)
        if promised != m.frames_promised:
            self.wrong["promise"].append("%d pages are promised, the kernel "
                                         "says %d" % (promised,
                                                      m.frames_promised))
        if not self.held <= m.frames_promised <= m.frames_total:
            self.wrong["promise"].append("held %d, promised %d, in all %d" % (
                self.held, m.frames_promised, m.frames_total))

    def nattch(self):
        """Regions in one ring are the parts of one attach; one is lowest."""
        m, part = self.memory, {}
        for index, row in m.rows("regions"):
            if m.field(row, "region.kind") and m.field(row, "region.tag") >= 0:
                part[index] = tuple(m.field(row, "region." + name) for name in
                                    ("tag", "start", "part_before"))
        attaches = collections.Counter(
            tag for tag, start, previous in part.values()
            if previous not in part or part[previous][1] >= start)
        self.attaches = sum(attaches.values())
        offset = m.fields["shm.ds"][0] + NATTCH
        for index, row in m.rows("shms"):
            at = m.physical(row)
            if m.field(row, "shm.segment") < 0 or not any(m.data[at:at + 16]):
                continue
            at = m.physical(row + offset)
            says = struct.unpack_from("<I", m.data, at)[0]
            if says != attaches[index]:
                self.wrong["nattch"].append("shm %d: nattch %d, %d attaches" %
                                            (index, says, attaches[index]))


def list_find(regions, address):
    for start, end, row in regions:
        if start <= address < end:
            return row
    return None


class Qmp:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rw")
        self.stream.readline()
        self.call("qmp_capabilities")

    def call(self, command, **arguments):
        json.dump({"execute": command, "arguments": arguments}, self.stream)
        self.stream.flush()
        while True:
            line = self.stream.readline()
            if not line:
                raise EOFError
            answer = json.loads(line)
            if "return" in answer or "error" in answer:
                return answer.get("return")

    def cr3(self):
        text = self.call("human-monitor-command",
                         **{"command-line": "info registers"})
        return int(re.search(r"CR3=(\w+)", text)[1], 16)


class Watch:
    """One run of a program, stopped at its points."""

    def __init__(self, folder, ram):
        self.symbols = symbols()
        self.ram = ram
        self.points = {self.symbols["run_" + name]: name for name in POINTS
                       if "run_" + name in self.symbols}
        self.seen = collections.Counter()
        self.audits = collections.Counter()
        self.qmp = Qmp(os.path.join(folder, "qmp"))
        self.gdb = Gdb(os.path.join(folder, "gdb"))
        for address in self.points:
            self.gdb.breakpoint(address)

    def stops(self):
        """The points at which an audit is due, as they are reached."""
        while True:
            address = self.gdb.run()
            if address is None:
                return
            name = self.points.get(address)
            self.seen[name] += 1
            seen = self.seen[name]
            if name and (seen <= FIRST or seen & seen - 1 == 0):
                yield name
            if name:
                self.gdb.go_on(address)

    def audit(self):
        audit = Audit(Memory(self.ram.bytes, self.symbols))
        cr3 = self.qmp.cr3() >> 12
        if cr3 not in audit.directories and cr3 != audit.memory.directory:
            audit.wrong["kernel"].append("CR3 is %x, no space's" % cr3)
        return audit


RULES = [("counts", "each frame's count is the entries that hold it"),
         ("free", "every frame is in the free list or held"),
         ("promise", "the promise is what was promised"),
         ("linked", "linked tables are their segment's, with its rights"),
         ("segment", "a segment's own entries allow everything"),
         ("kernel", "the kernel's pages are the kernel's, in all directories"),
         ("nattch", "shm_nattch is the attaches that exist")]


def say(number, good, sentence, lines=()):
    print("%sok %d - %s" % ("" if good else "not ", number, sentence))
    for line in lines[:10]:
        print("#", line)
    return not good


def everything(watch):
    """Checks all moments of one run against all rules."""
    wrong, linked, boot_time = collections.defaultdict(list), 0, 0
    for name in watch.stops():
        audit = watch.audit()
        boot_time = audit.memory.boot_time
        watch.audits[name] += 1
        linked += audit.linked_tables
        for rule, lines in audit.wrong.items():
            wrong[rule] += ["at %s %d: %s" % (name, watch.seen[name], line)
                            for line in lines]
    print("1..%d" % (len(RULES) + 2))
    bad = say(1, sum(watch.audits.values()) >= FIRST and linked,
              "%d moments were audited, %d linked tables seen" %
              (sum(watch.audits.values()), linked),
              ["%s: %d of %d" % (name, watch.audits[name], watch.seen[name])
               for name in sorted(watch.audits)])
    for number, (rule, sentence) in enumerate(RULES, 2):
        bad |= say(number, not wrong[rule], sentence, wrong[rule])
    return bad | say(len(RULES) + 2, abs(time.time() - boot_time) < 86400,
                     "the block has the date of the boot",
                     ["boot_time is %d" % boot_time])


def spoils(audit):
    """(rule, what, address, word): each makes one word of memory wrong."""
    m = audit.memory
    entry = max(audit.found, key=lambda frame: audit.found[frame])
    yield ("counts", "a frame's count", m.frames + entry * 8,
           m.entries[entry][0] + 1)
    yield ("free", "a frame lost from the free list",
           m.symbols["frame_first_free"], m.entries[m.frame_first_free][1])
    yield ("promise", "one page promised to nobody",
           m.symbols["frames_promised"], m.frames_promised + 1)
    directory, slot, pde = audit.sample
    where = KERNEL_BASE + directory * PAGE + slot * 4
    yield "linked", "a linked PDE with the wrong R/W", where, pde ^ RW
    yield "linked", "a PDE with a stranger's table", where, pde ^ 0x5000
    table = KERNEL_BASE + (pde & ~0xFFF)
    word = m.word(pde >> 12, 0)
    yield "segment", "a segment's own PTE without W", table, word & ~RW
    yield ("kernel", "a kernel PDE for users", KERNEL_BASE + directory * PAGE +
           USER_SLOTS * 4, m.word(directory, USER_SLOTS) | US)
    row = next(row for index, row in m.rows("shms")
               if m.field(row, "shm.segment") >= 0)
    at = row + m.fields["shm.ds"][0] + NATTCH
    yield "nattch", "an attach nobody has", at, m.number(at) + 1


def seeded(watch):
    """Shows that each rule can fail, once two share a table with a page."""
    for _ in watch.stops():
        audit = watch.audit()
        if audit.linked_tables < 2 or not (
                audit.memory.word(audit.sample[2] >> 12, 0) & P):
            continue
        cases = list(spoils(audit))
        print("1..%d" % (len(cases) + 1))
        bad = 0
        for number, (rule, what, address, word) in enumerate(cases, 1):
            before = watch.gdb.word(address)
            watch.gdb.poke(address, word)
            wrong = watch.audit().wrong
            watch.gdb.poke(address, before)
            bad |= say(number, wrong[rule], "the auditor sees " + what,
                       wrong[rule])
        wrong = watch.audit().wrong
        lines = sum(wrong.values(), [])
        return bad | say(len(cases) + 1, not lines,
                         "and nothing when all is as it was", lines)
    print("1..1")
    return say(1, False, "two processes share a table while we look")


def main():
    words, cpu, job = sys.argv[1:], "qemu32", everything
    if words[:1] == ["--cpu"]:
        cpu, words = words[1], words[2:]
    if words[:1] == ["--seed"]:
        job, words = seeded, words[1:]
    ram = Ram(MEMORY_MIB)
    with tempfile.TemporaryDirectory(prefix="tessera-audit-") as folder:
        program = subprocess.Popen(
            [os.path.join(TOP, "tools", "run"), "-t", "1000"] + words,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=dict(
                os.environ, CPU=cpu, MEM=str(MEMORY_MIB), QEMU_ARGS=(
                    "-S -qmp unix:{0}/qmp,server=on,wait=off "
                    "-gdb unix:{0}/gdb,server=on,wait=off {1}").format(
                        folder, " ".join(ram.words()))))
        try:
            end = time.monotonic() + 150
            while not all(os.path.exists(os.path.join(folder, name))
                          for name in ("qmp", "gdb")):
                if program.poll() is not None or time.monotonic() > end:
                    raise SystemExit("audit: the machine does not start")
                time.sleep(0.01)
            bad = job(Watch(folder, ram))
        finally:
            program.terminate()
            program.wait()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
