#!/usr/bin/env python3
"""tests/jobs/docs.py -- what the lessons of docs/ show is what comes out.

Three kinds of fenced blocks are compared:

    ```console              each `$ COMMAND` is run, in the order of the lesson,
                            at the top of the tree; the lines below it are what
                            it prints.  `> ` goes on with a command.
    ```c PATH  ```nasm PATH  lines of that file, as they stand there
    ```                     anything else: it is not compared

In a list of stops, `    function  path/of/file.c  what it does`, the file must
have the function.
A line `...` stands for lines that are left out.  Numbers that change with every
kernel may be others, if each is the same other one in the whole lesson: frames
(also in a page-table word, whose bits must agree), pids, and addresses in a
program's code and in the kernel.

    PYTHONPATH=tests tests/jobs/docs.py FILE     shows what differs
"""
import os
import re
import sys

from machine import DETERMINISTIC, TOP, command, environment, text_of

DOCS = os.path.join(TOP, "docs")
SECONDS = 100  # a command, on a good machine
BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.M | re.S)
EVENTS = ("call|return|fault|served|link|unlink|rights|fork|switch|message|"
          "exec|exit")
# What may be another number.  A word has eight digits, as the kernel prints it.
NUMBER = re.compile(
    r"(?P<word>\b(?:0x)?[0-9a-f]{8}\b)|(?P<code>\b0x8[0-9a-f]{6}\b)|"
    r"(?P<frame>(?:(?<=frame )|(?<=directory )|(?<=table )|(?<=cr3 ))"
    r"[0-9a-f]{1,5}\b|(?<=  )0[0-9a-f]{4}\b)|"
    r"(?P<pid>(?:(?<=pid )|(?<=process )|(?<=child )|(?<=from )|(?<=to ))"
    r"\d+\b|\d+(?= +(?:%s) )|(?<=\()\d+(?=, SIG))" % EVENTS)
USER, STACK, KERNEL = 0x40000000, 0xBF000000, 0xC0000000
CODE = range(0x08000000, 0x09000000)


class Lesson:
    """What a lesson shows, and which of its numbers stand for which."""

    def __init__(self):
        self.ours, self.theirs = {}, {}

    def same(self, kind, ours, theirs):
        """Do these two stand for one thing, here and in all of the lesson?"""
        return self.ours.setdefault((kind, ours), theirs) == theirs and \
            self.theirs.setdefault((kind, theirs), ours) == ours

    def same_word(self, ours, theirs):
        """A page-table word, or an address of the same kind."""
        if ours == theirs and ours >= USER:
            return True
        for kind in (range(STACK, KERNEL), range(KERNEL, 1 << 32), CODE):
            if ours in kind:
                return theirs in kind
        return ours < USER and (ours ^ theirs) & 0xFFF == 0 and \
            self.same("frame", ours >> 12, theirs >> 12)

    def same_number(self, kind, ours, theirs):
        if kind == "word":
            return self.same_word(int(ours, 16), int(theirs, 16))
        if kind == "code":
            return int(theirs, 16) in CODE
        if kind == "frame":
            return self.same(kind, int(ours, 16), int(theirs, 16))
        return self.same(kind, int(ours), int(theirs))

    def same_line(self, ours, theirs):
        """Is it the line that the lesson shows?  Names are kept only then."""
        # How far a function is inlined is the compiler's affair.
        ours, theirs = (re.sub(r"(  \w+)( < \w+)+$", r"\1", line)
                        for line in (ours, theirs))
        mine, other = list(NUMBER.finditer(ours)), list(NUMBER.finditer(theirs))
        if [match.lastgroup for match in mine] != \
                [match.lastgroup for match in other] or \
                NUMBER.sub("#", ours).split() != NUMBER.sub("#", theirs).split():
            return False
        kept = dict(self.ours), dict(self.theirs)
        good = all(self.same_number(a.lastgroup, a[0], b[0])
                   for a, b in zip(mine, other))
        if not good:
            self.ours, self.theirs = kept
        return good

    def first_difference(self, shown, printed):
        """The first line that the lesson shows and that is not there; None."""
        at, skips = 0, False
        for line in shown:
            if line.strip() == "...":
                skips = True
                continue
            while skips and at < len(printed) and \
                    not self.same_line(line, printed[at]):
                at += 1
            if at == len(printed) or not self.same_line(line, printed[at]):
                return "the lesson shows: %s\nand it prints:    %s" % (
                    line, printed[at] if at < len(printed) else "nothing more")
            at, skips = at + 1, False
        if at < len(printed) and not skips:
            return "and then it prints: " + printed[at]
        return None


