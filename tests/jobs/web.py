"""tests/jobs/web.py -- the kernel in a web page (make web), by real keys.

The page runs in Chromium from a file.  What it records is compared with the
film that tools/run records of the same program in QEMU, word for word, process
by process: frames, pids and ids get names in order of appearance, as by
tools/film --compare.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from browser import Missing, in_browser
from jobs.film import DEMONSTRATIONS
from jobs.page import film_of
from machine import BUILD, PATIENCE, TOP, command, difference, text_of

sys.path.insert(0, os.path.join(TOP, "tools"))
import fold

LIMIT = 3600000
MENU_SECONDS, MENU_INSTRUCTIONS, EVENT_MILLISECONDS = 10, 5750000, 0.2
READY = "window.page && page.menu_kept"
TRIES, KEYS_AHEAD = 3, 6


def make(*options, out=os.path.join(BUILD, "web")):
    """Makes a page by tools/mkweb, and returns its path."""
    status, said, errors = command(
        [sys.executable, os.path.join(TOP, "tools", "mkweb"), "--out", out,
         *options], 120)
    if b"is missing" in errors or b"npm could not" in errors:
        raise Missing(text_of(errors).strip().split("\n")[0])
    if status:
        raise RuntimeError("mkweb: " + text_of(said + errors))
    return os.path.relpath(os.path.join(out, "index.html"), TOP)


def load(browser, path, **how):
    """Opens the page, and waits for the menu."""
    browser.open(**how)
    browser.goto(path)
    browser.wait(READY, 30)


def terminal(browser):
    """Returns what the machine's terminal shows."""
    return browser.evaluate("page.live.screen.text()")


def run(browser, name, ahead=0):
    """Types a command at a fresh menu, so many keys ahead for its pauses, and a
    key at each pause that is left; returns its film."""
    browser.evaluate("page.live.back(page.menu_kept)")
    browser.click("#terminal")
    browser.type(name + "\n" + " " * ahead)
    over = ("page.live.at_menu() && page.live.recorder.film && "
            "!page.live.recorder.recording")
    while not browser.evaluate(over):
        browser.wait("page.live.paused || " + over, 60)
        if browser.evaluate("page.live.paused"):
            browser.type(" ")
            browser.wait("!page.live.paused", 30)
    browser.press("Escape")
    browser.wait("page.film === page.live.recorder.film", 30)
    return json.loads(browser.evaluate(
        "JSON.stringify(page.live.recorder.film)"))


# ---- what is the same on two machines ---------------------------------------

def program_alone(film):
    """Leaves out what others do after the program has ended."""
    first = film["steps"][0]["pid"]
    last = max(i for i, step in enumerate(film["steps"])
               if step["event"] == "exit" and step["pid"] == first)
    return dict(film, steps=film["steps"][:last + 1])


def late_bits(film):
    """Where an entry is used on the way to a page that is absent, one CPU sets
    A in it before the fault, and another when the access is done again.  Both
    are right: so A is noted behind the fault."""
    steps, held = [], {}
    for step in film["steps"]:
        before = steps[-1] if steps else None
        if step["event"] == "fault" and before and \
                (before["event"], before["pid"]) == ("access", step["pid"]):
            words = {key: fact for key, fact in before["set"].items()
                     if key.startswith("word ")}
            held[step["pid"]] = dict(before, set=words)
            steps[-1] = dict(before, set={
                key: fact for key, fact in before["set"].items()
                if key not in words})
            if not steps[-1]["set"]:
                steps.pop()
        steps.append(step)
        if step["event"] == "served" and step["pid"] in held:
            steps.append(held.pop(step["pid"]))
    return dict(film, steps=steps)


def by_process(film):
    """Returns the lines of a film, those of each process together.  In what
    order two processes run that do not wait for each other depends on the
    moments at which the timer interrupts: it is free.  So is whether a call
    waits: its return is joined to it."""
    lines = fold.comparable(fold.fold(late_bits(program_alone(film))))
    together = "\n".join(sorted(lines, key=lambda line: line.split()[1]))
    return re.sub(r"^call (.*\) )\nreturn \1", r"call \1", together, flags=re.M)


