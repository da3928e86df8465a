"""tests/jobs/runner.py -- what goes into tools/run, and what comes out."""
import io
import os
import re
import signal
import stat
import subprocess
import tarfile
import tempfile
import time

from machine import (BUILD, MENU, RUN, RUN_MENU, TOP, Terminal, built, soon,
                     tessera, text_of)

COPY = built("copy")
LICENSE = os.path.join(TOP, "LICENSE")
MEMORY = "memory is a number of MiB, 64 for example, not '%s'"
MISTAKES = (  # what is wrong, the words, what is said
    ("an unknown option", ["-x", "y", COPY], "unknown option -x; see --help"),
    ("an option without its value", ["-m"], "-m needs a value; see --help"),
    ("memory that is no number", ["-m", "1G", COPY], MEMORY % "1G"),
    ("no memory", ["-m", "0", COPY], MEMORY % "0"),
    ("a time that is no number", ["-t", "x", COPY],
     "-t wants a number of seconds, not 'x'"),
    ("-- without a COMMAND", ["--"], "-- needs a COMMAND"),
    ("-e without a value", ["-e", "NAME", COPY], "-e wants NAME=VALUE"),
    ("-f without a file", ["-f", "/x=/nonexistent", COPY],
     "/nonexistent: No such file or directory"),
)
NO_PROGRAMS = (  # in the guest, on the host, the status, what init says
    ("/run/LICENSE", LICENSE, 126, "it is not executable (chmod +x), error 13"),
    ("/run/elf64", built("bad/class64"), 126,
     "it is no 32-bit program (gcc -m32 -static), error 8"),
)
USAGES = (
    ("ipcs", "usage: ipcs [-m] [-q] [-s] [-a]"),
    ("ipcrm", "usage: ipcrm -m|-q|-s ID | -M|-Q|-S KEY ..."),
)
TRACED = (
    r"call +shmat\(\d+, NULL, 0", r"return +shmat\(\d+, NULL, 0\) = 0x40000000",
    r"call +getpid\(\) = \d+", r"fault +address 0x4\w{7}",
    r"link +slots 256\.\.256 pde 0x\w{5}4[02]7",
    r"link +slots 320\.\.320 pde 0x\w{5}4[02]7",
    r"unlink +slots 320\.\.320", r"fork +child \d+",
    r"served +address 0x4\w{7} = 0", r"exec +pid \d+", r"exit +status 0x0",
    r"link +.*page_link < slots_link", r"switch +from \d+ to \d+",
    r"message write from \d+ to \d+",
)
LOGGED = (r"^Tessera: \d+ frames", "unknown word: frobnicate")


def runner(check):
    """Each way to call tools/run gives the right output and status."""
    check = check.about("tools/run")

    def answers(sentence, words, status, out=None, errors=None, given=b"",
                env={}):
        """Checks one run; an output or errors of None may be anything."""
        got = tessera(words, env=env, input=given)
        check(sentence, got[0] == status and out in (None, got[1]) and
              errors in (None, got[2]), "status %d, output %r, errors %r" %
              (got[0], got[1][:300], got[2][-600:]))

    for part in (streams, failures, mistakes, no_programs, archive_programs,
                 what_goes_along):
        part(answers)
    memory(check)
    unread(check)
    lent(check)
    run_files(check)
    run_errors(check)
    run_menu(check)
    run_interrupted(check)


def streams(answers):
    """Input, output, errors, arguments and the program's status come
    through."""
    big = os.urandom(1 << 20)
    answers("1 MiB of binary input comes back unchanged", ["-t", "450", COPY],
            0, big, b"", big)
    answers("output and error are kept apart", [COPY, "both"], 0, b"out\n",
            b"err\n")
    answers("no input is an end of input", [COPY], 0, b"", b"")
    answers("the exit status is the program's", [COPY, "exit", "42"], 42)
    answers("exit status 255 arrives", [COPY, "exit", "255"], 255)
    answers("128 + n when signal n killed it", [COPY, "kill", "11"], 139)
    answers("SIGKILL is 137", [COPY, "kill", "9"], 137)
    answers("124 on time-out", ["-t", "3", COPY, "loop"], 124, b"")
    answers("arguments arrive byte for byte",
            [COPY, "args", "a b", "", "%41", "\u00e9;'\"$", "--"], 0,
            "[a b]\n[]\n[%41]\n[\u00e9;'\"$]\n[--]\n".encode())


