"""tests/jobs/guest.py -- the guest programs, and what Linux answers to them."""
import difflib
import os
import re
import subprocess
import tempfile

from machine import BUILD, DETERMINISTIC, RUN, TESTS, command, results_of_tap

BAD_ELFS = os.path.join(BUILD, "tests", "bad")
TREE = os.path.join(BUILD, "tests", "tree")
TESTSERVER = [word for name in ("t1", "t2", "t3", "t4") for word in
              ("-a", "server=/sbin/" + name, "-f", "/sbin/%s=%s" % (
                  name, os.path.join(BUILD, "tests/testserver")))]
TESSERA_ONLY = ["messages"]  # Linux has nothing to answer there


def compare(name, output):
    """Tessera's answers in the file `output` against the recorded ones."""
    status, out, errors = command(
        [os.path.join(TESTS, "compare_answers.py"),
         os.path.join(TESTS, "answers", name + ".txt"), output], 30)
    return [(status == 0, name + ": answers as Linux does",
             (out + errors).decode(errors="replace"))]


def extra(name):
    if name in ("bad_exec", "badptr"):
        return [word for bad in sorted(os.listdir(BAD_ELFS)) for word in
                ("-f", "/tests/bad/%s=%s" % (bad, os.path.join(BAD_ELFS, bad)))]
    if name == "files":
        return ["-f", "/tests/tree=" + TREE]
    if name.startswith("message") or name.startswith("server"):
        return TESTSERVER
    return []


def guest(name, cpu):
    with tempfile.NamedTemporaryFile() as log:
        words = [RUN, "-t", "500", "--log", log.name] + extra(name) + [
            os.path.join(BUILD, "tests", name)]
        status, out, errors = command(words, 120, env=dict(os.environ, CPU=cpu),
                                      stdin=subprocess.DEVNULL)
        kernel = log.read().decode(errors="replace")
    text = out.decode(errors="replace")
    label = "%s on %s" % (name, cpu)
    results = results_of_tap(label, text, status)
    if any(not ok for ok, _, _ in results):
        results[-1] = results[-1][:2] + (
            results[-1][2] + "\n" + errors.decode(errors="replace")[-2000:],)
    if name not in TESSERA_ONLY:
        with tempfile.NamedTemporaryFile() as obtained:
            obtained.write(out)
            obtained.flush()
            results += compare(name, obtained.name)
    breach = [line for line in kernel.splitlines()
              if re.search(r"panic|breach|invariant", line, re.I)]
    results.append((not breach, label + ": no checker complains",
                    "\n".join(breach[:10])))
    return results


def crowd():
    """A thousand processes, which want more memory than the suite has."""
    status, out, errors = command(
        [RUN, "-m", "880", "-t", "500"] + TESTSERVER +
        [os.path.join(BUILD, "tests", "messages"), "3-token the last"], 120,
        stdin=subprocess.DEVNULL)
    results = results_of_tap("a crowd", out.decode(errors="replace"), status)
    status, out, errors = command(
        [RUN, "-m", "880", "-t", "500", os.path.join(BUILD, "tests", "security"),
         "SEC-S27 a fork bomb"], 120, stdin=subprocess.DEVNULL)
    results += results_of_tap("a bomb", out.decode(errors="replace"), status)
    return [(ok and "# SKIP" not in sentence, sentence, comments)
            for ok, sentence, comments in results]


def plain(name, cpu):
    """A program that is no test: its output, and Linux's."""
    status, out, errors = command(
        [RUN, os.path.join(BUILD, "tests", name)], 100,
        stdin=subprocess.DEVNULL, env=dict(os.environ, CPU=cpu))
    text = out.decode(errors="replace") + "exit status %d\n" % status
    with open(os.path.join(TESTS, "answers", name + ".out")) as stream:
        golden = stream.read()
    difference = "\n".join(difflib.unified_diff(
        golden.splitlines(), text.splitlines(), "Linux", "Tessera",
        lineterm=""))
    return [(not difference and not errors, "%s on %s: says what it says on "
             "Linux" % (name, cpu), difference +
             errors.decode(errors="replace"))]


def put_off():
    """TIME-alarm where nothing outside disturbs it: time by instructions."""
    status, out, errors = command(
        [RUN, "-t", "100", os.path.join(BUILD, "tests", "time"),
         "TIME-alarm"], 120, stdin=subprocess.DEVNULL,
        env=dict(os.environ, QEMU_ARGS=DETERMINISTIC))
    return results_of_tap("time by instructions",
                          (out + errors).decode(errors="replace"), status)
