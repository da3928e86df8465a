"""tests/jobs/panics.py -- what the kernel says when it fails."""
import os
import re
import subprocess
import tempfile

from machine import BUILD, MENU, RUN, Machine, command

REGISTERS = r"""eax \w{8} ebx \w{8} ecx \w{8} edx \w{8}
esi \w{8} edi \w{8} ebp \w{8} esp \w{8}
eip \w{8} cs 0060 eflags \w{8}
cr0 \w{8} cr2 \w{8} cr3 \w{8} cr4 (\w{8})
"""
# What the compiler did not inline may stand between; each line is a sure one.
BETWEEN = r"(?:  \w{8} \w+\+\w+\n)*?"
CALLERS = (r"  \w{8} provoke\+\w+\n" + BETWEEN +
           r"  \w{8} (?:run|sys)_reboot\+\w+\n" + BETWEEN +
           r"  \w{8} trap_unix\+\w+(?: \?)?\n" +
           r"the checkers find 0 broken invariants\n")
RUNNING = "running: pid \\d+ \\(provoke\\)\n"
FAULT = r"panic: #PF page fault in the kernel at (\w{8}), error %s, address "
# What `provoke=WORD` makes the kernel say: kernel/look/provoke_check.c.
PANICS = {
    "stack": r"panic: kernel stack overflow of pid \d+ \(provoke\)" "\n" +
             RUNNING + REGISTERS + r"""  \w{8} provoke_stack\+\w+
  \w{8} provoke_stack\+\w+
  ... \d+ times more
""" + CALLERS,
    "null": FAULT % 0 + "00000000\n" + RUNNING + REGISTERS +
            r"""  \1 provoke_read\+\w+
  \w{8} provoke_null\+\w+
""" + CALLERS,
    "smap": FAULT % 1 + "0804\\w{4}\n" + RUNNING + REGISTERS +
            r"""  \1 provoke_read\+\w+
  \w{8} provoke_smap\+\w+
""" + CALLERS,
    "smep": FAULT % 11 + "\\1\n" + RUNNING + REGISTERS +
            r"""  \1 \?\+\w+
  \w{8} provoke_smep\+\w+
""" + CALLERS,
    "assert": r"panic: kernel/look/provoke_check\.c:\d+: nothing_provoked" "\n" +
              RUNNING + r"""  \w{8} provoke_assert\+\w+
""" + CALLERS,
}
SENTENCES = {
    "stack": "SEC-S9 a kernel-stack overflow is caught and names the process",
    "null": "SEC-S2 the kernel's own NULL is a panic with the address",
    "smap": "SEC-S4 the kernel reads no user page but in usercopy (SMAP)",
    "smep": "SEC-S4 the kernel runs no user page (SMEP)",
    "assert": "LIFE-panic a broken invariant is told with its backtrace",
}
SMEP, SMAP = 1 << 20, 1 << 21


def panic(word, cpu):
    """One failure of the kernel: every part of what it says, and its end."""
    status, out, errors = command(
        [RUN, "-t", "300", "-a", "provoke=" + word,
         os.path.join(BUILD, "tests", "provoke")], 90,
        env=dict(os.environ, CPU=cpu), stdin=subprocess.DEVNULL)
    said = "".join(line[4:] + "\n" for line in
                   errors.decode(errors="replace").split("\n")
                   if line.startswith("  | "))
    sentence = "panic on %s: %s" % (cpu, SENTENCES[word])
    if cpu == "qemu32" and word in ("smap", "smep"):
        with tempfile.NamedTemporaryFile() as log:
            command([RUN, "-t", "300", "--log", log.name, "-a",
                     "provoke=" + word, os.path.join(BUILD, "tests/provoke")],
                    90, env=dict(os.environ, CPU=cpu),
                    stdin=subprocess.DEVNULL)
            said = log.read().decode(errors="replace")
        return [(status == 0 and out == b"went on\n" and
                 "provoke: %s is not enforced by this CPU" % word in said,
                 sentence + ": not enforceable there, and said so", said)]
    match = re.search(PANICS[word] + r"\Z", said)
    results = [(bool(match), sentence, said),
               (status == 125 and out == b"", "panic on %s: tools/run answers "
                "125 after provoke=%s" % (cpu, word), "status %d" % status)]
    if match and word in ("smap", "smep"):
        bits = int(match[2], 16) & (SMEP | SMAP)
        results.append((bits == SMEP | SMAP, sentence + ": the bits of CR4",
                        said))
    return results


def panic_on_screen():
    """Without a debug-exit device: the screen tells, and the machine halts."""
    machine = Machine("-m", "64", "-kernel", "build/tessera.elf", "-initrd",
                      "build/tessera.cpio", "-append", "provoke=assert")
    try:
        machine.wait_for(MENU, 60)
        machine.type("q\r")
        said = machine.wait_for("broken invariants\n", 30) and re.search(
            "^panic: .*", machine.text, re.M | re.S)
        shown = machine.screen()
        lines = said[0].rstrip("\n").split("\n") if said else []
        return [(bool(said), "panic: it is on the serial line",
                 machine.text[-1000:]),
                (bool(lines) and shown[:len(lines)] == lines,
                 "panic: the screen has the same lines", "\n".join(shown)),
                (machine.ended(0.5) is None, "panic: the machine halts",
                 machine.text[-500:])]
    finally:
        machine.stop()
