"""tools/facts.py -- the state of the machine as a flat map (abi/film.md).

    facts = Facts(block)            a Block of tools/outside.py
    noted, changed = facts.read()   what is different from the last time
    facts.now["word 007e5400"]      all of it, as it is now

`noted` has what the CPU does without an event: words in which nothing but A or
D has changed, and the texts of frames.  The machine must stand still while it
is read.  The first read gives all; the later ones compare bytes with a copy,
and look only at what differs: tables of the kernel by page, page tables whole.
"""
import struct

from outside import A, BORROWED, D, LINKED, P, PAGE, Strange, USER_SLOTS

STATES = ("free new ready running sending reply-wait receiving waiting in-line "
          "sleeping paused polling vfork stopped zombie").split()
FREE, ZOMBIE = 0, STATES.index("zombie")
SHARED, PRIVATE, STACK, HEAP = range(1, 5)  # region.kind: abi/inspect.h
MEMORY, ARCHIVE = 1, 2  # segment.kind: abi/inspect.h
EXEC = 4  # region.rights
DIRECTORY, WHOLE, BORROWERS = range(3)  # what of a table is shown
TEXT_BYTES, TEXT_FRAMES, VALUES = 24, 16, 64
ENTRIES = struct.Struct("<1024I")
WORDS = struct.Struct("<64I")  # of a table, a piece that is compared
NOTED = A | D
MANY = 32  # processes: of more, those that did nothing are looked at as rarely
DEVICES = range(0xA0, 0x100)  # frames of the screen and of ROMs


