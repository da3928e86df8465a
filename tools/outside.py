"""tools/outside.py -- the kernel seen from outside, while it runs or stands.

The recorder of films, the grader of labs and the auditor look at the kernel
from here.  They believe nothing that it prints.

    Ram         the machine's memory: a file that we share with QEMU
    Block       the inspection block in it (abi/inspect.h): tables of objects,
                their fields by name, and where a kernel address lies in memory
    Gdb         QEMU's gdb stub, which holds the machine still: at an address,
                or after a store to a word
    symbols()   the kernel's functions and variables, by name
    Machine     one run of tools/run with all of these

    with outside.Machine(["build/tests/shmat"], memory=32) as machine:
        machine.gdb.breakpoint(machine.symbols["run_shmat"])
        while machine.gdb.run() is not None:
            block = machine.block()
            for row in block.rows("procs"):
                print(row["proc.pid"], row["proc.name"])

tools/facts.py makes the flat map of a film's state from a Block.  What is wrong
with the machine or with the kernel is a Strange; its text is one sentence.
"""
import mmap
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = 4096
P, RW, US, A, D, PS, BORROWED, LINKED = 1, 2, 4, 0x20, 0x40, 0x80, 0x200, 0x400
USER_SLOTS = 768  # of the 1,024 entries of a page directory
MAGIC = b"TESS"
TABLES, FIELDS = 12, 128  # places in the block
DIRECT_BYTES = 896 << 20  # of kernel addresses that are memory as it lies
HEAD = ("magic version bytes changes direct_map kernel_directory frames "
        "frame_limit frames_total frames_free frames_promised kernel_frames "
        "archive_start archive_bytes ticks hz current boot_time "
        "boot_frames").split()
COUNTERS = 12
TEXTS = ("proc.name",)  # fields that are text
KERNEL = os.path.join(TOP, "build", "tessera.elf")


class Strange(Exception):
    """The machine or the kernel is not as we can read it."""


def header_number(name):
    """Returns the number that abi/inspect.h defines as `name`."""
    with open(os.path.join(TOP, "abi", "inspect.h")) as stream:
        return int(re.search(r"#define %s\s+(\d+)" % name, stream.read())[1])


VERSION = header_number("INSPECT_VERSION")


# ---- memory ----------------------------------------------------------------

class Ram:
    """The machine's memory.  `bytes` is a mapping of all of it.

    The file has no name, so nothing is left when we end."""

    def __init__(self, mib):
        try:
            self.fd = os.memfd_create("tessera-ram")
            os.ftruncate(self.fd, mib << 20)
        except (AttributeError, OSError) as error:
            raise Strange("this machine has no memory to share with QEMU: %s" %
                          error)
        self.mib = mib
        self.bytes = mmap.mmap(self.fd, mib << 20)

    def words(self):
        """Returns the words for QEMU's command line.  They name the file by
        our own process, so QEMU need not be our child."""
        return ["-object", "memory-backend-file,id=ram,share=on,size=%dM,"
                "mem-path=/proc/%d/fd/%d" % (self.mib, os.getpid(), self.fd),
                "-machine", "pc,memory-backend=ram"]

    def word(self, at):
        """Returns the word at a physical address."""
        return int.from_bytes(self.bytes[at:at + 4], "little")

    def put(self, at, word):
        """Writes a word.  The CPU may still have the old one in its TLB."""
        self.bytes[at:at + 4] = struct.pack("<I", word)

    def close(self):
        self.bytes.close()
        os.close(self.fd)


# ---- the inspection block --------------------------------------------------

class Row:
    """An object of a table: row["proc.pid"] is that field, as it is now."""

    def __init__(self, block, table, index, at):
        self.block, self.table, self.index, self.at = block, table, index, at

    def __getitem__(self, name):
        """Returns a field: a signed number, or text."""
        data = self.field_bytes(name)
        if name in TEXTS:
            return data.split(b"\0")[0].decode(errors="replace")
        return int.from_bytes(data, "little", signed=True)

    def field_bytes(self, name):
        """Returns the bytes of a field."""
        offset, size = self.block.fields[name]
        return self.block.read(self.at + offset, size)

    def physical(self, name):
        """Returns the physical address of a field."""
        return self.block.physical(self.at + self.block.fields[name][0])


