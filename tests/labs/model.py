"""tests/labs/model.py -- what page tables must say, and what they do say.

A program of a lab tells what it has just done (tests/labs/lab.h).  From that,
and from nothing that the kernel says about it, the Model knows which process
has attached which segment, where, and with which rights.  At each moment it
reads the page-table words from outside and compares them with the words that
must be there.  What it compares is a Seen; a lab sorts them into its tests.

The words that must be there come from the segment's own table: a linked PDE is
the word of that table with the attach's rights, and a borrowed PTE shows the
frame that the segment's own PTE shows.  A and D are the CPU's, so they are not
compared.
"""
import collections
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))), "tools"))
from outside import A, BORROWED, D, LINKED, P, PAGE, RW, US  # noqa: E402

SLOT, ENTRIES = 4 << 20, 1024
DTIME, LPID, NATTCH = 48, 68, 72  # in struct shmid_ds
RDONLY, REMAP, COPY = 0o10000, 0o40000, 0o200000
MOMENTS = ("SCENE OVER ATTACHED DETACHED FORKED GONE EXECED STORED LOADED "
           "STORES REMOVED PROTECTED UNMAPPED REFUSED POINT FINISHED").split()
EXITS = {1: None,  # the other player has died, which is said there
         2: "shmget was refused", 3: "shmat was refused",
         4: "shmdt was refused", 5: "setuid was refused"}

# kind: pde, pte, private (a PDE), own (the segment's), value, gone, nattch,
# stamp, free, vain, shown, copied, died, promise or refused.  `attach` is the
# one that it is about, or None.
Seen = collections.namedtuple("Seen", "scene kind attach name want got why")


