"""tests/jobs/line.py -- tools/run's line to the guest, bytes and terminals."""
import fcntl
import os
import struct
import subprocess
import sys
import tempfile
import termios
import time

from machine import (PATIENCE, QEMU, RUN, TOP, Terminal, built, command,
                     environment, soon)

LINE = built("hostline")
COPY = built("copy")
SLOW_LINE = {"TESSERA_LINE": "serial"}
NO_IVSHMEM = """#!/bin/sh
case "$*" in *ivshmem*) echo "no such device" >&2; exit 1; esac
exec %s "$@"
"""


def pattern(n):
    """Returns the first `n` bytes that `hostline out` writes."""
    piece = bytes(i * 7 + (i >> 8) & 0xFF for i in range(65536))
    return (piece * (n // 65536 + 1))[:n]


def on_line(words, given=b"", stderr=subprocess.PIPE, env={}):
    """Runs tools/run with the bytes or the file `given` as its input, and
    returns (status, output, seconds)."""
    start = time.monotonic()
    try:
        done = subprocess.run(
            [RUN, *words], stdout=subprocess.PIPE, stderr=stderr, cwd=TOP,
            timeout=100, env=environment(env),
            **({"input": given} if isinstance(given, bytes)
               else {"stdin": given}))
        status, out = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        status, out = "none", late.stdout or b""
    return status, out, time.monotonic() - start


def begin(*words, env={}, **streams):
    """Starts tests/programs/hostline by tools/run, and does not wait for it."""
    return subprocess.Popen([RUN, LINE, *words], cwd=TOP, env=environment(env),
                            stdout=subprocess.PIPE, **streams)


def shell(text):
    """Runs a line of the shell, and returns (status, output, errors)."""
    return command(["sh", "-c", text], 100)


def both_lines(check, part, by_serial=" (serial)"):
    """Calls part(check, name, env) for the fast line and for the slow one."""
    part(check, "", {})
    part(check, by_serial, SLOW_LINE)


# ---- bytes ----------------------------------------------------------------

def line_of_bytes(check):
    """Every byte arrives, in order and quickly, by the slow line as well."""
    check = check.about("tools/run")
    # Bytes that QEMU hands over one by one take 3 us each on a fast machine.
    status, out, seconds = on_line([LINE, "out", "40000000"])
    check("40 MB of output in less than 30 s",
          status == 0 and out == pattern(40000000) and seconds < 30, status,
          len(out), seconds)
    big = os.urandom(10000000)
    status, out, seconds = on_line([COPY], big)
    check("10 MB of binary input come back, in less than 30 s",
          status == 0 and out == big and seconds < 30, status, len(out),
          seconds)
    both_lines(check, small_bytes, " over the serial line")
    without_memory(check)


def small_bytes(check, name, env):
    """Fewer bytes arrive by either line, and two streams keep their order."""
    some = os.urandom(200000)
    status, out, _ = on_line([COPY], some, env=env)
    check("200 KB of binary input come back unchanged" + name,
          status == 0 and out == some, status, len(out))
    status, out, _ = on_line([LINE, "turns", "5000"], stderr=subprocess.STDOUT,
                             env=env)
    check("output and error come in the order of writing" + name,
          status == 0 and out == b"".join(b"line %d\n" % i
                                          for i in range(5000)),
          status, out[-200:])


def without_memory(check):
    """A QEMU without the device of the fast line will do."""
    with tempfile.TemporaryDirectory() as folder:
        qemu = os.path.join(folder, "qemu")
        with open(qemu, "w") as stream:
            stream.write(NO_IVSHMEM % QEMU)
        os.chmod(qemu, 0o755)
        status, out, _ = on_line([COPY, "both"], env={"QEMU": qemu})
    check("a QEMU without such memory is started without it",
          (status, out) == (0, b"out\n"), status, out)


# ---- readers --------------------------------------------------------------

def line_of_readers(check):
    """Readers may be slow, or leave."""
    check = check.about("tools/run")
    both_lines(check, bad_readers)
    stuck = begin("both", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    is_full = filled(stuck.stdout)
    stuck.stdin.write(b"a line\n")
    stuck.stdin.flush()
    time.sleep(1)
    _, errors = stuck.communicate(timeout=60)
    check("input arrives while output is not taken",
          is_full and errors == b"a line\n", is_full, stuck.returncode, errors)


def filled(pipe):
    """Says whether there comes a time when there is something in the pipe and
    for two seconds no more: it is full."""
    def held():
        number = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
        return int.from_bytes(number, sys.byteorder)

    def stays():
        before = held()
        time.sleep(2)
        return 0 < before == held()

    return soon(stays)


def bad_readers(check, name, env):
    """One reader is late, one closes early, and one does not read at all."""
    slow = begin("out", "600000", env=env)
    is_full = filled(slow.stdout)
    out = slow.stdout.read()
    check("a reader that is slow loses nothing" + name,
          is_full and slow.wait(60) == 0 and out == pattern(600000), is_full,
          slow.returncode, len(out))
    early = begin("out", "100000000", env=env)
    early.stdout.read(1000)
    early.stdout.close()
    check("a reader that closes early is 141" + name, early.wait(60) == 141,
          early.returncode)
    read_end, write_end = os.pipe()
    start = time.monotonic()
    status = subprocess.run(
        [RUN, "-t", "5", LINE, "out", "100000000"], stdout=write_end,
        stderr=subprocess.DEVNULL, cwd=TOP, timeout=60 * PATIENCE,
        env=environment(env)).returncode
    seconds = time.monotonic() - start
    os.close(read_end)
    os.close(write_end)
    check("a reader that never reads does not hold up the time-out" + name,
          status == 124 and seconds < 30 * PATIENCE, status, seconds)


# ---- input ----------------------------------------------------------------

def line_of_input(check):
    """Input is read as the program asks for it, and no more."""
    check = check.about("tools/run")
    both_lines(check, input_of_files_and_pipes)
    closed_streams(check)
    with tempfile.TemporaryFile() as stream:
        stream.truncate(700000)
        out = on_line([LINE, "read", "700000", "1"], stream)[1]
    check("a read of 700,000 bytes of a file gives so many",
          out == b"700000\n0\n", out)


def input_of_files_and_pipes(check, name, env):
    """Input comes from a file, or from pipes that are written to later."""
    with tempfile.TemporaryFile() as stream:
        stream.write(b"one\ntwo\nthree\n")
        stream.seek(0)
        input_of_file(check, name, env, stream)
    late_input(check, name, env)
    withdrawn_input(check, name, env)
    inherited_input(check, name, env)


def input_of_file(check, name, env, stream):
    """Of a file of three lines so much is read as the program asks for."""
    got = on_line([LINE, "read", "4"], stream, env=env)[1]
    rest = os.read(stream.fileno(), 100)
    check("a read of 4 bytes leaves the fifth to the next" + name,
          (got, rest) == (b"4\n", b"two\nthree\n"), got, rest)
    got = on_line([LINE, "read", "4", "4"], stream, env=env)[1]
    check("the end of input is 0, again and again" + name, got == b"0\n0\n",
          got)
    stream.seek(0)
    got = on_line([LINE, "now"], stream, env=env)[1]
    check("O_NONBLOCK reads what there is" + name, got == b"10\n4\n", got)
    stream.seek(0)
    on_line([LINE, "exit"], stream, env=env)
    check("a program that does not read leaves all" + name,
          stream.tell() == 0, stream.tell())


def late_input(check, name, env):
    """A program need not wait for input that is not there."""
    now = begin("now", stdin=subprocess.PIPE, env=env)
    first = now.stdout.readline()
    now.stdin.write(b"late\n")
    out = first + now.communicate(timeout=60)[0]
    check("O_NONBLOCK is EAGAIN when there is nothing" + name,
          out == b"errno 11\n5\n", out)


def withdrawn_input(check, name, env):
    """A reader is killed while it waits, and the pipe keeps its bytes."""
    read_end, write_end = os.pipe()
    waits = begin("withdrawn", stdin=read_end, env=env)
    first = waits.stdout.readline()
    time.sleep(0.5)
    os.write(write_end, b"left\n")
    waits.communicate(timeout=60)
    os.set_blocking(read_end, False)
    try:
        left = os.read(read_end, 100)
    except BlockingIOError:
        left = b""
    check("a killed reader takes nothing afterwards" + name,
          (first, left) == (b"killed\n", b"left\n"), first, left)
    os.close(read_end)
    os.close(write_end)


def inherited_input(check, name, env):
    """A reader takes over from one that was killed."""
    heir = begin("heir", stdin=subprocess.PIPE, env=env)
    first = heir.stdout.readline()
    heir.stdin.write(b"hello\n")
    out = heir.communicate(timeout=60)[0]
    check("what a killed reader waited for is the next one's" + name,
          (first, out) == (b"killed\n", b"6\n0\n"), first, out)


def closed_streams(check):
    """tools/run works without one of its three streams."""
    status, out, errors = shell("%s %s read 9 <&-" % (RUN, LINE))
    check("closed standard input is EBADF", (status, out) == (0, b"errno 9\n"),
          status, out, errors)
    python = sys.executable
    status, out, errors = shell("%s %s -t 5 %s </dev/zero >&-" %
                                (python, RUN, COPY))
    check("with closed standard output it still says that time is over",
          status == 124 and b"time-out" in errors, status, errors)
    status, out, errors = shell("%s %s ./nothing 2>&-" % (python, RUN))
    check("with closed standard error it says nothing", (status, out) ==
          (127, b""), status, out)


# ---- terminals ------------------------------------------------------------

def line_of_terminals(check):
    """A terminal of the host is one for the program."""
    check = check.about("tools/run")
    out = on_line([LINE, "terminals"])[1]
    check("files and pipes are no terminals",
          out == b"0 0 0\n" + b"errno 25\n" * 3, out)
    both_lines(check, talk)
    single_keys(check)
    with Terminal("bash", "-ic", "%s %s turns 3 & wait $!; echo status $?" %
                  (RUN, LINE)) as job:
        check("a job in the background is not stopped",
              job.wait_for("line 2\n(.|\n)*status 0", 60), job.text)
        job.ended(30)


def single_keys(check):
    """A program gets each key at once, and a signal ends tools/run."""
    with Terminal(RUN, LINE, "keys") as person:
        check("a key is read as it is typed, Ctrl-C as well",
              person.wait_for("0\nready", 60), person.text)
        person.type("x")
        check("... by a program that wants it so",
              person.wait_for("key 120", 30), person.text)
        person.type("\x03")
        check("... and is its byte", person.wait_for("key 3", 30), person.text)
        person.process.terminate()
        check("after SIGTERM the terminal is as before",
              person.ended(30) == 143 and person.restored(), person.text)


def resize(person, rows, columns):
    """Gives the person's terminal another size."""
    fcntl.ioctl(person.slave, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


def talk(check, name, env):
    """A person talks with a program that asks for a name and a secret."""
    with Terminal(RUN, LINE, "talk", **env) as person:
        resize(person, 33, 101)
        introduce(check, name, person)
        resize(person, 44, 102)
        person.type("hush\n")
        check("... nothing is shown, and the new size is known" + name,
              person.wait_for(r"secret\? it was hush\n44 rows of 102\n", 30),
              person.text)
        read_on(check, name, person)
        person.type("\x03")
        check("Ctrl-C gives the terminal back as it was" + name,
              person.ended(30) == 130 and person.restored(), person.text)


def introduce(check, name, person):
    """The prompt comes, a line is echoed, and ECHO is off for the secret."""
    check("a prompt without newline is seen before one types" + name,
          person.wait_for(r"name\? $", 60), person.text)
    check("all three are terminals, of the host's size" + name,
          person.text.startswith("1 1 1\n" + "33 rows of 101\n" * 3),
          person.text)
    person.type("Ann\n")
    check("a line is echoed once, by the host" + name, person.wait_for(
        r"name\? Ann\nhello Ann\nsecret\? $", 30), person.text)
    check("ECHO off is off on the host" + name,
          not termios.tcgetattr(person.slave)[3] & termios.ECHO)


def read_on(check, name, person):
    """Each line ends a read, and so does ^D."""
    person.type("four\n")
    check("a read gets a line" + name,
          person.wait_for("of 102\n5\n", 30), person.text)
    person.type("\x04")
    check("^D ends one read" + name,
          person.wait_for("of 102\n5\n0\n", 30), person.text)
    person.type("on\n")
    check("... and not the next" + name,
          person.wait_for("of 102\n5\n0\n3\n", 30), person.text)
