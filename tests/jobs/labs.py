"""tests/jobs/labs.py -- the labs: starting points, solutions, wrong ones, cheats.

Each lab has tests/labs/Ln/start.patch and solution.patch, which is applied on
it, and some wrong-N.patch, which are applied on this tree, or on the solution
where this tree has none.  The first line of a wrong one says what is wrong,
`says:' is a pattern that tools/grade must print, and `points:' is what it must
give, exactly.  A student's tree is here only the files that the lab names.
"""
import glob
import importlib.machinery
import importlib.util
import os
import re
import shutil
import tempfile

from machine import TESTS, TOP, command, environment, text_of

GRADE, LAB = os.path.join(TOP, "tools", "grade"), os.path.join(
    TOP, "tools", "lab")
LABS = os.path.join(TESTS, "labs")


def module(name, path):
    """Loads a Python file as a module, whatever its name ends in."""
    loader = importlib.machinery.SourceFileLoader(name, path)
    made = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(made)
    return made


def grade(number, tree, **env):
    """Marks a tree: the exit status, and what was said."""
    status, out, errors = command([GRADE, str(number), tree], 120,
                                  env=environment(env))
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
            status, said = grade(number, trees.tree(*on, wrong))
            check("%d points, and the reason, for: %s" % (want, sentence),
                  status == 1 and points(said) == want and
                  re.search(says, said), said)
