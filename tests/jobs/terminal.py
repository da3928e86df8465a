"""tests/jobs/terminal.py -- what is typed, by keyboard or serial line."""
import os
import re
import subprocess
import tempfile
import time

from machine import (AT_MENU, BUILD, DEBUG_EXIT, KERNEL, MENU, TESSERA, TOP,
                     Machine, built, soon)
from jobs.screens import KEY, WIPE


def as_on_screen(text):
    """Returns the last 25 rows of `text`, as a screen shows them.  A question
    for a key is wiped out after the key."""
    rows = []
    for line in text.replace(KEY + WIPE, "").split("\n"):
        line = line.expandtabs(8)
        rows += [line[i:i + 80].rstrip()
                 for i in range(0, max(len(line), 1), 80)]
    return rows[-25:]


def keyboard(check):
    """The VGA screen shows what is typed on the PS/2 keyboard."""
    check = check.about("keyboard")
    with Machine(*TESSERA, *AT_MENU, *DEBUG_EXIT) as machine:
        machine.wait_for(MENU, 60)
        press(machine, lambda sentence, good: check(
            sentence, good, "" if good else "\n".join(machine.screen())))
        machine.keys("q", "kp_enter")
        check("q and the other Enter power the machine off",
              machine.ended(20) == 1, machine.text[-500:])


def press(machine, check):
    """Presses keys, and looks at the screen after each few."""
    check("the menu is on the screen",
          machine.shows(MENU) and machine.shows("1 +two_addresses"))
    machine.keys("x", "shift-y", "shift-2", "semicolon", "spc", "7")
    check("what is typed is echoed, with shift", machine.shows("xY@; 7$"))
    machine.keys("backspace", "backspace", "z")
    check("backspace erases on the screen", machine.shows("xY@;z$"))
    machine.keys("caps_lock", "a", "shift-b", "caps_lock", "c")
    check("caps lock is for letters", machine.shows("xY@;zAbc$"))
    check("the serial line has the same echo",
          machine.wait_for(re.escape("xY@; 7\b \b\b \bzAbc")))
    machine.keys("ctrl-u", "1", "ret")
    for _ in range(2):
        machine.says(KEY)
        machine.keys("spc")
    check("a demonstration typed there runs",
          machine.wait_for("two_addresses: done", 30))
    check("it scrolls: the last rows are the serial line's", soon(
        lambda: machine.screen()[-20:] == as_on_screen(machine.text)[-20:]))