class Attach:
    """What one shmat has made, as far as it is left."""

    def __init__(self, pid, id, address, pages, flags, second):
        self.pid, self.id, self.address, self.flags = pid, id, address, flags
        self.pages, self.second = pages, second
        self.rights = {page: 1 if flags & RDONLY else 3
                       for page in range(pages)}  # of the pages that are left
        self.torn = set()  # slots that had to become private
        self.touched = set()
        self.copied = {}   # COPY: a page that was written -> its values

    def copy_for(self, pid):
        """Returns what a child of fork has of it."""
        child = Attach(pid, self.id, self.address, self.pages, self.flags,
                       self.second)
        child.rights, child.torn = dict(self.rights), set(self.torn)
        child.touched = set(self.touched)
        child.copied = {page: dict(values)
                        for page, values in self.copied.items()}
        return child

    def beside(self):
        return self.address % SLOT != 0

    def tables(self):
        return (self.pages + ENTRIES - 1) // ENTRIES

    def page_of(self, address):
        """Returns which of its pages lies at an address, or None."""
        page = (address - self.address) // PAGE
        return page if page in self.rights else None

    def address_of(self, page):
        return self.address + page * PAGE

    def slots(self):
        """Returns {slot: its first page there}, of the pages that are left."""
        slots = {}
        for slot in range(self.address // SLOT,
                          self.address_of(self.pages - 1) // SLOT + 1):
            start = (slot * SLOT - self.address) // PAGE
            first = next((page for page in range(start, start + ENTRIES)
                          if page in self.rights), None)
            if first is not None:
                slots[slot] = first
        return slots

    def linked(self, slot):
        return not (self.beside() or self.flags & COPY or slot in self.torn)


class Segment:
    """A segment's own tables, as they are now."""

    def __init__(self, block, id):
        row = block.row("shms", id % 32768)
        there = row["shm.id"] == id and row["shm.segment"] >= 0
        self.there, self.words = there, []
        if not there:
            return
        self.nattch, self.lpid, self.dtime = [
            struct.unpack_from("<I", row.field_bytes("shm.ds"), at)[0]
            for at in (NATTCH, LPID, DTIME)]
        segment = block.row("segments", row["shm.segment"])
        self.pages = segment["segment.pages"]
        directory = segment["segment.directory"]
        count = (self.pages + ENTRIES - 1) // ENTRIES
        if directory >= 0:
            self.words = [block.ram.word(directory * PAGE + i * 4)
                          for i in range(count)]
        else:
            self.words = [segment["segment.word"] & 0xFFFFFFFF]
        self.words = [word for word in self.words if word]
        self.ram = block.ram

    def tables(self):
        return [word >> 12 for word in self.words]

    def entry(self, page):
        """Returns the segment's own PTE of a page; 0: there is none."""
        which = page // ENTRIES
        if which >= len(self.words):
            return 0
        return self.ram.word((self.words[which] & ~0xFFF) + page % ENTRIES * 4)

    def frames(self):
        """Returns the frames of all pages that it has."""
        return {word >> 12 for table in self.tables() for word in
                struct.unpack_from("<1024I", self.ram.bytes, table * PAGE)
                if word}


def hexadecimal(word):
    return "%08x" % word


def plain(word):
    """Returns a word without what the CPU writes there."""
    return word & ~(A | D)


class Model:
    """What must be there now, and the comparison with what is."""

    def __init__(self, machine):
        self.machine = machine
        self.attaches = []
        self.segments = {}   # id -> {address in it: value}
        self.removed = set()
        self.left = {}       # (pid, slot) that nothing of ours is in any more
        self.scene = -1
        self.vain = {}       # pid -> (id, offset, value, attach): must fail
        self.free = None     # frames that were free when scene 1 began
        self.finished = False
        self.block = None
        self.promised = 0  # pages promised at the moment before

    # ---- what has happened ------------------------------------------------

    def happened(self, what, pid, a, b, c):
        """Notes a moment, and yields what is seen at it."""
        self.block = self.machine.block("the grader")
        self.own = {}
        name = MOMENTS[what - 1]
        handler = getattr(self, "on_" + name.lower())
        yield from handler(pid, a, b, c) or ()
        yield from self.look()
        self.promised = self.number("frames_promised")

    def on_scene(self, pid, number, *_):
        self.scene, self.attaches, self.left = number, [], {}
        self.segments, self.removed, self.vain = {}, set(), {}
        # What the kernel has taken for its own rows does not come back.
        free = self.number("frames_free") + self.number("kernel_frames")
        if number == 1:  # the first one has filled what stays
            self.free = free
        elif number > 1:
            yield self.seen("free", None, "frames that are free", self.free,
                            free, "the scene before has lost some"
                            if free < self.free else "some are free twice")

    def on_over(self, *_):
        self.attaches, self.left, self.segments = [], {}, {}

    def on_finished(self, pid, *_):
        yield from self.on_scene(pid, self.scene, 0, 0)
        self.finished = True

    def on_attached(self, pid, id, address, flags):
        segment = self.segment(id)
        self.segments.setdefault(id, {})
        second = any(attach.id == id for attach in self.attaches)
        if flags & REMAP:
            self.unmap(pid, address, segment.pages * PAGE)
        made = Attach(pid, id, address, segment.pages, flags, second)
        self.attaches.append(made)
        for slot in made.slots():
            self.left.pop((pid, slot), None)
        if flags & COPY and second:  # else the segment has made its tables
            want = segment.pages + len(made.slots())
            yield self.seen("promise", made, "pages promised by this shmat",
                            want, self.number("frames_promised") -
                            self.promised, "all its pages, and its tables")

    def on_detached(self, pid, address, *_):
        for attach in self.attaches:
            if attach.pid == pid and attach.address == address:
                self.end(attach)
                yield from self.ended(attach.id, pid)
                return

    def ended(self, id, pid):
        """What a segment notes of the last end of an attach."""
        segment = self.segment(id)
        if segment.there:
            yield self.seen("stamp", None, "shm_lpid of segment %d" % id, pid,
                            segment.lpid, "that process has ended an attach")
            yield self.seen("stamp", None, "shm_dtime of segment %d" % id,
                            "a time", "a time" if segment.dtime else 0,
                            "an attach has ended")

    def end(self, attach):
        self.attaches.remove(attach)
        used = {slot for other in self.attaches if other.pid == attach.pid
                for slot in other.slots()}
        for slot in attach.slots():
            if slot not in used:
                self.left[attach.pid, slot] = attach

    def on_forked(self, pid, child, *_):
        self.attaches += [attach.copy_for(child) for attach in self.attaches
                          if attach.pid == pid]

    def on_execed(self, pid, *_):
        for attach in [each for each in self.attaches if each.pid == pid]:
            self.end(attach)
            yield from self.ended(attach.id, pid)

    def on_gone(self, pid, child, status, signal):
        said = self.how_ended(status)
        if child in self.vain:
            id, offset, value, attach = self.vain.pop(child)
            yield self.seen("vain", attach, "pid %d, which stored" % child,
                            "killed by signal 11", said or "exit status 0",
                            "it must not write there")
            yield self.value(attach, id, offset, "after that store", "vain")
        elif said is not None or signal:
            yield self.seen("died", None, "pid %d" % child,
                            "killed by signal %d" % signal if signal
                            else "exit status 0", said or "exit status 0",
                            "so the scene is over")
        ends = [each.id for each in self.attaches if each.pid == child]
        self.attaches = [each for each in self.attaches if each.pid != child]
        if any(each.pid == pid for each in self.attaches):  # a copy, alone
            for id in ends:
                yield from self.ended(id, child)
        self.left = {key: attach for key, attach in self.left.items()
                     if key[0] != child}

    def how_ended(self, status):
        """Returns how a process ended; None: as it should have."""
        if status & 0x7F:
            return "killed by signal %d" % (status & 0x7F)
        code = status >> 8 & 0xFF
        return EXITS.get(code, "exit status %d" % code) if code else None

    def on_stored(self, pid, address, value, *_):
        attach, page = self.find(pid, address)
        if attach is None:
            return
        attach.touched.add(page)
        offset = address - attach.address
        if attach.flags & COPY:
            if page not in attach.copied:  # it begins as the segment's is now
                attach.copied[page] = {
                    at: word for at, word in self.segments[attach.id].items()
                    if at // PAGE == page}
            attach.copied[page][offset] = value
        else:
            self.segments[attach.id][offset] = value
            yield self.value(attach, attach.id, offset, "stored by pid %d" %
                             pid)

    def on_loaded(self, pid, address, value, *_):
        attach, page = self.find(pid, address)
        if attach is None:
            return
        attach.touched.add(page)
        offset = address - attach.address
        values = attach.copied.get(page, self.segments[attach.id])
        want = values.get(offset, 0)
        yield self.seen("value", attach, "what pid %d loads at %08x" %
                        (pid, address), want, value,
                        "it is not what was stored")

    def on_stores(self, pid, address, value, *_):
        attach, _ = self.find(pid, address)
        if attach is None:  # where one was
            attach = self.left.get((pid, address // SLOT))
        if attach:
            self.vain[pid] = (attach.id, address - attach.address, value,
                              attach)

    def on_removed(self, pid, id, *_):
        self.removed.add(id)

    def on_protected(self, pid, address, count, rights):
        for attach in self.attaches:
            if attach.pid == pid:
                for page in list(attach.rights):
                    if address <= attach.address_of(page) < address + count:
                        attach.rights[page] = rights
                        attach.touched.discard(page)  # it is borrowed again

    def on_unmapped(self, pid, address, count, *_):
        self.unmap(pid, address, count)

    def unmap(self, pid, address, count):
        for attach in [each for each in self.attaches if each.pid == pid]:
            before = attach.slots()
            for page in list(attach.rights):
                if address <= attach.address_of(page) < address + count:
                    del attach.rights[page]
                    self.tear(attach, attach.address_of(page) // SLOT)
            if not attach.rights:
                attach.rights = {page: 0 for page in before.values()}
                self.end(attach)

    def tear(self, attach, slot):
        """A slot that was linked gets a table without entries: the next fault
        borrows each page again."""
        if slot not in attach.torn:
            attach.torn.add(slot)
            if not attach.beside():
                attach.touched = {page for page in attach.touched if
                                  attach.address_of(page) // SLOT != slot}

    def on_refused(self, pid, id, want, got):
        self.segments.setdefault(id, {})
        yield self.seen("refused", None, "shmat of pid %d" % pid,
                        "errno %d" % want, "errno %d" % got if got
                        else "an address", os.strerror(want))
        promised = self.number("frames_promised")
        if want == 12:
            yield self.seen("promise", None, "pages promised after ENOMEM",
                            self.promised, promised, "it has changed nothing")

    def find(self, pid, address):
        for attach in self.attaches:
            page = attach.page_of(address)
            if attach.pid == pid and page is not None:
                return attach, page
        return None, None

    # ---- what is there ----------------------------------------------------

    def number(self, symbol):
        """Returns a variable of the kernel."""
        return struct.unpack("<i", self.block.read(
            self.machine.symbols[symbol], 4))[0]

    def segment(self, id):
        if id not in self.own:
            self.own[id] = Segment(self.block, id)
        return self.own[id]

    def seen(self, kind, attach, name, want, got, why=""):
        if want == got:
            why = ""
        return Seen(self.scene, kind, attach, name, want, got, why)

    def look(self):
        """Yields the comparison of every word that we know about."""
        for attach in self.attaches:
            directory = self.directory(attach.pid)
            if directory is None:
                continue  # it is just ending
            for slot, page in attach.slots().items():
                yield from self.slot(attach, directory, slot, page)
        for (pid, slot), attach in self.left.items():
            directory = self.directory(pid)
            if directory is not None:
                word = self.block.ram.word(directory * PAGE + slot * 4)
                yield self.seen("gone", attach, "PDE %d of pid %d" %
                                (slot, pid), hexadecimal(0), hexadecimal(word),
                                "it is detached, and still there")
        for id in self.segments:
            yield from self.object(id)

    def directory(self, pid):
        proc = self.block.find_process(pid)
        return self.block.directory_of(proc) if proc else None

    def slot(self, attach, directory, slot, page):
        pde = self.block.ram.word(directory * PAGE + slot * 4)
        segment = self.segment(attach.id)
        name = "PDE %d of pid %d" % (slot, attach.pid)
        if attach.linked(slot):
            want = self.linked_word(attach, segment, page)
            got = plain(pde)
            yield self.seen("pde", attach, name, hexadecimal(want),
                            hexadecimal(got), self.why_pde(
                                want, got, attach, segment, page))
            return
        own = pde & P and not pde & LINKED and \
            pde >> 12 not in segment.tables()
        yield self.seen("private", attach, name, "a private table",
                        "a private table" if own else hexadecimal(pde),
                        "nothing can be linked in this slot" if pde
                        else "the slot has no table")
        if own:
            yield from self.entries(attach, segment, slot, pde)

    def linked_word(self, attach, segment, page):
        which = page // ENTRIES
        word = segment.words[which] if which < len(segment.words) else 0
        rights = attach.rights[page]
        bits = (P | RW if rights & 2 else P) if rights else 0
        return (word & ~0xFFF) | LINKED | US | bits

    def why_pde(self, want, got, attach, segment, page):
        frame = got >> 12
        if got == 0:
            return "nothing was linked" if want & P else \
                "without a right it must still name its table"
        if frame == want >> 12:
            if not got & LINKED:
                return "the right table, but our bit 10, linked, is missing"
            if got & RW and not want & RW:
                return "read-only must live in this PDE"
            if want & RW and not got & RW:
                return "the writer lost its right"
            return "the right table, but not the right bits"
        if frame in segment.frames():
            return "a frame was linked, not the page table"
        if frame in segment.tables():
            return "the segment's table %d was linked, not table %d" % (
                segment.tables().index(frame), page // ENTRIES)
        return "a table of the process's own, not the segment's"

    def entries(self, attach, segment, slot, pde):
        """Yields the entries of an attach's pages in a private slot."""
        for page in sorted(attach.touched):
            address = attach.address_of(page)
            if address // SLOT != slot or page not in attach.rights:
                continue
            entry = address // PAGE % ENTRIES
            got = plain(self.block.ram.word((pde & ~0xFFF) + entry * 4))
            name = "PTE %d under PDE %d of pid %d" % (entry, slot, attach.pid)
            if attach.flags & COPY:
                yield self.copied_entry(attach, segment, page, name, got)
                continue
            rights = attach.rights[page]
            bits = US | BORROWED | P | (RW if rights & 2 else 0)
            want = segment.entry(page) & ~0xFFF | bits
            yield self.seen("pte", attach, name, hexadecimal(want),
                            hexadecimal(got), self.why_pte(want, got))

    def why_pte(self, want, got):
        if got == 0:
            return "the page is not shown"
        if got >> 12 != want >> 12:
            return "another frame than the segment's"
        if not got & BORROWED:
            return "our bit 9, borrowed, is missing"
        return "the right frame, but not the right bits"

    def copied_entry(self, attach, segment, page, name, got):
        """A page of a copy: the segment's until it is written, then its own."""
        frame = segment.entry(page) >> 12
        if page not in attach.copied:
            want = frame << 12 | US | BORROWED | P
            return self.seen("shown", attach, name, hexadecimal(want),
                             hexadecimal(got), self.why_pte(want, got))
        good = got & P and not got & BORROWED and got >> 12 != frame
        why = "the copy must have a frame of its own"
        if good:
            for offset, value in attach.copied[page].items():
                have = self.block.ram.word((got & ~0xFFF) + offset % PAGE)
                if have != value:
                    good, why = False, "its frame has %d there, not %d" % (
                        have, value)
        return self.seen("copied", attach, name, "a frame of its own",
                         "a frame of its own" if good else hexadecimal(got),
                         why)

    def value(self, attach, id, offset, when, kind="value"):
        """A word of the segment, read in its frame."""
        segment, page = self.segment(id), offset // PAGE
        want = self.segments.get(id, {}).get(offset, 0)
        entry = segment.entry(page) if segment.there else 0
        got = self.block.ram.word((entry & ~0xFFF) + offset % PAGE) \
            if entry else "nothing"
        return self.seen(kind, attach, "byte %d of the segment, %s" %
                         (offset, when), want, got,
                         "read in the segment's own frame")

    def object(self, id):
        """Yields what is true of the segment itself."""
        segment = self.segment(id)
        want = sum(attach.id == id and self.directory(attach.pid) is not None
                   for attach in self.attaches)
        if id in self.removed and want == 0:
            yield self.seen("nattch", None, "segment %d" % id, "gone",
                            "there" if segment.there else "gone",
                            "it is removed, and its last attach has ended")
            return
        if not segment.there:
            yield self.seen("nattch", None, "segment %d" % id, "there", "gone",
                            "somebody is attached" if want
                            else "nobody has removed it")
            return
        yield self.seen("nattch", None, "shm_nattch of segment %d" % id, want,
                        segment.nattch, "so many are attached")
        for which, word in enumerate(segment.words):
            want = word & ~0xFFF | LINKED | US | RW | P
            yield self.seen("own", None, "the PDE word of the segment's table "
                            "%d" % which, hexadecimal(want),
                            hexadecimal(plain(word)),
                            "it is copied by every attach")
        for page in sorted({offset // PAGE for offset in self.segments[id]}):
            word = segment.entry(page)
            want = word & ~0xFFF | US | RW | P
            yield self.seen("own", None, "PTE %d of the segment's table %d" % (
                page % ENTRIES, page // ENTRIES), hexadecimal(want),
                hexadecimal(plain(word)), "everybody shares this entry"
                if word else "the page is lost for everybody")
            if not word:
                continue
            count, = struct.unpack("<i", self.block.read(
                self.block.frames + (word >> 12) * 8, 4))
            yield self.seen("own", None, "the count of frame %05x" %
                            (word >> 12), 1, count, "the segment holds it")