def failures(answers):
    """A small memory is enough, and the failure of a machine is told."""
    answers("-m 16 is enough for a small program", ["-m", "16", COPY, "both"],
            0, b"out\n", b"err\n")
    answers("the machine's failure is 125", ["-m", "2", COPY], 125)
    answers("a machine that restarts is 125", [built("provoke"), "0x01234567"],
            125, b"")
    answers("one that switches itself off is 125",
            [built("provoke"), "0x4321fedc"], 125, b"")


def mistakes(answers):
    """Each mistake of a person is answered with one line."""
    for sentence, words, said in MISTAKES:
        answers(sentence + " is 125, and said", words, 125, b"",
                ("tools/run: %s\n" % said).encode())
    answers("no QEMU is 125, and said", [COPY], 125, b"", b"tools/run: there "
            b"is no /no/qemu; `make setup' installs QEMU\n",
            env={"QEMU": "/no/qemu"})


def no_programs(answers):
    """Commands that the guest cannot run, or does not have, are told."""
    for guest, host, status, said in NO_PROGRAMS:
        answers("%s is no program, and init says why" % guest,
                ["-f", guest + "=" + host, "--", guest], status, b"",
                ("init: %s: cannot be run: %s\n" % (guest, said)).encode())
    answers("a COMMAND that is not there is 127, and init says it",
            ["--", "/bin/nothing"], 127, b"", b"init: /bin/nothing: cannot be "
            b"run: there is no such file, or no interpreter of it, error 2\n")


def archive_programs(answers):
    """Commands of the boot archive run, and refuse what they do not know."""
    answers("-- COMMAND runs a program of the archive",
            ["--", "/bin/ipcs", "-m"], 0)
    for name, usage in USAGES:
        answers(name + " refuses an option it does not know, with status 2",
                ["--", "/bin/" + name, "-z"], 2, b"", (
                    "/bin/%s: invalid option -- 'z'\n%s\n" %
                    (name, usage)).encode())
    answers("ipcrm by key 0 makes nothing and removes nothing",
            ["--", "/bin/ipcrm", "-Q", "0"], 1, b"",
            b"ipcrm: invalid key (0)\n")


def what_goes_along(answers):
    """Files, words for the kernel, and very many arguments arrive."""
    with open(LICENSE, "rb") as stream:
        answers("-f brings a file along", ["-f", "/etc/greeting=" + LICENSE,
                COPY, "file", "/etc/greeting"], 0, stream.read(), b"")
    answers("-a gives a word to the kernel", [
        "-a", "shmmni=77", COPY, "file", "/proc/sys/kernel/shmmni"], 0,
        b"77\n", b"")
    answers("5,000 arguments arrive, argv[0] as it was typed", [COPY, "args"] +
            ["%d" % i for i in range(5000)], 0,
            b"".join(b"[%d]\n" % i for i in range(5000)), b"")


def memory(check):
    """The guest has the memory that -m gives it."""
    texts = [tessera(["-m", mib, COPY, "file", "/proc/meminfo"])[1]
             for mib in ("32", "64")]
    small, large = (int(re.search(rb"MemTotal: *(\d+)", text)[1])
                    for text in texts)
    check("-m says how much memory there is",
          16384 < small <= 32768 < large <= 65536, small, large)


def unread(check):
    """Input that the program does not read stays where it was."""
    reader, writer = os.pipe()
    os.write(writer, b"for somebody else\n")
    os.close(writer)
    status = tessera([COPY, "exit", "0"], stdin=reader)[0]
    left = os.read(reader, 100)
    os.close(reader)
    check("a program that reads no input takes none",
          status == 0 and left == b"for somebody else\n", status, left)