def renamed(text):
    """Names frames and pids in order of appearance.  Drops what a pause writes
    on a terminal, and the echo of the keys that end it: spaces."""
    names = {}
    text = re.sub(r"-- any? key goes on[^\n]*? leaves --", "", text)
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\b[0-9a-f]{5}(?=[0-9a-f]{3}\b)|\b[0-9a-f]{5}\b|"
                  r"(?<=process )\d+|(?<=pid )\d+|(?<=reader )\d+", lambda m:
                  names.setdefault(m[0], "<%d>" % len(names)), text)


def in_qemu(name):
    """Returns the film of a demonstration in QEMU."""
    with tempfile.TemporaryDirectory() as folder:
        with open(film_of(name, folder), encoding="utf-8") as stream:
            return json.load(stream)


def demonstration(check, browser, name):
    """The page's record of a demonstration is QEMU's film."""
    theirs = in_qemu(name)
    # While a program waits for a key, and when one comes, others may run, who
    # do not in QEMU, where nobody waits: so the keys come earlier or later.
    for ahead in (KEYS_AHEAD, 0) * TRIES:
        ours = run(browser, name, ahead)
        found = difference(by_process(theirs), by_process(ours), "in QEMU",
                           "in the page")
        if not found:
            break
    check("each process of %s does in the page what it does in QEMU, word for "
          "word" % name, not found, found)
    said = difference(renamed(theirs["terminal"]), renamed(ours["terminal"]),
                      "in QEMU", "in the page")
    check("%s writes the same in the page" % name, not said, said)


# ---- the page ---------------------------------------------------------------

def start_of(browser, path):
    """Returns the seconds and the instructions to the menu.  The firmware waits
    by a clock, so on a busy host it does more: the best of three counts."""
    times, counts = [], []
    for _ in range(TRIES):
        times.append(browser.evaluate("page.menu_after") / 1000)
        counts.append(browser.evaluate("page.instructions"))
        if counts[-1] < MENU_INSTRUCTIONS:
            break
        load(browser, path)
    return min(times), min(counts)


def figures(check, browser, path):
    """Sizes and times, and that everything has its licence."""
    size = os.path.getsize(os.path.join(TOP, path))
    check("the page has less than %d bytes" % LIMIT, size < LIMIT, size)
    after, count = start_of(browser, path)
    check("the menu comes in time, after less than 5.75 million instructions",
          after < MENU_SECONDS * PATIENCE and count < MENU_INSTRUCTIONS,
          after, count)
    with open(os.path.join(TOP, os.path.dirname(path), "LICENSES.txt"),
              encoding="utf-8") as stream:
        text = stream.read()
    missing = [word for word in (
        "GNU LESSER GENERAL PUBLIC LICENSE", "Version 2.1, February 1999",
        "GNU GENERAL PUBLIC LICENSE", "The v86 contributors", "John R. Hauser",
        "Kevin O'Connor", "apt-get source seabios", "apt-get source glibc",
        "MIT License") if word.lower() not in text.lower()]
    check("each part of the page has its licence and its source", not missing,
          missing)
    browser.press("?")
    browser.click("#show-licenses")
    browser.wait("document.querySelector('#texts pre')", 10)
    check("a link in the page shows the licences", browser.evaluate(
        "document.querySelector('#texts pre').textContent") == text)
    browser.press("Escape")


