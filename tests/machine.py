"""tests/machine.py -- a machine in a test's hands, and what a test finds.

What all jobs of tests/run share: where things are, check() with its results, a
command that runs to its end, QEMU with its serial line and its screen, and a
command with a terminal of its own.
"""
import difflib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import termios
import threading
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(TESTS)
BUILD = os.path.join(TOP, "build")
RUN = os.path.join(TOP, "tools", "run")
QEMU = os.environ.get("QEMU", "qemu-system-i386")
CPUS = ["qemu32", "max"]
# Every bound is what a good machine needs under load, times this: a slow one
# must not fail, and only what hangs is ever waited for so long.
PATIENCE = 5
# Options for QEMU; DETERMINISTIC is one text, as tools/run's QEMU_ARGS is.
KERNEL = ["-kernel", "build/tessera.elf"]
TESSERA = ["-m", "64", *KERNEL, "-initrd", "build/tessera.cpio"]
DEBUG_EXIT = ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
DETERMINISTIC = "-icount shift=0,sleep=off -rtc base=2026-01-01,clock=vm"
# Whoever wants the menu, and not the shell, says so.
AT_MENU = ["-append", "-- /bin/menu"]
RUN_MENU = [RUN, "-a", "--", "-a", "/bin/menu"]
PROMPT = r"# $"
MENU = r"ring +blocks through a segment"


def built(name):
    """Returns the path of a test program that `make programs` has built."""
    return os.path.join(BUILD, "tests", name)


def text_of(data):
    """Returns the text of `data`; bytes that are no UTF-8 do no harm."""
    return data.decode(errors="replace")


# ---- what a test finds ----------------------------------------------------

class Check:
    """A job calls check(sentence, good, detail) for each of its tests.

    `results` has (passed, sentence, detail) of each call; the detail is shown
    if the test failed."""

    def __init__(self, subject="", results=None):
        self.subject = subject
        self.results = [] if results is None else results

    def about(self, subject):
        """Returns a Check for the same results, whose sentences begin so."""
        return Check(subject + ": ", self.results)

    def __call__(self, sentence, good, *detail):
        """Notes one test.  One text is shown as it is, all else by its repr."""
        if len(detail) == 1 and isinstance(detail[0], str):
            shown = detail[0]
        else:
            shown = repr(detail)[:2000]
        self.results.append((bool(good), self.subject + sentence, shown))

    def note(self, line):
        """Says in one line what is not tested here, and why."""
        print("# %s%s" % (self.subject, line), flush=True)

    def tap(self, text, status, errors=""):
        """Notes each test of a TAP output; the last failure shows `errors`."""
        tests = tap_tests(text, status)
        failed = [number for number, test in enumerate(tests) if not test[1]]
        for number, (sentence, good, detail) in enumerate(tests):
            if errors and number in failed[-1:]:
                detail += "\n" + errors[-2000:]
            self(sentence, good, detail)


def parse_tap(text):
    """Returns (planned number or None, [(sentence, good, comments)]).

    Several outputs in a row have the sum of their plans."""
    planned, tests = None, []
    for line in text.splitlines():
        match = re.match(r"(not )?ok (\d+) - (.*)", line)
        if match:
            tests.append((match[3], match[1] is None, []))
        elif re.match(r"1\.\.\d+$", line):
            planned = (planned or 0) + int(line[3:])
        elif line.startswith("#") and tests:
            tests[-1][2].append(line)
    return planned, [(sentence, good, "\n".join(comments))
                     for sentence, good, comments in tests]


def tap_tests(text, status):
    """Returns [(sentence, good, detail)]; a test that is missing has failed."""
    planned, tests = parse_tap(text)
    tail = "\n".join(text.splitlines()[-15:])
    if planned is None:
        tests.append(("says its plan", False, tail))
    elif planned != len(tests):
        tests.append(("runs all of its %d tests" % planned, False, tail))
    elif status != 0 and all(good for _, good, _ in tests):
        tests.append(("ends well, not with status %d" % status, False, tail))
    return tests


# ---- commands that run to their end ---------------------------------------

def command(words, seconds, **more):
    """Runs it to its end: (status, output, errors); 124 is a time-out."""
    try:
        done = subprocess.run(words, timeout=seconds * PATIENCE,
                              capture_output=True, **dict({"cwd": TOP}, **more))
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        return 124, late.stdout or b"", late.stderr or b""


def environment(more):
    """Returns our own environment, changed by `more`."""
    return dict(os.environ, **more)


def tessera(words, seconds=100, env={}, **more):
    """Runs tools/run as command() does; it has no input if none is given."""
    if "input" not in more:
        more.setdefault("stdin", subprocess.DEVNULL)
    return command([RUN, *words], seconds, env=environment(env), **more)


def tessera_log(words, seconds=100, env={}):
    """Runs tools/run so; the kernel's log is the last of four results."""
    with tempfile.NamedTemporaryFile() as log:
        answer = tessera(["--log", log.name, *words], seconds, env)
        return (*answer, text_of(log.read()))


