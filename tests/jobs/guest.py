"""tests/jobs/guest.py -- the guest programs, and what Linux answers to them."""
import os
import re
import subprocess
import tempfile

from machine import (DETERMINISTIC, TESTS, built, command, difference,
                     tap_tests, tessera, tessera_log, text_of)

BAD_ELFS = built("bad")
TREE = built("tree")
TESTSERVER = [word for name in ("t1", "t2", "t3", "t4") for word in
              ("-a", "server=/sbin/" + name,
               "-f", "/sbin/%s=%s" % (name, built("testserver")))]
TESSERA_ONLY = ["messages"]  # Linux has nothing to answer there


def prepare():
    """Makes what the tests need besides `make all programs`."""
    os.makedirs(BAD_ELFS, exist_ok=True)
    for maker, where in (("make_bad_elfs", BAD_ELFS), ("make_tree", TREE)):
        subprocess.run([os.path.join(TESTS, "guest", maker), where],
                       check=True, stdout=subprocess.DEVNULL)


def programs():
    """Lists tests/guest/PROGRAMS, and then what only Tessera runs."""
    with open(os.path.join(TESTS, "guest", "PROGRAMS")) as stream:
        names = [line.split("#")[0].strip() for line in stream]
    return list(filter(None, names)) + TESSERA_ONLY


def compare(check, name, output):
    """Compares Tessera's answers in `output` with the recorded ones."""
    with tempfile.NamedTemporaryFile() as obtained:
        obtained.write(output)
        obtained.flush()
        status, out, errors = command(
            [os.path.join(TESTS, "compare_answers.py"),
             os.path.join(TESTS, "answers", name + ".txt"), obtained.name], 30)
    check(name + ": answers as Linux does", status == 0, text_of(out + errors))


def extra(name):
    """Returns the words for tools/run that bring what the program needs."""
    if name in ("bad_exec", "badptr"):
        return [word for bad in sorted(os.listdir(BAD_ELFS)) for word in
                ("-f", "/tests/bad/%s=%s" % (bad, os.path.join(BAD_ELFS, bad)))]
    if name == "rlimits":
        return ["-m", "880"]
    if name == "files":
        return ["-f", "/tests/tree=" + TREE]
    if name.startswith("message") or name.startswith("server"):
        return TESTSERVER
    return []


def guest(check, name, cpu):
    """A program of tests/guest passes, answers as Linux, and logs no breach."""
    status, out, errors, log = tessera_log(
        ["-t", "500", *extra(name), built(name)], 120, {"CPU": cpu})
    on_cpu = check.about("%s on %s" % (name, cpu))
    on_cpu.tap(text_of(out), status, text_of(errors))
    if name not in TESSERA_ONLY:
        compare(check, name, out)
    breach = [line for line in log.splitlines()
              if re.search(r"panic|breach|invariant", line, re.I)]
    on_cpu("no checker complains", not breach, "\n".join(breach[:10]))


def crowd(check):
    """Thousands of processes run, which want more memory than the suite has."""
    crowds = (("a crowd", [*TESTSERVER, built("messages"), "3-token the last"]),
              ("a bomb", [built("security"), "SEC-S27 a fork bomb"]))
    for name, words in crowds:
        status, out, _ = tessera(["-m", "880", "-t", "500", *words], 120)
        of_crowd = check.about(name)
        for sentence, good, detail in tap_tests(text_of(out), status):
            of_crowd(sentence, good and "# SKIP" not in sentence, detail)


def plain(check, name, cpu):
    """A program that is no test prints what it prints on Linux."""
    status, out, errors = tessera([built(name)], env={"CPU": cpu})
    with open(os.path.join(TESTS, "answers", name + ".out")) as stream:
        differs = difference(
            stream.read(), text_of(out) + "exit status %d\n" % status,
            "Linux", "Tessera")
    check("%s on %s: says what it says on Linux" % (name, cpu),
          not differs and not errors, differs + text_of(errors))


def put_off(check):
    """TIME-alarm holds where time is counted by instructions, so that nothing
    outside disturbs it."""
    status, out, errors = tessera(
        ["-t", "100", built("time"), "TIME-alarm"], 120,
        {"QEMU_ARGS": DETERMINISTIC})
    check.about("time by instructions").tap(text_of(out + errors), status)
