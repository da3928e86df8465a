"""tests/jobs/vga.py -- the screen by itself: what sequences do to its cells,
what the keys send, and the rows that have left it."""
import tempfile

from machine import soon
from jobs.terminal import machine_with

E = "\\033["  # tests/programs/paint.c reads the number
CLEAR = E + "H" + E + "J"

PAINTED = [  # what is written, the rows that are not empty, the sentence
    (E + "3;5Hhere", {2: "    here"}, "H goes to a row and a column"),
    ("abcdef" + E + "4D" + E + "K", {0: "ab"}, "K erases the row's rest"),
    ("abcdef" + E + "3D" + E + "1Kx", {0: "   xef"},
     "1K erases as far as the cursor"),
    ("abc" + E + "2K" + "x", {0: "   x"}, "2K erases the row"),
    ("one\\012two\\012three" + E + "2;2H" + E + "J",
     {0: "one", 1: "t"}, "J erases from the cursor on"),
    ("one\\012two" + E + "2;2H" + E + "1J", {1: "  o"},
     "1J erases as far as the cursor"),
    ("abcdef" + E + "3G" + E + "2P", {0: "abef"}, "P takes characters out"),
    ("abcdef" + E + "3G" + E + "2@", {0: "ab  cdef"}, "@ makes room"),
    ("abcdef" + E + "3G" + E + "2X", {0: "ab  ef"}, "X blanks characters"),
    ("abef" + E + "3G" + E + "4hcd" + E + "4l" + E + "1Gx", {0: "xbcdef"},
     "between 4h and 4l characters are inserted"),
    ("a\\012b\\012c" + E + "2H" + E + "L", {0: "a", 2: "b", 3: "c"},
     "L makes room for rows"),
    ("a\\012b\\012c" + E + "1H" + E + "2M", {0: "c"}, "M takes rows out"),
    (E + "5;7r" + E + "7Hlast\\012next" + E + "r", {5: "last", 6: "next"},
     "a newline on the region's last row scrolls the region"),
    ("top" + E + "5;7r" + E + "5Hfirst\\033Mnew" + E + "r",
     {0: "top", 4: "     new", 5: "first"},
     "ESC M on its first row scrolls it back"),
    (E + "2;3r" + E + "4Hz" + E + "25H\\012\\012y" + E + "r",
     {3: "z", 24: "y"}, "below the region nothing scrolls"),
    ("a\\012b" + E + "S" + E + "5Hx", {0: "b", 4: "x"},
     "S scrolls, the cursor stays"),
    ("a\\012b" + E + "T" + E + "5Hx", {1: "a", 2: "b", 4: "x"},
     "T scrolls back"),
    ("ab\\0337" + E + "9;9Hfar\\0338c", {0: "abc", 8: "        far"},
     "ESC 7 and 8 save the cursor and go back to it"),
    ("x" * 80 + "y", {0: "x" * 80, 1: "y"}, "a long row goes on below"),
    (E + "25;80Hz", {24: " " * 79 + "z"},
     "the last cell can be written without scrolling"),
    ("x" * 80 + "\\015y", {0: "y" + "x" * 79},
     "a CR behind the last column stays in its row"),
    ("a\\033]0;title\\007b\\033(Bc" + E + "?1049hd" + E + "?7he", {0: "abcde"},
     "titles, character sets and other modes are not shown"),
    (E + "2d" + E + "4Gx" + E + "3Ey" + E + "Fz", {1: "   x", 3: "z", 4: "y"},
     "d, G, E and F go to rows and columns"),
    (E + "99;99H" + E + "99A" + E + "99Dq", {0: "q"},
     "no number leads out of the screen"),
]

COLOURS = [  # the sequence, the colours of the next cell, the sentence
    ("", 0x07, "grey on black"), ("1", 0x0F, "bold"), ("7", 0x70, "reverse"),
    ("1;7", 0x78, "bold and reverse"), ("31", 0x04, "red"),
    ("31;7", 0x40, "red, reversed"), ("31;7;27", 0x04, "reversed no more"),
    ("1;34;43", 0x69, "bold blue on yellow"), ("92", 0x0A, "bright green"),
    ("44;38;5;196mA" + E + "0;35", 0x05, "of 256 colours none is shown"),
    ("31;42;39;49", 0x07, "back to the first colours"),
    ("1;22;" * 6 + "31", 0x04, "sixteen numbers of a sequence count"),
    ("31" + ";22" * 14 + ";32", 0x04, "... and those after them do not"),
]

