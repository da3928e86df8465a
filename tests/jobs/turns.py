"""tests/jobs/turns.py -- no request holds a server for more than 10 ms.

The servers are built once more, in a copy of the tree, where they measure each
of their turns (tests/turns/turns.h).  With them tests/programs/turns.c makes
the worst requests that are known.  The limit is that of `longest_call` in
tools/bench: 10 ms of a CPU that does 2,500 million instructions a second.
"""
import os
import re
import shutil
import tempfile

from machine import (DETERMINISTIC, TOP, built, command, tessera_log, text_of)

LIMIT = 25000000
SERVERS = ["files", "console"]
NEEDED = ["Makefile", "abi", "docs", "user", "tools", "boot", "kernel", "mm", "ipc",
          os.path.join("tests", "servers"), os.path.join("tests", "turns")]


def inspection():
    """Returns the address of the kernel's inspection block."""
    cross = text_of(command(["tools/cross"], 10)[1]).strip()
    names = text_of(command([cross + "nm", "build/tessera.debug"], 30)[1])
    return re.search(r"(\w+) \w inspection$", names, re.M).group(1)


def measuring(folder):
    """Builds the servers that measure: {their path in the guest: here}."""
    for name in NEEDED:
        copy = (shutil.copytree if os.path.isdir(os.path.join(TOP, name))
                else shutil.copy)
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        copy(os.path.join(TOP, name), os.path.join(folder, name))
    native = os.path.join(folder, "user", "lib", "native.h")
    with open(native) as stream:
        text = stream.read()
    with open(native, "w") as stream:
        stream.write(text.replace("\n#endif", """
#define TURNS_INSPECTION 0x%su
#include "../../tests/turns/turns.h"

#endif""" % inspection()))
    root = "build/root/sbin/"
    status, out, errors = command(
        ["make", "-C", folder, *(root + name for name in SERVERS)], 100)
    return ({"/sbin/" + name: os.path.join(folder, root + name)
             for name in SERVERS}, status, text_of(out + errors))


def turns(check):
    """The worst requests that are known, and how long they hold a server."""
    check = check.about("turns")
    with tempfile.TemporaryDirectory() as folder:
        servers, status, text = measuring(folder)
        check("the servers build with a clock", status == 0, text[-2000:])
        words = [word for item in servers.items() for word in
                 ("-f", "%s=%s" % item)]
        status, out, errors, log = tessera_log(
            ["-m", "880", "-t", "500", *words, built("turns")], 120,
            {"QEMU_ARGS": DETERMINISTIC})
    check("the worst requests are made", status == 0 and b"over" in out,
          text_of(out + errors)[-2000:])
    told = [(int(cost), server, kind, number) for server, kind, number, cost in
            re.findall(r"(\w+): (turn|switched) (-?\d+) (\d+)$", log, re.M)]
    alone = [turn for turn in told if turn[2] == "turn"]
    check("turns of both servers are measured",
          {turn[1] for turn in alone} == set(SERVERS), log[-2000:])
    check("none of them is longer than 10 ms, or %d instructions" % LIMIT,
          alone and max(alone)[0] <= LIMIT, sorted(told)[-5:])
