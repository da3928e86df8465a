"""Lab 2: a saved state in which one word is wrong.

Three processes share two segments (tests/labs/forensics.c).  When they stand
still, one word of memory is made wrong, as the seed decides, and all of memory
is saved.  Which word it is follows from the seed and from what is right in that
memory: so the student's own file is marked, and no key lies anywhere.
"""
import gzip
import os
import random
import re

from model import NATTCH, Segment
from outcome import NoPoints
from outside import A, BORROWED, D, LINKED, P, PAGE, RW, US, Block, Strange
from papers import Paper

FILES, PROGRAM, SLOT = [], "forensics", 4 << 20
MEMORY, MOST_BYTES = "memory.gz", 64 << 20
CHECKS = [("invariant", 4, "the invariant that is broken"),
          ("address", 4, "the physical address of the wrong word"),
          ("word", 2, "the word that must be there")]
HINTS = ["ask of each number in ipcs, pmap and pt who else knows it",
         "pt and frame print the address of each word",
         "another word of the same segment, or of the same kind, is right"]
STORY = """\
A, B and C share two segments.  A has attached both, to read and write.
B has attached the small one with SHM_RDONLY, and the large one beside 4 MiB, so
that its pages are borrowed.  C is a child of B.  All of it is right but for one
word, which somebody has changed.  The state is in memory.gz:

    tools/image memory.gz                 what you can ask"""
QUESTIONS = """\
Which invariant is broken?  I1, F2, F5 or F7: see ipc/sysv/shm.c, mm/mm_check.c
What is the physical address of the wrong word? (hexadecimal)
Which word must be there? (hexadecimal)""".splitlines()


class Image:
    """A saved memory, as tools/outside.py wants one."""

    def __init__(self, data):
        self.bytes = data

    def word(self, at):
        return int.from_bytes(self.bytes[at:at + 4], "little")


class Scene:
    """Who is who in a memory, and what is right there."""

    def __init__(self, block, seed):
        self.block, self.random = block, random.Random("bug " + seed)
        sharers = sorted(
            (row["proc.pid"], row) for row in block.rows("procs")
            if row["proc.name"] == PROGRAM and row["proc.space"] >= 0 and
            block.row("spaces", row["proc.space"])["space.attaches"] > 0)
        self.a, self.b, self.c = [row for _, row in sharers]
        rows = [row for row in block.rows("shms") if row["shm.id"] > 0 and
                row["shm.segment"] >= 0]
        self.shms = sorted(rows, key=lambda row: Segment(
            block, row["shm.id"]).pages)
        self.small, self.large = [Segment(block, row["shm.id"])
                                  for row in self.shms]

    def region(self, proc, shm):
        """Returns the region in which a process shows a segment."""
        for row in self.block.rows("regions"):
            if row["region.kind"] and row["region.tag"] == shm.index and \
                    row["region.space"] == proc["proc.space"]:
                return row
        raise NoPoints("memory.gz has lost a region")

    def pde_at(self, proc, address):
        """Returns where the PDE of an address lies."""
        return self.block.directory_of(proc) * PAGE + (address >> 22) * 4

    def pte_at(self, proc, address):
        pde = self.block.ram.word(self.pde_at(proc, address))
        return (pde & ~0xFFF) + (address >> 12 & 1023) * 4

    def start(self, proc, shm):
        return self.region(proc, shm)["region.start"] & 0xFFFFFFFF

    # Each returns (invariant, physical address, right word, wrong word).

    def reader_writes(self):
        proc = self.random.choice((self.b, self.c))
        at = self.pde_at(proc, self.start(proc, self.shms[0]))
        right = self.small.words[0] & ~0xFFF | LINKED | US | P
        return "F5", at, right, right | RW

    def other_table(self):
        number = self.random.choice((1, 2))
        at = self.pde_at(self.a, self.start(self.a, self.shms[1]) +
                         number * SLOT)
        right, wrong = (self.large.words[which] & ~0xFFF | LINKED | US | RW | P
                        for which in (number, 0))
        return "F5", at, right, wrong

    def other_frame(self):
        proc = self.random.choice((self.b, self.c))
        at = self.pte_at(proc, self.start(proc, self.shms[1]))
        right, wrong = (self.large.entry(page) & ~0xFFF | BORROWED | US | RW | P
                        for page in (0, 1))
        return "F5", at, right, wrong

    def entry_without_w(self):
        page = self.random.randrange(3)
        at = (self.small.words[0] & ~0xFFF) + page * 4
        right = self.small.entry(page) & ~0xFFF | US | RW | P
        return "F7", at, right, right & ~RW

    def frame_count(self):
        frame = self.small.entry(self.random.randrange(3)) >> 12
        return "F2", self.block.physical(self.block.frames + frame * 8), 1, 2

    def attaches(self):
        shm = self.random.choice(self.shms)
        at = shm.physical("shm.ds") + NATTCH
        right = sum(row["region.kind"] > 0 and row["region.tag"] == shm.index
                    for row in self.block.rows("regions"))
        return "I1", at, right, right + 1

    def plan(self):
        """Returns what the seed makes wrong."""
        return self.random.choice((
            self.reader_writes, self.other_table, self.other_frame,
            self.entry_without_w, self.frame_count, self.attaches))()


