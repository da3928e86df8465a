"""tests/labs/camera.py -- the picture of the moment at which a test failed.

A Camera reads the facts of each moment (tools/facts.py).  When a test fails, it
makes a film of one step (abi/film.md): from the moment before to this one.
tools/page shows it, with the words that have changed.
"""
import json
import os
import sys
import textwrap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tools"), os.path.join(TOP, "tools", "page")]
import html  # noqa: E402
from facts import Facts  # noqa: E402


class Camera:
    def __init__(self, machine, program, folder):
        self.machine, self.program, self.folder = machine, program, folder
        self.facts = None
        self.before, self.changed = {}, {}

    def moment(self):
        """Reads what has changed since the moment before."""
        if self.facts is None:
            self.facts = Facts(self.machine.block("the grader"))
        self.before = dict(self.facts.now)
        noted, changed = self.facts.read()
        self.changed = {**noted, **changed}

    def film(self, pid, sentence):
        """Returns the film of this one step."""
        shown = textwrap.fill(sentence, 60) + "\n"
        return {"format": "tessera-film", "version": 1,
                "program": self.program, "kernel": "the student's",
                "limit": None, "names": {"calls": {}}, "lines": [],
                "remarks": [], "start": self.before or dict(self.facts.now),
                "steps": [{"event": "test", "pid": pid, "args": [],
                           "text": sentence, "out": len(shown),
                           "set": self.changed}],
                "terminal": shown}

    def shoot(self, number, pid, sentence):
        """Writes the film and the page of a failed test; returns its name."""
        name = os.path.join(self.folder, "fail-%d" % number)
        film = self.film(pid, sentence)
        with open(name + ".film", "w") as stream:
            json.dump(film, stream)
        html.make(film, name + ".html")
        return os.path.basename(name) + ".html"
