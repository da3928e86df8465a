"""tests/browser.py -- Debian's Chromium in a test's hands.

    with Browser() as browser:
        browser.open(width=1024, height=768)
        browser.goto("build/film.html")
        browser.press("ArrowRight")
        browser.evaluate("document.title")

playwright-core drives it, without a window, through tests/browser.js; axe-core
looks for what shuts people out.  Both come from the npm registry, in the version
and with the sum that tests/npm.sums has, into build/npm.  Screenshots go to
build/screens, to be looked at.

Where something of this cannot be had, Missing says what, in one line: the job
then notes that line, and has no test that passed.
"""
import functools
import hashlib
import json
import os
import select
import shutil
import subprocess
import tarfile
import threading

from machine import BUILD, PATIENCE, TESTS, TOP

SCREENS = os.path.join(BUILD, "screens")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
fetching = threading.Lock()  # two jobs at a time may want the same package


class Missing(Exception):
    """Something that a browser test needs is not here: what, in one line."""


# ---- packages of the npm registry -----------------------------------------

def sums(path):
    """Returns {name: (version, sha512)} of a file like tests/npm.sums."""
    with open(path) as stream:
        rows = [line.split() for line in stream if line[:1] not in "#\n"]
    return {name: (version, wanted) for name, version, wanted in rows}


def fetch(name, version, folder):
    """Lets npm put the archive of a package into a folder; returns its path."""
    if not shutil.which("npm"):
        raise Missing("npm is not installed, and %s comes by it" % name)
    words = ["npm", "pack", "--silent", "%s@%s" % (name, version)]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60 * PATIENCE)
    except subprocess.TimeoutExpired:
        raise Missing("the npm registry does not answer, and %s comes from it" %
                      name) from None
    if done.returncode:
        raise Missing("the npm registry cannot be reached, and %s comes from it"
                      % name)
    return os.path.join(folder, "%s-%s.tgz" % (
        name.lstrip("@").replace("/", "-"), version))


def package(name, listed=os.path.join(TESTS, "npm.sums")):
    """Returns the folder of a package, which is fetched if it is not there."""
    version, wanted = sums(listed)[name]
    folder = os.path.join(BUILD, "npm")
    place = os.path.join(folder, "%s-%s" % (name, version))
    with fetching:
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(place):
            unpack(fetch(name, version, folder), wanted, place)
    return os.path.join(place, "package")


def unpack(archive, wanted, place):
    """Unpacks an archive whose sum is right."""
    with open(archive, "rb") as stream:
        found = hashlib.sha512(stream.read()).hexdigest()
    if found != wanted:
        raise ValueError("%s has the sum %s, not %s" % (archive, found, wanted))
    with tarfile.open(archive) as files:
        files.extractall(place + ".part")
    os.rename(place + ".part", place)
    os.remove(archive)


# ---- the browser ----------------------------------------------------------

def chromium():
    """Returns the path of Chromium."""
    found = [path for path in map(shutil.which, CHROMIUM) if path]
    if not found:
        raise Missing("Chromium is not installed (apt-get install chromium)")
    return found[0]


def node():
    """Returns the path of Node."""
    found = shutil.which("node")
    if not found:
        raise Missing("Node is not installed (apt-get install nodejs)")
    return found


def words():
    """Returns the command that drives the browser."""
    browser = chromium()
    return [node(), os.path.join(TESTS, "browser.js"),
            package("playwright-core"), browser,
            os.path.join(package("axe-core"), "axe.min.js")]


class Browser:
    """This is Chromium with one page."""

    def __init__(self):
        self.process = subprocess.Popen(
            words(), cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.version = self.answer(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def answer(self, seconds):
        """Returns the value of the next answer."""
        if not select.select([self.process.stdout], [], [],
                             seconds * PATIENCE)[0]:
            self.process.kill()
            raise TimeoutError("the browser has not answered")
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the browser has ended")
        answer = json.loads(line)
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer["ok"]

    def order(self, name, seconds=30, **words):
        """Gives one order to tests/browser.js."""
        text = json.dumps(dict(words, order=name))
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        return self.answer(seconds)

    def open(self, **how):
        """Opens a new page: width, height, media, blind (a kind of eyes)."""
        self.order("open", **how)

    def goto(self, path):
        """Goes to a file of this tree, by file://; #... may follow."""
        self.order("goto", url="file://" + os.path.join(TOP, path))

    def press(self, *keys):
        """Presses keys, one after the other."""
        self.order("press", keys=keys)

    def type(self, text):
        """Types a text."""
        self.order("type", text=text)

    def click(self, selector, x=None, y=None):
        """Clicks an element, or a place in it."""
        self.order("click", selector=selector,
                   position=None if x is None else {"x": x, "y": y})

    def evaluate(self, script):
        """Returns the value of an expression in the page."""
        return self.order("evaluate", script=script)

    def wait(self, script, seconds=30):
        """Waits until an expression in the page is true."""
        self.order("wait", seconds + 5, script=script,
                   milliseconds=seconds * PATIENCE * 1000)

    def screenshot(self, name):
        """Keeps what is on the screen, as build/screens/NAME.png."""
        os.makedirs(SCREENS, exist_ok=True)
        path = os.path.join(SCREENS, name + ".png")
        self.order("shot", path=path)
        return path

    def emulate(self, **media):
        """Changes what the person wants: reducedMotion, media, ..."""
        self.order("media", media=media)

    def violations(self):
        """Returns what axe-core objects to: [id, sentence, elements...]."""
        return self.order("axe", 60)

    def errors(self):
        """Returns the page's errors, and what it asked the network for."""
        return self.order("errors")


def in_browser(job):
    """Gives a job a browser; where there is none, the job says so and tests
    nothing."""
    @functools.wraps(job)
    def run(check):
        try:
            with Browser() as browser:
                job(check, browser)
        except Missing as why:
            name = job.__name__.replace("_", " ")
            check.note("%s is not tested: %s" % (name, why))
    return run
