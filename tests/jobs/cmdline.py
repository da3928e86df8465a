"""tests/jobs/cmdline.py -- the words of the kernel's command line."""
from machine import built, tessera_log, text_of

TUNABLES = ["shmmax=0x6000", "shmmin=16", "shmmni=7", "shmall=99", "shmseg=5"]
LIMITS = (  # the sentence, the kernel's words, arguments of limits, its answer
    ("the five limits are set, decimal or hexadecimal", TUNABLES, [],
     "max 24576 min 16 mni 7 all 99 seg 5"),
    ("shmmax= stops a larger segment", ["shmmax=8192"], ["8193", "1"],
     "0, then shmget: Invalid argument"),
    ("shmmin= stops a smaller segment", ["shmmin=100"], ["99", "1"],
     "0, then shmget: Invalid argument"),
    ("shmmni= stops one segment more", ["shmmni=3"], ["1", "9"],
     "3, then shmget: No space left on device"),
    ("shmall= stops one page more", ["shmall=5"], ["8192", "9"],
     "2, then shmget: No space left on device"),
    ("shmseg= stops one attach more", ["shmseg=4"], ["1", "9"],
     "4, then shmat: Too many open files"),
    ("shmmni=0 allows none", ["shmmni=0"], ["1", "1"],
     "0, then shmget: No space left on device"),
)
BAD = ["shmmax=", "shmmax=12x", "shmmax=4294967296", "shmmin=0",
       "shmmni=32769", "shmall=-1", "shmseg=0xfffffffff", "reserve=65537",
       "quantum=0", "log=2", "log=high"]
UNKNOWN = ["frobnicate", "shmmax", "SHMMAX=5", "provoke=nothing"]


def boot_with(kernel_words, *arguments):
    """Boots once; returns what tests/programs/limits says and the log's
    lines."""
    words = [word for given in kernel_words for word in ("-a", given)]
    _, out, errors, log = tessera_log(
        ["-t", "300", *words, built("limits"), *arguments], 90)
    return text_of(out + errors).strip(), log.split("\n")


def command_line(check):
    """Good words set what they name, and bad ones are told."""
    check = check.about("command line")
    standard, log = boot_with([])
    check("nothing is said of a good one",
          not [line for line in log if "command line" in line], "\n".join(log))
    for sentence, kernel_words, arguments, said in LIMITS:
        out, _ = boot_with(kernel_words, *arguments)
        check(sentence, out == said, out)
    bad_words(check, standard)
    log_levels(check)


def bad_words(check, standard):
    """Words that make no sense change nothing of `standard`, and are told."""
    out, log = boot_with(BAD + UNKNOWN)
    check("bad values change nothing, and the machine boots", out == standard,
          out)
    for kind, words in (("bad value", BAD), ("unknown word", UNKNOWN)):
        missing = [word for word in words
                   if "command line: %s: %s" % (kind, word) not in log]
        check("each %s is reported" % kind, not missing,
              " ".join(missing) + "\n" + "\n".join(log))
    _, log = boot_with(["server=/sbin/t%d" % i for i in range(9)])
    check("more servers than there is room for are reported",
          "command line: too many servers" in log, "\n".join(log))


def log_levels(check):
    """log=0 and log=1 decide what the log keeps."""
    quiet, talking = boot_with(["log=0"])[1], boot_with(["log=1"])[1]
    check("log=0 keeps errors alone, log=1 information",
          any("frames of RAM" in line for line in talking) and
          not any("frames of RAM" in line for line in quiet),
          "\n".join(quiet + ["--"] + talking))
    quiet = boot_with(["log=0", "frobnicate"])[1]
    check("log=0 keeps errors",
          quiet[:1] == ["command line: unknown word: frobnicate"],
          "\n".join(quiet))