KEYS = [  # the keys, the bytes, the sentence
    (["up", "down", "right", "left"], "\033[A\033[B\033[C\033[D", "arrows"),
    (["home", "end", "insert", "delete", "pgup", "pgdn"],
     "\033[H\033[F\033[2~\033[3~\033[5~\033[6~", "the keys above them"),
    (["f1", "f4", "f5", "f10", "f12"],
     "\033OP\033OS\033[15~\033[21~\033[24~", "function keys"),
    (["ctrl-right", "alt-left", "shift-up", "ctrl-shift-f2"],
     "\033[1;5C\033[1;3D\033[1;2A\033[1;6Q", "with Shift, Alt and Ctrl"),
    (["ctrl-a", "ctrl-z", "ctrl-spc", "ctrl-backslash", "ctrl-slash"],
     "\x01\x1a\x00\x1c\x1f", "control characters"),
    (["alt-b", "alt-shift-b"], "\033b\033B", "Alt sends ESC first"),
    (["tab", "shift-tab", "esc", "backspace", "ret", "kp_enter"],
     "\t\033[Z\033\x7f\r\r", "Tab, Esc, Backspace and both Enters"),
]


def rows(screen):
    return {n: row for n, row in enumerate(screen) if row}


def vga(check):
    """Sequences, colours and keys; and rows that can be looked at again."""
    check = check.about("vga")
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as folder, \
            machine_with(folder, "paint") as machine:
        machine.wait_for("it paints", 60)
        for text, wanted, sentence in PAINTED:
            machine.type("%s\r" % (CLEAR + text))
            check(sentence, soon(lambda: rows(machine.screen()) == wanted),
                  wanted, rows(machine.screen()))
        colours(check, machine)
        keys(check, machine)
        where(check, machine)
        noise(check, machine)
        look_back(check, machine)
        machine.type("quit\r")
        machine.says("your choice: ")
        machine.type("q\r")
        check("q powers the machine off", machine.ended(20) == 1)


def colours(check, machine):
    machine.type(CLEAR + "".join("%s0;%smX" % (E, numbers) + E + "m\\012"
                                 for numbers, *_ in COLOURS) + "\r")
    wanted = [(0x41 if "A" in numbers else 0x58, colour)
              for numbers, colour, _ in COLOURS]
    for row, (numbers, colour, sentence) in enumerate(COLOURS):
        at = 160 * row + (2 if "A" in numbers else 0)
        check("colours: " + sentence, soon(
            lambda: tuple(machine.cells()[at:at + 2]) == (0x58, colour)),
            wanted[row], machine.cells()[at:at + 2])


def keys(check, machine):
    machine.type("keys\r")
    machine.says("keys:")
    for names, wanted, sentence in KEYS:
        machine.keys(*names)
        octal = "".join(" %03o" % ord(c) for c in wanted)
        check("keys: " + sentence, machine.says(octal), octal,
              machine.text[-200:])
    machine.keys("q")
    machine.says("end")


def where(check, machine):
    """The console answers ESC [ 6 n, and does not send it to COM1."""
    machine.type("where\r")
    octal = "".join(" %03o" % ord(c) for c in "\033[7;9R")
    check("where the cursor is, the console says by itself, once",
          machine.says(octal + " end"), machine.text[-300:])
    check("... and does not ask the other end of the line",
          "\033[7;9H" in machine.text and "\033[6n" not in machine.text)


def noise(check, machine):
    """Nonsense does no harm."""
    machine.type("noise\r")
    machine.says("quiet")
    machine.type(" again\r")
    check("after sequences at random, ESC c makes it as at first", soon(
        lambda: rows(machine.screen()) == {0: "quiet again"} and
        machine.cells()[1] == 0x07), "\n".join(machine.screen()))


def look_back(check, machine):
    """Shift-PgUp shows what has left the screen, screens of it."""
    machine.type(CLEAR + "\r")
    for block in range(0, 600, 50):
        machine.type("".join("row %03d\\012" % n
                             for n in range(block, block + 50)) + "\r")

    def top(row, *names):
        machine.keys(*names)
        return soon(lambda: machine.screen()[0] == row)

    def see(sentence, good):
        check("scroll-back: " + sentence, good, "\n".join(machine.screen()))

    see("the last rows are on the screen", top("row 576"))
    see("Shift-PgUp shows the rows before", top("row 552", "shift-pgup"))
    see("... and again, five screens", top("row 432", *["shift-pgup"] * 5))
    see("Shift-PgDn goes forward", top("row 456", "shift-pgdn"))
    machine.type("more\r")
    see("output goes back to the screen", machine.shows("^more"))
    see("it can be looked at again", top("row 504", *["shift-pgup"] * 3))
    see("a key goes back to the screen", top("row 576", "ret"))
    see("400 rows are kept", top("row 176", *["shift-pgup"] * 20))
    machine.keys("ret")
