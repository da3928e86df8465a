"""tests/jobs/gdb.py -- sessions of gdb, the program's terminal beside them, and
what becomes of QEMU afterwards.
"""
import os
import re
import shutil
import signal
import subprocess

from machine import (DETERMINISTIC, PATIENCE, TESTS, TOP, Terminal, command,
                     difference, environment, soon, text_of)

GDB = os.path.join(TOP, "tools", "gdb")
TRANSCRIPT = os.path.join(TESTS, "gdb", "transcript.txt")
READY = r"first instruction(?s:.*)\(gdb\) "
# A page frame: five digits, alone or in a word of a page table.
FRAME = re.compile(r"(?<![\w.])(0x)?([0-9a-f]{5})([0-9a-f]{3})?(?![\w/])")


def normalised(text):
    """Takes from a gdb session what may change with any line of the kernel:
    code and stack addresses, line numbers, and frames, which become F1, F2, ...
    as they appear; and the words of a program's own pages, which the C library
    decides."""
    names = {}

    def frame(match):
        if match[2] in ("00000", "000b8", "32768", "fffff") or \
                match[1] and match[3]:
            return match[0]
        name = names.setdefault(match[2], "F%d" % (len(names) + 1))
        return name + (match[3] or "")

    for pattern, to in (
            (r"^(the program's term|the kernel's log:|warning: Source).*\n", ""),
            (r"^\d+(\t.*)", r"LINE\1"), (r"(\.c:|line )\d+", r"\1LINE"),
            (r"0x[cf][0-9a-f]{7}(?=[:)])", "0xKERNEL"),
            (r"(rt_sigtimedwait\()0x\w+", r"\1INIT"),
            (r"(0xKERNEL: file) \S+, line", r"\1 FILE, line"),
            (r"info_address=\d+", "info_address=BOOT"),
            (r"PROC_(READY|SLEEPING) ", "PROC_READY "),
            (r"(total|free|held|promised) \d+", r"\1 N"),
            (r"round \d+: write\(1, .*\)", "round N: write(1, ...)"),
            (r"write\(1, .*\)", "write(1, ...)"), (r"0xbf\w+", "STACK"),
            (r"memory ends with frame .*", "memory ends with frame LAST"),
            (r"^(shared: one frame|different: two \w+|one has a page)\n"
             r"(  (0x08|STACK|-  ).*\n)+", "")):
        text = re.sub(pattern, to, text, flags=re.M)
    return FRAME.sub(frame, text)


def batch(script, **env):
    """Runs a session by a script: its exit status, and what it says."""
    status, out, errors = command(
        [GDB], 100, stdin=subprocess.DEVNULL, env=environment(dict({
            "MEM": "64", "CPU": "qemu32", "QEMU_ARGS": DETERMINISTIC,
            "GDB_ARGS": "-batch -x " + script}, **env)))
    return status, text_of(out + errors)


def debugger(check):
    """The commands of tools/kernel.gdb.py answer as the golden transcript."""
    check = check.about("gdb")
    status, text = batch("tests/gdb/session.gdb",
                         KERNEL_ARGS="-- /bin/two_addresses")
    with open(TRANSCRIPT) as stream:
        differs = difference(stream.read(), normalised(text), "transcript.txt",
                             "this session")
    check("every command says what the transcript says", not differs, differs)
    check("no line is longer than 80 columns", not [
        line for line in text.splitlines() if len(line) > 80 and not
        re.match(r"\(gdb\) eval|the (program|kernel)'s |Breakpoint", line)],
        text)
    total, free, held, promised = (int(word) for word in re.findall(
        r"total (\d+) free (\d+) held (\d+) promised (\d+)", text)[-1])
    check("frames are free or held, and those are promised",
          total == free + held and held <= promised <= total,
          total, free, held, promised)
    check("the session ends at its last command", status == 0, text)
    whole_words(check)
    calls(check)
    at_program(check)
    in_tmux(check)
    hung_up(check)


# ---- what two processes share ----------------------------------------------

def pages(text, pid):
    """The frames of a process's pages by address, as `pt PID all` says; but
    for those of the segment, which pt-diff counts as a table."""
    start = text.index("process %d, directory" % pid)
    return dict(re.findall(r"PTE +\d+  0x([0b]\w+)  (\w{5})\w{3} ",
                           text[start:text.index("end of", start)]))


def whole_words(check):
    """pt-diff counts as many pages as the words of both processes have."""
    _, text = batch("tests/gdb/shared.gdb", KERNEL_ARGS="-- /bin/two_addresses")
    one, two = pages(text, 6), pages(text, 7)
    expected = [sum(two.get(at) == frame for at, frame in one.items()),
                sum(two.get(at, frame) != frame for at, frame in one.items()),
                len(set(one) ^ set(two))]
    told = text[text.index("pt-diff"):]
    found = []
    for title in ("shared: one frame", "different: two frames",
                  "one has a page"):
        lines = re.search(r"^%s\n((  .*\n)*)" % title, told + "\n", re.M)
        found.append(sum(int((re.search(r"  (\d+), to", line) or [0, 1])[1])
                         for line in lines[1].splitlines()) if lines else 0)
    check("pt-diff counts the pages that pt lists", found == expected and
          found[0] > 20 and found[1] > 1, found, expected, text)