def cost(check, browser):
    """A look of the recorder is short: 0.2 ms on a good machine.  Under load
    single ones are not, so this asks for the middle one of the last thousand."""
    times = sorted(browser.evaluate("page.live.recorder.times"))
    middle = times[len(times) // 2]
    check("an event is recorded in less than a millisecond",
          len(times) > 500 and middle < EVENT_MILLISECONDS * PATIENCE,
          middle, len(times))
    frames = browser.evaluate("""(() => {
        const times = [];
        for (let i = 0; i < page.player.views.length; i++) {
            page.player.show(i);
            times.push(page.player.took);
        }
        return times.sort((a, b) => a - b)[times.length >> 1];
    })()""")
    check("a step is drawn in less than 16 ms", frames < 16 * PATIENCE, frames)


@in_browser
def web_page(check, browser):
    """The page has the machine, and records what QEMU records."""
    check = check.about("web")
    path = make()
    load(browser, path)
    browser.screenshot("web-menu")
    figures(check, browser, path)
    for name in DEMONSTRATIONS:
        demonstration(check, browser, name)
        browser.screenshot("web-" + name)
    cost(check, browser)
    found = browser.violations()
    check("the page shuts nobody out (axe)", not found,
          json.dumps(found, indent=1)[:1500])
    check("the page asks the network for nothing, and has no error",
          browser.errors() == [], browser.errors())
    shell(check, browser)
    switch_off(check, browser)


def shell(check, browser):
    """sh leads from the menu to a shell, and its end back."""
    browser.evaluate("page.live.back(page.menu_kept)")
    browser.click("#terminal")
    browser.type("sh\n")
    browser.wait("/# $/.test(page.live.screen.text())", 30)
    browser.type("cd; echo $((6 * 7)) | tr 2 3; sed -n 1p README; pwd\n")
    browser.wait("/^43\\nWhat to try\\n\\/root\\n/m.test("
                 "page.live.screen.text())", 30)
    check("the page has a shell", "43\nWhat to try\n/root\n" in
          terminal(browser), terminal(browser)[-1500:])
    browser.screenshot("web-shell")
    browser.type("exit\n")
    browser.wait("page.live.at_menu()", 30)
    check("its end leads back to the menu", "sh: done" in terminal(browser),
          terminal(browser)[-500:])


def switch_off(check, browser):
    """poweroff ends the machine, and restart brings another."""
    browser.evaluate("page.live.back(page.menu_kept)")
    browser.click("#terminal")
    browser.type("q\n")
    browser.wait("page.live.state === 'ended'", 30)
    said = browser.evaluate("document.getElementById('lesson').textContent")
    check("q switches the machine off, and the page says so",
          "has switched itself off" in said, said)
    browser.screenshot("web-off")
    browser.click("#restart")
    browser.wait(READY + " && page.live.state === 'running'", 60)
    check("restart brings a new machine", "your choice:" in terminal(browser))


# ---- the lecture ------------------------------------------------------------

def begin(browser, number):
    """Chooses a beat, and waits for its first question."""
    browser.click('[data-beat="%d"]' % (number - 1))
    browser.wait("page.beat && page.beat.number === %d && page.stop === 0 && "
                 "page.beat.kept && page.live.paused && page.asked()" % number,
                 60)


def see(browser):
    """Goes on from a pause to the next one, or to the end."""
    stop = browser.evaluate("page.stop")
    if browser.evaluate("page.asked()"):
        browser.click("#ask button")
    else:
        browser.press("n")
    browser.wait("page.stop > %d && page.shown === page.stop" % stop, 60)


def flip(browser, bit, flush=True):
    """Flips a bit of PTE 0 of the segment's table, by clicks."""
    browser.press("End")
    browser.click('#picture [data-table] [data-key^="word"]')
    if browser.evaluate("document.querySelector('#flush input').checked") \
            != flush:
        browser.click("#flush input")
    browser.click('#lens [data-bit="%d"]' % bit)


def questions(check, browser):
    """A beat asks before it answers, and keeps what one has said."""
    begin(browser, 3)
    asked = browser.evaluate("document.getElementById('asked').textContent")
    answer = browser.evaluate("page.beat.stops[1].answer")
    shown = browser.evaluate("document.body.innerText")
    check("the question comes before the answer", asked and answer and
          answer[:30] not in shown, asked, answer)
    links = ("page.player.film.steps.filter(s => s.event === 'link').length")
    before = browser.evaluate(links)
    browser.screenshot("web-question")
    browser.click("#prediction")
    browser.type("one, in A")
    browser.press("Enter")
    browser.wait("page.shown > 0", 60)
    check("then the step that changed a word is shown",
          browser.evaluate(links) == before + 1 and browser.evaluate(
              "page.player.marks[page.player.at].changed"))
    said = browser.evaluate("document.getElementById('lesson').textContent")
    check("with the answer, and with what one has said", answer[:30] in said
          and "one, in A" in said, said)
    browser.screenshot("web-answer")


def refused(check, browser):
    """Beat 7: B may only read, and stores; its fault is a step of its own."""
    begin(browser, 7)
    see(browser)
    said = browser.evaluate("document.getElementById('said').textContent")
    check("beat 7: the fault that is refused is shown, with its error code",
          re.search(r"fault.* error code 7", said) is not None, said)


NEWS = (  # beat, pauses before it, what the step behind them says
    (3, 4, "Page fault of A at 0x40003000, error code 6"),
    (6, 1, "PDE 256 of B is now 002f0405"))
HIDDEN = ("(box => box.scrollHeight - box.clientHeight)"
          "(document.getElementById('lesson'))")


def news(check, browser):
    """Behind each question the step is shown that answers it, and no text of
    the lesson is cut off."""
    cut = []
    for number, pauses, wanted in NEWS:
        begin(browser, number)
        cut.append(browser.evaluate(HIDDEN))
        for _ in range(pauses):
            see(browser)
            cut.append(browser.evaluate(HIDDEN))
        said = browser.evaluate("document.getElementById('said').textContent")
        wanted = re.sub("002f0", "[0-9a-f]{5}", wanted)
        check("beat %d shows the step that answers: %s" % (number, wanted),
              re.search(wanted, said), said)
    begin(browser, 11)
    cut.append(browser.evaluate(HIDDEN))
    check("every text of the lesson is entire", not any(cut), cut)


def by_hand(check, browser):
    """Beat 8: who can still store when W is cleared in the one PTE?"""
    def play(clear):
        begin(browser, 8)
        if clear:
            flip(browser, 1)
            browser.screenshot("web-flip")
        see(browser)
        return [len(re.findall(name + r" was killed by SIGSEGV", terminal(
            browser))) for name in "AB"]

    check("beat 8: a click clears W in the shared PTE, and both die",
          play(True) == [1, 1], terminal(browser)[-900:])
    log = browser.evaluate("page.live.log")
    check("beat 8: the kernel says which word refused it",
          len([line for line in log if "the page table says no" in line]) == 2,
          log)
    begin(browser, 8)
    said = browser.evaluate("document.getElementById('lesson').textContent")
    check("a beat that is chosen again says that this is a new run",
          "going on is a new run" in said, said)
    check("beat 8 again, from its question: both may store",
          play(False) == [0, 0], terminal(browser)[-900:])


def no_flush(check, browser):
    """Beat 11: a table changes while the TLB still has the old word."""
    begin(browser, 11)
    browser.click("#ask button")
    browser.wait("!page.live.paused", 30)
    flip(browser, 1, flush=False)
    alive = browser.evaluate("""new Promise(done => setTimeout(() => done(
        !/A was killed/.test(page.live.screen.text())), 1500))""")
    check("beat 11: without a flush A stores on", alive,
          terminal(browser)[-600:])
    check("the step says that nothing was flushed", browser.evaluate(
        "page.live.recorder.film.steps.some(step => /not flushed/.test("
        "step.text))"))
    flip(browser, 1)  # W is set again
    flip(browser, 1)  # and cleared, with a flush
    browser.wait("/A was killed/.test(page.live.screen.text())", 8)
    check("beat 11: with a flush it dies at once",
          "A was killed" in terminal(browser), terminal(browser)[-600:])


def stepping(check, browser):
    """The machine is held at an event, and goes on by single steps."""
    begin(browser, 4)
    browser.evaluate("page.live.hold()")
    browser.press("End")
    count = "page.player.views.length"
    before = browser.evaluate(count)
    browser.evaluate("page.answer('')")
    browser.press("ArrowRight")
    browser.wait("page.live.state === 'held' && %s > %d" % (count, before), 60)
    first = browser.evaluate(count)
    browser.press("ArrowRight")
    browser.wait("page.live.state === 'held' && %s > %d" % (count, first), 60)
    check("held, the machine goes on by one step for each arrow",
          browser.evaluate(count) == first + 1 and
          browser.evaluate("page.player.at") == first,
          first, browser.evaluate(count))
    browser.press("ArrowLeft")
    check("one step back is a look at the record",
          browser.evaluate("page.player.at") == first - 1 and
          browser.evaluate("page.live.state") == "held")
    browser.press("h")
    browser.wait("page.live.paused && page.stop > 0", 60)
    check("h lets it run on", browser.evaluate("page.live.state") == "running")


def hidden(check, browser):
    """Nobody sees the page: the machine stands still."""
    count = "page.live.machine.instructions()"
    browser.evaluate("""Object.defineProperty(document, 'hidden',
        {configurable: true, get: () => true}),
        document.dispatchEvent(new Event('visibilitychange'))""")
    browser.wait("!page.live.machine.running()", 10)
    before = browser.evaluate(count)
    after = browser.evaluate(
        "new Promise(done => setTimeout(() => done(%s), 500))" % count)
    browser.evaluate("delete document.hidden, "
                     "document.dispatchEvent(new Event('visibilitychange'))")
    browser.wait("page.live.machine.running()", 10)
    check("while the tab is hidden the machine stands still", before == after,
          before, after)


@in_browser
def web_lecture(check, browser):
    """The beats of the lecture, with a hand in the machine."""
    check = check.about("web")
    load(browser, make())
    questions(check, browser)
    refused(check, browser)
    news(check, browser)
    by_hand(check, browser)
    no_flush(check, browser)
    stepping(check, browser)
    hidden(check, browser)
    found = browser.violations()
    check("a beat shuts nobody out (axe)", not found,
          json.dumps(found, indent=1)[:1500])
    check("the lecture has no error", browser.errors() == [], browser.errors())


# ---- what goes wrong --------------------------------------------------------

def changed(path, name, script):
    """Makes a copy of the page in which a script runs first."""
    out = os.path.join(BUILD, "web-" + name)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(TOP, path), encoding="utf-8") as stream:
        text = stream.read()
    with open(os.path.join(out, "index.html"), "w", encoding="utf-8") as to:
        to.write(text.replace("<head>", "<head><script>%s</script>" % script))
    return os.path.relpath(os.path.join(out, "index.html"), TOP)


