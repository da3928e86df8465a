"""tests/jobs/screens.py -- nothing scrolls away: what a person reads comes a
screen at a time, and waits for a key."""
import fcntl
import re
import struct
import termios

from machine import (AT_MENU, DEBUG_EXIT, MENU, RUN, TESSERA, Machine, Terminal, soon,
                     tessera, text_of)

LINES, COLUMNS = 24, 80
KEY = "-- any key goes on, q leaves --"
WIPE = " " * len(KEY)  # between two CRs, which are not kept
CHOICE = "your choice: "
DEMONSTRATIONS = ("two_addresses", "reader", "ownership", "removal", "sum",
                  "ring")


def rows(text):
    """Returns the rows that `text` takes on a screen."""
    return [row for line in text.expandtabs(8).split("\n")
            for row in ([line[i:i + COLUMNS]
                         for i in range(0, len(line), COLUMNS)] or [""])]


def widest(text):
    return max(len(line.expandtabs(8)) for line in text.split("\n"))


def screens(child, done):
    """Plays a program until it says `done` or is over, and types a key after
    each screen.  Yields each screen's text, and whether a key was asked for."""
    asked = True
    while asked:
        start = child.heard
        soon(lambda: KEY in child.text[start:] or done in child.text[start:],
             30, child.over)
        asked = KEY in child.text[start:]
        text, found, _ = child.text[start:].partition(KEY if asked else done)
        child.heard = start + len(text + found)
        yield text.removeprefix(WIPE), asked
        if asked:
            child.type(" ")


def fits(text):
    """Does a screen's text fit, with the line of the question?"""
    return len(rows(text)) <= LINES and widest(text) < COLUMNS


def screens_of_vga(check):
    """Each picture is entire on the VGA screen, when the key is waited for."""
    check = check.about("screens on VGA")
    with Machine(*TESSERA, *AT_MENU, *DEBUG_EXIT) as machine:
        machine.wait_for(CHOICE, 60)
        check("the menu is entire on the screen, with its first line",
              machine.shows("^Tessera: one frame") and machine.shows(CHOICE[:-1]),
              "\n".join(machine.screen()))
        for number, name in enumerate(DEMONSTRATIONS, 1):
            machine.says(CHOICE)
            machine.type("%d\r" % number)
            machine.says("\n")
            play(check, machine, name)
        check("the menu is printed once", len(re.findall(
            MENU, machine.text)) == 1, machine.text[-1000:])
        words_of_menu(check, machine)
        machine.type("q\r")
        check("q powers the machine off", machine.ended(20) == 1,
              machine.text[-500:])


def play(check, machine, name):
    """Plays one demonstration, and looks at the screen at each question."""
    count, bad, pictures = 0, "", 0
    for text, asked in screens(machine, name + ": done"):
        wanted = [row.rstrip() for row in rows(text + KEY)]
        count += 1
        pictures += text.count("======== look: ")
        if not fits(text):
            bad += "too large:\n" + text
        elif asked and not soon(lambda: shown(machine, wanted)):
            bad += "\n".join(["not shown:"] + wanted + ["the screen:"] +
                             machine.screen())
    check("%s: each of its screens is entire, and waits for a key" % name,
          count >= 3 and pictures == 1 and not bad, bad or str(count))


def shown(machine, wanted):
    """Are these rows the last ones of the screen?"""
    screen = machine.screen()
    while screen and not screen[-1]:
        screen.pop()
    return screen[-len(wanted):] == wanted


def words_of_menu(check, machine):
    """The menu knows ? and help, and says what there is."""
    for word in ("?", "help"):
        machine.type(word + "\r")
        check("%s prints the menu again" % word, machine.says(
            "Tessera: one frame", "this menu", CHOICE), machine.text[-900:])
    machine.type("frobnicate\r")
    check("of an unknown word it is said what there is", machine.says(
        "frobnicate: there is no such command.  These are there:\n", "frames",
        "two_addresses", CHOICE), machine.text[-900:])
    machine.type("2\r")
    machine.says("stores 42\n", KEY)
    before = len(machine.text)
    machine.type("q")
    check("q at a question leaves, and the program still tidies up",
          machine.says("reader: done") and
          "look" not in machine.text[before:], machine.text[before:])
    machine.type("ipcs -m\r")
    check("... so that no segment stays", machine.says(
        "status      \n\n", "ipcs: done"), machine.text[-900:])


def screens_of_terminal(check):
    """On a terminal of 80x24 it is the same; without one nobody is asked."""
    check = check.about("screens on a terminal")
    for name in DEMONSTRATIONS:
        with Terminal(RUN, "--", name) as terminal:
            fcntl.ioctl(terminal.master, termios.TIOCSWINSZ,
                        struct.pack("4H", LINES, COLUMNS, 0, 0))
            found = [text for text, _ in screens(terminal, "no such text")]
            check("%s: each screen fits 80 columns and 24 lines" % name,
                  len(found) >= 3 and all(fits(text) for text in found),
                  "\n--\n".join(found))
    many_lines(check)
    status, out, _ = tessera(["--", "two_addresses"])
    check("no key is waited for if the output is no terminal", status == 0 and
          KEY not in text_of(out), status, out)


def many_lines(check):
    """A command with many lines stops at each screen; q leaves it."""
    with Terminal(RUN, "--", "pt", "-a", "4") as terminal:
        first = terminal.wait_for(KEY) and terminal.text.split(KEY)[0]
        check("a long output stops when the screen is full",
              len(rows(first or "")) == LINES, terminal.text)
        terminal.type("\x1b[B")
        check("a key with several bytes is one key", terminal.says(
            KEY, KEY), terminal.text)
        before = len(terminal.text)
        terminal.type("q")
        check("q leaves it", terminal.ended(30) == 0 and
              terminal.over() and "PTE" not in terminal.text[before:],
              terminal.text[before:])