def calls(check):
    """With `trace`, syscalls shows the last calls, and not the faults."""
    _, text = batch("tests/gdb/calls.gdb", KERNEL_ARGS="trace",
                    RUN="two_addresses")
    lines = re.findall(r"^ *\d+ +(\d+) (\w+) +(.*)", text, re.M)
    check("syscalls shows the last calls that the trace ring has",
          len(lines) == 5 and lines[-1] == ("7", "call", "shmdt(0x40000000)"),
          text)


# ---- the program's terminal ------------------------------------------------

def folder_of(session):
    """The folder of a session, which each of its commands names."""
    return re.search(r"(/\S*/tessera-gdb-\w+)", session.text)[1]


def machine_gone(folder):
    """Says whether no process has the folder's name any more."""
    def named(pid):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as stream:
                return folder.encode() in stream.read()
        except OSError:
            return False
    return soon(lambda: not any(map(named, filter(str.isdigit,
                                                  os.listdir("/proc")))), 20)


def session(run, **env):
    words = dict({"RUN": run, "TMUX": "no", "TERM": "xterm"}, **env)
    return Terminal("env", *["%s=%s" % pair for pair in words.items()], GDB)


def at_program(check):
    """RUN stops at the program; its terminal can be used; all ends."""
    with session("build/tests/lines") as debug:
        check("RUN= stops at the first instruction of a program",
              debug.says("first instruction", "(gdb) "), debug.text)
        folder = folder_of(debug)
        with Terminal(GDB, "--terminal", folder) as terminal:
            debug.type("tbreak main\r")
            debug.says("breakpoint 3 at", "(gdb) ")
            debug.type("continue\r")
            check("gdb knows the symbols of a program of yours", debug.says(
                "breakpoint 3, ", "main", "(gdb) "), debug.text)
            debug.type("procs\r")
            check("its process runs", debug.says(
                "lines            PROC_RUNNING", "(gdb) "), debug.text)
            debug.type("continue\r")
            keys(check, debug, terminal)
            check("QEMU is gone", machine_gone(folder), folder)
            check("the terminal is as it was before",
                  terminal.ended(30) == 0 and terminal.restored(),
                  terminal.text)
    for run, said in (("nonsense", "there is no program nonsense"),
                      ("README.md", "README.md is no program for the i386")):
        status, text = batch("/dev/null", RUN=run)
        check("RUN=%s is refused in one line" % run, status == 1 and
              text.startswith("tools/gdb: " + said) and
              text.count("\n") == 1, text)


def keys(check, debug, terminal):
    """What is typed at the terminal goes to the program, and back."""
    begun = terminal.wait_for(r"lines are read", 60)
    lines = ["%02d abcdefghijklmnopqrstuvwxyz" % n for n in range(20)]
    for line in lines:
        terminal.type(line + "\r")
        begun = begun and terminal.says(line, '"%s\\n"' % line)
    check("the program's terminal takes keys", begun, terminal.text)
    check("and it shows each byte once", all(
        terminal.text.count(line) == 2 for line in lines), terminal.text)
    debug.type("\x03")
    stopped = debug.wait_for(r"SIGINT(?s:.*)\(gdb\) ")
    debug.type("quit\r")
    check("Ctrl-C stops the machine, and quit ends the session",
          stopped and debug.ended(60) == 0, debug.text)


def plain(text):
    """Returns a text without what moves a terminal's cursor, which tmux may put
    into the middle of a word."""
    return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[()].)", "", text)


def in_tmux(check):
    """In tmux the program's terminal is a pane below gdb's."""
    if not shutil.which("tmux"):
        check("tmux is there: tools/setup test installs it", False, "")
        return
    with session("/bin/two_addresses", TMUX="") as debug:
        ready = soon(lambda: re.search(READY, plain(debug.text)), 60,
                     debug.over)
        folder = folder_of(debug) if ready else "none"
        debug.type("continue\r")
        check("in tmux the program's terminal is the pane below",
              ready and "the pane below" in debug.text and
              soon(lambda: "-- any key" in plain(debug.text), 60, debug.over),
              debug.text)
    check("when its window is closed, QEMU is gone", machine_gone(folder),
          folder)


def hung_up(check):
    """QEMU does not stay behind, however a session ends."""
    for number, status in ((signal.SIGHUP, 129), (signal.SIGTERM, 143),
                           (signal.SIGKILL, -9)):
        with subprocess.Popen(
                [GDB], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT) as process:
            text = b""
            while b"Breakpoint 1, " not in text:
                piece = os.read(process.stdout.fileno(), 4096)
                if not piece:
                    break
                text += piece
            process.send_signal(number)
            ended = process.wait(60 * PATIENCE)
            process.stdin.close()
        folder = re.search(rb"--terminal (\S+)", text)
        check("QEMU ends when the session gets %s" % number.name,
              ended == status and folder and
              machine_gone(folder[1].decode()), ended, text[-600:])
        if folder and number == signal.SIGKILL:
            shutil.rmtree(folder[1].decode(), ignore_errors=True)