def other_browsers(check, browser, path):
    """A browser that lacks something is told what, and which have it."""
    for name, script, wanted in (
            ("WebAssembly", "delete window.WebAssembly", "no WebAssembly"),
            ("DecompressionStream", "delete window.DecompressionStream",
             "no DecompressionStream")):
        browser.open()
        browser.goto(changed(path, "without", script))
        said = browser.evaluate("document.body.innerText")
        check("without %s the page says so, and which browsers have it" % name,
              wanted in said and "Firefox 113" in said, said)
    load(browser, changed(path, "without", "Object.defineProperty(window, "
                          "'localStorage', {get() { throw new Error('no') }})"))
    begin(browser, 3)
    browser.evaluate("page.answer('mine')")
    browser.wait("page.shown > 0", 60)
    check("without storage a prediction lasts as long as the page",
          "mine" in browser.evaluate(
              "document.getElementById('lesson').textContent"))
    see(browser)
    check("and the page says that it will be gone", browser.evaluate(
        "!document.getElementById('kept').hidden"))
    load(browser, path, width=1024, height=768)
    begin(browser, 4)
    size = browser.evaluate(
        "[document.documentElement.scrollWidth, Math.round(document."
        "getElementById('terminal').getBoundingClientRect().bottom)]")
    check("on 1024x768 all of it is on the screen",
          size[0] <= 1024 and size[1] <= 768, size)
    browser.screenshot("web-1024x768")
    browser.open(width=800, height=500)
    browser.goto(path)
    browser.wait("window.page && page.live", 30)
    check("a smaller window is told to be small", "window is small" in
          browser.evaluate("document.getElementById('lesson').textContent"))


