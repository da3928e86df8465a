#!/usr/bin/env python3
"""tests/host/hostline.py -- tools/run's end of the line, without a machine.

A guest's kernel may say anything.  What it says is carried out or is Broken,
and nothing else happens.  The time-out counts the guest's time, not the time of
a person at the terminal.
"""
import importlib.machinery
import importlib.util
import os
import random
import socket
import sys
import threading

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PATH = os.path.join(TOP, "tools", "hostline")
CHANNELS = [0, 1, 1, 2, 2, 3, 4, 5, 5, 8, 9, 10, 0x81, 0x81, 0x82, 0x84, 0x85,
            0x88, 0x7F, 0xFF]
NUMBERS = [0, 1, 4, 12, 20, 48, 56, 100, 4096, 65535, 65536, 65537, 786432,
           1 << 18, (1 << 24) - 1]


def load():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("hostline", PATH)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("hostline", loader))
    loader.exec_module(module)
    return module


def frame(channel, n, data=b""):
    return bytes([channel]) + n.to_bytes(3, "little") + data


def nonsense(dice):
    data = bytearray()
    for _ in range(dice.randrange(1, 40)):
        channel = dice.choice(CHANNELS)
        n = dice.choice(NUMBERS + [dice.randrange(1 << 24)])
        here = n if channel < 8 and n <= 65536 else 0
        if dice.random() < 0.1:
            here = dice.randrange(here + 1)
        data += frame(channel, n, dice.randbytes(here))
    return data


def say(hostline, data, window, seconds, patient=None):
    """How the line ends on this data: True, False (late) or "broken"."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    line = hostline.HostLine(ours, window, False, bool(patient))
    theirs.send(data)
    later = threading.Timer(6, lambda: (os.write(master, b"word\n"),
                                        theirs.shutdown(socket.SHUT_WR)))
    if patient is not None:  # somebody is at the terminal
        later.start()
    else:
        theirs.shutdown(socket.SHUT_WR)
    try:
        result = line.run(seconds)
    except hostline.Broken:
        result = "broken"
    later.cancel()
    ours.close()
    theirs.close()
    return result


def results():
    hostline = load()
    fates = set()
    for seed in range(1000):
        window = hostline.make_window() if seed % 2 else None
        fates.add(say(hostline, nonsense(random.Random(seed)), window, 20))
        if window:
            window.bytes.close()
            os.close(window.fd)
    yield "nonsense from the guest is done or broken, 1,000 times", \
        fates == {True, "broken"}
    for n in ((1 << 18) + 1, (1 << 24) - 1):
        yield "%d bytes do not fit into the window" % n, say(
            hostline, frame(0x81, n) * 2, hostline.make_window(),
            20) == "broken"
    yield "as much as fits, but twice, is broken", say(
        hostline, frame(0x81, 1 << 18) * 2, hostline.make_window(),
        20) == "broken"
    os.dup2(slave, 0)
    want = frame(8, 10)
    yield "a person at a terminal may think longer than the time-out", \
        say(hostline, want, None, 4, True) is True
    yield "... unless -t says how long", \
        say(hostline, want, None, 4, False) is False


master, slave = os.openpty()
out = os.fdopen(os.dup(1), "w")
for number in (0, 1, 2):  # what the guest says goes there
    os.dup2(os.open(os.devnull, os.O_RDWR), number)
print("1..6", file=out)
for i, (sentence, good) in enumerate(results(), 1):
    print("%s %d - %s" % ("ok" if good else "not ok", i, sentence), file=out)
out.flush()
os._exit(0)
