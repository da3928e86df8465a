"""tests/jobs/page.py -- the page of a film, in Node and in Chromium.

The films are recorded here, from three demonstrations.  What the page shows is
compared with the film itself, which this file replays in its own way.
"""
import glob
import importlib.util
import json
import os
import re
import tempfile

from browser import Missing, in_browser, node
from jobs.film import DEMONSTRATIONS, demonstration
from machine import BUILD, PATIENCE, TESTS, TOP, command, tessera, text_of

PLAY = os.path.join(TOP, "docs", "beats", "06-read-only.stage")
PAGES = os.path.join(BUILD, "pages")
LINKED = 0x400
# What may not move: the parts of the page, and the boxes of the picture.
PLACES = """JSON.stringify([...document.querySelectorAll(
    `#said, #timeline, #picture, #lens, #left, #terminal, [data-pid] > .card,
     [data-table] > .table, [data-key^=word] > .slot, [data-frame] > .frame`)
].map(e => [
    e.id || Object.values(e.parentNode.dataset)[0],
    ['x', 'y', 'width', 'height'].map(name => e.getAttribute(name) ||
        Math.round(e.getBoundingClientRect()[name])).join(' ')]))"""
WORDS = """[...document.querySelectorAll('#picture [data-key^=word]')].map(
    e => [e.dataset.key, e.querySelector('.word').textContent,
          e.dataset.changed === '1'])"""