def other_kernel(check, browser):
    """A kernel whose inspection block has another version is refused."""
    with open(os.path.join(BUILD, "tessera.elf"), "rb") as stream:
        kernel = stream.read()
    with tempfile.NamedTemporaryFile() as other:
        other.write(kernel.replace(b"TESS\4\0\0\0", b"TESS\5\0\0\0"))
        other.flush()
        path = make("--kernel", other.name, out=os.path.join(
            BUILD, "web-other"))
    browser.open()
    browser.goto(path)
    browser.wait("window.page && page.live && page.live.state === 'broken'", 60)
    said = browser.evaluate("document.getElementById('lesson').textContent")
    check("a kernel with another inspection block is refused with both versions",
          "page reads version 4" in said and "kernel has 5" in said, said)


def emulator(check, browser):
    """A v86 without a name that we use is refused by that name."""
    browser.wait(READY, 60)
    said = browser.evaluate("""(() => {
        const at = page.live.machine.emulator.v86.cpu;
        const whole = Machine.missing(page.live.machine.emulator);
        return [whole, Machine.missing({v86: {cpu: {io: at.io}}})];
    })()""")
    check("this v86 has all names that we use; the one that went away is named",
          said == [[], ["v86.cpu.full_clear_tlb"]], said)


def stopped(check, browser, name, sentence):
    """The emulator itself fails: the page says it, and restart helps."""
    browser.wait("page.live.state !== 'running'", 60)
    said = browser.evaluate("document.getElementById('lesson').textContent")
    check("%s: the page says what stopped the machine" % name,
          re.search(sentence, said) is not None, said)
    browser.evaluate("page.live.assets.words = ''")
    browser.click("#restart")
    browser.wait(READY + " && page.live.state === 'running'", 60)
    browser.click("#terminal")
    browser.type("two_addresses\n")
    browser.wait("/attached at 0x50000000/.test(page.live.screen.text())", 60)
    check("%s: after restart it works again" % name,
          "attached at 0x50000000" in terminal(browser), terminal(browser))


