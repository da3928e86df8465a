"""tests/jobs/paths.py -- the paths that README draws, as the kernel goes them.

build/paths.elf is a kernel that writes down each function of a .c file when it
begins (tests/paths/record.c).  tests/programs/paths.c makes each call a few
times; the run of a call with the fewest functions is the one in which no
interrupt came.  Time is counted in instructions, so a slow machine has no more
interrupts than a fast one.  The files that the run enters, in the order in
which each is entered first, must be those of README's path.  The path leaves
out kernel/base, which every file stands on, and the generated table; it may
name assembly, which writes nothing down, and folders of servers, which are not
in the kernel.
"""
import os
import re
import struct
import tempfile

from machine import (DETERMINISTIC, TOP, built, command, difference,
                     environment, tessera, text_of)

KERNEL = os.path.join(TOP, "build", "paths.elf")
TIMES = 5  # tests/programs/paths.c
# tests/paths/record.c
PORT = 0x1E9
ADDRESSES = 0xC0000000
END = 0x80000000
# The number of a call, and how its path in README begins.
PATHS = [(397, "shmat(id, 0, 0)"), (4, 'write(1, "hello\\n", 6)')]


def record():
    """Runs the calls: how that went, and the words that the kernel wrote."""
    with tempfile.NamedTemporaryFile() as stream:
        answer = tessera([built("paths")], 100, {"QEMU_ARGS": " ".join([
            DETERMINISTIC, "-kernel", KERNEL, "-chardev", "file,id=record,path=" + stream.name,
            "-device", "isa-debugcon,iobase=%d,chardev=record" % PORT])})
        record = stream.read()
        # The machine is ended when the program has, which may tear a word.
        return answer, [word for word, in struct.iter_unpack(
            "<I", record[:len(record) // 4 * 4])]


def runs_of(number, words):
    """Returns the functions of each call `number` of the program that attaches:
    a list of addresses, from the door to the call's end."""
    pid = next((word >> 16 for word in words
                if word < END and word & 0xFFFF == PATHS[0][0]), None)
    runs, start = [], None
    for at, word in enumerate(words):
        if word == (pid or 0) << 16 | number:
            start = at - 1  # the address of the door itself
        elif word == END | (pid or 0) and start is not None:
            runs.append([word for word in words[start:at] if word >= ADDRESSES])
            start = None
    return runs


def files_of(addresses):
    """Returns the kernel's files that have these functions, each once."""
    cross = text_of(command(["tools/cross"], 10)[1]).strip()
    lines = text_of(command([cross + "addr2line", "-e", KERNEL, *map(
        hex, addresses)], 10)[1]).splitlines()
    files = [os.path.relpath(line.split(":")[0], TOP) for line in lines]
    return [path for path in dict.fromkeys(files)
            if not path.startswith(("kernel/base/", "build/"))]


def drawn(beginning):
    """Returns the files that README's path names, from its call on."""
    with open(os.path.join(TOP, "README.md")) as stream:
        text = stream.read()
    path = text.partition(" " + beginning + "\n")[2].split("\n\n", 1)[0]
    return re.findall(r"^    ([a-z_/]+\.(?:c|asm)) ", path, re.M)


def functions_of(addresses):
    """Returns (function, file) of each address."""
    cross = text_of(command(["tools/cross"], 10)[1]).strip()
    lines = text_of(command([cross + "addr2line", "-f", "-e", KERNEL, *map(
        hex, addresses)], 10)[1]).splitlines()
    return [(function, os.path.relpath(line.split(":")[0], TOP))
            for function, line in zip(lines[::2], lines[1::2])]


def boot_order(check, words):
    """The thirty lines of docs/boot.md, as far as they are in C."""
    with open(os.path.join(TOP, "docs", "boot.md")) as stream:
        drawn = re.findall(r"^ +\d+  (\w+) +([\w/]+\.\w+) ", stream.read(), re.M)
    entered = functions_of(list(dict.fromkeys(
        word for word in words if word >= ADDRESSES)))
    wanted = [stop for stop in drawn if stop[1].endswith(".c")]
    found = [stop for stop in entered if stop in wanted]
    check("docs/boot.md has thirty lines", len(drawn) == 30, len(drawn))
    differs = difference("\n".join(map(str, wanted)), "\n".join(map(str, found)),
                         "docs/boot.md", "recorded")
    check("boot enters the functions of docs/boot.md in its order",
          not differs, differs)


def paths(check):
    """The calls go through the files that README's two paths name."""
    check = check.about("paths")
    status, _, errors = command(["make", "-s", KERNEL[len(TOP) + 1:]], 100,
                                env=environment({"MAKEFLAGS": ""}))
    check("the kernel that records them is built", status == 0,
          text_of(errors))
    answer, words = record()
    check("it runs the calls as any kernel does",
          answer[:2] == (0, b"hello\n" * TIMES), answer)
    boot_order(check, words)
    for number, call in PATHS:
        runs, path = runs_of(number, words), drawn(call)
        check("%s is recorded each time" % call, len(runs) == TIMES, len(runs))
        entered = files_of(min(runs, key=len)) if runs else []
        differs = difference("\n".join(entered), "\n".join(
            file for file in path if file.endswith(".c")), "recorded", "README")
        check("%s enters the files that README says, in its order" % call,
              entered and not differs, differs)
        check("the assembly on the path of %s is there" % call,
              all(os.path.exists(os.path.join(TOP, file)) for file in path),
              path)