# ---- tools/lab ------------------------------------------------------------

def addresses(seed):
    slots = random.Random("forensics " + seed).sample(range(64, 120), 4)
    return ["0x%x" % (slot * 4 * SLOT + (3 * PAGE if which == 3 else 0))
            for which, slot in enumerate(slots)]


def start(folder, seed):
    """Runs the program, makes one word wrong, and saves memory."""
    from lab_tools import grader
    grade = grader()
    with grade.machine(PROGRAM, addresses(seed)) as machine:
        for what, *_ in grade.Run(machine).steps():
            if what == grade.POINT:
                break
        _, at, right, wrong = Scene(machine.block(), seed).plan()
        machine.ram.put(at, machine.ram.word(at) & (A | D) | wrong
                        if right & P and right > P else wrong)
        data = bytes(machine.ram.bytes)
    with gzip.open(os.path.join(folder, MEMORY), "wb", 5) as stream:
        stream.write(data)
    Paper(2, seed, STORY, QUESTIONS, "make grade LAB=2").write(
        os.path.join(folder, "answers.txt"))


# ---- tools/grade ----------------------------------------------------------

def read_image(path):
    """Returns a saved memory, or says what is wrong with it."""
    try:
        with gzip.open(path) as stream:
            return Image(stream.read(MOST_BYTES))
    except FileNotFoundError:
        raise NoPoints("there is no memory.gz in the student's tree: tools/lab "
                       "2 makes it")
    except (OSError, EOFError, ValueError):
        raise NoPoints("memory.gz is damaged: tools/lab 2 makes another one")


def truth(tree, seed):
    """Returns (invariant, address, right word) of a student's memory."""
    image = read_image(os.path.join(tree, MEMORY))
    try:
        block = Block(image, "the grader")
        invariant, at, right, wrong = Scene(block, seed).plan()
        there = image.word(at)
    except (Strange, NoPoints, ValueError, KeyError, IndexError, TypeError):
        raise NoPoints("memory.gz is not what tools/lab 2 made for the seed "
                       "'%s'" % seed)
    if (there ^ wrong) & ~(A | D):
        raise NoPoints("memory.gz is not what tools/lab 2 made for the seed "
                       "'%s': the wrong word is not in it" % seed)
    return invariant, at, right


def grade(grader, tree, result):
    """Marks a student's answers."""
    seed, given = Paper.read(os.path.join(tree, "answers.txt"), 2)
    result.notes.append("the answers are for the seed '%s'" % seed)
    invariant, at, right = truth(tree, seed)
    named = re.sub(r"\W", "", given.get(1, "")).upper()
    words = [Paper.number(given.get(number), 16) for number in (2, 3)]
    good = [named == invariant, words[0] == at, words[1] is not None and
            not (words[1] ^ right) & ~(A | D if right & P and right > P else 0)]
    shown = [invariant, "%08x" % at, "%08x" % right]
    for number, (key, _, sentence) in enumerate(CHECKS, 1):
        fine = good[number - 1]
        result.see(key, sentence, shown[number - 1] if fine or grader.TELL
                   else "another answer", shown[number - 1] if fine
                   else given.get(number) or "no answer",
                   "" if fine else HINTS[number - 1])
