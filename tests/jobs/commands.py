"""tests/jobs/commands.py -- the commands that look: ps, frames, pt, pt-diff,
pmap, trace; what they say of processes, and of mistakes."""
import os
import re
import tempfile

from machine import built, tessera, text_of

BESIDE = ["-f", "/tests/beside=" + built("beside"), "--", "/tests/beside"]
USAGES = (
    (("ps", "x"), "ps"), (("frames", "x"), "frames"),
    (("pt",), "pt [-a] PID | pt PID ADDRESS"),
    (("pt", "x"), "pt [-a] PID | pt PID ADDRESS"),
    (("pt", "-a", "1", "2"), "pt [-a] PID | pt PID ADDRESS"),
    (("pt", "1", "x"), "pt [-a] PID | pt PID ADDRESS"),
    (("pt-diff", "1"), "pt-diff PID PID"),
    (("pmap",), "pmap PID"), (("pmap", "1", "2"), "pmap PID"),
    (("trace", "x"), "trace [on|off]"), (("poweroff", "x"),
     "poweroff [-f] [-n]"),
    (("ipcs", "x"), "ipcs [-m] [-q] [-s] [-a]"),
    (("ipcrm",), "ipcrm -m|-q|-s ID | -M|-Q|-S KEY ..."),
)
REFUSALS = (  # beside what, the words, what is said
    ("sharing", ("pt", "99"), "pt: there is no process 99"),
    ("sharing", ("pmap", "99"), "pmap: there is no process 99"),
    ("sharing", ("pt-diff", "A", "99"), "pt-diff: there is no process 99"),
    ("sharing", ("pt", "A", "0xc0000000"), "pt: 0xc0000000 is the kernel's, "
     "for which all processes have the same words"),
    ("dead", ("pt", "A"), "pt: process N is dead and has no memory any more"),
    ("dead", ("pmap", "A"),
     "pmap: process N is dead and has no memory any more"),
    ("dead", ("pt-diff", "1", "A"),
     "pt-diff: process N is dead and has no memory any more"),
    ("user", ("pt", "A"), "pt: process N is not yours to look at"),
    ("user", ("pt-diff", "B", "1"),
     "pt-diff: process 1 is not yours to look at"),
    ("user", ("trace", "on"), "trace: only root may switch it"),
)
DIRECTORY = r"process \d+, directory in frame (\w{5})\n"
LENS = r"""process \d+, linear address 0x50000123, directory in frame \w{5}

  bit    means          PDE 320    PTE 0     both together
  31\.\.0  the word       (\w{5})425   (\w{5})067
  31\.\.12 frame          \1      \2     of the table, of the page
  10     linked         1          -         the table is a segment's
   9     borrowed       -          0
   6     D   dirty      -          1         somebody has stored here
   5     A   accessed   1          1         the CPU has used both
   2     U/S user       1          1         a program may come here
   1     R/W writable   0          1         to read only
   0     P   present    1          1         there is a page

the byte is at 0x123 in frame \2
"""
SHARED = r"""(?:.*\n)*  PDE    256 (\w{5})427 rw --> \[ table \1  \] <-- """ \
    r"""PDE    320 (?:\1)425 r-
    PTE    0 (\w{5})067 rw --> \[ page  \2  \] <--   PTE    0 (?:\2)067 rw
"""


def run(*words):
    """Runs a command of the guest: its status, output and errors as text."""
    status, out, errors = tessera(["--", *words])
    return status, text_of(out), text_of(errors)


def beside(what, name, *words):
    """Runs a command beside the processes of tests/programs/beside.c."""
    status, out, errors = tessera([*BESIDE, what, "/bin/" + name, *words])
    return status, text_of(out), text_of(errors)


def mistakes():
    """Calls the commands as in USAGES, all in one shell, and returns the status,
    output and errors of each; a line `= STATUS` follows it in both."""
    line = "; ".join('/bin/%s; echo "= $?" | tee /dev/stderr' % " ".join(words)
                     for words, _ in USAGES)
    _, out, errors = run("sh", "-c", line)
    out, errors = (re.split(r"^= (\d+)\n", text, flags=re.M)
                   for text in (out, errors))
    return [(int(status), said, complaint) for status, said, complaint in
            zip(out[1::2], out[::2], errors[::2])]


def commands(check):
    """Each command says what it should, and each mistake is one sentence."""
    for (words, usage), (status, out, errors) in zip(
            USAGES, mistakes(), strict=True):
        check("commands: `%s` says how it is called" % " ".join(words),
              (status, out) == (2, "") and
              errors.endswith("usage: %s\n" % usage), status, out, errors)
    for what, words, said in REFUSALS:
        status, out, errors = beside(what, *words)
        check("commands: " + said, (status, out) == (1, "") and re.fullmatch(
            re.escape(said).replace(r"\ N\ ", r" \d+ ") + "\n", errors),
              status, out, errors)
    for part in (processes, frames, words_of_a_process, differences, trace):
        part(check.about("commands"))