class Copy:
    """A table of kernel objects, and the copy of it that we saw last."""

    def __init__(self, block, name):
        self.block, self.name = block, name
        self.address, self.stride, _ = block.tables[name]
        self.places, self.data = [], bytearray()
        self.prefix = name[:-1] + "."

    def grow(self):
        """Takes in the pages that the kernel has given it since."""
        while True:
            place = self.block.physical(self.address + len(self.data))
            if place is None:
                return
            self.places.append(place)
            self.data += bytes(PAGE)

    def changed(self):
        """Returns the indexes of the rows that are different now."""
        self.grow()
        ram, rows = self.block.ram.bytes, set()
        for page, place in enumerate(self.places):
            new, start = ram[place:place + PAGE], page * PAGE
            old = self.data[start:start + PAGE]
            if new == old:
                continue
            self.data[start:start + PAGE] = new
            for index in range(start // self.stride,
                               (start + PAGE - 1) // self.stride + 1):
                low = max(index * self.stride - start, 0)
                high = (index + 1) * self.stride - start
                if new[low:high] != old[low:high]:
                    rows.add(index)
        whole = len(self.data) // self.stride
        return sorted(row for row in rows if row < whole)

    def bytes_of(self, index, field):
        offset, size = self.block.fields[self.prefix + field]
        at = index * self.stride + offset
        return bytes(self.data[at:at + size])

    def get(self, index, field):
        """Returns a field of a row, a signed number."""
        offset, size = self.block.fields[self.prefix + field]
        at = index * self.stride + offset
        return int.from_bytes(self.data[at:at + size], "little", signed=True)


def shown_text(data):
    """Returns bytes as text: abi/film.md says how."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte != 92 else
                   "\\\\" if byte == 92 else "\\x%02x" % byte
                   for byte in data.rstrip(b"\0"))


class Tables:
    """The page tables that are shown: their words, and frames' texts."""

    def __init__(self, block):
        self.block, self.ram = block, block.ram.bytes
        self.seen = {}  # frame -> (kind, bytes, {index: word})
        self.links = {}  # frame of a directory -> {frame: kind} of its tables
        self.pointed = None  # {frame: kind} of all their tables, if it is known
        self.directories = set()  # that those are the tables of
        self.whole = []  # frames of the tables that are shown whole
        self.frames = {}  # of texts -> bytes
        self.last_pages = set()  # frames of the archive's copied pages
        self.times = 0  # that we have read
        archive = block.archive_start, block.archive_bytes
        self.archive = range(archive[0] >> 12,
                             (archive[0] + archive[1] + PAGE - 1) >> 12)

    def shown(self, kind, first, data):
        """Returns {index: word} of the words that are shown of a piece of a
        table, which begins with the entry `first`."""
        words = enumerate(WORDS.unpack(data), first)
        if kind == DIRECTORY:
            return {i: word for i, word in words if word and i < USER_SLOTS}
        if kind == WHOLE:
            return {i: word for i, word in words if word}
        return {i: word for i, word in words
                if word & BORROWED and word & P and self.is_page(word >> 12)}

    def is_page(self, frame):
        """Is it a page of RAM that is no part of the boot archive?"""
        return frame < self.block.frame_limit and frame not in DEVICES and \
            frame not in self.archive and frame not in self.last_pages

    def read(self, directories, busy, tables, changed):
        """Notes what is different in these directories, in the tables that
        they point at, and in `tables`.  Of many directories only those that
        are `busy` are looked at each time."""
        self.times += 1
        if len(directories) <= MANY or self.times % MANY == 0:
            busy = directories
        for frame in directories:
            if frame in busy or frame not in self.links:
                self.look(frame, DIRECTORY, changed)
        pointed = self.pointed_at(directories)
        wanted = {table: kind for table, kind in pointed.items()
                  if kind == WHOLE or table not in self.seen}
        for frame in directories:
            if frame in busy:
                wanted.update(self.links[frame])
        wanted.update(dict.fromkeys(tables, WHOLE))
        for frame, kind in wanted.items():
            self.look(frame, kind, changed)
        self.whole = [table for table, kind in wanted.items() if kind == WHOLE]
        for frame in self.seen.keys() - pointed.keys() - directories.keys() - \
                wanted.keys():
            self.forget(frame, changed)

    def pointed_at(self, directories):
        """Returns {frame: kind} of all tables of these directories."""
        if self.pointed is None or self.directories != directories.keys():
            self.directories, self.pointed = set(directories), {}
            for frame in directories:
                self.pointed.update(self.links[frame])
        return self.pointed

    def look(self, frame, kind, changed):
        """Notes what is different in one table."""
        at = frame * PAGE
        data = self.ram[at:at + PAGE]
        was, old, words = self.seen.get(frame, (None, b"", {}))
        if was == kind and old == data:
            return
        if len(data) < PAGE:
            raise Strange("the page table at frame %x is outside memory" %
                          frame)
        for start in range(0, PAGE, WORDS.size):
            piece = data[start:start + WORDS.size]
            if was != kind or old[start:start + WORDS.size] != piece:
                self.look_at(at, start // 4, words,
                             self.shown(kind, start // 4, piece), changed)
        self.seen[frame] = kind, data, words
        if kind == DIRECTORY:
            self.pointed = None
            self.links[frame] = {
                word >> 12: WHOLE if word & LINKED else BORROWERS
                for word in words.values() if word & P}

    def look_at(self, at, first, words, shown, changed):
        """Notes what is different in a piece of the table at the address `at`:
        in `words` are the words of before, and become those of now."""
        for index in range(first, first + WORDS.size // 4):
            word = shown.get(index)
            if words.get(index) == word:
                continue
            changed["word %08x" % (at + index * 4)] = word and "%08x" % word
            if word:
                words[index] = word
            else:
                del words[index]

    def forget(self, frame, changed):
        """The table is no longer there: its words are gone."""
        for index in self.seen[frame][2]:
            # What another table has just put there counts.
            changed.setdefault("word %08x" % (frame * PAGE + index * 4), None)
        del self.seen[frame]
        self.links.pop(frame, None)

    def texts(self, changed):
        """Notes the frames whose first bytes are different."""
        ram, frames = self.ram, {}
        for table in self.whole:
            left = TEXT_FRAMES
            for _, word in sorted(self.seen[table][2].items()):
                if word & P and left and word >> 12 < self.block.frame_limit:
                    left -= 1
                    at = word & ~0xFFF
                    frames[word >> 12] = ram[at:at + TEXT_BYTES]
        if frames == self.frames:
            return
        for frame in self.frames.keys() - frames.keys():
            changed["frame %x" % frame] = None
        for frame, data in frames.items():
            if self.frames.get(frame) != data:
                changed["frame %x" % frame] = shown_text(data)
        self.frames = frames


class Facts:
    """The facts of abi/film.md.  `now` has all of them."""

    def __init__(self, block):
        self.block = block
        self.now = {}
        self.copies = {name: Copy(block, name) for name in
                       "procs spaces segments shms regions sems msgs".split()}
        self.tables = Tables(block)
        self.procs = {}  # index -> (pid, space, is it alive?)
        self.ran = -1  # the space in which the CPU was last time
        self.pid_of = {}  # space -> pid
        self.directories = {}  # space -> frame
        self.keys = {}  # (table, index) -> the key of its fact
        self.ids = {}  # index in shms -> shmid
        self.shm_segments = {}  # index in shms -> index in segments
        self.own_tables = {}  # index in segments -> frames of its tables
        self.named = {}, {}  # pid_of and ids, at the last time
        self.space_of = {}  # index in regions -> space

    def read(self):
        """Returns (noted, changed): facts that are different; None: gone."""
        changed, texts = {}, {}
        self.block.refresh()
        rows = {name: copy.changed() for name, copy in self.copies.items()}
        self.read_procs(rows, changed)
        self.read_segments(rows, changed)
        self.read_regions(rows, changed)
        self.read_others(changed)
        alive = {space for _, space, alive in self.procs.values() if alive}
        ran = {self.ran, self.procs.get(self.block.current, (0, -1))[1]}
        self.ran = self.procs.get(self.block.current, (0, -1))[1]
        busy = {self.directories.get(space)
                for space in ran.union(rows["spaces"])}
        self.tables.read(
            {frame: space for space, frame in self.directories.items()
             if space in alive}, busy,
            [frame for frames in self.own_tables.values() for frame in frames
             if frame], changed)
        self.tables.texts(texts)
        return self.settle(changed, texts)

    def settle(self, changed, texts):
        """Takes the changes apart, and makes them what is now.  `before` has
        the words that were there before those that are noted."""
        now, noted, rest, self.before = self.now, texts, {}, {}
        for key, value in changed.items():
            before = now.get(key)
            if before == value:
                continue
            if key.startswith("word ") and before and value and \
                    not (int(before, 16) ^ int(value, 16)) & ~NOTED:
                noted[key], self.before[key] = value, before
            else:
                rest[key] = value
        for key, value in list(noted.items()) + list(rest.items()):
            if value is None:
                now.pop(key, None)
            else:
                now[key] = value
        return noted, rest

    def put(self, table, index, key, fact, changed):
        """The row at `index` has this fact, or none (key None)."""
        before = self.keys.get((table, index))
        if before and before != key:
            changed.setdefault(before, None)
        if key:
            self.keys[table, index] = key
            changed[key] = fact
        elif before:
            del self.keys[table, index]

    # ---- processes and spaces ----------------------------------------------

    def read_procs(self, rows, changed):
        procs, spaces = self.copies["procs"], self.copies["spaces"]
        for index in rows["spaces"]:
            frame = spaces.get(index, "directory")
            if spaces.get(index, "holders") > 0 and frame > 0:
                self.directories[index] = frame
            else:
                self.directories.pop(index, None)
        for index in rows["procs"]:
            state = procs.get(index, "state")
            if state == FREE:
                self.procs.pop(index, None)
            else:
                self.procs[index] = (procs.get(index, "pid"),
                                     procs.get(index, "space"),
                                     state != ZOMBIE)
        for index in rows["procs"]:
            self.put("procs", index, *self.proc_fact(index), changed)
        self.pid_of = {space: pid for pid, space, alive in self.procs.values()
                       if alive and space >= 0}
        running = self.procs.get(self.block.current, (0,))[0]
        changed["running"] = running
        changed["free"] = self.block.frames_free

    def pid_at(self, index):
        return self.procs.get(index, (0,))[0]

    def proc_fact(self, index):
        if index not in self.procs:
            return None, None
        copy = self.copies["procs"]
        pid, space, _ = self.procs[index]
        state = copy.get(index, "state")
        name = copy.bytes_of(index, "name").split(b"\0")[0]
        return "proc %d" % pid, {
            "name": name.decode(errors="replace"),
            "state": STATES[state] if state < len(STATES) else str(state),
            "parent": self.pid_at(copy.get(index, "parent")),
            "uid": copy.get(index, "euid") & 0xFFFFFFFF,
            "cr3": self.directories.get(space, 0),
            "peer": self.pid_at(copy.get(index, "peer"))}

    # ---- segments ----------------------------------------------------------

    def read_segments(self, rows, changed):
        shms, segments = self.copies["shms"], self.copies["segments"]
        for index in rows["segments"]:
            if segments.get(index, "kind") == ARCHIVE:
                self.tables.last_pages.add(
                    (segments.get(index, "last_page") & 0xFFFFFFFF) >> 12)
        for index in rows["shms"]:
            if shms.get(index, "id") > 0 and shms.get(index, "segment") >= 0:
                self.ids[index] = shms.get(index, "id")
                self.shm_segments[index] = shms.get(index, "segment")
            else:
                self.ids.pop(index, None)
                self.shm_segments.pop(index, None)
                self.put("shms", index, None, None, changed)
        self.own_tables = {segment: self.segment_tables(segment)
                           for segment in self.shm_segments.values()}
        for index, shmid in self.ids.items():
            self.put("shms", index, "segment %d" % shmid,
                     self.segment_fact(index), changed)

    def segment_tables(self, index):
        """Returns the frames of a segment's tables, in order; 0: none yet."""
        copy = self.copies["segments"]
        if copy.get(index, "kind") != MEMORY:
            return []
        count = (copy.get(index, "pages") + 1023) // 1024
        directory = copy.get(index, "directory")
        if directory > 0:
            at = directory * PAGE
            return [word >> 12 for word in ENTRIES.unpack(
                self.block.ram.bytes[at:at + PAGE])[:count]]
        return [(copy.get(index, "word") & 0xFFFFFFFF) >> 12]

    def segment_fact(self, index):
        ds = self.copies["shms"].bytes_of(index, "ds")
        segments, segment = self.copies["segments"], self.shm_segments[index]
        key, owner, mode = perm(ds)
        return {"key": key, "bytes": struct.unpack_from("<I", ds, 36)[0],
                "nattch": struct.unpack_from("<I", ds, 72)[0],
                "mode": mode, "owner": owner,
                "pages": segments.get(segment, "pages"),
                "resident": segments.get(segment, "resident"),
                "tables": self.own_tables[segment]}

    # ---- regions -----------------------------------------------------------

    def read_regions(self, rows, changed):
        """A region names a pid and a shmid, which may change without it."""
        copy, old_pids, old_ids = self.copies["regions"], *self.named
        self.named = dict(self.pid_of), dict(self.ids)
        spaces = {space for space in old_pids.keys() | self.pid_of.keys()
                  if old_pids.get(space) != self.pid_of.get(space)}
        new_ids = old_ids != self.ids
        indexes = set(rows["regions"])
        for index in indexes:
            self.space_of[index] = copy.get(index, "space")
        if spaces or new_ids:
            indexes.update(index for index, space in self.space_of.items()
                           if space in spaces or
                           new_ids and copy.get(index, "tag") >= 0)
        for index in sorted(indexes):
            self.put("regions", index, *self.region_fact(index), changed)

    def region_fact(self, index):
        copy = self.copies["regions"]
        kind, space = copy.get(index, "kind"), copy.get(index, "space")
        if not kind or space not in self.pid_of:
            return None, None
        tag, rights = copy.get(index, "tag"), copy.get(index, "rights")
        return "region %d" % index, {
            "pid": self.pid_of[space],
            "start": copy.get(index, "start") & 0xFFFFFFFF,
            "end": copy.get(index, "end") & 0xFFFFFFFF,
            "kind": region_kind(kind, tag, rights),
            "segment": self.ids.get(tag, -1) if tag >= 0 else -1,
            "offset": copy.get(index, "offset"),
            "rights": "".join(letter if rights & bit else "-" for bit, letter
                              in ((1, "r"), (2, "w"), (EXEC, "x")))}

    # ---- semaphores and messages -------------------------------------------

    def read_others(self, changed):
        for table, key, fact in (("sems", "sem %d", self.sem_fact),
                                 ("msgs", "msg %d", self.msg_fact)):
            copy = self.copies[table]
            for index in range(len(copy.data) // copy.stride):
                number = copy.get(index, "id")
                if number > 0:
                    self.put(table, index, key % number, fact(index), changed)
                elif (table, index) in self.keys:
                    self.put(table, index, None, None, changed)

    def sem_fact(self, index):
        copy = self.copies["sems"]
        ds, all_of_it = (copy.bytes_of(index, name) for name in ("ds", "all"))
        count = min(struct.unpack_from("<I", ds, 52)[0], VALUES)
        first, = struct.unpack_from("<I", all_of_it, 8)
        data = self.block.read(first, 4 * count)
        key, owner, mode = perm(ds)
        return {"key": key, "mode": mode, "owner": owner,
                "values": list(struct.unpack("<%dH" % (2 * count),
                                             data)[::2])}

    def msg_fact(self, index):
        ds = self.copies["msgs"].bytes_of(index, "ds")
        key, owner, mode = perm(ds)
        count, messages = struct.unpack_from("<II", ds, 60)
        return {"key": key, "mode": mode, "owner": owner,
                "messages": messages, "bytes": count}


def perm(ds):
    """Returns (key, owner, mode) of the struct ipc_perm (abi/sysv.h) that each
    description begins with."""
    key, uid, _, _, _, mode = struct.unpack_from("<iIIIIH", ds)
    return key, uid, mode


def region_kind(kind, tag, rights):
    if tag >= 0:
        return "shm"
    if kind == PRIVATE:
        return "text" if rights & EXEC else "data"
    return {SHARED: "shared", STACK: "stack", HEAP: "heap"}.get(kind,
                                                               str(kind))
