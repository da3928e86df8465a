"""tests/jobs/boot.py -- the menu, and all that can be wrong at boot."""
import os
import shutil
import subprocess
import tempfile
import time

from machine import BUILD, DEBUG_EXIT, MENU, Machine


def shows_menu(name, *words):
    machine = Machine(*words, *DEBUG_EXIT)
    results = []
    try:
        results.append((machine.wait_for(MENU, 60), name +
                        ": the menu appears on the serial line", machine.text))
        machine.type("1\r")
        results.append((machine.wait_for(r"two_addresses: done", 30), name +
                        ": a demonstration typed there runs",
                        machine.text[-2000:]))
        machine.type("6\r")
        results.append((machine.wait_for(
            r"block 11 is 11264\n(a reader exited with status 0\n){3}"
            r"ring: done", 30), name + ": segment, semaphores and messages "
            "carry twelve blocks", machine.text[-2000:]))
        machine.type("q\r")
        results.append((machine.ended(20) == 1, name +
                        ": q powers the machine off", machine.text[-500:]))
    finally:
        machine.stop()
    return results


def iso():
    return shows_menu("ISO", "-m", "64", "-cdrom", "build/tessera.iso",
                      "-boot", "d")


def elf():
    return shows_menu("ELF", "-m", "64", "-kernel", "build/tessera.elf",
                      "-initrd", "build/tessera.cpio")


def newc(name, body=b""):
    """A member of a cpio archive as everybody makes it: padded to 4 bytes."""
    fields = [0] * 6 + [len(body), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name + b"\0"
    return b"".join(part + b"\0" * (-len(part) % 4) for part in (head, body))


def refusals():
    """What is wrong at boot is said in one sentence, and the machine halts."""
    folder = tempfile.mkdtemp(prefix="tessera-test-")
    good = os.path.join(BUILD, "tessera.cpio")
    damaged = os.path.join(folder, "damaged")
    with open(good, "rb") as stream:
        body = bytearray(stream.read(200000))
    body[:6] = b"notcpi"
    with open(damaged, "wb") as stream:
        stream.write(body)
    cut = os.path.join(folder, "cut")
    with open(cut, "wb") as stream:
        stream.write(b"070701" + bytes(body[6:3000]))
    plain = os.path.join(folder, "plain")
    with open(plain, "wb") as stream:
        stream.write(newc(b"sbin/init", b"body") + newc(b"TRAILER!!!"))
    bare, text = os.path.join(folder, "bare"), os.path.join(folder, "text")
    for out, files in ((bare, []), (text, ["/sbin/console=README.md"])):
        subprocess.run(["tools/mkarchive", "-o", out] + files, check=True)
    kernel = ["-kernel", "build/tessera.elf"]

    def changed(name, at, new):
        """The good archive with `new` at the place `at` of `name`'s member:
        in its header, or behind it."""
        with open(good, "rb") as stream:
            body = bytearray(stream.read())
        place = body.index(name + b"\0") - 110 + at
        body[place:place + len(new)] = new
        out = os.path.join(folder, "changed%d-%d" % (at, len(new)))
        with open(out, "wb") as stream:
            stream.write(body)
        return kernel + ["-m", "64", "-initrd", out]

    cases = [
        ("a damaged header", changed(b"sbin/init", 0, b"x"), "run `make`"),
        ("a damaged length", changed(b"sbin/init", 54, b"F"), "run `make`"),
        ("a damaged length of a name", changed(b"sbin/init", 94, b"0000000"),
         "run `make`"),
        ("a damaged name", changed(b"sbin/init", 115, b"x"),
         "has no /sbin/init.*run `make`"),
        ("a damaged sum", changed(b"sbin/init", 109, b"x"),
         "/sbin/init in the boot archive is damaged: run `make`"),
        ("a damaged ELF header of init", changed(b"sbin/init", 4096, b"x" * 4096),
         "/sbin/init in the boot archive is damaged: run `make`"),
        ("damaged code of a server", changed(b"sbin/files", 8000, b"xyz"),
         "/sbin/files in the boot archive is damaged: run `make`"),
        ("a damaged end", changed(b"TRAILER!!!", 110, b"x"), "run `make`"),
        ("no archive", kernel + ["-m", "64"], "archive"),
        ("a damaged archive", kernel + ["-m", "64", "-initrd", damaged],
         "archive"),
        ("a truncated archive", kernel + ["-m", "64", "-initrd", cut],
         "archive"),
        ("an archive whose files do not start on pages",
         kernel + ["-m", "64", "-initrd", plain], "mkarchive"),
        ("an archive without a server", kernel + ["-m", "64", "-initrd", bare],
         "has no /sbin/console"),
        ("a server that is no program", kernel + ["-m", "64", "-initrd", text],
         "no program"),
        ("an archive beyond the end of RAM",
         kernel + ["-m", "5", "-initrd", good], "archive|memory"),
        ("too little memory", kernel + ["-m", "2", "-initrd", cut], "memory"),
        ("a CPU without 4 MiB pages",
         kernel + ["-m", "64", "-initrd", good, "-cpu", "qemu32,-pse"],
         "CPU|processor|4 MiB|PSE"),
    ]
    results = []
    for name, words, pattern in cases:
        machine = Machine(*words)
        try:
            said = machine.wait_for(pattern, 15)
            time.sleep(0.3)
            lines = [l for l in machine.text.splitlines() if l.strip()]
            results.append((said and len(lines) == 1, "boot: %s is said in "
                            "one sentence" % name, machine.text[-1000:]))
            shown = " ".join(filter(None, machine.screen()))
            results.append((lines and "".join(lines[0].split()) ==
                            "".join(shown.split()), "boot: %s is said on the "
                            "screen, too" % name, shown))
            results.append((machine.ended(0.2) is None, "boot: with %s the "
                            "machine halts" % name, machine.text[-1000:]))
        finally:
            machine.stop()
    shutil.rmtree(folder)
    return results
