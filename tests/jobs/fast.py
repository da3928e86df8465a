"""tests/jobs/fast.py -- FAST=1, a kernel without optimization at link time."""
import os
import shutil
import subprocess
import tempfile

from machine import PATIENCE, TOP, built, parse_tap, text_of

FOLDERS = "abi boot docs ipc kernel mm tools user".split()
FILES = ("Makefile", "linker.ld")
SECONDS = 2  # of CPU, from a changed line to a new kernel


def copy_tree(to):
    """Copies what a kernel is made of; the programs come from our build."""
    for name in FOLDERS:
        shutil.copytree(os.path.join(TOP, name), os.path.join(to, name),
                        symlinks=True)
    for name in FILES:
        shutil.copy(os.path.join(TOP, name), to)
    os.makedirs(os.path.join(to, "build"))
    os.symlink(os.path.join(TOP, "build", "root"),
               os.path.join(to, "build", "root"))


def make(tree, *words):
    """Runs make there, for itself: (status, output, seconds of CPU)."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("MAKE")}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(["make", "-C", tree, *words], stdout=out,
                                   stderr=subprocess.STDOUT, env=env)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        out.seek(0)
        return status, text_of(out.read()), used.ru_utime + used.ru_stime


def fast(check):
    """A changed line becomes a kernel quickly, and that kernel is whole."""
    check = check.about("FAST=1")
    with tempfile.TemporaryDirectory() as tree:
        copy_tree(tree)
        status, out, whole = make(tree, "-j2", "FAST=1",
                                 "build/tessera.elf")
        check("it builds a kernel", status == 0, out[-2000:])
        with open(os.path.join(tree, "mm", "page.c"), "a") as source:
            source.write("\nuint32_t a_changed_line;\n")
        status, out, used = make(tree, "FAST=1", "build/tessera.elf")
        # A slow machine is measured by what it needs for all of it.
        check("a changed line in mm is a new kernel in 2 s of CPU",
              status == 0 and used < max(SECONDS, whole / 5) and
              out.count(" -c -o ") == 2, used, whole, out[-2000:])
        process = subprocess.run(
            [os.path.join(tree, "tools", "run"), "-t", str(60 * PATIENCE),
             built("shmat")], capture_output=True, stdin=subprocess.DEVNULL)
        planned, tests = parse_tap(text_of(process.stdout))
        check("its kernel passes the tests of shmat", process.returncode == 0 and
              planned == len(tests) and all(good for _, good, _ in tests),
              text_of(process.stdout + process.stderr)[-2000:])
        _, out, _ = make(tree, "-n", "build/tessera.elf")
        check("without FAST=1 all is built again, from objects of its own",
              "build/fast/" not in out.replace("rm -f", "") and
              out.count("-flto=auto") > 60, out[-2000:])
