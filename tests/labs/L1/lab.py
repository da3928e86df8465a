"""Lab 1: predict what page tables will say.

The seed decides what two processes do.  The right answers are what is read from
outside while they do it, so nobody has computed them.
"""
import os
import random
import struct

from outside import P, PAGE, USER_SLOTS
from papers import Paper

FILES, PROGRAM, SLOT = [], "predict", 4 << 20
CHECKS = [("q%d" % number, 1, sentence) for number, sentence in enumerate((
    "words that shmget wrote into A's page directory",
    "the first PDE that A's shmat wrote",
    "how many PDEs A's shmat wrote",
    "the bits of A's PDE",
    "the PTEs that are present when A has stored",
    "the bits of B's PDE",
    "the page faults of B's loads",
    "the bits of a PTE",
    "the error code of C's store",
    "shm_nattch"), 1)]
HINTS = [
    "what does a segment cost before anybody attaches it?",
    "an address shifted right by 22 bits",
    "one PDE for each 4 MiB",
    "which of A, US, RW and P are set, and which bit is ours: abi/page.h",
    "a page gets its frame when it is first touched",
    "where does read-only live, if the table is shared?",
    "who fills an entry of the shared table fills it for everybody",
    "D: was it written? A: was it used?  Whose bits are these?",
    "1: it was present, 2: it was a write, 4: user mode",
    "fork attaches, too; shmdt and exit detach"]
QUESTIONS = """\
A calls shmget.  How many words of its page directory does that change?
A calls shmat.  Which PDE is the first one that changes? (its index, decimal)
How many PDEs does this shmat write?
What are the low 12 bits of that first PDE then? (hexadecimal)
A has stored.  How many PTEs of the segment's tables are present?
B has called shmat.  What are the low 12 bits of its first PDE? (hexadecimal)
B has loaded.  How many page faults did its loads cause?
What are then the low 12 bits of the segment's PTE of page %(asked)d? (hexadecimal)
C stores.  What is the error code of its page fault? (hexadecimal)
What is shm_nattch when C is about to store?
"""
HEXADECIMAL = (4, 6, 8, 9)


class Story:
    """What happens, as the seed decides."""

    def __init__(self, seed):
        random_ = random.Random("predict " + seed)
        self.tables = random_.randint(1, 3)
        self.pages = (self.tables - 1) * 1024 + random_.randint(6, 9)
        self.a, self.b = random_.sample(range(260, 500), 2)
        self.reader = random_.random() < 0.5
        places = [table * 1024 + page for table in range(self.tables)
                  for page in range(6)]
        random_.shuffle(places)
        stores = random_.randint(2, 3)
        self.stores = places[:stores]
        self.loads = places[stores - 1:stores + random_.randint(1, 2)]
        self.asked = random_.choice((self.loads[0], self.loads[-1]))
        self.last = self.stores[0] if self.reader else places[5]
        self.stays = random_.random() < 0.5

    def words(self):
        """Returns the arguments of tests/labs/predict.c."""
        return [str(self.pages * PAGE), hex(self.a * SLOT), hex(self.b * SLOT),
                "r" if self.reader else "rw",
                ",".join(map(str, self.stores)), ",".join(map(str, self.loads)),
                str(self.last), "1" if self.stays else "0"]

    def text(self):
        """Returns the story in sentences."""
        return "\n".join((
            "A makes a segment of %d bytes (%d pages), which nobody has used." %
            (self.pages * PAGE, self.pages),
            "A attaches it at 0x%08x, to read and write." % (self.a * SLOT),
            "A stores a word in its pages " + listed(self.stores) + ".",
            "B attaches it at 0x%08x, %s." % (
                self.b * SLOT, "with SHM_RDONLY" if self.reader
                else "to read and write"),
            "B loads a word from its pages " + listed(self.loads) + ".",
            "A stays attached." if self.stays else "A detaches it.",
            "B forks C, and C stores a word in page %d." % self.last,
            "Pages count from 0."))