def html():
    """Loads tools/page/html.py as a module; its name is that of Python's own."""
    spec = importlib.util.spec_from_file_location(
        "page_html", os.path.join(TOP, "tools", "page", "html.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def film_of(name, folder):
    """Puts the film of a demonstration into a folder; returns its path."""
    path = os.path.join(folder, name + ".json")
    status, _, errors, _ = demonstration(name, path)
    if status:
        raise RuntimeError("no film of %s: %s" % (name, errors))
    return path


def film_of_play(folder):
    """Records the film of a beat; returns its path."""
    path = os.path.join(folder, "beat.json")
    status, _, errors = tessera(["--film", path, "-f", "/beat=" + PLAY, "--",
                                 "stage", "/beat"])
    if status:
        raise RuntimeError("no film of a beat: %s" % text_of(errors))
    return path


def page_of(film, name):
    """Makes the page of a film, or of a text; returns its path in the tree."""
    os.makedirs(PAGES, exist_ok=True)
    path = os.path.join(PAGES, name + ".html")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(html().page(
            film if isinstance(film, str) else json.dumps(film)))
    return os.path.relpath(path, TOP)


# ---- without a browser ------------------------------------------------------

def methods_once(check):
    """JavaScript takes the last of two methods of one name without a word."""
    found = []
    for path in glob.glob(os.path.join(TOP, "tools", "page", "*.js")):
        with open(path, encoding="utf-8") as stream:
            for body in re.split(r"^\tclass ", stream.read(), flags=re.M):
                names = re.findall(
                    r"^\t\t(?:async )?(\w+)\(.*\) \{$", body, re.M)
                found += [os.path.basename(path) + ": " + name
                          for name in set(names) if names.count(name) > 1
                          and name not in ("if", "for", "while", "switch")]
    check("each method of a class stands once", not found, found)


def page_in_node(check):
    """The scripts compute what the film says: tests/page/unit.js."""
    check = check.about("page")
    methods_once(check)
    try:
        program = node()
    except Missing as why:
        return check.note("not tested: %s" % why)
    with tempfile.TemporaryDirectory() as folder:
        films = [film_of(name, folder) for name in DEMONSTRATIONS]
        sizes(check, films)
        same_folding(check, program, films)
        films.append(film_of_play(folder))
        script = os.path.join(folder, "page.js")
        with open(script, "w", encoding="utf-8") as stream:
            stream.write(html().script())
        status, out, errors = command(
            [program, os.path.join(TESTS, "page", "unit.js"), script, *films],
            60)
    check.tap(text_of(out), status, text_of(errors))


def sizes(check, films):
    """Each film, and its page, is small enough to be sent by mail."""
    for path in films:
        name = os.path.basename(path)
        status, _, errors = command([os.path.join(TOP, "tools", "film"), path],
                                    30)
        page = path.replace(".json", ".html")
        check("%s and its page have less than 300 KB" % name,
              status == 0 and max(map(os.path.getsize, (path, page))) < 300000,
              text_of(errors))


def same_folding(check, program, films):
    """tools/page/fold.js keeps the rules of folding as tools/fold.py does."""
    script = html().script(["fold"]) + """
const fs = require("fs");
for (const path of process.argv.slice(1))
    console.log(JSON.stringify(Fold.fold(JSON.parse(
        fs.readFileSync(path, "utf8")))));"""
    _, out, errors = command([program, "-e", script, *films], 60)
    lines = text_of(out).splitlines() or [text_of(errors)] * len(films)
    for path, line in zip(films, lines):
        _, folded, _ = command([os.path.join(TOP, "tools", "film"), "--fold",
                                path], 30)
        check("%s is folded alike in the page and by tools/film" %
              os.path.basename(path), json.loads(folded) == json.loads(line))


def page_of_nonsense(check):
    """What is no film is refused in one sentence, and no page is made."""
    check, make = check.about("page"), html().make
    film = {"format": "tessera-film", "version": 1, "start": {"free": 1},
            "steps": [{"event": "exec", "pid": 6, "args": [], "set": {}}]}
    text = json.dumps(film)
    for name, given, wanted in (
            ("an empty file", "", "empty"),
            ("a film cut short", text[:-9], "ends in the middle"),
            ("what is not JSON", "hello", "not JSON"),
            ("another JSON text", "[1]", "format"),
            ("another version", dict(film, version=2), "version 2"),
            ("a film without steps", dict(film, steps=[]), "no step")):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.html")
            try:
                make(given, out)
                said = "nothing"
            except Exception as mistake:
                said = str(mistake)
            check("%s is refused, with the reason" % name,
                  wanted in said and not os.path.exists(out), said)


# ---- the film, replayed in another way --------------------------------------

class Replay:
    """The words of a folded film after each step, and which are shown."""

    def __init__(self, film):
        self.steps, self.states = film["steps"], [dict(film["start"])]
        for step in self.steps:
            state = dict(self.states[-1])
            for key, fact in step["set"].items():
                if fact is None:
                    state.pop(key, None)
                else:
                    state[key] = fact
            self.states.append(state)

    def word(self, number, key):
        return self.states[number].get(key, "00000000")

    def tables(self, number):
        return {table for key, fact in self.states[number].items()
                if key.startswith("segment ") for table in fact["tables"]}

    def shown(self, number):
        """The keys of all words that a picture of this state must have; of a
        table the first four."""
        state, tables, keys = self.states[number], {}, set()
        for key, word in state.items():
            if not key.startswith("word "):
                continue
            frame = int(key[5:], 16) >> 12
            if int(word, 16) & LINKED:
                keys.add(key)
            elif frame in self.tables(number):
                tables.setdefault(frame, []).append(key)
        for table in tables.values():
            keys.update(sorted(table)[:4])
        return keys


def compare_words(check, browser, replay):
    """At each step the page's words are the film's, and its marks the changes."""
    wrong, missing, marks = [], [], []
    browser.press("Home")
    for number in range(1, len(replay.steps) + 1):
        shown = {key: (word, mark)
                 for key, word, mark in browser.evaluate(WORDS)}
        for key, (word, mark) in shown.items():
            now, before = replay.word(number, key), replay.word(number - 1, key)
            if word != now:
                wrong.append((number, key, word, now))
            if mark != (now != before):
                marks.append((number, key, before, now))
        missing += [(number, key) for key in replay.shown(number)
                    if key not in shown]
        browser.press("ArrowRight")
    check("at each step its words are the film's", not wrong, wrong[:3])
    check("at each step it has all linked and shared words", not missing,
          missing[:3])
    check("at each step the marks are what changed", not marks, marks[:3])


# ---- in Chromium ------------------------------------------------------------

def keys(check, browser, steps):
    """Each key does what the help says of it."""
    def number():
        return browser.evaluate("document.getElementById('count').textContent")

    def at(wanted):
        return number() == "step %d of %d" % (wanted, steps)

    browser.press("Home")
    check("Home is the first step", at(1), number())
    browser.press("ArrowRight", "ArrowRight", "ArrowLeft")
    check("two steps forward and one back is step 2", at(2), number())
    browser.press("End")
    check("End is the last step", at(steps), number())
    browser.press("ArrowRight")
    check("behind the last step is nothing", at(steps), number())
    check("the address says the step", browser.evaluate("location.hash") ==
          "#step=%d" % steps, browser.evaluate("location.hash"))
    browser.press("Home", "PageDown", "PageDown", "PageDown")
    there = number()
    browser.press("PageUp", "PageUp", "PageUp", "PageDown", "PageDown",
                  "PageDown")
    check("the page keys go by calls, there and back", number() == there
          and not at(1), (there, number()))
    browser.press("Home", "z")
    check("z changes the zoom", browser.evaluate(
        "document.getElementById('zoom').textContent") == "zoom: calls", number())
    browser.press("z")


def places_on_screen(check, browser):
    """The dialog, the terminal, the text twin, and who has the keys."""
    browser.press("End", "ArrowLeft", "?")
    check("? shows the keys", browser.evaluate(
        "document.getElementById('keys').open"))
    browser.screenshot("keys")
    browser.press("Escape")
    check("Escape leaves the keys", not browser.evaluate(
        "document.getElementById('keys').open"))
    browser.press("t")
    check("t shows the terminal in the place of the picture", browser.evaluate(
        "document.getElementById('terminal').getBoundingClientRect().height")
        > 400)
    browser.screenshot("terminal")
    browser.press("t", *["PageUp"] * 8, "x")
    check("x shows the picture as text", browser.evaluate(
        "!document.getElementById('twin').hidden"))
    browser.screenshot("twin")
    browser.press("x", "Home", "p")
    browser.type("PDE 25")
    browser.press("ArrowLeft", "ArrowRight", "Home", "End")
    check("a field keeps its arrows", browser.evaluate(
        "player.at === 0 && document.activeElement.id === 'word'"))
    browser.press("Enter")
    check("an answer is judged, and the step is shown", browser.evaluate(
        "player.at === 1 && document.getElementById('verdict').textContent")
        == "No: no word changed", browser.evaluate(
            "document.getElementById('verdict').textContent"))
    browser.screenshot("predict")
    browser.evaluate("document.activeElement.blur()")
    browser.press("p")


def tab_order(check, browser):
    """By the Tab key: header, timeline, picture, terminal."""
    browser.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(9):
        browser.press("Tab")
        seen.append(browser.evaluate("document.activeElement.id"))
    wanted = ["first", "back", "forward", "end", "zoom", "help", "timeline",
              "picture", "terminal"]
    check("Tab goes through header, timeline, picture and terminal",
          seen == wanted, seen)


def by_mouse(check, browser):
    """A click on the timeline, and an address."""
    width = browser.evaluate(
        "document.getElementById('timeline').clientWidth")
    browser.click("#timeline", width * 0.5, 20)
    middle = browser.evaluate("player.at / player.views.length")
    check("a click on the timeline goes there", 0.4 < middle < 0.6, middle)
    browser.evaluate("location.hash = '#step=5'")
    browser.wait("player.at === 4", 5)
    check("an address goes there", browser.evaluate("player.at") == 4)
    browser.click("#back")
    check("a button goes a step", browser.evaluate("player.at") == 3)
    check("the sentence is read aloud when it changes", browser.evaluate(
        "document.getElementById('said').getAttribute('aria-live')")
        == "polite")


def violations(check, browser):
    """axe-core objects to nothing, whatever is shown."""
    for shown, before, after in (
            ("the picture", ["End", "ArrowLeft"], []),
            ("a changed word", ["Home", *["ArrowRight"] * 5], []),
            ("the keys", ["?"], ["Escape"]), ("the terminal", ["t"], ["t"]),
            ("the text", ["x"], ["x"]), ("a question", ["p"], [])):
        browser.press(*before)
        found = browser.violations()
        check("%s shuts nobody out (axe)" % shown, not found,
              json.dumps(found, indent=1)[:1500])
        if after:
            browser.press(*after)
    browser.evaluate("document.activeElement.blur()")
    browser.press("p")


def still(check, browser):
    """Nothing moves, and nothing is cut, in all steps."""
    places, moved, cut = {}, [], []
    browser.press("Home")
    for _ in range(browser.evaluate("player.views.length")):
        if browser.evaluate("said.scrollHeight > said.clientHeight"):
            cut.append(browser.evaluate("said.textContent"))
        for name, place in json.loads(browser.evaluate(PLACES)):
            if places.setdefault(name, place) != place:
                moved.append((name, places[name], place))
        browser.press("ArrowRight")
    check("nothing moves between two steps", not moved and len(places) > 10,
          moved[:3] or sorted(places))
    check("no sentence is cut", not cut, cut[:3])


def motion(check, browser):
    """A mark flashes, unless the person wants nothing to move."""
    browser.emulate(reducedMotion="no-preference")
    count = ("(player.show(player.marks.findIndex(mark => mark.changed)),"
             "document.getAnimations().length)")
    flashing = browser.evaluate(count)
    browser.emulate(reducedMotion="reduce")
    quiet = browser.evaluate(count)
    check("a mark flashes, and stands still where motion is not wanted",
          flashing > 0 and quiet == 0, (flashing, quiet))


def same_as_look(check, browser, replay):
    """The text twin has the lines that the demonstration itself printed."""
    out = browser.evaluate("player.film.terminal")
    end = out.index(" <-- ") + 1
    number = next(i for i, step in enumerate(replay.steps)
                  if step["out"] >= end)
    browser.evaluate("player.show(%d)" % max(0, number - 1))
    twin = browser.evaluate("document.getElementById('twin').textContent")
    lines = re.findall(r"^(?:process \d+, .*|  +PDE .*|  +PTE .*|  +\.\.\. and "
                       r".*)$", out[out.index("process "):], re.M)
    absent = [line for line in lines if line.rstrip() not in twin]
    check("the text has the lines that the program's look printed",
          len(lines) >= 6 and not absent, "\n".join(absent) + "\n---\n" + twin)


def one_film(check, browser, name, film):
    """What holds for the page of any film."""
    path = page_of(film, name)
    browser.open()
    browser.goto(path)
    folded = browser.evaluate("player.film")
    replay = Replay(folded)
    compare_words(check, browser, replay)
    still(check, browser)
    same_as_look(check, browser, replay)
    check("the page asks the network for nothing, and has no error",
          browser.errors() == [], browser.errors())
    return path, len(replay.steps)


@in_browser
def film_in_browser(check, browser):
    """The page of a film does what it promises, by real keys."""
    with tempfile.TemporaryDirectory() as folder:
        films = {}
        for name in ("reader", "two_addresses"):
            with open(film_of(name, folder)) as stream:
                films[name] = json.load(stream)
    one_film(check.about("film of two_addresses"), browser, "two_addresses",
             films["two_addresses"])
    path, steps = one_film(check.about("film of reader"), browser, "reader",
                           films["reader"])
    check = check.about("film")
    browser.goto(path)
    tab_order(check, browser)
    keys(check, browser, steps)
    places_on_screen(check, browser)
    by_mouse(check, browser)
    violations(check, browser)
    motion(check, browser)
    other_eyes(check, browser, path)


# ---- other screens, other eyes, other films ---------------------------------

def other_eyes(check, browser, path):
    """Without colour, on a small screen, and on paper."""
    browser.open(blind="achromatopsia", media={"reducedMotion": "reduce"})
    browser.goto(path + "#step=13")
    widths = browser.evaluate(
        "[...document.querySelectorAll('#picture [data-changed] > .slot')].map("
        "e => getComputedStyle(e).strokeWidth)")
    check("in grey a mark is a thick border and an old value",
          widths and set(widths) == {"3px"} and browser.evaluate(
              "document.querySelector('#picture .struck').textContent.length")
          == 8, widths)
    browser.screenshot("grey")
    browser.open(width=1024, height=768,
                 media={"reducedMotion": "reduce"})
    browser.goto(path + "#step=13")
    size = browser.evaluate(
        "[document.documentElement.scrollWidth, Math.round(document."
        "getElementById('terminal').getBoundingClientRect().bottom)]")
    check("on 1024x768 all of it is on the screen",
          size[0] <= 1024 and size[1] <= 768, size)
    browser.screenshot("small")
    browser.emulate(media="print")
    check("on paper there are no buttons", browser.evaluate(
        "getComputedStyle(document.getElementById('forward')).display")
        == "none")
    browser.screenshot("print")


@in_browser
def nonsense_in_browser(check, browser):
    """A page whose film is broken says so, and a crowd is drawn in time."""
    check = check.about("film")
    browser.open()
    for name, text, wanted in (
            ("empty", "", "empty"), ("cut", '{"format": "tessera-fi', "middle"),
            ("text", "hello", "not JSON"),
            ("version", '{"format": "tessera-film", "version": 7}', "version 7"),
            ("steps", '{"format": "tessera-film", "version": 1, "start": {}}',
             "cut short")):
        browser.goto(page_of(text, "bad-" + name))
        said = browser.evaluate("document.getElementById('said').textContent")
        check("a page with a broken film says what is wrong (%s)" % name,
              wanted in said and said.endswith(".") and not browser.errors(),
              (said, browser.errors()))
    browser.goto(page_of(crowd(5, 8), "crowd"))
    took = browser.evaluate(
        "Math.min(...Array.from({length: 60}, (_, i) => {"
        "player.show(i % 8); return player.took; }))")
    check("a step is drawn in 16 ms with 5 processes and 8 tables",
          took < 16 * PATIENCE, took)
    browser.screenshot("crowd")
    check("it marks the one word", browser.evaluate(
        "document.querySelectorAll('#picture [data-changed]').length") == 1)
    said = "document.getElementById('said').textContent"
    browser.press("Home")
    check("the first step says what the film says of itself",
          browser.evaluate(said).endswith("The program attaches nothing."))
    browser.press("End")
    check("the last step says why the film ends early", browser.evaluate(
        said).endswith("The recorder stopped at 20000 steps."))
    one_moment(check, browser)


def one_moment(check, browser):
    """A film of one step, which changes nothing, is a picture of that moment."""
    film = crowd(2, 1)
    film["steps"] = [{"event": "test", "pid": 10, "args": [], "set": {},
                      "text": "not ok 3 - PDE 256 of pid 10", "out": 0}]
    del film["folded"]
    browser.goto(page_of(film, "moment"))
    words = browser.evaluate(WORDS)
    check("a film of one step shows the moment, and says the step",
          len(words) == 6 and "not ok 3" in browser.evaluate(
              "document.getElementById('said').textContent"), words)
    check("it has no error", browser.errors() == [], browser.errors())


def crowd(processes, tables):
    """Returns a film of many processes, all of which link many tables."""
    facts = {"running": 10}
    for t in range(tables):
        facts["segment %d" % t] = {
            "key": 0, "bytes": 4096 * 64, "nattch": processes, "mode": 0o600,
            "owner": 0, "pages": 64, "resident": 64, "tables": [0x800 + t]}
        for i in range(64):
            facts["word %08x" % ((0x800 + t) << 12 | 4 * i)] = \
                "%08x" % ((0x1000 + 64 * t + i) << 12 | 0x67)
    for p in range(processes):
        facts["proc %d" % (10 + p)] = {
            "name": "crowd", "state": "ready", "parent": 1, "uid": 0,
            "cr3": 0x400 + p, "peer": 0}
        for t in range(tables):
            facts["word %08x" % ((0x400 + p) << 12 | 4 * (256 + t))] = \
                "%08x" % ((0x800 + t) << 12 | 0x407)
    steps = [{"event": "access", "pid": 10, "args": [], "out": 0, "set": {
        "word %08x" % ((0x400 + p) << 12 | 4 * 256): "00800427"}}
        for p in range(processes)]
    steps += [{"event": "link", "pid": 10, "args": [256, 1, 0], "out": 0, "set":
               {"word %08x" % (0x400 << 12 | 4 * 256): word}}
              for word in ("00800425", "00800427", "00800425")]
    return {"format": "tessera-film", "version": 1, "program": "crowd",
            "kernel": "none", "limit": "the recorder stopped at 20000 steps",
            "remarks": ["the program attaches nothing"], "names": {}, "lines": [],
            "start": facts, "steps": steps, "terminal": "", "folded": True}
