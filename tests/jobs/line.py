"""tests/jobs/line.py -- tools/run's line to the guest, bytes and terminals."""
import fcntl
import os
import struct
import subprocess
import sys
import tempfile
import termios
import time

from machine import BUILD, QEMU, RUN, TOP, Terminal, command

LINE = os.path.join(BUILD, "tests", "hostline")
COPY = os.path.join(BUILD, "tests", "copy")
SLOW_LINE = {"TESSERA_LINE": "serial"}


def pattern(n):
    """What `hostline out` writes."""
    piece = bytes(i * 7 + (i >> 8) & 0xFF for i in range(65536))
    return (piece * (n // 65536 + 1))[:n]


def on_line(words, given=b"", stderr=subprocess.PIPE, env={}, seconds=100):
    start = time.monotonic()
    try:
        done = subprocess.run(
            [RUN] + words, stdout=subprocess.PIPE, stderr=stderr, cwd=TOP,
            timeout=seconds, env=dict(os.environ, **env),
            **({"input": given} if isinstance(given, bytes)
               else {"stdin": given}))
        status, out = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        status, out = "none", late.stdout or b""
    return status, out, time.monotonic() - start


def line_checks():
    results = []

    def check(sentence, good, *detail):
        results.append((bool(good), "tools/run: " + sentence,
                        "" if good else repr(detail)[:2000]))
    return results, check


def line_of_bytes():
    """Every byte, in order, quickly; and by the serial line alone."""
    results, check = line_checks()
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
    for name, env in (("", {}), (" over the serial line", SLOW_LINE)):
        status, out, _ = on_line([COPY], big[:200000], env=env)
        check("200 KB of binary input come back unchanged" + name,
              status == 0 and out == big[:200000], status, len(out))
        status, out, _ = on_line([LINE, "turns", "5000"],
                                 stderr=subprocess.STDOUT, env=env)
        check("output and error come in the order of writing" + name,
              status == 0 and out == b"".join(
                  b"line %d\n" % i for i in range(5000)), status, out[-200:])
    with tempfile.TemporaryDirectory() as folder:
        qemu = os.path.join(folder, "qemu")
        with open(qemu, "w") as stream:
            stream.write('#!/bin/sh\ncase "$*" in *ivshmem*) echo "no such '
                         'device" >&2; exit 1; esac\nexec %s "$@"\n' % QEMU)
        os.chmod(qemu, 0o755)
        status, out, _ = on_line([COPY, "both"], env={"QEMU": qemu})
        check("a QEMU without such memory is started without it",
              (status, out) == (0, b"out\n"), status, out)
    return results


def line_of_readers():
    """Readers that are slow, or leave."""
    results, check = line_checks()
    for name, env in (("", {}), (" (serial)", SLOW_LINE)):
        slow = subprocess.Popen([RUN, LINE, "out", "600000"], cwd=TOP,
                                stdout=subprocess.PIPE,
                                env=dict(os.environ, **env))
        time.sleep(8)
        out = slow.stdout.read()
        check("a reader that is slow loses nothing" + name, slow.wait(60) == 0
              and out == pattern(600000), slow.returncode, len(out))
        early = subprocess.Popen([RUN, LINE, "out", "100000000"], cwd=TOP,
                                 stdout=subprocess.PIPE,
                                 env=dict(os.environ, **env))
        early.stdout.read(1000)
        early.stdout.close()
        check("a reader that closes early is 141" + name, early.wait(60) == 141,
              early.returncode)
        read_end, write_end = os.pipe()
        start = time.monotonic()
        status = subprocess.run(
            [RUN, "-t", "5", LINE, "out", "100000000"], stdout=write_end,
            stderr=subprocess.DEVNULL, cwd=TOP, timeout=100,
            env=dict(os.environ, **env)).returncode
        seconds = time.monotonic() - start
        os.close(read_end)
        os.close(write_end)
        check("a reader that never reads does not hold up the time-out" + name,
              status == 124 and seconds < 30, status, seconds)
    stuck = subprocess.Popen([RUN, LINE, "both"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             cwd=TOP)
    time.sleep(8)
    stuck.stdin.write(b"a line\n")
    stuck.stdin.flush()
    time.sleep(1)
    out, errors = stuck.communicate(timeout=60)
    check("input arrives while output is not taken", errors == b"a line\n",
          stuck.returncode, errors)
    return results


def line_of_input():
    """Input is read as the program asks for it, and no more."""
    results, check = line_checks()
    for name, env in (("", {}), (" (serial)", SLOW_LINE)):
        with tempfile.TemporaryFile() as stream:
            stream.write(b"one\ntwo\nthree\n")
            stream.seek(0)
            got = on_line([LINE, "read", "4"], stream, env=env)[1]
            rest = os.read(stream.fileno(), 100)
            check("a read of 4 bytes leaves the fifth to the next" + name,
                  (got, rest) == (b"4\n", b"two\nthree\n"), got, rest)
            got = on_line([LINE, "read", "4", "4"], stream, env=env)[1]
            check("the end of input is 0, again and again" + name,
                  got == b"0\n0\n", got)
            stream.seek(0)
            got = on_line([LINE, "now"], stream, env=env)[1]
            check("O_NONBLOCK reads what there is" + name,
                  got == b"10\n4\n", got)
            stream.seek(0)
            got = on_line([LINE, "exit"], stream, env=env)[1]
            check("a program that does not read leaves all" + name,
                  stream.tell() == 0, stream.tell())
        conversation(check, name, env)
    status, out, errors = command(["sh", "-c", "%s %s read 9 <&-" % (RUN, LINE)],
                                  100)
    check("closed standard input is EBADF", (status, out) == (0, b"errno 9\n"),
          status, out, errors)
    python = sys.executable
    status, out, errors = command(
        ["sh", "-c", "%s %s -t 5 %s </dev/zero >&-" % (python, RUN, COPY)], 100)
    check("with closed standard output it still says that time is over",
          status == 124 and b"time-out" in errors, status, errors)
    status, out, errors = command(
        ["sh", "-c", "%s %s ./nothing 2>&-" % (python, RUN)], 100)
    check("with closed standard error it says nothing", (status, out) ==
          (127, b""), status, out)
    with tempfile.TemporaryFile() as stream:
        stream.truncate(700000)
        out = on_line([LINE, "read", "700000", "1"], stream)[1]
        check("a read of 700,000 bytes of a file gives so many",
              out == b"700000\n0\n", out)
    return results


def conversation(check, name, env):
    """Programs that wait for input through a pipe."""
    def start(word):
        return subprocess.Popen([RUN, LINE, word], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, cwd=TOP,
                                env=dict(os.environ, **env))

    now = start("now")
    first = now.stdout.readline()
    now.stdin.write(b"late\n")
    out = first + now.communicate(timeout=60)[0]
    check("O_NONBLOCK is EAGAIN when there is nothing" + name,
          out == b"errno 11\n5\n", out)
    read_end, write_end = os.pipe()
    waits = subprocess.Popen([RUN, LINE, "withdrawn"], stdin=read_end,
                             stdout=subprocess.PIPE, cwd=TOP,
                             env=dict(os.environ, **env))
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
    heir = start("heir")
    first = heir.stdout.readline()
    heir.stdin.write(b"hello\n")
    out = heir.communicate(timeout=60)[0]
    check("what a killed reader waited for is the next one's" + name,
          (first, out) == (b"killed\n", b"6\n0\n"), first, out)


def line_of_terminals():
    """A terminal of the host is one for the program."""
    results, check = line_checks()
    out = on_line([LINE, "terminals"])[1]
    check("files and pipes are no terminals", out == b"0 0 0\n" +
          b"errno 25\n" * 3, out)
    for name, env in (("", {}), (" (serial)", SLOW_LINE)):
        talk(check, name, env)
    person = Terminal(RUN, LINE, "keys")
    try:
        check("a key is read as it is typed, Ctrl-C as well",
              person.wait_for("0\nready", 60), person.text)
        person.type("x")
        check("... by a program that wants it so",
              person.wait_for("key 120", 30), person.text)
        person.type("\x03")
        check("... and is its byte", person.wait_for("key 3", 30), person.text)
        person.qemu.terminate()
        check("after SIGTERM the terminal is as before",
              person.ended(30) == 143 and person.restored(), person.text)
    finally:
        person.stop()
    job = Terminal("bash", "-ic", "%s %s turns 3 & wait $!; echo status $?" %
                   (RUN, LINE))
    try:
        check("a job in the background is not stopped",
              job.wait_for("line 2\n(.|\n)*status 0", 60), job.text)
        job.ended(30)
    finally:
        job.stop()
    return results


def talk(check, name, env):
    person = Terminal(RUN, LINE, "talk", **env)

    def resize(rows, columns):
        fcntl.ioctl(person.slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    resize(33, 101)
    try:
        check("a prompt without newline is seen before one types" + name,
              person.wait_for(r"name\? $", 60), person.text)
        check("all three are terminals, of the host's size" + name, person.text
              .startswith("1 1 1\n" + "33 rows of 101\n" * 3), person.text)
        person.type("Ann\n")
        check("a line is echoed once, by the host" + name, person.wait_for(
            r"name\? Ann\nhello Ann\nsecret\? $", 30), person.text)
        check("ECHO off is off on the host" + name, not termios.tcgetattr(
            person.slave)[3] & termios.ECHO)
        resize(44, 102)
        person.type("hush\n")
        check("... nothing is shown, and the new size is known" + name,
              person.wait_for(r"secret\? it was hush\n44 rows of 102\n", 30),
              person.text)
        person.type("four\n")
        check("a read gets a line" + name,
              person.wait_for("of 102\n5\n", 30), person.text)
        person.type("\x04")
        check("^D ends one read" + name,
              person.wait_for("of 102\n5\n0\n", 30), person.text)
        person.type("on\n")
        check("... and not the next" + name,
              person.wait_for("of 102\n5\n0\n3\n", 30), person.text)
        person.type("\x03")
        check("Ctrl-C gives the terminal back as it was" + name,
              person.ended(30) == 130 and person.restored(), person.text)
    finally:
        person.stop()
