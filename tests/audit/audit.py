#!/usr/bin/env python3
"""tests/audit/audit.py -- the outside auditor: page tables walked from outside.

    tests/audit/audit.py [--cpu MODEL] PROGRAM [ARG...]

Runs PROGRAM by tools/run and stops the machine again and again while it runs.
Whenever the CPU is then in user mode (in the kernel a change may be half done)
it dumps all of memory through QEMU and recounts, by code of its own that knows
only Intel's page-table format and the inspection block (abi/inspect.h):

    the count of each frame = the entries and tables that hold it, a segment's
        table once however many directories link it, borrowed entries not
    a linked PDE points to the table of its region's segment, with its rights
    no kernel page is for users; the kernel's PDEs are the same everywhere
    shm_nattch = the attaches that exist
    no free frame is held by an entry

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
PAGE, ENTRIES, USER_SLOTS = 4096, 1024, 768
P, RW, US, PS = 1, 2, 4, 0x80
BORROWED, LINKED = 0x200, 0x400
MAGIC = b"TESS\x01\0\0\0"
KERNEL_BASE, DIRECT_END = 0xC0000000, 0xF8000000
PROC_FREE, PROC_ZOMBIE = 0, 9
SEGMENT_MEMORY, SEGMENT_ARCHIVE = 1, 2
NATTCH = 72  # in struct shmid_ds
MOST = 6     # dumps of one run


class Memory:
    """A dump, read through the kernel's own directory."""

    def __init__(self, data):
        self.data = data
        at = data.find(MAGIC, 0x100000)
        if at < 0:
            raise ValueError("no inspection block in the dump")
        head = struct.unpack_from("<16I", data, at)
        (_, _, self.bytes, self.changes, self.base, directory, self.frames,
         self.frame_limit, self.total, _, self.promised, self.table_frames,
         self.archive, self.archive_bytes, _, _) = head
        self.directory = directory >> 12
        self.read_schema(at)

    def read_schema(self, at):
        tables = at + 4 * (16 + 8) + 4 * 8
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
        """Where a kernel address is, or None: not mapped."""
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

    def frame_count(self, frame):
        return struct.unpack_from("<i", self.data, self.physical(
            self.frames + frame * 8))[0]


class Audit:
    def __init__(self, memory):
        self.memory = memory
        self.found = collections.Counter()
        self.wrong = collections.defaultdict(list)
        self.linked_tables = 0
        self.segments()
        self.spaces()
        self.kernel()
        self.counts()
        self.nattch()

    def hold(self, frame):
        self.found[frame] += 1

    def segments(self):
        m = self.memory
        self.tables = {}  # (segment, which) -> frame
        for index, row in m.rows("segments"):
            kind = m.field(row, "segment.kind")
            table = m.field(row, "segment.table")
            if kind == SEGMENT_ARCHIVE and table >= 0:
                self.hold(table)
            if kind not in (SEGMENT_MEMORY, 3):
                continue
            directory = m.field(row, "segment.directory")
            if directory >= 0:
                self.hold(directory)
                for i, word in enumerate(m.words(directory)):
                    if word:
                        self.tables[index, i] = word >> 12
            elif table >= 0:
                self.tables[index, 0] = table
            for i in range(ENTRIES if directory >= 0 else 1):
                if (index, i) in self.tables:
                    self.segment_table(index, i, self.tables[index, i], kind)

    def segment_table(self, segment, which, frame, kind):
        self.hold(frame)
        for entry, word in enumerate(self.memory.words(frame)):
            if not word & P:
                continue
            if kind == SEGMENT_MEMORY:
                self.hold(word >> 12)
            if word & (US | RW) != US | RW or word & BORROWED:
                self.wrong["segment"].append(
                    "segment %d table %d entry %d is %08x" %
                    (segment, which, entry, word))

    def spaces(self):
        m = self.memory
        seen = {}
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
        regions = self.region_list(space)
        for entry, word in enumerate(self.memory.words(pde >> 12)):
            if not word & P:
                continue
            if not word & BORROWED:
                self.hold(word >> 12)
            if not list_covers(regions, slot << 22 | entry << 12):
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
        for slot, pde in enumerate(m.words(m.directory)):
            if not pde & P:
                continue
            if pde & US:
                self.wrong["kernel"].append("kernel PDE %d is %08x" %
                                            (slot, pde))
            if pde & PS or slot << 22 < DIRECT_END:
                continue
            self.hold(pde >> 12)
            for word in m.words(pde >> 12):
                if word & P:
                    self.hold(word >> 12)
                    if word & US:
                        self.wrong["kernel"].append("kernel PTE %08x" % word)

    def counts(self):
        m, zero = self.memory, None  # the kernel itself holds one frame of 0
        for frame in range(m.frame_limit):
            count = m.frame_count(frame)
            found = self.found[frame]
            if zero is None and count == found + 1 and not any(m.words(frame)):
                zero = frame
                continue
            if count > 0 and count != found:
                self.wrong["counts"].append("frame %x: count %d, %d entries "
                                            "hold it" % (frame, count, found))
            if count <= 0 and found and self.ours(frame):
                self.wrong["counts"].append("frame %x is free, but %d entries "
                                            "hold it" % (frame, found))

    def ours(self, frame):
        """A free frame of the allocator (not archive, device or kernel)?"""
        return False if frame * PAGE < 0x100000 else frame in self.free_list()

    def free_list(self):
        if not hasattr(self, "free"):
            m = self.memory
            pointed = set()
            for frame in range(m.frame_limit):
                at = m.physical(m.frames + frame * 8)
                count, following = struct.unpack_from("<ii", m.data, at)
                if count == 0 and following > 0:
                    pointed.add(following)
            self.free = pointed
        return self.free

    def nattch(self):
        m, attaches = self.memory, collections.Counter()
        for _, row in m.rows("attaches"):
            if m.field(row, "attach.regions") > 0:
                attaches[m.field(row, "attach.tag")] += 1
        self.attaches = sum(attaches.values())
        offset = m.fields["shm.ds"][0] + NATTCH
        for index, row in m.rows("shms"):
            if m.field(row, "shm.segment") < 0 or \
                    not any(m.data[m.physical(row):][:16]):
                continue
            at = m.physical(row + offset)
            says = struct.unpack_from("<I", m.data, at)[0]
            if says != attaches[index]:
                self.wrong["nattch"].append("shm %d: nattch %d, %d attaches" %
                                            (index, says, attaches[index]))


