"""tests/machine.py -- a machine in a test's hands, and what it finds.

What all jobs of tests/run share: where things are, a command that runs to its
end, a TAP output as results, QEMU with its serial line and its screen, and a
command with a terminal of its own.
"""
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
DETERMINISTIC = "-icount shift=0,sleep=off -rtc base=2026-01-01,clock=vm"

DEBUG_EXIT = ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
MENU = r"ring +blocks through a segment"


def parse_tap(text):
    """(planned number or None, [(ok, sentence, [comment lines])]).

    Several outputs in a row have the sum of their plans."""
    planned, tests = None, []
    for line in text.splitlines():
        match = re.match(r"(not )?ok (\d+) - (.*)", line)
        if match:
            tests.append((match[1] is None, match[3], []))
        elif re.match(r"1\.\.\d+$", line):
            planned = (planned or 0) + int(line[3:])
        elif line.startswith("#") and tests:
            tests[-1][2].append(line)
    return planned, tests


def results_of_tap(name, text, status):
    """A TAP output as results; a missing test is a failed one."""
    planned, tests = parse_tap(text)
    results = [(ok, "%s: %s" % (name, sentence), "\n".join(comments))
               for ok, sentence, comments in tests]
    tail = "\n".join(text.splitlines()[-15:])
    if planned is None:
        results.append((False, name + ": says its plan", tail))
    elif planned != len(tests):
        results.append((False, "%s: runs all of its %d tests" %
                        (name, planned), tail))
    elif status != 0 and all(ok for ok, _, _ in tests):
        results.append((False, "%s: ends well, not with status %d" %
                        (name, status), tail))
    return results


def command(words, timeout, **more):
    """Runs to its end: (status, output, errors); 124 on time-out."""
    try:
        done = subprocess.run(words, timeout=timeout * PATIENCE,
                              capture_output=True, **dict({"cwd": TOP}, **more))
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        return 124, late.stdout or b"", late.stderr or b""


def tap_program(name, words, timeout):
    status, out, errors = command(words, timeout)
    results = results_of_tap(name, out.decode(errors="replace"), status)
    if any(not ok for ok, _, _ in results):
        results[-1] = results[-1][:2] + (
            results[-1][2] + errors.decode(errors="replace")[-2000:],)
    return results


class Machine:
    """QEMU with its serial line, and the text on its screen, in our hands."""

    def __init__(self, *words):
        self.folder = tempfile.mkdtemp(prefix="tessera-test-")
        self.monitor = os.path.join(self.folder, "monitor")
        self.qemu = subprocess.Popen(
            [QEMU, "-nodefaults", "-no-user-config", "-no-reboot", "-vga",
             "std", "-display", "none", "-serial", "stdio", "-accel", "tcg",
             "-qmp", "unix:%s,server=on,wait=off" % self.monitor] +
            list(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=TOP)
        self.text = ""
        self.heard = 0  # how much of it says() has gone past
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while True:
            data = os.read(self.qemu.stdout.fileno(), 4096)
            if not data:
                return
            self.text += data.decode(errors="replace").replace("\r", "")

    def wait_for(self, pattern, seconds=30):
        """True as soon as the serial line has said `pattern`."""
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            if re.search(pattern, self.text):
                return True
            if self.qemu.poll() is not None:
                self.reader.join(1)
                return bool(re.search(pattern, self.text))
            time.sleep(0.05)
        return False

    def says(self, *texts):
        """Does it say all of `texts`, in order, after what was heard last?"""
        end = time.monotonic() + 40 * PATIENCE
        for text in texts:
            while text not in self.text[self.heard:]:
                if time.monotonic() > end or self.qemu.poll() is not None:
                    return False
                time.sleep(0.05)
            self.heard = self.text.index(text, self.heard) + len(text)
        return True

    def order(self, *lines):
        """Says `lines` to QEMU's monitor."""
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

    def screen(self):
        """The 25 lines of text on the screen, without blanks at their ends."""
        dump = os.path.join(self.folder, "screen")
        self.order('pmemsave 0xb8000 4000 "%s"' % dump)
        with open(dump, "rb") as stream:
            text = stream.read()[::2].decode("cp437").replace("\0", " ")
        return [text[i:i + 80].rstrip() for i in range(0, len(text), 80)]

    def shows(self, pattern, seconds=10):
        """Is there a line of the screen that `pattern` matches, soon?"""
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            if any(re.search(pattern, line) for line in self.screen()):
                return True
            time.sleep(0.1)
        return False

    def keys(self, *names):
        """Presses keys of the keyboard, one after the other."""
        self.order(*["sendkey %s 20" % name for name in names])

    def type(self, text):
        self.send(text.encode())

    def send(self, data):
        if self.qemu.poll() is None:
            self.qemu.stdin.write(data)
            self.qemu.stdin.flush()

    def ended(self, seconds):
        """QEMU's exit status, or None while it runs."""
        try:
            return self.qemu.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.qemu.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Terminal(Machine):
    """A command with a terminal of its own, in our hands."""

    def __init__(self, *words, **environment):
        self.folder = tempfile.mkdtemp(prefix="tessera-test-")
        self.master, self.slave = os.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.qemu = subprocess.Popen(
            ["setsid", "--ctty"] + list(words), stdin=self.slave,
            stdout=self.slave, stderr=self.slave, cwd=TOP,
            env=dict(os.environ, **environment))
        self.text = ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while True:
            data = os.read(self.master, 4096)
            self.text += data.decode(errors="replace").replace("\r", "")

    def type(self, text):
        os.write(self.master, text.encode())

    def restored(self):
        return termios.tcgetattr(self.slave) == self.before


def soon(good, seconds=10):
    """Does good() hold within some time?"""
    end = time.monotonic() + seconds * PATIENCE
    while not good():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
