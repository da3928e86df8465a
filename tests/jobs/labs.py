"""tests/jobs/labs.py -- the labs: starts, solutions, wrong ones, cheats.

Each lab has tests/labs/Ln/start.patch and solution.patch, which is applied on
it, and some wrong-N.patch, which are applied on this tree, or on the solution
where this tree has none.  The first line of a wrong one says what is wrong,
`says:' is a pattern that tools/grade must print, and `points:' is what it must
give, exactly.  A student's tree is here only the files that the lab names.
"""
import fcntl
import functools
import glob
import gzip
import importlib.machinery
import importlib.util
import os
import queue
import re
import shutil
import struct
import tempfile
import threading
import xml.etree.ElementTree

from machine import TESTS, TOP, command, environment, text_of

GRADE, LAB = os.path.join(TOP, "tools", "grade"), os.path.join(
    TOP, "tools", "lab")
LABS = os.path.join(TESTS, "labs")
# The folders below build in which the grader works: one job has one of them.
PLACES = queue.Queue()
PLACES.put("grade")
PLACES.put("grade-b")
mine = threading.local()


def in_a_place(job):
    """Lets a job have a place of its own while it runs."""
    @functools.wraps(job)
    def run(*arguments):
        mine.place = PLACES.get()
        try:
            take_over()
            job(*arguments)
        finally:
            PLACES.put(mine.place)
    return run


def place():
    """Returns the path of this job's place."""
    return os.path.join(TOP, "build", mine.place)