def raw_bytes(count):
    """Returns the raw bytes that tests/programs/lines expects."""
    return bytes((i * 7 + i // 256) & 0xFF for i in range(count))


TYPED = [  # what is typed, what comes back, the sentence
    ("hello\r", ["hello\n", 'read 6 "hello\\n"'],
     "what is typed is echoed; Enter, a CR, is read as NL"),
    ("ab\x7fc\r", ["ab\b \bc\n", 'read 3 "ac\\n"'],
     "DEL erases a character, on the screen as well"),
    ("ab\x08c\r", ['read 3 "ac\\n"'], "^H erases a character, too"),
    ("\x7f\x7fx\r", ["x\n", 'read 2 "x\\n"'],
     "there is nothing to erase before a line"),
    ("abc\x15de\r", ['read 3 "de\\n"'], "^U erases the line"),
    ("one two\x17three\r", ['read 10 "one three\\n"'],
     "^W erases a word"),
    ("gone\x03kept\r", ["gone^C", 'read 5 "kept\\n"'],
     "^C drops the line, and shows it"),
    ("\x04", ['read 0 ""'], "^D at a line's start is an end of file"),
    ("abc\x04", ['read 3 "abc"'], "^D behind text hands over the text"),
    ("\x04again\r", ['read 0 ""', 'read 6 "again\\n"'],
     "after an end of file reading goes on"),
    ("one\rtwo\r", ['read 4 "one\\n"', 'read 4 "two\\n"'],
     "two lines at once are two reads"),
    ("a\tb\r", ['read 4 "a\\011b\\n"'], "a tab is a character"),
    ("ab\t\x7f\x7fc\r", ["ab\t" + "\b" * 6 + "\b \bc\n", 'read 3 "ac\\n"'], "DEL erases a tab at its width"),
    ("one two.three\x17x\r", ['read 10 "one two.x\\n"'],
     "^W erases letters and digits"),
    ("a\x16\x03b\r", ["a^\b^Cb\n", 'read 4 "a\\003b\\n"'],
     "^V takes the next character as it is"),
    ("abc\x12d\r", ["abc^R\nabcd\n", 'read 5 "abcd\\n"'],
     "^R shows the line again"),
    ("abc\x1cde\r", ["abc^\\", 'read 3 "de\\n"'],
     "^\\ drops the line, too"),
    ("\x11go\x11 on\r", ["go on\n", 'read 6 "go on\\n"'],
     "^Q is no character"),
]


def machine_with(folder, program):
    """Returns a machine whose init runs this test program."""
    archive = os.path.join(folder, "archive")
    subprocess.run([os.path.join(TOP, "tools", "mkarchive"), "-o", archive,
                    "-r", os.path.join(BUILD, "root"),
                    "tests/%s=%s" % (program, built(program))], check=True)
    return Machine("-m", "64", *KERNEL, "-initrd", archive, "-append",
                   "-- /tests/" + program, *DEBUG_EXIT)


def terminal(check):
    """The serial line is a terminal: what is typed is echoed and read."""
    check = check.about("terminal")
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as folder, \
            machine_with(folder, "lines") as machine:
        machine.wait_for("lines are read", 60)
        machine.says("lines are read\n")
        stop_and_go(check, machine)
        storm(check, machine)
        bytes_in_a_storm(check, machine)
        type_lines(machine, lambda sentence, *texts: check(
            sentence, machine.says(*texts), machine.text[-600:]))
        machine.type("q\r")
        check("q powers the machine off", machine.ended(20) == 1,
              machine.text[-500:])


def stop_and_go(check, machine):
    """^S stops output, what is typed is kept, ^Q lets it go on."""
    machine.type("\x13stopped\r")
    machine.says("stopped\n")
    check("behind ^S no output comes", not soon(
        lambda: "read" in machine.text[machine.heard:], 0.1),
        machine.text[machine.heard:])
    machine.type("\x11")
    check("^Q lets it go on", machine.says('read 8 "stopped\\n"'),
          machine.text[-600:])


def storm(check, machine):
    """Lines are typed while the reader is interrupted, stopped, continued."""
    lines = ["line %04d of what is typed in a storm" % i for i in range(300)]
    start = len(machine.text)
    machine.type("storm\r")
    for line in lines:
        machine.type(line + "\r")
        time.sleep(0.01)
    machine.type("calm\r")
    check("a storm of signals, stops and continues is over",
          machine.says("calm after the storm"), machine.text[-600:])
    check("no line that was typed in it is lost, none comes twice", re.findall(
        'read [0-9]+ "(.*)\\\\n"', machine.text[start:]) == lines,
          machine.text[start:])


def bytes_in_a_storm(check, machine):
    """10,000 bytes are read and written one by one while SIGALRM comes."""
    sent = "".join("%04d," % i for i in range(2000))
    for word, storm in (("eintr", "EINTR"), ("restart", "no EINTR")):
        start = len(machine.text)
        machine.type("%s %d\r" % (word, len(sent)))
        machine.says("%d\n<" % len(sent))
        machine.send(sent.encode())
        check("a storm of signals, %s, is over" % word,
              machine.says("storm: %s\n" % storm), machine.text[start:])
        check("... and each byte was read once and written once",
              "<%s>" % sent in machine.text[start:], machine.text[start:])


def type_lines(machine, answers):
    """Types lines, short, many, long and raw; calls answers(sentence, text...)
    for what must come back."""
    for typed, back, sentence in TYPED:
        machine.type(typed)
        answers(sentence, *back)
    lines = ["line %04d of what is pasted at once" % i for i in range(300)]
    machine.type("".join(line + "\r" for line in lines))
    answers("of a long paste no line is lost",
            *['read 36 "%s\\n"' % line for line in lines])
    machine.type("x" * 5000 + "\r")
    answers("a line has 4095 characters, what is more rings",
            'read 4096 "' + "x" * 4095 + '\\n"')
    machine.type("raw 32768\r")
    machine.says("raw ready")
    machine.send(raw_bytes(32768))
    answers("without ICANON every byte comes as it was sent",
            "raw got 32768, first wrong -1")
    machine.type("quit\r")
    answers("when its program has ended and there is no shell, the menu comes", "your choice: ")
