"""tests/jobs/gdb.py -- a session of gdb, and what becomes of QEMU after it."""
import difflib
import os
import re
import signal
import socket
import subprocess

from machine import DETERMINISTIC, PATIENCE, TESTS, TOP, command

GDB = os.path.join(TESTS, "gdb")


def normalised(text):
    """A gdb session without what may change with any line of the kernel: code
    and stack addresses, line numbers, frames (F1, F2, ... as they appear)."""
    names = {}

    def frame(match):
        if match[2] != "00000":
            name = names.setdefault(match[2], "F%d" % (len(names) + 1))
            return match[1] + name + match[3]
        return match[0]

    text = re.sub(r"^(serial line|warning: Source file is more recent).*\n", "",
                  text, flags=re.M)
    text = re.sub(r"(P[DT]E +\d+: )(\w{5})(\w{3} )", frame, text)
    text = re.sub(r"^\d+(\t.*)", r"LINE\1", text, flags=re.M)
    text = re.sub(r"(\.c:|line )\d+", r"\1LINE", text)
    text = re.sub(r"0x[cf][0-9a-f]{7}(?=[:)])", "0xKERNEL", text)
    text = re.sub(r"info_address=\d+", "info_address=BOOT", text)
    text = re.sub(r"PROC_(READY|SLEEPING) ", "PROC_READY ", text)
    return re.sub(r"(total|free|held|promised) \d+", r"\1 N", text)


def debugger():
    """The commands of tools/kernel.gdb.py against a golden transcript."""
    status, out, errors = command(
        [os.path.join(TOP, "tools", "gdb")], 100, stdin=subprocess.DEVNULL,
        env=dict(os.environ, MEM="64", CPU="qemu32", QEMU_ARGS=DETERMINISTIC,
                 KERNEL_ARGS="-- /bin/two_addresses", GDB_ARGS="-batch -x " +
                 os.path.join("tests", "gdb", "session.gdb")))
    text = (out + errors).decode(errors="replace")
    with open(os.path.join(GDB, "transcript.txt")) as stream:
        golden = stream.read()
    difference = "\n".join(difflib.unified_diff(
        golden.splitlines(), normalised(text).splitlines(), "transcript.txt",
        "this session", lineterm=""))
    counts = [int(word) for word in re.findall(
        r"total (\d+) free (\d+) held (\d+) promised (\d+)", text)[0]]
    return [(not difference, "gdb: procs, shm, pt and frames say what the "
             "transcript says", difference),
            (counts[0] == counts[1] + counts[2] and
             counts[2] <= counts[3] <= counts[0],
             "gdb: frames are free or held, and those are promised",
             repr(counts)),
            (status == 1, "gdb: the session ends at its last command", text),
            hung_up()]


def hung_up():
    """Like a terminal's window that is closed: QEMU must not stay behind."""
    session = subprocess.Popen(
        [os.path.join(TOP, "tools", "gdb")], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True)
    text = b""
    while b"Breakpoint 1, " not in text:
        piece = os.read(session.stdout.fileno(), 4096)
        if not piece:
            break
        text += piece
    os.killpg(session.pid, signal.SIGHUP)
    status = session.wait(60 * PATIENCE)
    port = re.search(rb"127\.0\.0\.1:(\d+)", text)
    with socket.socket() as probe:
        gone = port and probe.connect_ex(("127.0.0.1", int(port[1]))) != 0
    return (bool(gone) and status == 129,
            "gdb: QEMU ends when the terminal hangs up",
            "status %d, %r" % (status, text[-600:]))