def take_over():
    """Lets a place in which nothing was built begin with what the first one has
    built: only what a tree changes is compiled there.  Nobody marks in the first
    one while it is copied."""
    first = os.path.join(TOP, "build", "grade")
    tree, copy = os.path.join(first, "tree"), os.path.join(place(), "tree")
    if os.path.exists(copy) or not os.path.exists(first):
        return
    with open(os.path.join(first, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(tree):
            shutil.copytree(tree, copy, symlinks=True)


def module(name, path):
    """Loads a Python file as a module, whatever its name ends in."""
    loader = importlib.machinery.SourceFileLoader(name, path)
    made = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(made)
    return made


def at_place(env):
    """Returns this environment, with this job's place in it."""
    return dict(env, GRADE_OUT=mine.place)


def grade(number, tree, **env):
    """Marks a tree: the exit status, and what was said."""
    status, out, errors = command([GRADE, str(number), tree], 120,
                                  env=environment(at_place(env)))
    return status, text_of(out) + text_of(errors)


def points(said):
    """Returns the points of a result, or None."""
    found = re.search(r"^points: (\d+) of (\d+)$", said, re.M)
    return int(found[1]) if found else None


def heads(patch):
    """Returns a patch's first line, what must be said, and the points."""
    with open(patch) as stream:
        text = stream.read()
    says = re.search(r"^says: (.*)$", text, re.M)
    return (text.split("\n")[0], says[1] if says else "",
            int(re.search(r"^points: (\d+)$", text, re.M)[1]))


class Trees:
    """Students' trees of one lab, which are gone when the block is over."""

    def __init__(self, number):
        self.number = number
        self.place = os.path.join(LABS, "L%d" % number)
        self.names = module("lab", os.path.join(self.place, "lab.py")).FILES
        self.lab = module("tools_lab", LAB)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="tessera-labs-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def tree(self, *patches):
        """Returns a new tree with these patches applied, one on the other."""
        tree = tempfile.mkdtemp(dir=self.folder)
        for name in self.names:
            os.makedirs(os.path.dirname(os.path.join(tree, name)),
                        exist_ok=True)
            shutil.copy(os.path.join(TOP, name), os.path.join(tree, name))
        for patch in patches:
            self.lab.apply(os.path.join(self.place, patch + ".patch"), tree,
                           self.number)
        return tree

    def wrong_ones(self):
        return sorted(os.path.basename(path)[:-6] for path in glob.glob(
            os.path.join(self.place, "wrong-*.patch")))


@in_a_place
def kernel_lab(check, number):
    """A lab in which a kernel is written."""
    check = check.about("lab %d" % number)
    with Trees(number) as trees:
        status, said = grade(number, trees.tree("start"))
        check("the starting point has 0 points, and panics with its sentence",
              status == 1 and points(said) == 0 and
              "panic: L%d: " % number in said, said)
        status, said = grade(number, trees.tree("start", "solution"))
        check("the solution has all points", status == 0 and
              points(said) == 10, said)
        on = []
        if number == 6:
            on = ["start", "solution"]
        else:
            status, said = grade(number, TOP)
            check("this tree has all points", status == 0 and
                  points(said) == 10, said)
        check("it has three wrong ones at least", len(trees.wrong_ones()) >= 3)
        for wrong in trees.wrong_ones():
            sentence, says, want = heads(os.path.join(trees.place,
                                                      wrong + ".patch"))
            tree = trees.tree(*on, wrong)
            status, said = grade(number, tree)
            check("%d points, and the reason, for: %s" % (want, sentence),
                  status == 1 and points(said) == want and
                  re.search(says, said), said)
        results(check, said)
        again = grade(number, tree)[1]
        check("the same mark, for the same reasons, a second time",
              without_frames(again) == without_frames(said), said, again)
        quoted(check, trees)


def without_frames(said):
    """A result without frame numbers, which may be others in another run."""
    return re.sub(r"\b[0-9a-f]{5}(?=[0-9a-f]{3}\b)", "", said)


def quoted(check, trees):
    """The page of the task shows a panic of the starting point."""
    page, = glob.glob(os.path.join(TOP, "docs", "labs", "L%d-*.md" %
                                   trees.number))
    with open(page) as stream:
        panic = re.search(r"^    panic: (.*)$", stream.read(), re.M)
    with open(os.path.join(trees.place, "start.patch")) as stream:
        # A long sentence is two texts in C.
        patch = re.sub(r'" *\n\+\s*"', "", stream.read())
    check("the page of the task shows a panic of the starting point",
          panic and panic[1] in patch, panic and panic[1])


def results(check, said):
    """junit.xml and the pictures say what the TAP says."""
    folder = place()
    with open(os.path.join(folder, "junit.xml")) as stream:
        tree = xml.etree.ElementTree.fromstring(stream.read())
    failed = re.findall(r"^not ok (\d+) - ", said, re.M)
    have = {each.get("name"): each.get("value")
            for each in tree.iter("property")}
    check("junit.xml has the same failures and the same points",
          tree.get("failures") == str(len(failed)) and
          len(list(tree.iter("failure"))) == len(failed) and
          have["points"] == str(points(said)), said)
    seen = re.findall(r"^not ok (\d+) - .* # want .* got .*", said, re.M)
    for number in seen:
        with open(os.path.join(folder, "fail-%s.html" % number)) as stream:
            page = stream.read()
        check("there is a picture of the moment at which test %s failed" %
              number, '"steps":[{"event":"test"' in page and "want " in page)
    check("there is no other picture", sorted(seen) == sorted(
        name[5:-5] for name in os.listdir(folder)
        if re.fullmatch(r"fail-\d+\.html", name)), os.listdir(folder))


# ---- labs 1 and 2: answers -------------------------------------------------

SEEDS = {1: "lecture", 2: "mosaic"}


def paper(tree, answers):
    """Fills in a student's answers.txt."""
    path = os.path.join(tree, "answers.txt")
    with open(path) as stream:
        text = stream.read()
    for number, answer in answers.items():
        text = re.sub(r"^%d:.*$" % number, "%d: %s" % (number, answer), text,
                      flags=re.M)
    with open(path, "w") as stream:
        stream.write(text)


def told(said):
    """Returns what TELL=1 says that the answers are, in order."""
    return re.findall(r"^not ok \d+ - .* # want (\S+) got no answer", said,
                      re.M)


def given(path):
    """Returns {number: answer} of a file tests/labs/Ln/*.txt."""
    with open(path) as stream:
        return {int(number): answer for number, answer in
                re.findall(r"^(\d+): (.*)$", stream.read(), re.M)}


def started(check, number, folder, seed):
    """Makes a student's tree by tools/lab."""
    tree = os.path.join(folder, seed)
    status, out, errors = command([LAB, str(number), tree, seed], 60,
                                  env=environment(at_place({})))
    check("tools/lab makes a starting point for '%s'" % seed, status == 0,
          text_of(out + errors))
    return tree


@in_a_place
def answers_lab(check, number):
    """A lab in which questions are answered."""
    check = check.about("lab %d" % number)
    folder_of = os.path.join(LABS, "L%d" % number)
    with tempfile.TemporaryDirectory(prefix="tessera-labs-") as folder:
        tree = started(check, number, folder, SEEDS[number])
        status, said = grade(number, tree, TELL="1")
        check("the starting point has 0 points",
              status == 1 and points(said) == 0, said)
        right = dict(enumerate(told(said), 1))
        if number == 1:
            right = given(os.path.join(folder_of, "solution.txt"))
        else:
            auditor_agrees(check, tree, right)
        mark(check, number, tree, "the solution", right, "^ok 3", 10)
        check("it has three wrong ones at least",
              len(glob.glob(os.path.join(folder_of, "wrong-*.txt"))) >= 3)
        for path in sorted(glob.glob(os.path.join(folder_of, "wrong-*.txt"))):
            sentence, says, want = heads(path)
            wrong = {which: changed(answer, right[which])
                     for which, answer in given(path).items()}
            said = mark(check, number, tree, sentence, {**right, **wrong}, says,
                        want)
        check("the same a second time", grade(number, tree)[1] == said)
        mark(check, number, tree, "an answer that is no text",
             {**right, 2: "\x1b[2J\x01"}, r"^not ok 2 - .* got \?\[2J\?", 10 -
             {1: 1, 2: 4}[number])
        with open(os.path.join(place(), "junit.xml")) as stream:
            check("junit.xml can be read all the same", "got ?[2J?" in
                  xml.etree.ElementTree.fromstring(stream.read()).find(
                      "testcase/failure").get("message"))
        paper(tree, right)
        other_seed(check, number, tree, started(check, number, folder, "ada"))


def changed(answer, right):
    """An answer of a wrong one: `+4' is the right one and 4 more."""
    if answer.startswith("+"):
        return "%08x" % (int(right, 16) + int(answer[1:], 16))
    return answer


def mark(check, number, tree, sentence, answers, says, want):
    """Marks these answers."""
    paper(tree, answers)
    _, said = grade(number, tree)
    check("%d points, and the reason, for: %s" % (want, sentence),
          points(said) == want and re.search(says, said, re.M), said)
    return said


def other_seed(check, number, tree, other):
    """The answers for one seed are no answers for another one."""
    status, said = grade(number, tree, SEED="ada")
    check("answers for another seed than SEED have no points",
          status == 1 and points(said) == 0 and
          "the answers are for the seed '%s'" % SEEDS[number] in said, said)
    shutil.copy(os.path.join(tree, "answers.txt"), other)
    with open(os.path.join(other, "answers.txt")) as stream:
        text = stream.read()
    with open(os.path.join(other, "answers.txt"), "w") as stream:
        stream.write(text.replace("seed: " + SEEDS[number], "seed: ada"))
    status, said = grade(number, other)
    check("a neighbour's answers do not fit another seed",
          status == 1 and points(said) < 9, said)
    os.remove(os.path.join(other, "answers.txt"))
    status, said = grade(number, other)
    check("a tree without answers.txt has no points, and is told so",
          status == 1 and points(said) == 0 and
          "there is no answers.txt" in said, said)


def auditor_agrees(check, tree, right):
    """The auditor, whose code is its own, sees the planted bug as well."""
    audit = module("audit", os.path.join(TESTS, "audit", "audit.py"))
    outside = module("outside", os.path.join(TOP, "tools", "outside.py"))
    with gzip.open(os.path.join(tree, "memory.gz")) as stream:
        data = stream.read()
    memory = audit.Memory(data, outside.symbols(os.path.join(
        place(), "tree", "build", "tessera.elf")))
    at = int(right[2], 16)
    there, = struct.unpack_from("<I", data, at)
    wrong = audit.Audit(memory).wrong
    check("the auditor sees the planted word, too",
          any("%08x" % there in line for lines in wrong.values()
              for line in lines), dict(wrong), right)
    status, out, _ = command([os.path.join(TOP, "tools", "image"), os.path.join(
        tree, "memory.gz"), "word", right[2]], 20)
    check("tools/image shows it", status == 0 and
          "%08x" % there in text_of(out), out)


# ---- what is no solution ---------------------------------------------------

LINK = "\tcpu_copy_words(words(directory) + slot, from, count);\n"
CHEATS = [
    ("a kernel that does not build",
     LINK, "\tthis is no C;\n", "the kernel does not build: mm/page.c:"),
    ("a kernel that hangs",
     LINK, "\tfor (;;)\n\t\t;\n",
     "the machine hangs after moment 1: the kernel is in"),
    ("a machine that resets itself",
     LINK, "\tstatic const struct {\n\t\tuint16_t limit;\n\t\tuint32_t base;\n"
     "\t} __attribute__((packed)) none = {0, 0};\n\n"
     "\t__asm__ volatile(\"lidt %0; int3\" : : \"m\"(none));\n",
     "the machine reset itself after moment 1"),
    ("a kernel that panics",
     LINK, "\tassert(count < 0);\n", "the kernel stopped: panic: mm/page.c:"),
    ("a kernel that ends well at once",
     LINK, "\t__asm__ volatile(\"outb %%al, %%dx\" : : \"a\"(0), \"d\"(0xF4));"
     "\n", "the machine ended by itself after moment 1"),
    ("a kernel that links tables which are not there",
     LINK, "\twords(directory)[slot] = 0xFFFFF407 + 0 * count + 0 * *from;\n",
     "the kernel's memory says what cannot be: the page table at frame fffff"),
    ("a file that includes the solution",
     LINK, "#include \"../../../../mm/page.c\"\n",
     "mm/page.c includes ../../../../mm/page.c, which is not in the tree"),
    ("a file that the compiler never gets through",
     LINK, "#define WHAT \"/dev/zero\"\n#include WHAT\n",
     "the kernel does not build: "),
    ("a file that is no text", LINK, "\0", "mm/page.c is no text"),
]
MAKE = "void page_make_table(frame_t directory, int slot)\n{\n"
PRINTS = ("\tklog(KLOG_INFO, \"ok 1 - one table: the PDE\");\n"
          "\tklog(KLOG_INFO, \"points: 10 of 10\");\n")


# A QEMU that gets no time of the CPU, once it has begun.
STANDS_STILL = """qemu-system-i386 "$@" &
trap 'kill -KILL $!' TERM
for gdb in $(echo "$@" | sed -n 's/.*unix:\\([^,]*gdb\\),.*/\\1/p')
do
	while [ ! -e "$gdb" ]; do sleep 0.1; done
done
sleep 0.2
kill -STOP $!
wait
"""


def edited(trees, path, old, new, *patches):
    """Returns a tree in which a file has `new` in place of `old`."""
    tree = trees.tree(*patches)
    with open(os.path.join(tree, path)) as stream:
        text = stream.read()
    if text.count(old) != 1:
        raise ValueError("%s has not one %r" % (path, old))
    with open(os.path.join(tree, path), "w") as stream:
        stream.write(text.replace(old, new))
    return tree


def junit_failures():
    """Returns what each failure in the marker's junit.xml says."""
    with open(os.path.join(place(), "junit.xml")) as stream:
        tree = xml.etree.ElementTree.fromstring(stream.read())
    return [each.get("message") for each in tree.iter("failure")]


@in_a_place
def no_solutions(check):
    """What earns nothing, each with its own sentence."""
    check = check.about("marks")
    with Trees(3) as trees:
        for sentence, old, new, says in CHEATS:
            status, said = grade(3, edited(trees, "mm/page.c", old, new),
                                 HANG_SECONDS="3")
            check("no points, and the reason, for " + sentence,
                  status == 1 and points(said) == 0 and
                  "# no points: " + says in said, said)
            failures = junit_failures()
            check("junit.xml has that reason, too, for " + sentence,
                  failures and all("; no points: " + says in each
                                   for each in failures), failures)
        prints(check, trees)
        other_files(check, trees)
        missing_files(check, trees)
        status, said = grade(3, edited(
            trees, "mm/page.c", LINK, "\t__asm__ volatile(\"cli; hlt\");\n"),
            SLOW_SECONDS="15")
        check("no points, and the reason, for a kernel that halts for ever",
              status == 1 and points(said) == 0 and
              "an interrupt that cannot come" in said, said)
        no_compiler(check, trees)
    infrastructure(check)
    starting_points(check)


def prints(check, trees):
    """A wrong kernel, which gives every process a table of its own, prints what
    the grader does."""
    tree = edited(trees, "mm/page.c", MAKE, MAKE + PRINTS, "wrong-2")
    path = os.path.join(tree, "mm", "page.c")
    with open(path) as stream:
        text = stream.read()
    with open(path, "w") as stream:
        stream.write(text.replace("#include \"rows.h\"\n", "#include \"rows.h\""
                                  "\n#include \"../kernel/base/klog.h\"\n"))
    status, said = grade(3, tree)
    check("no points, and the reason, for a kernel that prints `ok' by itself",
          status == 1 and points(said) == 0 and
          "no points: the run printed `ok 1 - one table" in said and
          re.search(r"^not ok 1 - .*a table of the process's own", said, re.M),
          said)


def other_files(check, trees):
    """A tree that changes what the lab does not name."""
    tree = trees.tree("start")
    for path, text in (("tests/labs/link.c", "int main(void) { return 0; }\n"),
                       ("tools/grade", "#!/bin/sh\necho points: 10 of 10\n"),
                       ("Makefile", "all:\n"), ("mm/region.c", "#error\n")):
        os.makedirs(os.path.dirname(os.path.join(tree, path)), exist_ok=True)
        with open(os.path.join(tree, path), "w") as stream:
            stream.write(text)
    status, said = grade(3, tree)
    check("what a tree changes in files that the lab does not name counts "
          "nothing", points(said) == 0 and "panic: L3: " in said, said)


def missing_files(check, trees):
    tree = trees.tree()
    os.remove(os.path.join(tree, "mm/page.c"))
    status, said = grade(3, tree)
    check("a file that is missing is said", status == 1 and
          points(said) == 0 and "mm/page.c is not in the student's tree" in
          said, said)
    os.symlink("/etc/passwd", os.path.join(tree, "mm/page.c"))
    status, said = grade(3, tree)
    check("a link in place of a file is not followed", status == 1 and
          "mm/page.c is a link in the student's tree" in said, said)
    shutil.rmtree(os.path.join(tree, "mm"))
    os.symlink(os.path.join(TOP, "mm"), os.path.join(tree, "mm"))
    status, said = grade(3, tree)
    check("nor is a link in place of a folder", status == 1 and
          "mm/attach.c is a link in the student's tree" in said, said)


def no_compiler(check, trees):
    """It is not the student's fault that nothing can be built."""
    with tempfile.TemporaryDirectory() as folder:
        for path in os.environ["PATH"].split(os.pathsep):
            for name in os.listdir(path) if os.path.isdir(path) else ():
                if not name.endswith("gcc") and not os.path.lexists(
                        os.path.join(folder, name)):
                    os.symlink(os.path.join(path, name),
                               os.path.join(folder, name))
        status, said = grade(3, trees.tree("start"), PATH=folder)
    check("a missing compiler is infrastructure", status == 2 and
          said.startswith("Bail out! infrastructure: nothing can be built "
                          "here: missing: "), said)


def infrastructure(check):
    """What says nothing about the student."""
    status, said = grade(3, TOP, QEMU="qemu-system-none")
    check("a missing QEMU is infrastructure", status == 2 and said.startswith(
        "Bail out! infrastructure: there is no qemu-system-none"), said)
    with open(os.path.join(place(), "junit.xml")) as stream:
        tree = xml.etree.ElementTree.fromstring(stream.read())
    check("junit.xml has it as an error, not as a failure",
          tree.get("errors") == "1" and tree.get("failures") == "0" and
          tree.find("testcase/error") is not None)
    for text, seconds, says in (
            ("echo 'qemu: invalid object type: memory-backend-file' >&2\n"
             "exit 1\n", 120, "this QEMU has no memory-backend-file"),
            (STANDS_STILL, 5, "this computer is too busy")):
        with tempfile.TemporaryDirectory() as folder:
            qemu = os.path.join(folder, "qemu")
            with open(qemu, "w") as stream:
                stream.write("#!/bin/sh\n" + text)
            os.chmod(qemu, 0o755)
            status, said = grade(3, TOP, QEMU=qemu, SLOW_SECONDS=str(seconds))
        check("it is infrastructure that " + says, status == 2 and
              said.startswith("Bail out! infrastructure: ") and says in said,
              said)
    for lab, tree, says in ((7, TOP, "there is no lab '7'"),
                            (3, "/nowhere", "TREE=/nowhere is no folder")):
        status, said = grade(lab, tree)
        check("it says: " + says, status == 2 and says in said, said)


def starting_points(check):
    """tools/lab: a whole tree, without .git, and a patch that does not fit."""
    with tempfile.TemporaryDirectory(prefix="tessera-labs-") as folder:
        tree = os.path.join(folder, "mine")
        status, out, errors = command([LAB, "5", tree], 20)
        check("tools/lab makes a tree without .git, and says what to read",
              status == 0 and not os.path.exists(tree + "/.git") and
              b"docs/labs/L5-" in out, out, errors)
        kept = [name for _, _, names in os.walk(tree + "/tests/labs")
                for name in names if name.startswith(("wrong", "solution"))]
        check("no solution is in it", not kept, kept)
        status, out, errors = command(["make", "-s", "grade", "LAB=5"], 120,
                                      cwd=tree)
        check("there, make grade marks the tree itself", points(text_of(
            out)) == 0 and b"panic: L5: " in out, out, errors)
        status, _, errors = command([LAB, "5", tree], 20)
        check("a folder that is there is not written to", status == 1 and
              b"is there already" in errors, errors)
        copy = os.path.join(folder, "changed")
        status, _, errors = command([LAB, "3", copy], 20)
        shutil.copy(os.path.join(LABS, "L3", "start.patch"), copy +
                    "/tests/labs/L3/start.patch")
        status, _, errors = command([copy + "/tools/lab", "3", os.path.join(
            folder, "again")], 20)
        check("a patch that no longer applies is said, with file and hunk",
              status == 1 and b"the patch of lab 3 no longer applies: "
              b"mm/attach.c, hunk 1" in errors and
              not os.path.exists(os.path.join(folder, "again")), errors)
