"""tests/jobs/trace.py -- how tools/trace writes a call."""
import importlib.machinery
import importlib.util
import os
import struct

from machine import TOP

CALLED, RETURNED, SWITCHED = 1, 2, 6
CALLS = (  # number, arguments, result, and how it is written
    (395, (0x1234, 4096, 0o1600), 0,
     "shmget(0x1234, 4096, IPC_CREAT|0600) = 0"),
    (117, (23, 0, 4096, 0o600, 0, 0), 5, "shmget(IPC_PRIVATE, 4096, 0600) = 5"),
    (397, (5, 0, 0o10000), 0x40000000,
     "shmat(5, NULL, SHM_RDONLY) = 0x40000000"),
    (117, (21, 5, 0, 0xBFFF0000, 0x50000000, 0), 0,
     "shmat(5, 0x50000000, 0) = 0"),
    (396, (5, 0x100, 0), -1 & 0xFFFFFFFF,
     "shmctl(5, IPC_RMID, NULL) = -1 EPERM (Operation not permitted)"),
    (117, (1, 7, 2, 0, 0x8050000, 0), 0, "semop(7, 0x8050000, 2) = 0"),
    (117, (12 | 1 << 16, 3, 64, 0o4000, 0x8050000, -2 & 0xFFFFFFFF), 64,
     "msgrcv(3, 0x8050000, 64, -2, IPC_NOWAIT) = 64"),
    (192, (0, 4096, 3, 0x22, 0xFFFFFFFF, 0), 0x40400000,
     "mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, "
     "0) = 0x40400000"),
    (37, (1, 9), -3 & 0xFFFFFFFF, "kill(1, SIGKILL) = -1 ESRCH (No such "
     "process)"),
    (359, (2, 1, 0), -38 & 0xFFFFFFFF, "socket(2, 1, 0, 0, 0, 0) = -1 ENOSYS "
     "(Function not implemented)"),
)


def tool():
    """Loads tools/trace as a module."""
    loader = importlib.machinery.SourceFileLoader(
        "trace", os.path.join(TOP, "tools", "trace"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("trace", loader))
    loader.exec_module(module)
    return module


def event(kind, time, *words):
    """Returns an event of process 6, as the kernel writes it (abi/trace.h)."""
    words = (words + (0,) * 7)[:7]
    return struct.pack("<BBH9I", kind, 0, 6, time, 0, *words)


def trace_words(check):
    """tools/trace writes a call as its manual page does."""
    check, trace = check.about("trace"), tool()
    for number, arguments, result, said in CALLS:
        lines = list(trace.lines([event(CALLED, 1, number, *arguments),
                                  event(RETURNED, 2, number, result)]))
        check(said, len(lines) == 1 and lines[0].endswith("call    " + said),
              "\n".join(lines))
    lines = list(trace.lines([
        event(CALLED, 1, 29), event(SWITCHED, 2, 6, 7),
        event(RETURNED, 3, 29, -4 & 0xFFFFFFFF)]))
    check("a call that waits has two lines", len(lines) == 3 and
          lines[0].endswith("call    pause()") and lines[2].endswith(
              "return  pause() = -1 EINTR (Interrupted system call)"),
          "\n".join(lines))
