"""tools/page/html.py -- a film becomes one HTML file that needs no network.

    make(film, out)      writes the page of a film to the file `out`
    script(), style()    the parts of the page, for other pages

`film` is the film as Python has it (abi/film.md), or its text.  The page is the
files of this folder, one after the other: each script is one constant, so no
bundler is needed.  What is wrong with a film is a Mistake with one sentence.
"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
FORMAT, VERSION = "tessera-film", 1
# Each script uses only those before it.
SCRIPTS = ["text", "state", "scene", "twin", "layout", "picture"]
STYLES = ["picture"]


class Mistake(Exception):
    """The film is wrong: the text says how, in one sentence."""


def part(name):
    """Returns the text of a file of this folder."""
    with open(os.path.join(HERE, name), encoding="utf-8") as stream:
        return stream.read()


def script(names=None):
    """Returns the scripts of these names, or all, as one text."""
    return "\n".join(part(name + ".js") for name in names or SCRIPTS)


def style():
    """Returns all styles as one text."""
    return "\n".join(part(name + ".css") for name in STYLES)
