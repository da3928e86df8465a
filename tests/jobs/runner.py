"""tests/jobs/runner.py -- what goes into tools/run, and what comes out."""
import os
import re
import subprocess
import tempfile
import time

from machine import BUILD, MENU, PATIENCE, RUN, TOP, Terminal, command


def runner():
    copy = os.path.join(BUILD, "tests", "copy")
    results = []

    def check(sentence, words, expected, out=None, errors=None, given=b"",
              env=None):
        status, output, error = command(
            [RUN] + words, 100, input=given, env=dict(os.environ, **(env or {})))
        good = (status == expected and out in (None, output) and
                errors in (None, error))
        results.append((good, "tools/run: " + sentence, "status %d, output "
                        "%r, errors %r" % (status, output[:300], error[-600:])))

    big = os.urandom(1 << 20)
    check("1 MiB of binary input comes back unchanged", ["-t", "450", copy], 0,
          big, b"", big)
    check("output and error are kept apart", [copy, "both"], 0, b"out\n",
          b"err\n")
    check("no input is an end of input", [copy], 0, b"", b"")
    check("the exit status is the program's", [copy, "exit", "42"], 42)
    check("exit status 255 arrives", [copy, "exit", "255"], 255)
    check("128 + n when signal n killed it", [copy, "kill", "11"], 139)
    check("SIGKILL is 137", [copy, "kill", "9"], 137)
    check("124 on time-out", ["-t", "3", copy, "loop"], 124, b"")
    check("arguments arrive byte for byte", [copy, "args", "a b", "", "%41",
          "\u00e9;'\"$", "--"], 0,
          "[a b]\n[]\n[%41]\n[\u00e9;'\"$]\n[--]\n".encode())
    check("-m 16 is enough for a small program", ["-m", "16", copy, "both"], 0,
          b"out\n", b"err\n")
    check("the machine's failure is 125", ["-m", "2", copy], 125)
    check("a machine that restarts is 125", [
        os.path.join(BUILD, "tests", "provoke"), "0x01234567"], 125, b"")
    check("one that switches itself off is 125", [
        os.path.join(BUILD, "tests", "provoke"), "0x4321fedc"], 125, b"")
    license = os.path.join(TOP, "LICENSE")
    for sentence, words, said in (
            ("an unknown option", ["-x", "y", copy],
             "unknown option -x; see --help"),
            ("an option without its value", ["-m"],
             "-m needs a value; see --help"),
            ("memory that is no number", ["-m", "1G", copy],
             "memory is a number of MiB, 64 for example, not '1G'"),
            ("no memory", ["-m", "0", copy],
             "memory is a number of MiB, 64 for example, not '0'"),
            ("a time that is no number", ["-t", "x", copy],
             "-t wants a number of seconds, not 'x'"),
            ("-- without a COMMAND", ["--"], "-- needs a COMMAND"),
            ("-e without a value", ["-e", "NAME", copy], "-e wants NAME=VALUE"),
            ("-f without a file", ["-f", "/x=/nonexistent", copy],
             "/nonexistent: No such file or directory")):
        check(sentence + " is 125, and said", words, 125, b"",
              ("tools/run: %s\n" % said).encode())
    check("no QEMU is 125, and said", [copy], 125, b"", b"tools/run: there is "
          b"no /no/qemu; `make setup' installs QEMU\n",
          env={"QEMU": "/no/qemu"})
    for guest, host, status, said in (
            ("/run/LICENSE", license, 126,
             "it is not executable (chmod +x), error 13"),
            ("/run/dynamic", os.path.join(BUILD, "tests/bad/interp_missing"),
             126, "it is no static 32-bit program (gcc -m32 -static), error 8"),
            ):
        check("%s is no program, and init says why" % guest,
              ["-f", guest + "=" + host, "--", guest], status, b"",
              ("init: %s: cannot be run: %s\n" % (guest, said)).encode())
    check("a COMMAND that is not there is 127, and init says it",
          ["--", "/bin/nothing"], 127, b"", b"init: /bin/nothing: cannot be "
          b"run: there is no such file, or no #! interpreter, error 2\n")
    check("-- COMMAND runs a program of the archive", ["--", "/bin/ipcs", "-m"],
          0)
    for name, usage in (("ipcs", b"usage: ipcs [-m] [-q] [-s] [-a]\n"), (
            "ipcrm", b"usage: ipcrm -m|-q|-s ID | -M|-Q|-S KEY ...\n")):
        check(name + " refuses an option it does not know, with status 2",
              ["--", "/bin/" + name, "-z"], 2, b"", b"/bin/%s: invalid "
              b"option -- 'z'\n" % name.encode() + usage)
    for words in (["pt"], ["pt", "x"], ["pmap"], ["pmap", "1", "2"]):
        check(" ".join(words) + " says what it wants, with status 2",
              ["--", "/bin/" + words[0]] + words[1:], 2, b"",
              b"usage: %s PID\n" % words[0].encode())
    for name in ("pt", "pmap"):
        check(name + " of no process says so", ["--", name, "2"], 1, b"",
              b"%s: there is no process 2\n" % name.encode())
    check("ipcrm by key 0 makes nothing and removes nothing",
          ["--", "/bin/ipcrm", "-Q", "0"], 1, b"",
          b"ipcrm: invalid key (0)\n")
    with open(license, "rb") as stream:
        check("-f brings a file along", ["-f", "/etc/greeting=" + license, copy,
              "file", "/etc/greeting"], 0, stream.read(), b"")
    check("-a gives a word to the kernel", ["-a", "shmmni=77", copy, "file",
          "/proc/sys/kernel/shmmni"], 0, b"77\n", b"")
    check("5,000 arguments arrive, argv[0] as it was typed", [copy, "args"] +
          ["%d" % i for i in range(5000)], 0,
          b"".join(b"[%d]\n" % i for i in range(5000)), b"")
    totals = [command([RUN, "-m", mib, copy, "file", "/proc/meminfo"], 100)[1]
              for mib in ("32", "64")]
    totals = [int(re.search(rb"MemTotal: *(\d+)", text)[1]) for text in totals]
    results.append((16384 < totals[0] <= 32768 < totals[1] <= 65536,
                    "tools/run: -m says how much memory there is", totals))
    return results + run_files() + run_terminal()


