"""tests/jobs/ash.py -- a shell with job control, and keys that are typed."""
import os
import random
import re
import time

from machine import BUILD, DEBUG_EXIT, TESSERA, Machine, soon

PROMPT = "# "
WELCOME = "built-in shell (ash)"

JOBS = [  # what is typed, what comes back in order, the sentence
    ("sleep 100 &\r", [PROMPT], "a job in the background gives the prompt"),
    ("jobs\r", ["[1]+  Running", "sleep 100", PROMPT], "jobs lists it"),
    ("sleep 101\r", ["sleep 101\n"], "one in front gives none"),
    ("\x1a", ["^Z[2]+  Stopped", "sleep 101", PROMPT], "^Z stops it"),
    ("bg\r", ["[2] sleep 101", PROMPT], "bg lets it go on behind"),
    ("jobs\r", ["[2]+  Running", "[1]-  Running", PROMPT],
     "then both are running"),
    # The shell tells of an end before a prompt: so it waits for the end first.
    ("kill %1; sleep 1\r", ["Terminated", "sleep 100", PROMPT],
     "kill %1 ends it"),
    ("jobs\r", ["[2]+  Running", PROMPT], "... and leaves the other"),
    ("fg\r", ["sleep 101\n"], "fg puts the other one in front"),
    ("\x03", ["^C", PROMPT], "^C ends it"),
    ("echo status $?\r", ["status 130", PROMPT], "its status is 128 + SIGINT"),
    ("sleep 102\r", ["sleep 102\n"], "the next one"),
    ("\x1c", ["^\\Quit", PROMPT], "^\\ ends it, too"),
    ("echo status $?\r", ["status 131", PROMPT],
     "its status is 128 + SIGQUIT"),
    ("cat | cat\r", ["cat | cat\n"], "a pipeline is one job"),
    ("one\r", ["one\n", "one\n"], "... which reads the terminal"),
    ("\x1a", ["^Z[1]+  Stopped", "cat | cat", PROMPT],
     "^Z stops all of it"),
    ("fg\r", ["cat | cat\n"], "fg continues all of it"),
    ("two\r", ["two\n", "two\n"], "the read that was stopped goes on"),
    ("\x04", [PROMPT], "^D ends it"),
    ("cat &\r", [PROMPT], "a read from the background"),
    ("jobs\r", ["[1]+  Stopped (tty input)", "cat", PROMPT], "... stops"),
    ("fg\r", ["cat\n"], "in front it waits for what is typed"),
    ("three\r\x04", ["three\n", "three\n", PROMPT], "... and gets it"),
    ("stty tostop; echo four &\r", [PROMPT], "with tostop a write"),
    ("jobs\r", ["[1]+  Stopped (tty output)", PROMPT], "... stops as well"),
    ("stty -tostop; fg\r", ["echo four\n", "four\n", PROMPT],
     "in front it is made"),
    ("(sleep 1; echo five) & wait; echo six\r", ["five\n", "six\n", PROMPT],
     "wait waits for a job"),
    ("trap 'echo caught' INT; sleep 2\r", ["sleep 2\n"], "with a trap"),
    ("\x03", ["caught", PROMPT], "^C runs it when the job has ended"),
    ("trap - INT\r", [PROMPT], "without it"),
    ("for i in 1 2 3; do sleep 103; done\r", ["done\n"], "a loop of jobs"),
    ("\x03", ["^C", PROMPT], "... is left by ^C"),
]

LINES = [  # typed into ash's own line editor
    ("echo two one\x1b[D\x1b[D\x1b[D\x7f\x7f\x7f\x7fone \x1b[F two\r",
     ["\none one two\n", PROMPT], "arrows, Backspace and End edit the line"),
    ("echo first\r", ["\nfirst\n", PROMPT], "a line"),
    ("echo second\r", ["\nsecond\n", PROMPT], "another line"),
    ("\x1b[A\x1b[A\r", ["\nfirst\n", PROMPT], "the history, by arrows"),
    ("echo " + "x" * 100 + "\x1b[H\x1b[3~\x1b[3~\x1b[3~\x1b[3~echo\r",
     ["\n" + "x" * 100 + "\n", PROMPT], "a line longer than the screen"),
    ("sleep 1\recho ahead\recho of time\r",
     ["\nahead\n", "\nof time\n", PROMPT], "what is typed ahead is not lost"),
    ("echo gone\x15echo kept\r", ["\nkept\n", PROMPT], "^U erases the line"),
    ("cat /ro\t/REA\t\x03", [PROMPT], "^C at the prompt drops the line"),
    ("S=$(stty -g); stty raw -echo; stty $S; "
     "[ $S = $(stty -g) ] && echo same || echo other\r",
     ["\nsame\n", PROMPT], "stty -g gives back what it took"),
    ("stty rows 30 columns 70; stty size; stty rows 25 columns 80\r",
     ["\n30 70\n", PROMPT], "stty sets the size, and says it"),
]


