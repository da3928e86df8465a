"""tests/jobs/panics.py -- what the kernel says when it fails."""
import re

from machine import (MENU, TESSERA, Machine, built, tessera, tessera_log,
                     text_of)

REGISTERS = r"""eax \w{8} ebx \w{8} ecx \w{8} edx \w{8}
esi \w{8} edi \w{8} ebp \w{8} esp \w{8}
eip \w{8} cs 0060 eflags \w{8}
cr0 \w{8} cr2 \w{8} cr3 \w{8} cr4 (\w{8})
"""
# What the compiler did not inline may stand between; each line is a sure one.
BETWEEN = r"(?:  \w{8} \w+\+\w+\n)*?"
CALLERS = (r"  \w{8} provoke\+\w+\n" + BETWEEN +
           r"  \w{8} (?:run|sys)_reboot\+\w+\n" + BETWEEN +
           r"  \w{8} trap_unix\+\w+(?: \?)?\n")
FIND = "the checkers find %d broken invariants\n"
RUNNING = "running: pid \\d+ \\(provoke\\)\n"
FAULT = r"panic: #PF page fault in the kernel at (\w{8}), error %s, address "
# What `provoke=WORD` makes the kernel say: kernel/look/provoke_check.c.
PANICS = {
    "stack": r"panic: kernel stack overflow of pid \d+ \(provoke\)" "\n" +
             RUNNING + REGISTERS + r"""  \w{8} provoke_stack\+\w+
  \w{8} provoke_stack\+\w+
  ... \d+ times more
""" + CALLERS +
             "P8: row \\d+, \\d\\d? bytes of its stack are left\n" + FIND % 1,
    "null": FAULT % 0 + "00000000\n" + RUNNING + REGISTERS +
            r"""  \1 provoke_read\+\w+
  \w{8} provoke_null\+\w+
""" + CALLERS + FIND % 0,
    "smap": FAULT % 1 + "0804\\w{4}\n" + RUNNING + REGISTERS +
            r"""  \1 provoke_read\+\w+
  \w{8} provoke_smap\+\w+
""" + CALLERS + FIND % 0,
    "smep": FAULT % 11 + "\\1\n" + RUNNING + REGISTERS +
            r"""  \1 \?\+\w+
  \w{8} provoke_smep\+\w+
""" + CALLERS + FIND % 0,
    "assert": r"panic: kernel/look/provoke_check\.c:\d+: nothing_provoked"
              "\n" + RUNNING + r"""  \w{8} provoke_assert\+\w+
""" + CALLERS + FIND % 0,
}
SENTENCES = {
    "stack": "SEC-S9 a kernel-stack overflow is caught and names the process",
    "null": "SEC-S2 the kernel's own NULL is a panic with the address",
    "smap": "SEC-S4 the kernel reads no user page but in usercopy (SMAP)",
    "smep": "SEC-S4 the kernel runs no user page (SMEP)",
    "assert": "LIFE-panic a broken invariant is told with its backtrace",
}
SMEP, SMAP = 1 << 20, 1 << 21


def provoked(word, cpu):
    """Returns the arguments of tessera() for a failure on that CPU."""
    return (["-t", "300", "-a", "provoke=" + word, built("provoke")], 90,
            {"CPU": cpu})


def panic(check, word, cpu):
    """One failure of the kernel is told in every part, and ends tools/run."""
    check = check.about("panic on " + cpu)
    if cpu == "qemu32" and word in ("smap", "smep"):
        not_enforced(check, word, cpu)
        return
    status, out, errors = tessera(*provoked(word, cpu))
    said = "".join(line[4:] + "\n" for line in text_of(errors).split("\n")
                   if line.startswith("  | "))
    match = re.search(PANICS[word] + r"\Z", said)
    check(SENTENCES[word], match, said)
    check("tools/run answers 125 after provoke=" + word,
          status == 125 and out == b"", "status %d" % status)
    if match and word in ("smap", "smep"):
        check(SENTENCES[word] + ": the bits of CR4",
              int(match[2], 16) & (SMEP | SMAP) == SMEP | SMAP, said)


def not_enforced(check, word, cpu):
    """On a CPU without the feature the kernel goes on, and its log says why."""
    status, out, _, log = tessera_log(*provoked(word, cpu))
    check(SENTENCES[word] + ": not enforceable there, and said so",
          status == 0 and out == b"went on\n" and
          "provoke: %s is not enforced by this CPU" % word in log, log)


# What `provoke=WORD` leads to when two processes store into the page that they
# share: what the program prints, and what the kernel says.
RETURNS = {
    "write": (
        b"one: killed by signal 11\nthe other: killed by signal 11\n",
        r"(pid \d+ \(refused\) killed by signal 11: the page table says no, PDE "
        r"\w{5}4[026]7 PTE \w{5}0[026]5, write at 40000000\n){2}",
        "a write that a shared PTE refuses kills each writer, and the log has "
        "the words"),
    "table": (b"", r"panic: mm/slot\.c:\d+: table != NO_FRAME\n",
              "a store to an entry without a table is a panic"),
    "again": (b"", r"panic: a page fault at 40000000 was served 1000 times and "
              r"comes back: PDE \w{5}4[a-f]7 PTE 00000000, eip \w{8}\n",
              "a fault that is served and comes back 1,000 times is a panic "
              "with both words"),
}


def fault_returns(check):
    """A page fault that is served does not come back in silence."""
    check = check.about("page fault")
    for word, (printed, said, sentence) in RETURNS.items():
        status, out, errors, log = tessera_log(
            ["-t", "60", "-a", "provoke=" + word, built("refused")], 60)
        check(sentence, out == printed and re.search(said, log) and
              status == (0 if printed else 125), log + text_of(out + errors))
    status, out, errors = tessera(["-t", "60", built("refused")], 60)
    check("the same stores are no harm where no word is spoilt",
          status == 0 and out == b"one: status 0\nthe other: status 0\n",
          text_of(out + errors))


def panic_on_screen(check):
    """Without a debug-exit device the screen tells of the panic, and the
    machine halts."""
    check = check.about("panic")
    with Machine(*TESSERA, "-append",
                 "provoke=assert -- /bin/menu") as machine:
        machine.wait_for(MENU, 60)
        machine.type("q\r")
        said = machine.wait_for("broken invariants\n", 30) and re.search(
            "^panic: .*", machine.text, re.M | re.S)
        lines = said[0].rstrip("\n").split("\n") if said else []
        check("it is on the serial line", lines, machine.text[-1000:])
        shown = machine.screen()
        check("the screen has the same lines",
              lines and shown[:len(lines)] == lines, "\n".join(shown))
        check("the machine halts", machine.ended(0.5) is None,
              machine.text[-500:])