def list_covers(regions, address):
    return any(start <= address < end for start, end, _ in regions)


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

    def in_user_mode(self):
        text = self.call("human-monitor-command",
                         **{"command-line": "info registers"})
        return "CPL=3" in text

    def dump(self, path, size):
        self.call("pmemsave", val=0, size=size, filename=path)
        with open(path, "rb") as stream:
            return stream.read()


def watch(qmp, folder, program):
    """Audits of the moments at which the CPU was in user mode."""
    audits, seen = [], set()
    while program.poll() is None and len(audits) < MOST:
        try:
            qmp.call("stop")
            if qmp.in_user_mode():
                memory = Memory(qmp.dump(os.path.join(folder, "memory"),
                                         64 << 20))
                if memory.changes not in seen and "procs" in memory.tables:
                    seen.add(memory.changes)
                    audits.append(Audit(memory))
            qmp.call("cont")
        except (EOFError, OSError):
            break
        except ValueError:
            qmp.call("cont")
        time.sleep(0.005)
    return audits


RULES = [("counts", "each frame's count is the entries that hold it"),
         ("linked", "linked tables are their segment's, with its rights"),
         ("segment", "a segment's own entries allow everything"),
         ("kernel", "the kernel's pages are the kernel's, in all directories"),
         ("nattch", "shm_nattch is the attaches that exist")]


def report(audits):
    print("1..%d" % (len(RULES) + 1))
    linked = sum(audit.linked_tables for audit in audits)
    print("%sok 1 - %d moments were audited, %d linked tables seen" %
          ("" if audits else "not ", len(audits), linked))
    bad = not audits
    for number, (rule, sentence) in enumerate(RULES, 2):
        wrong = [line for audit in audits for line in audit.wrong[rule]]
        bad |= bool(wrong)
        print("%sok %d - %s" % ("not " if wrong else "", number, sentence))
        for line in wrong[:10]:
            print("#", line)
    return 1 if bad else 0


def main():
    words, cpu = sys.argv[1:], "qemu32"
    if words[:1] == ["--cpu"]:
        cpu, words = words[1], words[2:]
    with tempfile.TemporaryDirectory(prefix="tessera-audit-") as folder:
        path = os.path.join(folder, "qmp")
        program = subprocess.Popen(
            [os.path.join(TOP, "tools", "run"), "-t", "90"] + words,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=dict(
                os.environ, CPU=cpu, MEM="64",
                QEMU_ARGS="-qmp unix:%s,server=on,wait=off" % path))
        for _ in range(500):
            if os.path.exists(path):
                break
            time.sleep(0.01)
        try:
            audits = watch(Qmp(path), folder, program)
        finally:
            program.terminate()
            program.wait()
    return report(audits)


if __name__ == "__main__":
    sys.exit(main())
