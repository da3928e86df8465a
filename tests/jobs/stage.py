"""tests/jobs/stage.py -- processes on strings, and the beats of the lecture.

Each beat is played on Tessera and compared with tests/answers/beats.txt, with
frames, pids and ids renamed in the order in which they appear.  What its calls
answer is compared with Linux: with tests/answers/stage-linux.txt, which Linux
has written, and where this machine can run an i386 program with this Linux.

    python3 tests/jobs/stage.py    writes both files again; look at the changes
"""
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__)))), "tools"))
from machine import (BUILD, MENU, RUN_MENU, TESTS, TOP, Terminal, command,
                     difference, soon, tessera, text_of)
import outside

BEATS = range(1, 12)
# The last beat takes its time, and shows nothing without a hand in the machine.
PLAIN = BEATS[:-1]
SCRIPT = "".join("# ==== beat %d\nplay %d\nclear\n" % (n, n) for n in PLAIN)
FILES = sorted(glob.glob(os.path.join(TOP, "docs", "beats", "*.stage")))
ON_LINUX = "".join("# ==== beat %d\nplay %s\nclear\n" % (n, FILES[n - 1])
                   for n in PLAIN)
CALLS = "tests/stage/calls.stage"
GOLDEN = os.path.join(TESTS, "answers", "beats.txt")
LINUX = os.path.join(TESTS, "answers", "stage-linux.txt")

# ---- one text for all machines ----------------------------------------------

# What differs from machine to machine, by kind: a pattern with one group.
PLACES = (
    ("pid", r"(?:\bprocess |\bpid +|(?:getpid|fork)\(\) = )(\d+)|"
            r"\b(\d+)(?= /\*)"),
    ("pid", r"GETPID\) = (\d+)"),
    ("id", r"(?:ipcs -m: (?:key \w+  )?id |^ +id |table \w+ id |shmat\(|shmctl\(|"
           r"shmget\([^)]*\) = )(\d+)"),
    ("set", r"(?:ipcs -s: (?:key \w+  )?id |sem\w*(?<!get)\(|"
            r"semget\([^)]*\) = )(\d+)"),
    ("queue", r"(?:ipcs -q: (?:key \w+  )?id |msg\w*(?<!get)\(|"
              r"msgget\([^)]*\) = )(\d+)"),
    ("frame", r"(?:table |frame |CR3 )([0-9a-f]{5})|"
              r"\b([0-9a-f]{5})(?=[0-9a-f]{3}(?: ->|  [-+a-z]))"),
    ("frame", r"(?<!fault )\bat ([0-9a-f]{5})(?=[0-9a-f]{3}\b)|"
              r"\bgdb 0xc([0-9a-f]{4})(?=[0-9a-f]{3}\b)"),
)
ADDRESS = (("address", r"(?:0x|page fault at )([0-9a-f]{7,8})\b"),)


def renamed(text, places):
    """Returns a text whose numbers have names, in order of appearance."""
    names = {}

    def name(kind):
        def one(match):
            group = next(i for i in range(1, match.re.groups + 1)
                         if match[i] is not None)
            number = match[group]
            if kind == "frame" and int(number, 16) == 0:
                return match[0]
            known = names.setdefault(kind, {})
            known.setdefault(number.zfill(5), "%s%d" % (kind, len(known) + 1))
            start, end = (at - match.start() for at in match.span(group))
            return match[0][:start] + known[number.zfill(5)] + match[0][end:]
        return one

    for kind, pattern in places:
        text = re.sub(pattern, name(kind), text)
    return text


def beats_of(text, places=PLACES):
    """Returns the text of each beat, renamed for itself."""
    parts = re.split(r"^==== beat .*\n", text, flags=re.M)[1:]
    return [renamed(even(part), places) for part in parts]


def even(text):
    """Columns may move with the length of a number."""
    return re.sub(r"(?<=\S)   +", "  ", re.sub(r" +$", "", text, flags=re.M))


def calls_of(beat):
    """Leaves only what Linux can say as well: no words, and no picture."""
    kept, picture = [], False
    for line in beat.split("\n"):
        picture = bool(re.match(r"stage> (look|entry|ps|play)\b", line)) or (
            picture and not re.match(r"stage> |Answer:|Predict:", line))
        word = re.search(r" (PDE|PTE) \d|no page-table word", line)
        if not picture and not word and re.match(
                r"stage> |[A-Z]\w* ?[:iwe]| {4}", line):
            kept.append(line)
    return "\n".join(kept)