CHANGES = """
set -e
[ "$PWD" = "%s" ] && [ $(stat -c %%Y kept) = 1000000000 ]
echo new >made; mkdir -p deep/er; seq 20000 >deep/er/numbers; chmod 750 deep/er
echo more >>changed; chmod 600 mode; rm removed; rm -r full; ln -s kept link
rm was-file; mkdir was-file; rm -r was-folder; echo file >was-folder
ln kept second; chmod 555 deep; chmod 4755 made; mkfifo fifo
exit 5
"""


def lent(check):
    """-w: what the guest does to the working directory is done here."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(os.path.realpath(folder), "a place")
        fill(place)
        status, out, errors = tessera(
            ["-t", "300", "-w", "--", "sh", "-c", CHANGES % place], cwd=place)
        check("-w: the command has the directory, and its status arrives",
              status == 5 and not out + errors, status, text_of(out + errors))
        returned(check, place)
        before = listing(place)
        status, _, errors = tessera(["-t", "2", "-w", "--", "sh", "-c",
                                     "rm kept; sleep 100"], cwd=place)
        check("-w: when the time was over, nothing is changed, and it is said",
              status == 124 and listing(place) == before and
              b"nothing of " in errors, status, text_of(errors))
        status, _, errors = tessera(["-w", "-m", "16", "--", "true"], cwd="/")
        check("-w: the root directory is not lent", status == 125 and
              b"-w cannot lend /" in errors, text_of(errors))
        os.chmod(os.path.join(place, "deep"), 0o755)
        forged(check, folder, os.path.join(os.path.realpath(folder), "other"))


FORGE = """printf '#!/bin/sh\\ncat forged\\n' >/tmp/t
chmod +x /tmp/t; mv /tmp/t /bin/tar"""


def forged(check, folder, place):
    """The guest sends back an archive whose names lead out of the place."""
    os.mkdir(place)
    with tarfile.open(os.path.join(place, "forged"), "w") as archive:
        for name in ("../evil", os.path.join(folder, "absolute"), "good"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        way = tarfile.TarInfo("way")
        way.type, way.linkname = tarfile.SYMTYPE, ".."
        archive.addfile(way)
        through = tarfile.TarInfo("way/through")
        through.size = 1
        archive.addfile(through, io.BytesIO(b"x"))
    status, _, errors = tessera(["-w", "--", "sh", "-c", FORGE], cwd=place)
    check("-w: no name of the guest's leads out of the directory",
          status == 0 and os.path.exists(place + "/good") and not {
              "evil", "absolute", "through"} & set(os.listdir(folder)) and
          errors.count(b"is not in the directory, and stays in the guest") == 3,
          status, text_of(errors), os.listdir(folder))


def fill(place):
    os.makedirs(os.path.join(place, "full", "inner"))
    os.makedirs(os.path.join(place, "was-folder"))
    for name in ("kept", "changed", "mode", "removed", "full/inner/file",
                 "was-file"):
        with open(os.path.join(place, name), "w") as stream:
            stream.write("here\n")
        os.chmod(stream.name, 0o644)
    os.utime(os.path.join(place, "kept"), (1e9, 1e9))
    os.mkfifo(os.path.join(place, "ours"))


def listing(place):
    """{path: its mode and what is in it} of all that lies there."""
    found = {}
    for folder, folders, files in os.walk(place):
        for name in folders + files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            found[os.path.relpath(path, place)] = "%o %s" % (mode & 0o7777, (
                "-> " + os.readlink(path) if stat.S_ISLNK(mode) else
                open(path).read() if stat.S_ISREG(mode) else
                stat.filemode(mode)[0]))
    return found


def returned(check, place):
    now = listing(place)
    wanted = {"kept": "644 here\n", "second": "644 here\n",
              "made": "755 new\n", "changed": "644 here\nmore\n",
              "mode": "600 here\n", "deep": "555 d", "deep/er": "750 d",
              "deep/er/numbers": "644 " + "".join(
                  "%d\n" % i for i in range(1, 20001)),
              "link": "777 -> kept", "was-file": "755 d",
              "was-folder": "644 file\n", "fifo": "644 p", "ours": now["ours"]}
    wrong = {name: (now.get(name, "")[:60], wanted.get(name, "")[:60])
             for name in set(now) | set(wanted)
             if now.get(name) != wanted.get(name)}
    check("-w: what is new, changed and removed there is so here, with modes",
          not wrong, wrong)
    check("-w: what the guest did not change is not touched", os.stat(
        os.path.join(place, "kept")).st_mtime == 1e9, now["kept"])


def run_files(check):
    """--trace and --log write their files, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        trace, log = (os.path.join(folder, name) for name in ("trace", "log"))
        status, out, errors = tessera(
            ["--trace", trace, "--log", log, "-a", "frobnicate",
             os.path.join(BUILD, "root/bin/two_addresses")])
        with open(trace) as stream:
            events = stream.read()
        with open(log) as stream:
            text = stream.read()
    check("--trace and --log leave output alone",
          status == 0 and errors == b"" and b"attached at" in out,
          text_of(errors))
    for kind in TRACED:
        check("the trace has " + kind,
              re.search(r"^ *\d+ +\d+ " + kind + r"\b", events, re.M),
              events[:2000])
    for line in LOGGED:
        check("the log has " + line, re.search(line, text, re.M), text[:2000])


