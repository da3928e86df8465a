"""tests/jobs/trace.py -- how tools/trace writes a call."""
import importlib.machinery
import importlib.util
import os
import struct

from machine import TOP

CALLS = (  # number, arguments, result, and how it is written
    (395, (0x1234, 4096, 0o1600), 0, "shmget(0x1234, 4096, IPC_CREAT|0600) = 0"),
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


def trace_words():
    """tools/trace writes a call as its manual page does."""
    loader = importlib.machinery.SourceFileLoader(
        "trace", os.path.join(TOP, "tools", "trace"))
    trace = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("trace", loader))
    loader.exec_module(trace)
    results = []
    for number, args, result, said in CALLS:
        words = (list(args) + [0] * 6)[:6]
        events = [struct.pack("<BBH9I", 1, 0, 6, 1, 0, number, *words),
                  struct.pack("<BBH9I", 2, 0, 6, 2, 0, number, result, *[0] * 5)]
        line = list(trace.lines(events))
        results.append((len(line) == 1 and line[0].endswith("call    " + said),
                        "trace: " + said, "\n".join(line)))
    split = list(trace.lines([
        struct.pack("<BBH9I", 1, 0, 6, 1, 0, 29, *[0] * 6),
        struct.pack("<BBH9I", 6, 0, 6, 2, 0, 6, 7, *[0] * 5),
        struct.pack("<BBH9I", 2, 0, 6, 3, 0, 29, -4 & 0xFFFFFFFF, *[0] * 5)]))
    results.append((len(split) == 3 and split[0].endswith("call    pause()") and
                    split[2].endswith("return  pause() = -1 EINTR (Interrupted "
                                      "system call)"),
                    "trace: a call that waits has two lines", "\n".join(split)))
    return results