def listed(pages):
    return " and ".join(", ".join(map(str, pages)).rsplit(", ", 1))


def paper(seed):
    story = Story(seed)
    return Paper(1, seed, story.text(),
                 (QUESTIONS % {"asked": story.asked}).splitlines(),
                 "tools/run --film predict.film build/tests/predict " +
                 " ".join(story.words()))


def start(folder, seed):
    """Writes the answers that are to be filled in (tools/lab)."""
    paper(seed).write(os.path.join(folder, "answers.txt"))


# ---- what is true ---------------------------------------------------------

class Truth:
    """The answers, as they are seen while the story happens."""

    def __init__(self, machine, story):
        self.machine, self.story = machine, story
        self.answers = {}

    def directory(self, pid):
        """Returns the words of a process's user PDEs, without A and D."""
        block = self.machine.block("the grader")
        frame = block.directory_of(block.find_process(pid))
        return [word & ~0x60 for word in struct.unpack_from(
            "<%dI" % USER_SLOTS, block.ram.bytes, frame * PAGE)]

    def faults(self):
        block = self.machine.block("the grader")
        return struct.unpack("<I", block.read(
            self.machine.symbols["count_faults"], 4))[0]

    def segment(self):
        """Returns the segment's own PTEs, {page: word}."""
        from model import Segment
        block = self.machine.block("the grader")
        for row in block.rows("shms"):
            if row["shm.id"] > 0 and row["shm.segment"] >= 0:
                segment = Segment(block, row["shm.id"])
                return segment, {page: segment.entry(page) for page in
                                 range(segment.pages)}
        return None, {}

    def point(self, number, pid):
        """Notes what is to be seen at a point of the story."""
        say = self.answers
        if number == 0:
            self.before = self.directory(pid)
        elif number == 1:
            after = self.directory(pid)
            say[1] = sum(map(int.__ne__, self.before, after))
            self.before = after
        elif number == 2:
            after = self.directory(pid)
            changed = [slot for slot in range(USER_SLOTS)
                       if after[slot] != self.before[slot]]
            say[2], say[3] = changed[0], len(changed)
            say[4] = after[changed[0]] & 0xFFF
        elif number == 3:
            say[5] = sum(word & P for word in self.segment()[1].values())
        elif number == 4:
            say[6] = self.directory(pid)[self.story.b] & 0xFFF
            self.count = self.faults()
        elif number == 5:
            say[7] = self.faults() - self.count
            say[8] = self.segment()[1][self.story.asked] & 0xFFF
        elif number == 6:
            say[10] = self.segment()[0].nattch


def truth(grader, story):
    """Runs the story on this tree's kernel; returns {question: number}."""
    machine = grader.machine(PROGRAM, story.words())
    with machine as machine:
        seen, run = Truth(machine, story), grader.Run(machine)
        for what, pid, a, *_ in run.steps():
            if what == grader.POINT:
                seen.point(a, pid)
            elif what == grader.STORES:
                run.await_trap()
        run.ending()
    seen.answers[9] = run.error
    return seen.answers


def grade(grader, tree, result):
    """Marks a student's answers."""
    seed, given = Paper.read(os.path.join(tree, "answers.txt"), 1)
    story = Story(seed)
    result.notes.append("the answers are for the seed '%s'" % seed)
    want = truth(grader, story)
    for number, (key, _, _) in enumerate(CHECKS, 1):
        base = 16 if number in HEXADECIMAL else 10
        got = Paper.number(given.get(number), base)
        right = got == want[number]
        shown = "%x" % want[number] if base == 16 else "%d" % want[number]
        result.see(key, CHECKS[number - 1][2],
                   shown if right or grader.TELL else "another number",
                   shown if right else given.get(number) or "no answer",
                   "" if right else HINTS[number - 1])