def run_errors(check):
    """Without a FILE it is told if no QEMU with a menu can start."""
    status, out, errors = tessera([], 60, {
        "WINDOW": "1", "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    check("WINDOW=1 without a display is 125 and one sentence",
          status == 125 and out == b"" and errors.count(b"\n") == 1 and
          b"needs a display" in errors, text_of(errors))
    status, out, errors = tessera([], 60, {"QEMU_ARGS": "-nonsense"})
    check("a QEMU that does not start is 125", status == 125,
          text_of(out + errors))


def run_menu(check):
    """Without a FILE a person is there; then the terminal is given back."""
    with Terminal(*RUN_MENU) as menu:
        check("with /bin/menu the menu comes, and how to leave is said",
              menu.wait_for(MENU, 60) and "To leave" in menu.text, menu.text)
        check("keys go to the menu one by one", not menu.restored(), menu.text)
        menu.type("\033[A\033[1;5Dnonsense\033[3~\r")
        check("an arrow key at the menu is no letter",
              menu.wait_for("\nnonsense: there is no such command", 20), menu.text[-500:])
        menu.type("q\r")
        check("after q the terminal is as before",
              menu.ended(20) == 0 and menu.restored(), menu.text[-500:])
    with Terminal(*RUN_MENU) as menu:
        menu.wait_for(MENU, 60)
        menu.type("\x01x")
        check("after Ctrl-A X, too", menu.ended(20) == 0 and menu.restored(),
              menu.text[-500:])


def qemu_pid(path):
    """Returns the pid of a QEMU that writes it there, once it runs."""
    soon(lambda: os.path.exists(path), 30)
    time.sleep(1)
    with open(path) as stream:
        return int(stream.read())


def runs(pid):
    try:
        with open("/proc/%d/stat" % pid) as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def run_interrupted(check):
    """Ctrl-C ends a program with its QEMU, and gives back the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pid")
        with Terminal(RUN, COPY, "loop",
                      QEMU_ARGS="-pidfile " + path) as endless:
            pid = qemu_pid(path)
            endless.type("\x03")
            ended = endless.ended(20)
            gone = not os.path.exists("/proc/%d" % pid)
            check("Ctrl-C ends QEMU, with status 130",
                  ended == 130 and gone and endless.restored(),
                  "status %r, QEMU gone: %r\n%s" % (ended, gone, endless.text))
    for words in ([], ["--film", os.devnull]):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "pid")
            endless = subprocess.Popen(
                [RUN, *words, COPY, "loop"], stderr=subprocess.DEVNULL,
                env={**os.environ, "QEMU_ARGS": "-pidfile " + path})
            pid = qemu_pid(path)
            endless.kill()
            endless.wait()
            gone = soon(lambda: not runs(pid), 20)
            check("SIGKILL leaves no QEMU behind: tools/run %s" %
                  " ".join(words), gone, pid)
            if not gone:
                os.kill(pid, signal.SIGKILL)
