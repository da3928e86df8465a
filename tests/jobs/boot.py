"""tests/jobs/boot.py -- the menu, and all that can be wrong at boot."""
import os
import re
import subprocess
import tempfile
import time

from machine import (AT_MENU, BUILD, DEBUG_EXIT, KERNEL, MENU, PROMPT, TESSERA,
                     Machine)

ARCHIVE = os.path.join(BUILD, "tessera.cpio")
DAMAGED_INIT = "/sbin/init in the boot archive is damaged: run `make`"
DAMAGED_FILES = "/sbin/files in the boot archive is damaged: run `make`"
# What is wrong, whose member of the archive, where (its header has 110 bytes
# and the name behind it), the new bytes, and what is said.
CHANGES = [
    ("a damaged header", b"sbin/init", 0, b"x", "run `make`"),
    ("a damaged length", b"sbin/init", 54, b"F", "run `make`"),
    ("a damaged length of a name", b"sbin/init", 94, b"0000000", "run `make`"),
    ("a damaged name", b"sbin/init", 115, b"x",
     "has no /sbin/init.*run `make`"),
    ("a damaged sum", b"sbin/init", 109, b"x", DAMAGED_INIT),
    ("a damaged ELF header of init", b"sbin/init", 4096, b"x" * 4096,
     DAMAGED_INIT),
    ("damaged code of a server", b"sbin/files", 8000, b"xyz", DAMAGED_FILES),
    ("a damaged end", b"TRAILER!!!", 110, b"x", "run `make`"),
]


def shows_menu(check, *words):
    """Starts a machine so, makes two choices in its menu, and leaves it."""
    with Machine(*words, *DEBUG_EXIT) as machine:
        if machine.wait_for(PROMPT + "|" + MENU, 60) and \
           not re.search(MENU, machine.text):
            machine.type("menu\r")
        check("the menu appears on the serial line",
              machine.wait_for(MENU, 60), machine.text)
        machine.type("1\r  ")
        check("a demonstration typed there runs",
              machine.wait_for(r"two_addresses: done", 30),
              machine.text[-2000:])
        machine.type("6\r   ")
        check("segment, semaphores and messages carry twelve blocks",
              machine.wait_for(r"block 11 is 11264\n(a reader exited with "
                               r"status 0\n){3}ring: done", 30),
              machine.text[-2000:])
        machine.type("q\r")
        check("q powers the machine off", machine.ended(20) == 1,
              machine.text[-500:])


def iso(check):
    """GRUB starts Tessera from the CD-ROM, and the menu works."""
    shows_menu(check.about("ISO"), "-m", "64", "-cdrom", "build/tessera.iso",
               "-boot", "d")


def elf(check):
    """QEMU's own loader starts Tessera, and the menu works."""
    shows_menu(check.about("ELF"), *TESSERA, *AT_MENU)


def size(check):
    """The archive is small: the programs of user/bin are one file in it."""
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as folder:
        bytes_ = os.path.getsize(packed(os.path.join(folder, "archive"), "-r",
                                        os.path.join(BUILD, "root")))
    check("boot: without the shell the archive has less than 1.3 MB",
          bytes_ < 1300000, bytes_)


def newc(name, body=b""):
    """Returns a member of a cpio archive as other programs make it, padded to 4
    bytes."""
    fields = [0] * 6 + [len(body), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name + b"\0"
    return b"".join(part + b"\0" * (-len(part) % 4) for part in (head, body))


def written(path, data):
    """Writes `data` to a file, and returns its path."""
    with open(path, "wb") as stream:
        stream.write(data)
    return path


def good_archive():
    """Returns the bytes of the archive that Tessera boots with."""
    with open(ARCHIVE, "rb") as stream:
        return bytearray(stream.read())


def changed(member, place, new):
    """Returns the good archive with `new` at a place of a member's header or
    behind it."""
    body = good_archive()
    place += body.index(member + b"\0") - 110
    body[place:place + len(new)] = new
    return body


def packed(path, *files):
    """Makes an archive of `files` by tools/mkarchive, and returns its path."""
    subprocess.run(["tools/mkarchive", "-o", path, *files], check=True)
    return path


def wrong_archives(folder):
    """Yields (what is wrong, the archive's path, what is said)."""
    body, path = good_archive(), os.path.join(folder, "archive")
    yield ("a damaged archive", written(path, b"notcpi" + body[6:200000]),
           "archive")
    yield "a truncated archive", written(path, body[:3000]), "archive"
    yield ("an archive whose files do not start on pages", written(
        path, newc(b"sbin/init", b"body") + newc(b"TRAILER!!!")), "mkarchive")
    yield ("an archive without a server", packed(path), "has no /sbin/console")
    yield ("a server that is no program",
           packed(path, "/sbin/console=README.md"), "no program")


def wrong_boots(folder):
    """Yields (what is wrong, QEMU's options, what is said)."""
    for what, member, place, new, said in CHANGES:
        archive = written(os.path.join(folder, "changed"),
                          changed(member, place, new))
        yield what, ["-m", "64", "-initrd", archive], said
    yield "no archive", ["-m", "64"], "archive"
    for what, archive, said in wrong_archives(folder):
        yield what, ["-m", "64", "-initrd", archive], said
    long = written(os.path.join(folder, "long"), good_archive() + bytes(6 << 20))
    yield ("an archive beyond the end of RAM", ["-m", "5", "-initrd", long],
           "archive|memory")
    cut = written(os.path.join(folder, "cut"), good_archive()[:3000])
    yield "too little memory", ["-m", "2", "-initrd", cut], "memory"
    yield ("a CPU without 4 MiB pages",
           ["-m", "64", "-initrd", ARCHIVE, "-cpu", "qemu32,-pse"],
           "CPU|processor|4 MiB|PSE")
    for cpu in "486", "pentium":
        yield ("a CPU that is too old, a %s," % cpu,
               ["-m", "64", "-initrd", ARCHIVE, "-cpu", cpu], "CMOV")


def refusals(check):
    """What is wrong at boot is said in one sentence, and the machine halts."""
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as folder:
        for what, words, said in wrong_boots(folder):
            with Machine(*KERNEL, *words) as machine:
                refuses(check.about("boot"), machine, what, said)


def refuses(check, machine, what, pattern):
    """The machine says one sentence, on the screen as well, and stays."""
    said = machine.wait_for(pattern, 15)
    time.sleep(0.3)
    lines = [line for line in machine.text.splitlines() if line.strip()]
    check("%s is said in one sentence" % what, said and len(lines) == 1,
          machine.text[-1000:])
    shown = " ".join(filter(None, machine.screen()))
    check("%s is said on the screen, too" % what, lines and
          "".join(lines[0].split()) == "".join(shown.split()), shown)
    check("with %s the machine halts" % what, machine.ended(0.2) is None,
          machine.text[-1000:])