class Block:
    """The inspection block.  Its schema is read once; the numbers of its head
    (abi/inspect.h) are attributes, and refresh() reads them again."""

    def __init__(self, ram, reader="this program"):
        self.ram = ram
        self.at = self.find(reader)
        self.refresh()
        self.pages = {}  # a page of kernel addresses -> where it lies
        self.tables, self.fields = {}, {}
        tables = self.at + 4 * (len(HEAD) + COUNTERS)
        for i in range(TABLES):
            name, address, stride = struct.unpack_from(
                "<12sII", ram.bytes, tables + i * 28)
            if address:
                self.tables[text(name)] = (address, stride, tables + i * 28)
        fields = tables + TABLES * 28
        for i in range(FIELDS):
            name, offset, size = struct.unpack_from(
                "<20sHH", ram.bytes, fields + i * 24)
            if size:
                self.fields[text(name)] = (offset, size)

    def find(self, reader):
        """Finds the block by its magic: the structure says its own size, and
        the address of the direct map follows."""
        others, at = set(), 0
        while True:
            at = self.ram.bytes.find(MAGIC, at + 4 if at else 0)
            if at < 0:
                break
            _, version, size, _, direct = struct.unpack_from(
                "<5I", self.ram.bytes, at)
            if direct != 0xC0000000 or at % 4 or not 0 < size < 1 << 16:
                continue
            if version == VERSION:
                return at
            others.add(version)
        if others:
            raise Strange("the inspection block has another version: %s reads "
                          "%d, the kernel has %d" % (reader, VERSION,
                                                     min(others)))
        raise Strange("there is no inspection block in memory: the kernel has "
                      "not begun, or it is none that %s knows" % reader)

    def refresh(self):
        """Reads the head's numbers.  abi/inspect.h says which are live."""
        for name, value in zip(HEAD, struct.unpack_from(
                "<%dI" % len(HEAD), self.ram.bytes, self.at)):
            setattr(self, name, value)

    def physical(self, address):
        """Returns where a kernel address lies; None if it is not mapped."""
        if 0 <= address - self.direct_map < DIRECT_BYTES:
            return address - self.direct_map
        page = self.pages.get(address >> 12)
        if page is None:
            page = self.walk(address)
            if page is None:
                return None
            self.pages[address >> 12] = page
        return page + (address & 0xFFF)

    def walk(self, address):
        """Returns where a page of the kernel's window lies, or None."""
        pde = self.ram.word(self.kernel_directory + (address >> 22) * 4)
        if not pde & P:
            return None
        if pde & PS:
            return (pde & 0xFFC00000) + (address & 0x3FF000)
        pte = self.ram.word((pde & ~0xFFF) + (address >> 12 & 1023) * 4)
        return pte & ~0xFFF if pte & P else None

    def read(self, address, count):
        """Returns `count` bytes at a kernel address; they are mapped."""
        data = b""
        while len(data) < count:
            at = self.physical(address + len(data))
            if at is None:
                raise Strange("kernel address %08x is not mapped" % address)
            here = min(count - len(data), PAGE - at % PAGE)
            data += self.ram.bytes[at:at + here]
        return data

    def row(self, table, index):
        """Returns the object at `index` of a table."""
        address, stride, _ = self.tables[table]
        return Row(self, table, index, address + index * stride)

    def slots(self, table):
        """Returns how many rows of a table have been used so far; beyond them
        there is nothing to read."""
        return self.ram.word(self.tables[table][2] + 12 + 8)

    def rows(self, table):
        """Yields each object that the table has room for now."""
        address, stride, _ = self.tables[table]
        index = 0
        while self.physical(address + index * stride + stride - 1) is not None:
            yield Row(self, table, index, address + index * stride)
            index += 1

    def find_process(self, pid):
        """Returns the row of a process, or None."""
        for row in self.rows("procs"):
            if row["proc.state"] and row["proc.pid"] == pid:
                return row
        return None

    def directory_of(self, proc):
        """Returns the frame of a process's page directory, or None."""
        space = proc["proc.space"]
        if space < 0:
            return None
        frame = self.row("spaces", space)["space.directory"]
        return frame if frame > 0 else None


def text(name):
    """Returns the text of a field that NUL fills up."""
    return name.split(b"\0")[0].decode(errors="replace")


# ---- QEMU's gdb stub -------------------------------------------------------