def tap_program(check, name, words, seconds):
    """Notes the tests of a program of the host whose output is TAP."""
    status, out, errors = command(words, seconds)
    check.about(name).tap(text_of(out), status, text_of(errors))


def difference(golden, text, name, obtained):
    """Returns how two texts differ, or '' if they are the same."""
    return "\n".join(difflib.unified_diff(
        golden.splitlines(), text.splitlines(), name, obtained, lineterm=""))


# ---- processes that we talk to --------------------------------------------

def soon(good, seconds=10, over=lambda: False):
    """Says whether good() holds within some time, and before over() does."""
    end = time.monotonic() + seconds * PATIENCE
    while not good():
        if over() or time.monotonic() > end:
            return good()
        time.sleep(0.05)
    return True


class Child:
    """This is a process whose output is added to `text` as it comes.

    As a context it is over when the block is, whatever happened there."""

    def __init__(self, words, output=None, **more):
        self.text = ""
        self.heard = 0  # how much of it says() has gone past
        self.process = subprocess.Popen(words, cwd=TOP, **more)
        self.output = output or self.process.stdout.fileno()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running():
            self.process.kill()
        self.process.wait()

    def read(self):
        """Reads on until the process has closed its output."""
        while True:
            data = os.read(self.output, 4096)
            if not data:
                return
            self.text += text_of(data).replace("\r", "")

    def running(self):
        """Says whether it has not ended yet."""
        return self.process.poll() is None

    def over(self):
        """Says whether it has ended; then all that it wrote is read, too."""
        if self.running():
            return False
        self.reader.join(1)
        return True

    def ended(self, seconds):
        """Returns its exit status, or None if it still runs after some time."""
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            return None

    def wait_for(self, pattern, seconds=30):
        """Says, as soon as it can, whether the process writes `pattern`."""
        return soon(lambda: re.search(pattern, self.text) is not None, seconds,
                    self.over)

    def says(self, *texts):
        """Says whether the process writes all of `texts`, in order, behind what
        was heard before."""
        left = list(texts)

        def heard_all():
            while left:
                place = self.text.find(left[0], self.heard)
                if place < 0:
                    return False
                self.heard = place + len(left.pop(0))
            return True

        return soon(heard_all, 40, self.over)

    def type(self, text):
        """Sends a text, as a person types it."""
        self.send(text.encode())


class Machine(Child):
    """This is QEMU with its serial line and the text on its screen."""

    def __init__(self, *words):
        self.folder = tempfile.mkdtemp(prefix="tessera-test-")
        self.monitor = os.path.join(self.folder, "monitor")
        super().__init__(
            [QEMU, "-nodefaults", "-no-user-config", "-no-reboot", "-vga",
             "std", "-display", "none", "-serial", "stdio", "-accel", "tcg",
             "-qmp", "unix:%s,server=on,wait=off" % self.monitor, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def order(self, *lines):
        """Gives the commands `lines` to QEMU's monitor."""
        orders = [{"execute": "qmp_capabilities"}] + [
            {"execute": "human-monitor-command",
             "arguments": {"command-line": line}} for line in lines]
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(10 * PATIENCE)
            monitor.connect(self.monitor)
            answers = monitor.makefile("r")
            for order in orders:
                monitor.sendall(json.dumps(order).encode())
                while "return" not in json.loads(answers.readline()):
                    pass

    def cells(self):
        """Returns the screen's 2000 cells, two bytes each."""
        dump = os.path.join(self.folder, "screen")
        self.order('pmemsave 0xb8000 4000 "%s"' % dump)
        with open(dump, "rb") as stream:
            return stream.read()

    def screen(self):
        """Returns the 25 lines of the screen without blanks at their ends."""
        text = self.cells()[::2].decode("cp437").replace("\0", " ")
        return [text[i:i + 80].rstrip() for i in range(0, len(text), 80)]

    def shows(self, pattern):
        """Says whether a line of the screen matches `pattern` soon."""
        return soon(lambda: any(re.search(pattern, line)
                                for line in self.screen()))

    def keys(self, *names):
        """Presses keys of the keyboard, one after the other."""
        self.order(*["sendkey %s 20" % name for name in names])

    def send(self, data):
        if self.running():
            self.process.stdin.write(data)
            self.process.stdin.flush()


class Terminal(Child):
    """This is a command with a terminal of its own."""

    def __init__(self, *words, **env):
        self.master, self.slave = os.openpty()
        self.before = termios.tcgetattr(self.slave)
        super().__init__(
            ["setsid", "--ctty", *words], self.master, stdin=self.slave,
            stdout=self.slave, stderr=self.slave, env=environment(env))

    def send(self, data):
        os.write(self.master, data)

    def restored(self):
        """Says whether the terminal's settings are as they were before."""
        return termios.tcgetattr(self.slave) == self.before
