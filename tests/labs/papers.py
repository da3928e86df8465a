"""tests/labs/papers.py -- answers.txt: questions that a student fills in.

A paper begins with the seed, tells what happens, and has a line for each
question, behind whose number the answer is written:

    seed: ada

    # A makes a segment of 4096 bytes ...

    # Which PDE is the first one that changes?
    2: 256
"""
import os
import re

from outcome import NoPoints

MOST_BYTES = 1 << 16


class Paper:
    def __init__(self, lab, seed, story, questions, command):
        self.lab, self.seed, self.story = lab, seed, story
        self.questions, self.command = questions, command

    def text(self):
        lines = ["# Lab %d.  Write your answer behind each number." % self.lab,
                 "seed: " + self.seed, ""]
        lines += ["# " + line for line in self.story.splitlines()]
        for number, question in enumerate(self.questions, 1):
            lines += ["", "# " + question, "%d:" % number]
        lines += ["", "# Then see whether you were right:",
                  "#     " + self.command, ""]
        return "\n".join(lines)

    def write(self, path):
        with open(path, "w") as stream:
            stream.write(self.text())

    @staticmethod
    def read(path, lab):
        """Returns the seed and {number: answer} of a student's paper."""
        try:
            with open(path, errors="replace") as stream:
                text = stream.read(MOST_BYTES)
        except OSError:
            raise NoPoints("there is no answers.txt in the student's tree: "
                           "tools/lab %d makes it" % lab)
        seed = re.search(r"^seed:[ \t]*(\S.*?)\s*$", text, re.M)
        if not seed:
            raise NoPoints("answers.txt has no line `seed:'")
        wanted = os.environ.get("SEED")
        if wanted and wanted != seed[1]:
            raise NoPoints("the answers are for the seed '%s', and SEED says "
                           "'%s'" % (seed[1], wanted))
        answers = {}
        for number, answer in re.findall(r"^(\d+):[ \t]*(.*?)[ \t]*$", text,
                                         re.M):
            if answer and int(number) in answers:
                raise NoPoints("answers.txt answers question %s twice" % number)
            if answer:
                answers[int(number)] = answer[:40]
        return seed[1], answers

    @staticmethod
    def number(text, base):
        """Returns the number that an answer is, or None."""
        try:
            return int((text or "").lower().replace("0x", "", base == 16), base)
        except ValueError:
            return None
