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
SCRIPTS = ["text", "state", "scene", "twin", "layout", "picture", "words", "lens",
           "fold", "staged", "zoom", "timeline", "player", "keys", "predict"]
STYLES = ["picture", "page"]
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tessera</title>
<style>
%s</style></head>
<body><noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="film">%s</script>
<script>
%s
const player = Player.open(document.getElementById("film").textContent);
</script></body></html>
"""


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


def check(film):
    """Raises a Mistake if `film` is no film that the page can show."""
    if not isinstance(film, dict) or film.get("format") != FORMAT:
        raise Mistake('this is no film of Tessera: its format is not "%s"' %
                      FORMAT)
    if film.get("version") != VERSION:
        raise Mistake("this is a film of version %s, and the page reads %d" %
                      (film.get("version"), VERSION))
    if not isinstance(film.get("steps"), list) or not film.get("start"):
        raise Mistake("the film is cut short: its steps are missing")
    if not film["steps"]:
        raise Mistake("the film is empty: it has no step")


def read(text):
    """Returns the film that a text is, or raises a Mistake."""
    if not text.strip():
        raise Mistake("the film is empty: the file has no text")
    try:
        film = json.loads(text)
    except ValueError as error:
        begins = text.lstrip().startswith('{"format"')
        raise Mistake("the film is cut short: its text ends in the middle"
                      if begins else
                      "this is no film: the text is not JSON") from error
    check(film)
    return film


def page(text):
    """Returns the page of a film's text, whatever the text is."""
    return PAGE % (style(), text.replace("<", "\\u003c"), script())


def make(film, out):
    """Writes the page of a film; out is a path or an open text file."""
    film = read(film) if isinstance(film, str) else film
    check(film)
    text = page(json.dumps(film, separators=(",", ":")))
    if hasattr(out, "write"):
        out.write(text)
        return
    with open(out, "w", encoding="utf-8") as stream:
        stream.write(text)