# ---- Linux ------------------------------------------------------------------

def build_for_linux(path):
    """Builds stage alone, as docs/beats says one can."""
    found = subprocess.run([os.path.join(TOP, "tools", "cross"), "static"],
                           capture_output=True, text=True).stdout.strip()
    folder = os.path.join(TOP, "user", "bin", "stage")
    sources = sorted(os.path.join(folder, name) for name in os.listdir(folder)
                     if name.endswith(".c"))
    sources.append(os.path.join(folder, "..", "look", "screen.c"))
    return command([found + "gcc", "-m32", "-static", "-O2", "-Wall",
                    "-Wextra", "-Werror", "-o", path, *sources], 60)


def play_on_linux(path):
    """Plays the beats and all calls on this Linux: its text; None: it runs no
    such program, or we are not root, whose answers are recorded."""
    if os.geteuid() != 0:
        return None
    try:
        played = [command([path, *words], 60, input=ON_LINUX.encode())
                  for words in ([], [CALLS])]
    except OSError:
        return None
    return "".join(text_of(out) for _, out, _ in played)


def for_linux(text):
    """What Linux can say, too, in one text for all machines."""
    return "\n".join(map(calls_of, beats_of(text, PLACES + ADDRESS)))


def on_linux(check):
    """Returns what Linux has answered, and compares it with this Linux."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stage")
        status, _, errors = build_for_linux(path)
        check("stage also builds alone, for Linux", status == 0,
              text_of(errors))
        live = play_on_linux(path)
    with open(LINUX) as stream:
        recorded = stream.read()
    if live is not None:
        check("this Linux answers as the recorded one",
              for_linux(live) == recorded,
              difference(recorded, for_linux(live), "recorded", "here"))
    return recorded


# ---- the beats --------------------------------------------------------------

def play_on_tessera():
    """Plays the beats, then all calls: (what is wrong, the two texts)."""
    played = [tessera(["-t", "200", "-f", "%s=%s" % (CALLS, CALLS), "--",
                       "stage", *words], 100, input=SCRIPT.encode(), cwd=TOP)
              for words in ([], [CALLS])]
    return ("".join(text_of(errors) for status, _, errors in played
                    if status or errors),
            [text_of(out) for _, out, _ in played])


def beats(check):
    """Plays all beats on Tessera, and compares."""
    wrong_status, (out, calls) = play_on_tessera()
    check("the stage plays the beats and all calls without a mistake",
          not wrong_status and " ! " not in out + calls.split("Q:")[0],
          wrong_status + out[-2000:] + calls[-2000:])
    with open(GOLDEN) as stream:
        golden = beats_of(stream.read(), ())
    played = beats_of(out)
    for number in PLAIN:
        text = played[number - 1] if number <= len(played) else ""
        check("beat %d changes the words that it should" % number,
              text == golden[number - 1],
              difference(golden[number - 1], text, "transcript", "played"))
    wide = [line for line in out.split("\n") if len(line) > 80]
    check("no line of the beats is wider than 80 columns", not wide, wide)
    recorded, here = on_linux(check), for_linux(out + calls)
    check("each call of the beats and of %s answers as on Linux" % CALLS,
          here == recorded, difference(recorded, here, "Linux", "Tessera"))


# ---- on a terminal, with a hand in the machine --------------------------------

class Lecture:
    """A terminal on which somebody plays beats and presses keys."""

    def __init__(self, terminal, ram):
        self.terminal, self.ram, self.screens = terminal, ram, []
        self.ended, self.from_here = False, 0
        self.went_on = False  # stores came after W was cleared
        self.after_arrow = ""  # in beat 3, an arrow and then ^C

    def begin(self, number):
        """Starts a beat, and waits for its first pause."""
        self.from_here = len(self.terminal.text)
        self.terminal.type("stage %d\r" % number)
        return self.pause()

    def pause(self):
        """Waits until a key is wanted or the beat is over: its text so far."""
        terminal, start = self.terminal, self.from_here
        if not soon(lambda: re.search(
                r"leaves --|(?s:stage: (done|exit|killed).*choice: )|no such",
                terminal.text[start:]), 40, terminal.over):
            raise TimeoutError("the beat hangs: " + terminal.text[-500:])
        self.from_here = len(terminal.text)
        screen = terminal.text[start:self.from_here]
        self.ended = "leaves --" not in screen
        self.screens.append(screen)
        return re.split("stage: (?:done|exit)", screen)[0]

    def key(self):
        """Presses a key, and waits for the next pause."""
        self.terminal.type(" ")
        return self.pause()

    def clear_w(self, text):
        """Clears W in the PTE that `entry` has shown: the hand."""
        at = self.entry(text)
        self.ram.put(at, self.ram.word(at) & ~outside.RW)

    @staticmethod
    def entry(text):
        """Where the PTE is that `entry` has shown."""
        return int(re.search(r"PTE .* at ([0-9a-f]{8})", text)[1], 16)

    def clear_w_under_way(self, text):
        """Clears W while somebody stores, and sees whether stores go on.  The
        CPU may forget its copy at any time, so how long is not said."""
        word = self.ram.word(self.entry(text)) & ~(outside.PAGE - 1)
        first = self.ram.word(word)
        soon(lambda: self.ram.word(word) != first, 20)
        self.clear_w(text)
        cleared = self.ram.word(word)
        self.went_on = soon(lambda: self.ram.word(word) > cleared + 1000, 2)


def played_by_hand(lecture, number):
    """Plays a beat; in those of HAND W is cleared at the first question."""
    text = lecture.begin(number)
    if number == 8:
        lecture.clear_w(text)
    if number == 11:
        lecture.terminal.type(" ")
        lecture.clear_w_under_way(text)
        text += lecture.pause()
    while not lecture.ended:
        text += lecture.key()
    text = re.sub(r"-- a key[^\n]*?leaves -- *", "", text)
    return re.sub(r"(?s)\A.*?(?=%d\. )" % number, "", text)


def hand(check):
    """Plays the beats on a terminal, two of them with W cleared by hand."""
    with open(GOLDEN) as stream:
        golden = beats_of(stream.read(), ())
    text = {}
    lecture = play_by_hand(text)
    obtained = renamed(even(text[8]), PLACES)
    check("beat 8 shows what a cleared W does", obtained == golden[-1],
          difference(golden[-1], obtained, "transcript", "played"))
    check("beat 8: with W cleared in the shared PTE both die of error code 7",
          text[8].count("error code 7: P=1 W=1 U=1") == 2, text[8])
    check("beat 11: stores go on by the TLB when W is cleared in memory",
          lecture.went_on, text[11])
    check("beat 11: at last A dies of error code 7", re.search(
        r"(spin|poke).*does not return[^!]*error code 7", text[11]), text[11])
    tall = [screen for screen in lecture.screens if screen.count("\n") >= 24]
    check("every screen of the beats fits 24 lines, with the menu's question",
          not tall, "\n".join(tall))
    check("an arrow is one key, and ^C leaves a beat", lecture.ended and
          "Answer:  One: a PDE" in lecture.after_arrow and
          "Predict" not in lecture.after_arrow, lecture.after_arrow)
    check("all beats end on a terminal", lecture.ended, text[11])


def play_by_hand(text):
    """Plays all beats in one machine; `text` gets the text of each."""
    ram = outside.Ram(64)
    with Terminal(*RUN_MENU, QEMU_ARGS=" ".join(ram.words())) as terminal:
        terminal.wait_for(MENU, 60)
        lecture = Lecture(terminal, ram)
        for number in BEATS:
            text[number] = played_by_hand(lecture, number)
        lecture.begin(3)
        terminal.type("\x1b[C")
        lecture.after_arrow = lecture.pause()
        terminal.type("\x03")
        lecture.after_arrow += lecture.pause()
    ram.close()
    return lecture


# ---- lines that are wrong -----------------------------------------------------

# A line, and what is said of it.
WRONG = (
    ("frobnicate", "frobnicate is nothing that I know"),
    ("lok", "did you mean look?"),
    ("shmget 42 16K", "who is to do this? Say, for example, A: shmget"),
    ("A: shmt id", "shmt is no call: did you mean shmat?"),
    ("A: shmat", "the id of the segment is missing"),
    ("A: shmat nosuch", "there is no name nosuch yet"),
    ("A: shmget 42 16K creet", "creet is no flag here: did you mean creat?"),
    ("A: shmget 42 16K creat 600", "did you mean 0600?"),
    ("A: shmget 42 16K 0600 more more", "more is no flag here"),
    ("A: shmget 42 99999999999999999999 creat", "too large"),
    ("A: getpid now", "now is too much"),
    ("A: poke 1 \"hello", "is not closed: a \" is missing"),
    ("A: = shmget 42 16K", "is no call"),
    ("A: creat = getpid", "creat is a word of the stage"),
    ("A:", "which call is A to do?"),
    ("a: getpid", "begins with a capital letter"),
    ("Averylongname: getpid", "has at most 8 letters"),
    ("A: kill Z 9", "there is no process Z"),
    ("A: wait Z", "there is no process Z"),
    ("A: fork A", "a process A already|A cannot be its own child"),
    ("A: kill 5 stop", "the stage itself holds its processes"),
    ("A: kill 0 9", "this would kill the stage itself as well"),
    ("A: kill -1", "this would kill the stage itself as well"),
    ("A: poke 0x20000000 1", "are the strings themselves"),
    ("A: semctl 0 rmidd", "rmidd is no command of semctl: did you mean rmid?"),
    ("A: msgsnd 0 1", "the text is missing"),
    ("A: spin 0 0", "1 to 600 seconds"),
    ("help nosuch", "nosuch is no call"),
    ("quit now", "now is too much"),
    ("sleep x", "x is no number of seconds"),
    ("sleep 601", "600 seconds at most"),
    ("play /nosuch", "No such file or directory"),
    ("entry Z 0", "there is no process Z"),
    ("A: " + "x" * 5000, "a line has at most"),
)
STATES = """A: s = semget 42 1 creat 0600
W: semop s 0 -1
W: getpid
D: exit 3
D: getpid
D: exec /bin/ipcs
ps
A: kill W 9
W: getpid
X: exec
X: getpid
ps
A: semctl s rmid
"""


def wrong_lines(check):
    """A mistake says what was meant, and changes nothing."""
    lines = "".join(line + "\nps\n" for line, _ in WRONG)
    status, out, errors = tessera(["--", "stage"], 60, input=lines.encode())
    text = re.sub(r"\n {6}", " ", text_of(out))
    said = text.split("stage> ps\n")
    for (line, wanted), answer in zip(WRONG, said):
        check("%.30s: %s" % (line, wanted), re.search(
            re.escape(wanted).replace(r"\|", "|"), answer), answer)
    check("a mistake changes nothing: nobody was born", status == 1 and
          "is born" not in text and
          text.count("nobody is on the stage yet") == len(WRONG), text)


def states(check):
    """Who waits, is dead, or is another program takes no line."""
    _, out, _ = tessera(["--", "stage"], 60, input=STATES.encode())
    text = re.sub(r"\n {6}", " ", text_of(out))
    for wanted in (r"W: semop\(.*\) waits",
                   r"! W waits in semop, so it can do nothing else",
                   r"D ended with exit status 3",
                   r"! D is dead: it ended with exit status 3",
                   r"W +pid \d+ +waits in semop",
                   r"W: semop\(.*\) does not return\nW was killed by SIGKILL",
                   r"! W is dead: it was killed by SIGKILL",
                   r"X: it is another program now, and has no string",
                   r"! X runs another program now"):
        check("the stage says: " + wanted, re.search(wanted, text), text)


def cut_scripts(check):
    """A script whose file ends in the middle is said."""
    with tempfile.TemporaryDirectory() as folder:
        cut = os.path.join(folder, "cut")
        for name, text, wanted in (
                ("line", "A: getpid\nA: p = shm",
                 r"/cut:2: the file ends in the middle of this line, so it is "
                 r"not done: A: p = shm"),
                ("string", "A: poke 1 \"hel\n", r"is not closed[^!]*cut, line 1"),
                ("no text", "A: getpid\n\0\n", "this is no text")):
            with open(cut, "w") as stream:
                stream.write(text)
            status, out, _ = tessera(
                ["-f", "/cut=" + cut, "--", "stage", "/cut"], 60)
            check("a script is cut (%s): it is said, and the status tells" %
                  name, status in (1, 2) and re.search(wanted, text_of(out)),
                  text_of(out))
        status, out, _ = tessera(["--", "stage"], 60, input=b"A: getpid\nA: p")
        check("the input ends in the middle of a line: it is not done",
              "the input ends in the middle" in text_of(out), text_of(out))


def crowd_of(count):
    """A script with a crowd, a large segment, and long lines."""
    return ("A: id = shmget 42 16K creat 0600\nA: p = shmat id\n" +
            "".join("P%d: shmat id ro\n" % i for i in range(count)) +
            "look\nps\nA: poke p \"%s\"\n"
            "A: large = shmget 43 32M creat 0600\nA: l = shmat large\n"
            "A: poke l 1 32M\nP1: shmat large ro\nP1: exit\n"
            "A: shmctl id rmid\n" % ("x" * 400))


def large(check):
    """Much of everything is still little to read."""
    _, out, _ = tessera(["-m", "128", "-t", "300", "--", "stage"], 100,
                        input=crowd_of(40).encode())
    text = text_of(out)
    parts = text.split("stage> ")
    check("8,192 PTEs that change are one line",
          re.search(r"PTE 0 \(\+8191\) +00000000 -> [0-9a-f]{5}067  \+P", text),
          text[:2000])
    check("40 processes are born and attached", "nattch 41" in text,
          text[-2000:])
    check("no line has more than 80 columns, but the one that was typed",
          all(len(line) <= 80 for line in text.split("\n")
              if not line.startswith("stage>")),
          [line for line in text.split("\n") if len(line) > 80])
    check("no line leads to more than 24 lines",
          all(part.count("\n") <= 24 for part in parts), text[-3000:])


def nonsense_lines():
    """Lines made of words of the language, in an order that means little."""
    dice = random.Random(1)
    words = ("A B C Z9 : = , shmget shmat shmdt shmctl semget semop semtimedop "
             "semctl msgget msgsnd msgrcv msgctl fork wait mmap munmap "
             "mprotect sbrk peek poke getpid id p m 0 1 -1 +1 42 16K 0600 600 "
             "4G 99999999999999 creat excl ro rnd undo nowait stat rmid set "
             "getall setall setval \"hi\" \"\\\" \" p+4096 p- +p ? # @ look ps "
             "ipcs names help clear entry 0x50000000 private 64K r rw").split()
    good = ("A: id = shmget 42 16K creat 0600", "A: p = shmat id",
            "A: poke p \"x\"", "A: m = semget 43 2 creat 0600", "A: fork C",
            "B: semop m 0 -1", "A: semop m 0 +1", "C: poke p 1", "C: exit")
    for _ in range(300):
        if dice.random() < 0.3:
            yield dice.choice(good)
        else:
            yield dice.choice(("A: ", "B: ", "", "@ ", "D: x = ")) + " ".join(
                dice.choice(words) for _ in range(dice.randrange(1, 7)))


def nonsense(check):
    """Whatever is typed, the stage goes on."""
    lines = "\n".join(nonsense_lines()) + "\nclear\nLast: getuid\n"
    _, out, errors = tessera(["-t", "200", "--", "stage"], 100,
                             input=lines.encode())
    text = text_of(out)
    check("after 300 lines of nonsense the stage plays on",
          "Last: getuid() = 0" in text and errors == b"",
          text[-2000:] + text_of(errors))
    wide = [line for line in text.split("\n")
            if len(line) > 80 and not line.startswith("stage>")]
    check("no sentence about them is wider than 80 columns", not wide, wide)


def wrong(check):
    """All that can be wrong with a line and a script."""
    wrong_lines(check)
    states(check)
    cut_scripts(check)
    large(check)
    nonsense(check)


# ---- recording ----------------------------------------------------------------

def record():
    """Writes the transcripts again."""
    errors, (out, _) = play_on_tessera()
    by_hand = {}
    play_by_hand(by_hand)
    with open(GOLDEN, "w") as stream:
        for number, text in zip(PLAIN, beats_of(out)):
            stream.write("==== beat %d\n%s" % (number, text))
        stream.write("==== beat 8, with a hand in the machine\n" +
                     renamed(even(by_hand[8]), PLACES))
    path = os.path.join(BUILD, "stage-linux")
    build_for_linux(path)
    live = play_on_linux(path)
    if live is None:
        sys.exit("this machine cannot run an i386 program of Linux")
    with open(LINUX, "w") as stream:
        stream.write(for_linux(live))
    sys.exit(errors or 0)


if __name__ == "__main__":
    record()
