"""tests/jobs/words.py -- what tools/run says to people."""
import os
import re
import subprocess
import tempfile
import time

from machine import RUN, TOP, built, command, tessera, text_of

COPY = built("copy")
TIMES = (4, 20)  # seconds for a program that does not end


def words(*given, **more):
    """Runs tools/run, and returns status, output and errors as text."""
    status, out, errors = tessera(given, **more)
    return status, text_of(out), text_of(errors)


def wrong_programs():
    """Lists (what it is, its bytes, its mode, what is said of it)."""
    elf32 = bytearray(52)
    elf32[:7] = b"\x7fELF\x01\x01\x01"
    elf32[16:20] = b"\x02\x00\x03\x00"
    elf64 = bytearray(elf32)
    elf64[4], elf64[18:20] = 2, b"\x3e\x00"
    arm, object_file = bytearray(elf32), bytearray(elf32)
    arm[18], object_file[16] = 40, 1
    dynamic = bytearray(elf32) + b"\x03\0\0\0" + bytes([84]) + bytes(27) + \
        b"/lib/ld-linux.so.2\0"
    dynamic[28], dynamic[42], dynamic[44] = 52, 32, 1
    build = r"; build it with: \S*gcc.* -static -o wrong wrong\.c"
    return (
        ("a 64-bit program", elf64, 0o755, "is a 64-bit program, but Tessera "
         "has 32 bits" + build),
        ("a program of another machine", arm, 0o755, "is a program for another "
         "kind of computer" + build),
        ("an object file", object_file, 0o755, "is an object file and not "
         "linked yet" + build),
        ("a dynamic program", dynamic, 0o755, "is dynamically linked, but the "
         "guest has no /lib/ld-linux.so.2; copy it and the libraries in with "
         r"-f, or build it with: \S*gcc.* -static -o wrong wrong\.c"),
        ("a script", b"#!/bin/zsh -e\n", 0o755, "is a script, but the guest "
         "has no /bin/zsh; copy one in with -f"),
        ("a text", b"int main(void)\n", 0o644, "is not a program; write it in "
         "C and build it with: .*"),
        ("an empty file", b"", 0o755, "is empty"),
        ("a program without x", bytes(elf32), 0o644, "is not executable; "
         "make it so: chmod \\+x .*wrong"))


def run_words(check):
    """tools/run says what is wrong, what became of a program, and what the log
    should know."""
    check = check.about("tools/run")
    with tempfile.TemporaryDirectory() as folder:
        wrong_files(check, folder)
        commands(check)
        ways_to_call(check, folder)
        deaths(check)
        time_outs(check)
        files(check, folder)
        logs(check, os.path.join(folder, "log"))


def wrong_files(check, folder):
    """It is told what is no program for Tessera, and what would do."""
    wrong = os.path.join(folder, "wrong")
    for what, data, mode, said in wrong_programs():
        with open(wrong, "wb") as stream:
            stream.write(data)
        os.chmod(wrong, mode)
        status, _, errors = words(wrong)
        check(what + " is 126, and what would do is said", status == 126 and
              re.fullmatch("tools/run: %s %s\n" % (re.escape(wrong), said),
                           errors), status, errors)
    status, _, errors = words("/nonexistent")
    check("a missing FILE is 127", (status, errors) == (
        127, "tools/run: /nonexistent: no such file\n"), status, errors)
    status, _, errors = words(TOP)
    check("a FILE that is a directory is 126", (status, errors) == (
        126, "tools/run: %s is a directory, and FILE is a program\n" % TOP),
          status, errors)


def commands(check):
    """-- COMMAND finds the commands of the guest."""
    status, out, errors = words("--", "ipcs", "-m")
    check("-- COMMAND is looked for in the PATH", status == 0 and
          "Shared Memory Segments" in out, status, errors)
    status, _, errors = words("--", "nothing")
    check("... and 127 where it is not", (status, errors) == (
        127, "tools/run: nothing: the guest has no such command in "
        "PATH=/bin:/sbin:/usr/bin:/usr/sbin\n"), status, errors)


