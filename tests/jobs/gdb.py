"""tests/jobs/gdb.py -- a session of gdb, and what becomes of QEMU after it."""
import os
import re
import signal
import socket
import subprocess

from machine import (DETERMINISTIC, PATIENCE, TESTS, TOP, command, difference,
                     environment, text_of)

GDB = os.path.join(TOP, "tools", "gdb")
TRANSCRIPT = os.path.join(TESTS, "gdb", "transcript.txt")


def normalised(text):
    """Takes from a gdb session what may change with any line of the kernel:
    code and stack addresses, line numbers, and frames, which become F1, F2, ...
    as they appear."""
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


def debugger(check):
    """The commands of tools/kernel.gdb.py answer as the golden transcript."""
    check = check.about("gdb")
    status, out, errors = command(
        [GDB], 100, stdin=subprocess.DEVNULL, env=environment({
            "MEM": "64", "CPU": "qemu32", "QEMU_ARGS": DETERMINISTIC,
            "KERNEL_ARGS": "-- /bin/two_addresses",
            "GDB_ARGS": "-batch -x tests/gdb/session.gdb"}))
    text = text_of(out + errors)
    with open(TRANSCRIPT) as stream:
        differs = difference(stream.read(), normalised(text), "transcript.txt",
                             "this session")
    check("procs, shm, pt and frames say what the transcript says",
          not differs, differs)
    total, free, held, promised = (int(word) for word in re.findall(
        r"total (\d+) free (\d+) held (\d+) promised (\d+)", text)[0])
    check("frames are free or held, and those are promised",
          total == free + held and held <= promised <= total,
          total, free, held, promised)
    check("the session ends at its last command", status == 1, text)
    hung_up(check)


def hung_up(check):
    """QEMU does not stay behind when its terminal's window is closed."""
    session = subprocess.Popen(
        [GDB], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True)
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
    check("QEMU ends when the terminal hangs up", gone and status == 129,
          status, text[-600:])