def commands(block):
    """Yields (command, the lines that it shows) of a console block."""
    words, shown = None, []
    for line in block.splitlines():
        if line.startswith("$ "):
            if words is not None:
                yield words, shown
            words, shown = line[2:], []
        elif line.startswith("> ") and not shown:
            words += "\n" + line[2:]
        else:
            shown.append(line)
    if words is not None:
        yield words, shown


def run(words):
    """Runs a line of shell: its output and errors, in order, as lines."""
    _, out, _ = command(["sh", "-c", "exec 2>&1\n" + words], SECONDS,
                        env=environment({"QEMU_ARGS": DETERMINISTIC}))
    return text_of(out).replace("\r", "").splitlines()


def lesson_differences(text):
    """Yields (what is compared, what differs or None) for each part."""
    lesson = Lesson()
    for match in BLOCK.finditer(text):
        kind, path, block = match.groups()
        if kind == "console":
            for words, shown in commands(block):
                printed = run(words)
                differs = lesson.first_difference(shown, printed)
                yield "$ " + words.split("\n")[0], differs and "%s\n\n%s" % (
                    differs, "\n".join(printed[-60:]))
        elif path:
            with open(os.path.join(TOP, path)) as stream:
                lines = [line.rstrip() for line in stream]
            yield "lines of " + path, Lesson().first_difference(
                ["..."] + block.splitlines() + ["..."], lines)


def stops(text):
    """Yields (a stop of a list, whether its file has that function)."""
    for name, path in re.findall(
            r"^    (?: *\d+  )?(\w+) +((?:abi|boot|ipc|kernel|mm|user)/[\w/-]+\.\w+)", text,
            re.M):
        with open(os.path.join(TOP, path)) as stream:
            yield "%s in %s" % (name, path), re.search(
                r"\b%s[(:]" % name, stream.read())


def lessons():
    """The names of the files of docs/ that show something to compare."""
    for name in sorted(os.listdir(DOCS)):
        if name.endswith(".md"):
            with open(os.path.join(DOCS, name)) as stream:
                if any(kind == "console" or path for kind, path, _ in
                       BLOCK.findall(stream.read())):
                    yield name


def lesson(check, name):
    """Each command of a lesson prints what the lesson shows."""
    check = check.about("docs/" + name)
    with open(os.path.join(DOCS, name)) as stream:
        text = stream.read()
    for part, differs in lesson_differences(text):
        check(part, not differs, differs or "")
    missing = [stop for stop, there in stops(text) if not there]
    check("every stop is a function of its file", not missing, missing)
    if name == "unixware.md":
        claims = re.findall(r"^\| (S\d+) \|.*`\w+`, `[\w/]+\.\w+`", text, re.M)
        check("each of 17 sentences has its code and its test",
              claims == ["S%d" % i for i in range(1, 18)] and
              all("UW-%s " % claim in text for claim in claims), claims)


def compares(check):
    """A lesson that is wrong in one place is noticed."""
    check = check.about("docs")
    shown = ["process 6, frame 2a: 0002a067 at 40000000", "...", "end"]
    for said, printed in (
            ("numbers may be others, if they are others everywhere",
             ["process 9, frame 3b: 0003b067 at 40000000", "more", "end"]),
            ("a bit of a word is another", ["process 9, frame 3b: 0003b065 at "
                                            "40000000", "end"]),
            ("one frame has two numbers", ["process 9, frame 3c: 0003b067 at "
                                           "40000000", "end"]),
            ("a user's address is another", ["process 9, frame 3b: 0003b067 at "
                                             "40400000", "end"]),
            ("a line is missing", ["process 9, frame 3b: 0003b067 at 40000000"]),
            ("there is a line more", ["process 9, frame 3b: 0003b067 at "
                                      "40000000", "end", "more"])):
        good = said.startswith("numbers")
        check(said if good else "it is noticed when " + said,
              (Lesson().first_difference(shown, printed) is None) == good,
              printed)
    check("the numbers of frames in a column may be others, too",
          Lesson().first_difference(["frame    0027d   0023a", "0023a067"],
                                    ["frame    00273   00230", "00230067"])
          is None)


if __name__ == "__main__":
    for file in sys.argv[1:]:
        with open(file) as stream:
            for part, differs in lesson_differences(stream.read()):
                print("not ok" if differs else "ok", part)
                if differs:
                    print(differs)