def failures(check, browser):
    """What stops the machine: a panic, and what this emulator cannot do."""
    with tempfile.NamedTemporaryFile() as archive:
        words = [os.path.join(TOP, "tools", "mkarchive"), "-o", archive.name,
                 "-r", os.path.join(BUILD, "root")]
        subprocess.run(words + ["bin/%s=%s" % (name, os.path.join(
            BUILD, "tests", name)) for name in ("shmat", "security")],
            check=True)
        path = make("--archive", archive.name,
                    out=os.path.join(BUILD, "web-tests"))
    load(browser, path)
    browser.click("#terminal")
    browser.type("shmat\n")
    browser.wait("/^shmat: [^]*your choice: $/m.test("
                 "page.live.screen.text())", 120)
    lines = re.findall(r"^(not ok|ok) \d+ - .*$", terminal(browser), re.M)
    check("the guest test of shmat passes in the page",
          len(lines) > 90 and set(lines) == {"ok"}, terminal(browser)[-1500:])
    browser.type("security\n")
    stopped(check, browser, "a user's iret to ring 0",
            "browser's machine stopped.*QEMU can show this")
    for word, sentence in (
            ("assert", "mistake of its own.*nothing_provoked"),
            ("stack", "(browser's machine stopped.*stack|stack overflow)")):
        browser.evaluate("page.live.assets.words = 'provoke=%s'" % word)
        browser.evaluate("page.restart()")
        browser.wait(READY + " && page.live.state === 'running'", 60)
        browser.click("#terminal")
        browser.type("q\n")
        stopped(check, browser, "provoke=" + word, sentence)


@in_browser
def web_troubles(check, browser):
    """What goes wrong is said in one sentence."""
    check = check.about("web")
    path = make()
    other_browsers(check, browser, path)
    emulator(check, browser)
    other_kernel(check, browser)
    failures(check, browser)