def ways_to_call(check, folder):
    """Variables, a symbolic link, and an output that is full are no trouble."""
    _, out, _ = words("-e", "A=1 2", "-e", "HOME=", COPY, "env",
                      "A", "HOME", "PATH", "NONE", "XZ_DEFAULTS")
    check("-e gives a variable, and takes the place of ours",
          out == "A=1 2\nHOME=\nPATH=/bin:/sbin:/usr/bin:/usr/sbin\n"
          "NONE\nXZ_DEFAULTS=-T1\n", out)
    link = os.path.join(folder, "link")
    os.symlink(RUN, link)
    status, _, _ = command([link, COPY, "exit", "7"], 100,
                             stdin=subprocess.DEVNULL)
    check("a symbolic link to it will do", status == 7, status)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([RUN, COPY, "both"], stdout=full, timeout=500,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    check("a full standard output is said so", b"tools/run: standard "
          b"output: No space left on device\n" in done.stderr and
          done.returncode == 125, done)


def deaths(check):
    """A program that a signal killed is told of as a shell does."""
    status, _, errors = words(COPY, "write", "0x40000000")
    check("a fault is told as a shell does, with the kernel's reason",
          status == 139 and re.fullmatch(
              r"Segmentation fault \(pid \d+: page fault, write at "
              r"0x40000000\)\n", errors), status, errors)
    status, _, errors = words(COPY, "kill", "9")
    check("a signal that was sent has no reason", status == 137 and
          re.fullmatch(r"Killed \(pid \d+\)\n", errors), status, errors)
    status, _, errors = words(COPY, "kill", "13")
    check("of SIGPIPE nothing is said, as a shell does",
          (status, errors) == (141, ""), status, errors)


def timed_out(reason, *given, **more):
    """Runs a program that does not end by itself, for a short time and, where the
    machine is too slow to come to the `reason` in it, for a longer one: the
    seconds, status and errors."""
    for seconds in TIMES:
        status, _, errors = words("-t", str(seconds), *given, **more)
        if re.search(reason, errors):
            break
    return seconds, status, errors


def time_outs(check):
    """A program whose time is over is told of, as it ran or as it waited."""
    seconds, status, errors = timed_out("was running in main", COPY, "loop")
    check("a time-out says the seconds, -t, and where it ran",
          status == 124 and re.fullmatch(
              r"tools/run: time-out after %d s \(-t SECONDS allows more\):\n"
              r"  pid \d+ \(copy\) was running in main at 0x0804\w+.*\n" %
              seconds, errors), status, errors)
    quiet, never_written = os.pipe()
    _, status, errors = timed_out("waits for the answer", COPY, stdin=quiet)
    os.close(quiet)
    os.close(never_written)
    check("... or in which call it waited", status == 124 and re.search(
        r"^  pid \d+ \(copy\) waits for the answer in read\(0, 0x\w+, 5000\)$",
        errors, re.M), status, errors)


def files(check, folder):
    """A file that is here, and not in the guest, is hinted at."""
    with open(os.path.join(folder, "data"), "w") as stream:
        stream.write("here\n")
    _, _, errors = words(COPY, "file", "data", cwd=folder)
    check("a file that lies here and not in the guest: -f is hinted at",
          errors == "tools/run: the guest has no file data, but this "
          "machine has one: tools/run -f data=data ...\n", errors)
    status, out, errors = words("-f", "data=data", COPY, "file", "data",
                                cwd=folder)
    check("... and helps", (status, out, errors) == (0, "here\n", ""),
          status, out, errors)


def logs(check, log):
    """The log has what processes do wrong, and not too much of it."""
    start = time.monotonic()
    words("--log", log, built("cpu"), "no selector")
    with open(log) as stream:
        kills = stream.read().count("killed by signal")
    check("a thousand crimes: the log has at most 100 lines a second",
          50 < kills < 100 * (time.monotonic() - start + 2), kills)
    words("--log", log, COPY, "unknown")
    with open(log) as stream:
        text = stream.read()
    check("an unknown call is in the log once, by its name",
          text.count("unknown system call socket, number 359") == 1, text)
    check("threads are one line in the log", len(re.findall(
        "there are no threads: clone", text)) == 1, text)
