#!/usr/bin/env python3
"""tests/compare_answers.py RECORDED OBTAINED -- are these the same answers?

RECORDED is what Linux answered, as `make compare` wrote it to
tests/answers/NAME.txt.  OBTAINED is the output of the same program on Tessera.
Every test of one must be a test of the other, with the same result and answer
line; a test that Linux skips must pass here.  A difference is allowed where
tests/DEVIATIONS has the beginning of the test's sentence: its ID, or more.

Prints one TAP-like line for each difference.  Exits with 0 (the same), 1 (they
differ) or 2 (a file cannot be read).
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"(not ok|ok) \d+ - (.*?)( # SKIP.*)?$")


def parse(text):
    """{ sentence: (result, answer) }, and whether the plan was fulfilled."""
    tests, plan, last = {}, None, None
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            last = match[2]
            tests[last] = ["skip" if match[3] else match[1], ""]
        elif line.startswith("1.."):
            plan = int(line[3:])
        elif line.startswith("# answer:") and last:
            tests[last][1] = line[len("# answer:"):].strip()
    return tests, plan == len(tests)


def deviations():
    """The beginnings of sentences for which an answer may differ."""
    found = []
    for line in open(os.path.join(HERE, "DEVIATIONS")):
        if line.strip() and not line.startswith("#"):
            found.append(line.split(":", 1)[0].strip())
    return found


def differences(recorded, obtained, wanted):
    for sentence, (result, answer) in recorded.items():
        allowed = any(sentence.startswith(w) for w in wanted)
        if sentence not in obtained:
            yield sentence, "is missing"
            continue
        here, here_answer = obtained[sentence]
        if here != "ok":
            yield sentence, "is '%s' here" % here
        elif result == "skip" and not allowed:
            yield sentence, "is skipped on Linux, and is no listed deviation"
        elif result != "skip" and answer != here_answer and not allowed:
            yield sentence, "answers '%s', Linux '%s'" % (here_answer, answer)
    for sentence in obtained:
        if sentence not in recorded:
            yield sentence, "is not recorded: run `make compare`"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        recorded, _ = parse(open(sys.argv[1], errors="replace").read())
        obtained, whole = parse(open(sys.argv[2], errors="replace").read())
        wanted = deviations()
    except OSError as error:
        print("# %s" % error)
        sys.exit(2)
    found = list(differences(recorded, obtained, wanted))
    if not whole:
        found.append(("the plan", "was not fulfilled"))
    for number, (sentence, why) in enumerate(found, 1):
        print("not ok %d - %s\n#   %s" % (number, sentence, why))
    sys.exit(1 if found or not obtained else 0)


if __name__ == "__main__":
    main()
