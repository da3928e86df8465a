"""tests/jobs/cmdline.py -- the words of the kernel's command line."""
import os
import subprocess
import tempfile

from machine import BUILD, RUN, command


def boot_with(kernel_words, *arguments):
    """What tests/programs/limits says, and the kernel's log, of one boot."""
    with tempfile.NamedTemporaryFile() as log:
        words = [RUN, "-t", "300", "--log", log.name]
        for word in kernel_words:
            words += ["-a", word]
        _, out, errors = command(
            words + [os.path.join(BUILD, "tests", "limits")] + list(arguments),
            90, stdin=subprocess.DEVNULL)
        return ((out + errors).decode(errors="replace").strip(),
                log.read().decode(errors="replace").split("\n"))


def command_line():
    results = []

    def check(sentence, words, arguments, said):
        out, _ = boot_with(words, *arguments)
        results.append((out == said, "command line: " + sentence, out))

    standard, log = boot_with([])
    results.append((not [line for line in log if "command line" in line],
                    "command line: nothing is said of a good one",
                    "\n".join(log)))
    tunables = ["shmmax=0x6000", "shmmin=16", "shmmni=7", "shmall=99",
                "shmseg=5"]
    check("the five limits are set, decimal or hexadecimal", tunables, [],
          "max 24576 min 16 mni 7 all 99 seg 5")
    check("shmmax= stops a larger segment", ["shmmax=8192"], ["8193", "1"],
          "0, then shmget: Invalid argument")
    check("shmmin= stops a smaller segment", ["shmmin=100"], ["99", "1"],
          "0, then shmget: Invalid argument")
    check("shmmni= stops one segment more", ["shmmni=3"], ["1", "9"],
          "3, then shmget: No space left on device")
    check("shmall= stops one page more", ["shmall=5"], ["8192", "9"],
          "2, then shmget: No space left on device")
    check("shmseg= stops one attach more", ["shmseg=4"], ["1", "9"],
          "4, then shmat: Too many open files")
    check("shmmni=0 allows none", ["shmmni=0"], ["1", "1"],
          "0, then shmget: No space left on device")

    bad = ["shmmax=", "shmmax=12x", "shmmax=4294967296", "shmmin=0",
           "shmmni=32769", "shmall=-1", "shmseg=0xfffffffff", "reserve=65537",
           "log=2", "log=high"]
    unknown = ["frobnicate", "shmmax", "SHMMAX=5", "provoke=nothing"]
    out, log = boot_with(bad + unknown)
    results.append((out == standard, "command line: bad values change nothing, "
                    "and the machine boots", out))
    for kind, words in (("bad value", bad), ("unknown word", unknown)):
        missing = [word for word in words
                   if "command line: %s: %s" % (kind, word) not in log]
        results.append((not missing, "command line: each %s is reported" % kind,
                        " ".join(missing) + "\n" + "\n".join(log)))
    out, log = boot_with(["server=/sbin/t%d" % i for i in range(9)])
    results.append(("command line: too many servers" in log, "command line: "
                    "more servers than there is room for are reported",
                    "\n".join(log)))

    quiet, talking = boot_with(["log=0"])[1], boot_with(["log=1"])[1]
    results.append((any("frames of RAM" in line for line in talking) and
                    not any("frames of RAM" in line for line in quiet),
                    "command line: log=0 keeps errors alone, log=1 information",
                    "\n".join(quiet + ["--"] + talking)))
    quiet = boot_with(["log=0", "frobnicate"])[1]
    results.append((quiet[:1] == ["command line: unknown word: frobnicate"],
                    "command line: log=0 keeps errors", "\n".join(quiet)))
    return results