class Gdb:
    """QEMU's gdb stub.  While nothing runs, the machine stands still."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.data = b""

    def send(self, text):
        body = text.encode()
        self.socket.sendall(b"$%s#%02x" % (body, sum(body) & 255))

    def heard(self):
        """Takes what the stub has sent; EOFError if QEMU has ended.  Returns
        the next packet, or None if it is not all there yet."""
        more = self.socket.recv(65536)
        if not more:
            raise EOFError
        self.data += more
        return self.packet()

    def packet(self):
        match = re.search(rb"\$([^#]*)#..", self.data)
        if not match:
            return None
        self.data = self.data[match.end():]
        self.socket.sendall(b"+")
        return match[1].decode()

    def answer(self):
        """The next packet; EOFError if QEMU has ended."""
        packet = self.packet()
        while packet is None:
            packet = self.heard()
        return packet

    def ask(self, text):
        self.send(text)
        return self.answer()

    def breakpoint(self, address):
        """Stops before the instruction at `address`, whenever it is reached."""
        if self.ask("Z1,%x,1" % address) != "OK":
            raise ValueError("no breakpoint at %x" % address)

    def no_breakpoint(self, address):
        self.ask("z1,%x,1" % address)

    def watch(self, address):
        """Stops after each instruction that writes the word at `address`.
        Nothing need be stepped over, so this stop costs a third of the other.
        """
        if self.ask("Z2,%x,4" % address) != "OK":
            raise ValueError("no watchpoint at %x" % address)

    def registers(self):
        """Returns eax ecx edx ebx esp ebp esi edi eip."""
        return struct.unpack_from("<9I", bytes.fromhex(self.ask("g")), 0)

    def pc(self):
        return self.registers()[8]

    def go_on(self, address):
        """The stub does not step over a breakpoint by itself."""
        self.no_breakpoint(address)
        self.ask("s")
        self.breakpoint(address)

    def go(self):
        """Lets the machine run to the next stop.  False: it has ended."""
        try:
            return self.ask("c")[0] not in "WX"
        except (EOFError, ConnectionError):
            return False

    def run(self):
        """The address of the next stop; None if the machine has ended."""
        try:
            return self.pc() if self.go() else None
        except (EOFError, ConnectionError):
            return None

    def leave(self):
        """Lets the machine run on without us."""
        try:
            self.ask("D")
        except (EOFError, ConnectionError):
            pass
        self.socket.close()

    def word(self, address):
        return struct.unpack("<i", bytes.fromhex(
            self.ask("m%x,4" % address)))[0]

    def poke(self, address, word):
        if self.ask("M%x,4:%s" % (address, struct.pack(
                "<I", word & 0xFFFFFFFF).hex())) != "OK":
            raise ValueError("%x cannot be written" % address)


# ---- the machine -----------------------------------------------------------

def cross():
    """Returns the prefix of the compiler's tools."""
    return subprocess.run([os.path.join(TOP, "tools", "cross")],
                          capture_output=True, text=True).stdout.strip()


def symbols(kernel=KERNEL):
    """Returns {name: address} of the kernel's functions and variables.  The
    compiler may have cut a part off `name`, and calls it `name.cold`."""
    lines = subprocess.run([cross() + "nm", kernel], capture_output=True,
                           text=True).stdout.splitlines()
    whole_last = sorted(map(str.split, lines), key=lambda row: "." not in row[2])
    return {name.split(".")[0]: int(address, 16)
            for address, _, name in whole_last}


def gdb_words(folder):
    """Returns QEMU's words for a gdb stub in `folder`, and for a machine that
    stands still until we say go."""
    return ["-S", "-gdb", "unix:%s,server=on,wait=off" %
            os.path.join(folder, "gdb")]


def connect(folder, alive, seconds=150):
    """Returns a Gdb, as soon as QEMU has made its socket.  Strange: alive()
    says that it has ended instead, or it takes too long."""
    path, end = os.path.join(folder, "gdb"), time.monotonic() + seconds
    while True:
        try:
            return Gdb(path)
        except OSError:  # it is not there, or nobody listens yet
            if not alive() or time.monotonic() > end:
                raise Strange("the machine does not start")
        time.sleep(0.01)


class Machine:
    """One run of tools/run, held still at its first instruction.

    `words` are words for tools/run, `memory` is in MiB, `top` is the tree whose
    kernel runs, and `env` adds to the environment.  output() is what it has
    written so far.  As a context it is over when the block is, whatever
    happened there."""

    def __init__(self, words, memory=32, top=TOP, env=None):
        self.folder = tempfile.mkdtemp(prefix="tessera-outside-")
        self.ram = Ram(memory)
        self.top, self.gdb, self.seen = top, None, None
        self.out, self.errors = tempfile.TemporaryFile(), \
            tempfile.TemporaryFile()
        env = dict(os.environ, **(env or {}))
        env.update(MEM=str(memory), QEMU_ARGS=" ".join(
            self.ram.words() + gdb_words(self.folder) +
            [env.get("QEMU_ARGS", "")]))
        self.process = subprocess.Popen(
            [os.path.join(top, "tools", "run"), *words], env=env,
            stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.errors)

    def __enter__(self):
        self.symbols = symbols(os.path.join(self.top, "build", "tessera.elf"))
        try:
            self.gdb = connect(self.folder, lambda: self.process.poll() is None)
        except Strange:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.ram.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def output(self):
        """Returns the texts that it has written to output and to error."""
        return tuple(os.pread(stream.fileno(), 1 << 24, 0)
                     .decode(errors="replace")
                     for stream in (self.out, self.errors))

    def block(self, reader="this program"):
        """Returns the inspection block, which the kernel fills early in its
        boot."""
        if self.seen is None:
            self.seen = Block(self.ram, reader)
        self.seen.refresh()
        return self.seen