def ash(check):
    """Job control, line editing, and how a session ends."""
    check = check.about("ash")
    if not os.path.exists(os.path.join(BUILD, "shell", "bin", "busybox")):
        check.note("busybox is not there (tools/busybox says why)")
        return
    with Machine(*TESSERA, *DEBUG_EXIT) as machine:
        check("it says that it is there", machine.says(WELCOME, PROMPT),
              machine.text[-500:])
        for typed, back, sentence in JOBS + LINES:
            machine.type(typed)
            check(sentence, machine.says(*back), machine.text[-600:])
        the_end(check, machine)
        full_screen(check, machine)
        at_random(check, machine)
        machine.type("poweroff\r")
        check("poweroff powers the machine off", machine.ended(20) == 1,
              machine.text[-500:])


def gone(machine, word):
    """Says whether there soon is no process of this name any more."""
    def status():
        start = len(machine.text)
        machine.type("pidof %s >/dev/null; echo status $?\r" % word)
        soon(lambda: re.search(r"\nstatus \d+\n", machine.text[start:]))
        return re.search(r"\nstatus 1\n", machine.text[start:])
    return soon(status)


def the_end(check, machine):
    """A leader's end hangs up its session; another shell comes."""
    machine.type("sleep 104\r")
    machine.says("sleep 104\n")
    machine.type("\x1a")
    machine.says("Stopped", PROMPT)
    machine.type("exit\r")
    check("exit says that there are stopped jobs", machine.says(
        "You have stopped jobs", PROMPT), machine.text[-500:])
    machine.type("exit\r")
    check("a second one ends the shell, and another one comes",
          machine.says(WELCOME, PROMPT), machine.text[-500:])
    check("the stopped job was hung up", gone(machine, "sleep"),
          machine.text[-500:])
    machine.says(PROMPT)
    machine.type("(sleep 1; kill -9 $$) & sleep 105\r")
    check("a shell that is killed is followed by another one",
          machine.says(WELCOME, PROMPT), machine.text[-500:])
    check("its job in front was hung up", gone(machine, "sleep"),
          machine.text[-500:])
    machine.says(PROMPT)
    machine.type("stage\r")
    machine.says("stage>")
    machine.type("\x1a")
    machine.says("Stopped", PROMPT)
    machine.type("kill -9 %1\r")
    machine.says(PROMPT)
    check("processes on the strings of a dead stage are hung up",
          gone(machine, "stage"), machine.text[-500:])
    machine.says(PROMPT)


def full_screen(check, machine):
    """less and top on the VGA screen."""
    machine.type("clear; less /root/README\r")
    check("less shows the first page", soon(
        lambda: machine.screen()[24].startswith("/root/README")),
        "\n".join(machine.screen()))
    first = machine.screen()[0]
    machine.type(" ")
    check("a space shows the next one",
          soon(lambda: machine.screen()[0] != first), machine.screen()[0])
    machine.type("b")
    check("and b the first one again",
          soon(lambda: machine.screen()[0] == first), machine.screen()[0])
    machine.type("q")
    check("q leaves it", machine.says(PROMPT), machine.text[-300:])
    machine.type("top -d 1\r")
    check("top shows the processes, its headline in reverse", soon(
        lambda: any("PID  PPID" in row and machine.cells()[160 * n + 1] == 0x70
                    for n, row in enumerate(machine.screen()))),
        "\n".join(machine.screen()))
    machine.type("q")
    check("q leaves it, too", machine.says(PROMPT), machine.text[-300:])


RANDOM = ["sleep 3\r", "sleep 2 &\r", "cat\r", "cat &\r", "cat | cat | cat\r",
          "\x1a", "\x03", "\x1c", "\x04", "\x13", "\x11", "\x16\x03", "fg\r",
          "bg\r", "jobs\r", "kill %1\r", "kill -9 %2\r", "stty tostop\r",
          "stty -tostop\r", "yes | head -300\r", "(exec sleep 1) & fg\r",
          "\x1b[A\r", "sh\r", "exit\r", "sh -c 'kill -STOP $$'\r",
          "setsid sleep 2\r", "read x\r", "wait\r", "while :; do :; done\r"]


def at_random(check, machine):
    """Jobs are started, stopped, put in front and ended at random."""
    random.seed(11)
    for _ in range(100):
        machine.type(random.choice(RANDOM))
        time.sleep(random.choice([0, 0, 0.01, 0.1]))

    def alive():
        machine.type("\x11\x03")
        time.sleep(0.2)
        machine.type("\rstty sane; echo check $(cat /proc/check)\r")
        return "\ncheck 0\n" in machine.text
    check("after a hundred jobs and keys at random the shell answers, and the "
          "checkers pass", soon(alive), machine.text[-900:])
