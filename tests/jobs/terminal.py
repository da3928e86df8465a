"""tests/jobs/terminal.py -- what is typed, by keyboard or serial line."""
import os
import re
import shutil
import subprocess
import tempfile

from machine import BUILD, DEBUG_EXIT, MENU, TOP, Machine, soon


def as_on_screen(text):
    """The last 25 rows of what the serial line has said."""
    rows = []
    for line in text.split("\n"):
        line = line.expandtabs(8)
        rows += [line[i:i + 80].rstrip()
                 for i in range(0, max(len(line), 1), 80)]
    return rows[-25:]


def keyboard():
    """What is typed on the PS/2 keyboard, as the VGA screen shows it."""
    machine = Machine("-m", "64", "-kernel", "build/tessera.elf", "-initrd",
                      "build/tessera.cpio", *DEBUG_EXIT)
    results = []

    def check(sentence, good):
        results.append((good, "keyboard: " + sentence,
                        "" if good else "\n".join(machine.screen())))

    try:
        machine.wait_for(MENU, 60)
        check("the menu is on the screen", machine.shows(MENU) and
              machine.shows("1 +two_addresses"))
        machine.keys("x", "shift-y", "shift-2", "semicolon", "spc", "7")
        check("what is typed is echoed, with shift", machine.shows("xY@; 7$"))
        machine.keys("backspace", "backspace", "z")
        check("backspace erases on the screen", machine.shows("xY@;z$"))
        machine.keys("caps_lock", "a", "shift-b", "caps_lock", "c")
        check("caps lock is for letters", machine.shows("xY@;zAbc$"))
        check("the serial line has the same echo",
              machine.wait_for(re.escape("xY@; 7\b \b\b \bzAbc")))
        machine.keys("ctrl-u", "1", "ret")
        check("a demonstration typed there runs",
              machine.wait_for("two_addresses: done", 30))
        check("it scrolls: the last rows are the serial line's", soon(
            lambda: machine.screen() == as_on_screen(machine.text)))
        machine.keys("q", "kp_enter")
        results.append((machine.ended(20) == 1, "keyboard: q and the other "
                        "Enter power the machine off", machine.text[-500:]))
    finally:
        machine.stop()
    return results


def raw_bytes(count):
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
]


def terminal():
    """The serial line as a terminal: what is typed, echoed and read."""
    folder = tempfile.mkdtemp(prefix="tessera-test-")
    archive = os.path.join(folder, "archive")
    subprocess.run([os.path.join(TOP, "tools", "mkarchive"), "-o", archive,
                    "-r", os.path.join(BUILD, "root"), "tests/lines=" +
                    os.path.join(BUILD, "tests", "lines")], check=True)
    machine = Machine("-m", "64", "-kernel", "build/tessera.elf", "-initrd",
                      archive, "-append", "-- /tests/lines", *DEBUG_EXIT)
    results = []

    def check(sentence, good):
        results.append((good, "terminal: " + sentence, machine.text[-600:]))

    try:
        machine.wait_for("lines are read", 60)
        for typed, back, sentence in TYPED:
            machine.type(typed)
            check(sentence, machine.says(*back))
        lines = ["line %04d of what is pasted at once" % i
                 for i in range(300)]
        machine.type("".join(line + "\r" for line in lines))
        check("of a long paste no line is lost",
              machine.says(*['read 36 "%s\\n"' % line for line in lines]))
        machine.type("x" * 5000 + "\r")
        check("a line has 4095 characters, what is more rings",
              machine.says('read 4096 "' + "x" * 4095 + '\\n"'))
        machine.type("raw 32768\r")
        machine.says("raw ready")
        machine.send(raw_bytes(32768))
        check("without ICANON every byte comes as it was sent",
              machine.says("raw got 32768, first wrong -1"))
        machine.type("quit\r")
        check("when its program is not there the menu comes", machine.says(
            "your choice: "))
        machine.type("q\r")
        results.append((machine.ended(20) == 1, "terminal: q powers the "
                        "machine off", machine.text[-500:]))
    finally:
        machine.stop()
        shutil.rmtree(folder)
    return results