def run_files():
    """What --trace and --log write."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        trace, log = (os.path.join(folder, name) for name in ("trace", "log"))
        status, out, errors = command(
            [RUN, "--trace", trace, "--log", log, "-a", "frobnicate",
             os.path.join(BUILD, "root/bin/two_addresses")], 100)
        with open(trace) as stream:
            events = stream.read()
        with open(log) as stream:
            text = stream.read()
    results.append((status == 0 and errors == b"" and b"attached at" in out,
                    "tools/run: --trace and --log leave output alone",
                    errors.decode()))
    for kind in (r"call +shmat\(\d+, NULL, 0", r"return +shmat\(\d+, NULL, 0\) "
                 "= 0", r"call +getpid\(\) = \d+", r"fault +address 0x4\w{7}",
                 r"link +slots 256\.\.256 pde 0x\w{5}4[02]7",
                 r"link +slots 320\.\.320 pde 0x\w{5}4[02]7",
                 r"unlink +slots 320\.\.320", r"switch +from \d+ to \d+",
                 r"message write from \d+ to \d+"):
        results.append((re.search(r"^ *\d+ +\d+ " + kind + r"\b", events, re.M)
                        is not None, "tools/run: the trace has " + kind,
                        events[:2000]))
    for line in (r"^Tessera: \d+ frames", "unknown word: frobnicate"):
        results.append((re.search(line, text, re.M) is not None,
                        "tools/run: the log has " + line, text[:2000]))
    return results


def run_terminal():
    """Without a FILE, and Ctrl-C with one; the terminal is given back."""
    status, out, errors = command([RUN], 60, stdin=subprocess.DEVNULL, env=dict(
        os.environ, WINDOW="1", DISPLAY="", WAYLAND_DISPLAY=""))
    results = [(status == 125 and out == b"" and errors.count(b"\n") == 1 and
                b"needs a display" in errors, "tools/run: WINDOW=1 without a "
                "display is 125 and one sentence", errors.decode())]
    status, out, errors = command([RUN], 60, stdin=subprocess.DEVNULL, env=dict(
        os.environ, QEMU_ARGS="-nonsense"))
    results.append((status == 125, "tools/run: a QEMU that does not start is "
                    "125", (out + errors).decode()))
    menu = Terminal(RUN)
    try:
        results.append((menu.wait_for(MENU, 60) and "To leave" in menu.text,
                        "tools/run: without FILE the menu comes, and how to "
                        "leave is said", menu.text))
        results.append((not menu.restored(), "tools/run: keys go to the menu "
                        "one by one", menu.text))
        menu.type("\033[A\033[1;5Dnonsense\033[3~\r")
        results.append((menu.wait_for("\nnonsense: No such file", 20),
                        "tools/run: an arrow key at the menu is no letter",
                        menu.text[-500:]))
        menu.type("q\r")
        results.append((menu.ended(20) == 0 and menu.restored(), "tools/run: "
                        "after q the terminal is as before", menu.text[-500:]))
    finally:
        menu.stop()
    menu = Terminal(RUN)
    try:
        menu.wait_for(MENU, 60)
        menu.type("\x01x")
        results.append((menu.ended(20) == 0 and menu.restored(), "tools/run: "
                        "after Ctrl-A X, too", menu.text[-500:]))
    finally:
        menu.stop()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pid")
        endless = Terminal(RUN, os.path.join(BUILD, "tests", "copy"), "loop",
                           QEMU_ARGS="-pidfile " + path)
        try:
            end = time.monotonic() + 30 * PATIENCE
            while not os.path.exists(path) and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(1)
            with open(path) as stream:
                pid = int(stream.read())
            endless.type("\x03")
            ended = endless.ended(20)
            gone = not os.path.exists("/proc/%d" % pid)
            results.append((ended == 130 and gone and endless.restored(),
                            "tools/run: Ctrl-C ends QEMU, with status 130",
                            "status %r, QEMU gone: %r\n%s" % (ended, gone,
                                                              endless.text)))
        finally:
            endless.stop()
    return results