def processes(check):
    """ps shows pid, parent, name, state and CR3."""
    status, out, errors = beside("dead", "ps")
    check("ps has a line for each process, with its state", status == 0 and
          re.fullmatch(r"""  pid  parent  name             state {17}CR3
    1       0  init             paused                \w{8}
    3       0  console          receive               \w{8}
    4       0  files            running               \w{8}
    6       1  ps               reply from 4          \w{8}
    7       6  beside           zombie                -
""", out), out, errors)
    _, out, errors = beside("user", "ps")
    check("a user sees CR3 of its own processes alone",
          [line.split()[-1] == "-" for line in out.splitlines()[1:]] ==
          [True, True, True, False, True, False], out, errors)
    _, out, _ = tessera(["-a", "teach", *BESIDE, "user", "/bin/ps"])
    check("with `teach` on the command line it sees all",
          " -\n" not in text_of(out) and " init " in text_of(out), out)


def frames(check):
    """The sums of frames are right."""
    _, out, errors = beside("sharing", "frames")
    counts = [int(word) for word in re.findall(r"^ *[\w ]+? +(\d+)  ", out,
                                               re.M)]
    check("frames has its nine lines", len(counts) == 9, out, errors)
    total, free, held, kernel, pages, rest, promised, boot, archive = counts
    check("... of which held is total less free, and has three parts",
          total == free + held and held == kernel + pages + rest, out)
    check("... and the page of the shared segment is one of them",
          pages == 1 and "in 1 shared segment\n" in out, out)
    check("... and held <= promised <= total, and boot has the archive",
          held <= promised <= total and boot > archive > 200, out)


def words_of_a_process(check):
    """pt shows what is shared, all, or one address bit by bit."""
    _, out, errors = beside("sharing", "pt", "A")
    check("pt shows what is shared: the segment's table and page",
          re.fullmatch(DIRECTORY + r"  PDE   32 0x08.*  its own\n"
                       r"(    PTE .*  borrowed\n)+"
                       r"  PDE  256 0x40000000 (\w{5})427  u rw A-  table in "
                       r"frame \3  a segment's\n"
                       r"    PTE    0 0x40000000 (\w{5})067  u rw AD  page in "
                       r" frame \4\n", out), out, errors)
    _, everything, errors = beside("sharing", "pt", "-a", "A")
    check("... and with -a every word", everything.count("PTE") >
          out.count("PTE") + 10 and "767 0xbfc" in everything, everything)
    _, out, errors = beside("sharing", "pt", "B", "0x50000123")
    check("... and with an address its two words, bit by bit",
          re.fullmatch(LENS, out), out, errors)
    _, out, errors = beside("sharing", "pt", "B", "0x60000000")
    check("... even if there are none", "there is no table\n" in out and
          "no byte is there until a page fault is served" in out, out, errors)
    _, out, errors = beside("sharing", "pmap", "B")
    check("pmap shows the segment, read-only", re.search(
        r"^50000000 +4K r--s  /SYSV00000000 \(deleted\)$", out, re.M), out,
          errors)


def differences(check):
    """pt-diff finds one table at two addresses."""
    status, out, errors = beside("sharing", "pt-diff", "A", "B")
    check("pt-diff shows the one table that both link, with each one's rights",
          status == 0 and re.match(SHARED, out), out, errors)
    shown = [int(word) for word in re.findall(
        r"words: (\d+) shared, (\d+) differ, (\d+) only in \d+, (\d+) only in",
        out)[0]]
    check("... and counts the words that it has shown", shown[0] > 10 and
          shown[1] >= 4 and "the same address, but another frame:" in out, out)
    _, out, errors = beside("sharing", "pt-diff", "A", "A")
    check("... and a process shares all words with itself",
          re.search(r"shared, 0 differ, 0 only in \d+, 0 only in", out), out,
          errors)


def trace(check):
    """trace switches the events of port 0xE9, where tools/run reads them."""
    _, out, errors = run("trace")
    check("trace says whether it is on", out == "trace: off\n", out, errors)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace")
        _, out, errors = tessera(["--trace", path, "--", "trace", "off"])
        with open(path) as stream:
            text = stream.read()
    check("... and off ends the events that tools/run --trace writes down",
          out == b"trace: off\n" and " write(3, " in text and
          " exit" not in text, text[-600:])
    _, out, errors = run("trace", "on")
    check("... and on says where they go", out ==
          "trace: on, to port 0xE9\n", out, errors)
