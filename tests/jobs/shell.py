"""tests/jobs/shell.py -- busybox as the shell: typed to, and with real programs."""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time

from machine import (BUILD, DEBUG_EXIT, KERNEL, MENU, PATIENCE, RUN, TESTS, TOP,
                     Machine, Terminal, command, difference, environment, soon,
                     tessera_log, text_of)

SHELL = os.path.join(BUILD, "shell")
ARCHIVE = "build/tessera.cpio"
PROMPT = "~ # "
SECONDS = 2  # from the kernel's first line to the prompt
UP, LEFT, ESCAPE = "\033[A", "\033[D", "\033"
with open(os.path.join(TOP, "user", "root", "README")) as stream:
    README = stream.read()
WAYS_TO_END = ("poweroff", "poweroff -f", "busybox poweroff", "halt", "halt -f",
               "reboot", "reboot -f", "/sbin/poweroff", "/bin/poweroff")


def is_here(check):
    """Is there a shell?  Without it its tests are not run, and it is said."""
    here = os.path.exists(os.path.join(SHELL, "bin/busybox"))
    if not here:
        check.note("nothing is tested: `tools/busybox` could not bring busybox")
    return here


# ---- scripts ---------------------------------------------------------------

def script(check, name):
    """A script prints what Linux prints, and ends as it ends there."""
    check = check.about("script " + name)
    if not is_here(check):
        return
    there = "/tests/%s" % name
    status, out, errors, log = tessera_log(
        ["-t", "500", "-f", "%s=%s" % (there, os.path.join(
            TESTS, "shell", name + ".sh")), "--", there], 110)
    with open(os.path.join(TESTS, "answers", name + ".out")) as stream:
        differs = difference(stream.read(), text_of(out) +
                             "exit status %d\n" % status, "Linux", "Tessera")
    check("prints what it prints on Linux", not differs, differs)
    check("nothing is said beside that", not errors, text_of(errors))
    check("the kernel has no complaint", not re.search(
        "panic|broken|checker", log), log[-2000:])


# ---- a session at the serial line ------------------------------------------

class Session(Machine):
    """A machine with a shell, and with what its kernel says."""

    def __init__(self, *words, archive=ARCHIVE, memory="64"):
        handle, self.log = tempfile.mkstemp(prefix="tessera-log-")
        os.close(handle)
        super().__init__("-m", memory, *KERNEL, "-initrd", archive, *words,
                         "-debugcon", "file:" + self.log, *DEBUG_EXIT)

    def __exit__(self, *_):
        super().__exit__()
        os.unlink(self.log)

    def does(self, typed, *texts):
        """Types a line; are these texts said, and then the prompt?"""
        self.type(typed + "\r")
        return self.says(typed, *texts, PROMPT)

    def seconds_to_prompt(self):
        """From the kernel's first line on."""
        soon(lambda: os.path.getsize(self.log) > 0, 30)
        start = time.monotonic()
        return time.monotonic() - start if self.says(PROMPT) else 1e9


class Does:
    """does(sentence, line, text...): is this said when the line is typed?"""

    def __init__(self, check, machine):
        self.check, self.machine = check, machine

    def __call__(self, sentence, typed, *texts):
        self.note(sentence, self.machine.does(typed, *texts))

    def note(self, sentence, good):
        self.check(sentence, good, self.machine.text[-900:])


def session(check):
    """A person at the serial line has all that a shell is."""
    check = check.about("shell session")
    if not is_here(check):
        return
    prompt_in_time(check)
    with Session(memory="32") as machine:
        machine.says(PROMPT)
        does = Does(check, machine)
        for part in (commands, readme, jobs, keys_typed, line_editing, looks,
                     users):
            part(does, machine)
        vi(check, machine)
        again(check, machine)


def prompt_in_time(check):
    """The kernel's first line, and then the prompt: under load not at once, so
    this asks for the best of some times."""
    times = []
    while len(times) < PATIENCE and min(times, default=SECONDS) >= SECONDS:
        with Session(memory="32") as machine:
            times.append(machine.seconds_to_prompt())
    check("with 32 MiB the prompt comes within two seconds",
          min(times) < SECONDS, times)


def commands(does, _):
    does("arithmetic and a pipe", "echo $((6 * 7)) | tr 2 3", "\n43\n")
    does("files are made and found",
         "mkdir /tmp/d; echo text >/tmp/d/f; find /tmp/d -type f | xargs cat",
         "\ntext\n")
    does("and removed", "rm -r /tmp/d; ls /tmp | wc -l", "0\n")
    does("our own programs are on the PATH", "ipcs -m; stage -h 2>&1 | head -n 1",
         "Shared Memory Segments", "stage")
    does("ps alone is ours", "ps", "CR3", "console", "receive")
    does("ps with words is busybox's", "ps -o pid,comm | head -n 2", "PID",
         "init")
    does("the profile has set the PATH", "echo $PATH $TERM",
         "/bin:/sbin:/usr/bin:/usr/sbin vt100\n")

def readme(does, _):
    """/root/README says what to try: each command in it is there."""
    does("README is the one of user/root", "md5sum <README", "\n%s  -\n" %
         hashlib.md5(README.encode()).hexdigest())
    lines = re.findall(r"^    (\S.*?)(?:  .*)?$", README, re.M)
    for line in lines + re.findall(r"`([a-z]+)`", README):
        names = [part.split()[0] for part in re.split("[;&]", line)
                 if part.strip()]
        does("README: " + line, "type %s >/dev/null && echo there" %
             " ".join(names), "\nthere\n")


def jobs(does, machine):
    does("a job in the background", "sleep 100 &")
    does("jobs lists it", "jobs", "[1]+  Running", "sleep 100\n")
    pressed(does, machine, "^Z stops what fg has brought to the front", "fg",
            "sleep 100\n", "\x1a", "^Z[1]+  Stopped", "sleep 100\n")
    does("jobs says so", "jobs", "[1]+  Stopped", "sleep 100\n")
    does("bg lets it go on", "bg", "[1] sleep 100\n")
    does("jobs says this, too", "jobs", "[1]+  Running")
    does("kill %1 ends it, and the shell says so", "kill %1; sleep 0.2",
         "[1]+  Terminated", "sleep 100\n")
    does("wait knows how a job ended", "(exit 5) & wait $!; echo is $?",
         "is 5\n")


def pressed(does, machine, sentence, line, answer, key, *texts):
    """Starts a command that answers, presses a key, and sees the texts."""
    machine.type(line + "\r")
    machine.says(line + "\n", *answer.splitlines(True))
    time.sleep(0.3)
    machine.type(key)
    does.note(sentence, machine.says(*texts, PROMPT))


def keys_typed(does, machine):
    machine.type("cat\r")
    machine.says("cat\n")
    pressed(does, machine, "^C ends a cat that reads", "line", "line\n",
            "\x03", "^C")
    does("$? says so", "echo is $?", "is 130\n")
    pressed(does, machine, "^Z stops a cat that reads", "cat", "", "\x1a",
            "^Z[1]+  Stopped", "cat\n")
    pressed(does, machine, "and it reads on in the foreground", "fg", "cat\n",
            "again\r\x04", "again\n", "again\n")
    does("to its end", "echo is $?", "is 0\n")
    pressed(does, machine, "^C ends a loop of the shell itself",
            "while :; do :; done", "", "\x03", "^C")
    pressed(does, machine, "^\\ quits", "sleep 50", "", "\x1c", "^\\", "Quit")
    does("$? says this, too", "echo is $?", "is 131\n")
    does("a read in the background stops, and says so",
         "cat & sleep 0.3; jobs", "Stopped (tty input)")
    does("and can be ended", "kill -9 %1; wait; echo ended", "ended\n")
    does("what two SIGCHLDs say is not mixed up",
         "sleep 0.1 & sleep 0.1 & wait; echo all", "all\n")


def line_editing(does, machine):
    does("what is typed once", "echo first of two", "\nfirst of two\n")
    for sentence, keys, answer in (
            ("comes back by the arrow, and is edited",
             UP + LEFT * 3 + "\x7f" * 2 + "-", "\nfirst o-two\n"),
            ("TAB completes a name", "echo /etc/pass\t", "\n/etc/passwd"),
            ("^U forgets the line", "echo lost\x15echo kept", "\nkept\n")):
        machine.type(keys + "\r")
        does.note(sentence, machine.says(answer, PROMPT))


def looks(does, machine):
    """A second look at two live processes."""
    machine.type("two_addresses &\r")
    machine.says("any key goes on")
    machine.type("\r")
    does.note("a demonstration in the background stops at its question",
              machine.says("Stopped (tty input)", PROMPT))
    does("two live processes are compared while they stand",
         "pt-diff $(pidof two_addresses) | cat",
         "the same frame:", "rw --> [ table", "PDE    256")
    pressed(does, machine, "fg lets them go on to their end", "fg",
            "two_addresses\n", "q")
    does("and nothing is left of them", "ipcs -m | grep -c 0x; pidof "
         "two_addresses", "0\n")


def users(does, machine):
    does("su leads to another user", "su student -c 'id -un; cd; pwd; "
         "kill -9 1'", "student\n", "/home/student\n", "not permitted")
    does("who may not switch the machine off",
         "su student -c 'poweroff -f; /bin/poweroff'; echo $?", "ermitted",
         "ermitted", "1\n")


def vi(check, machine):
    """vi, by the keys that a person presses."""
    machine.type("vi /tmp/poem\r")
    machine.says("\033[?1049h", "/tmp/poem")
    machine.type("ifirst line\rsecond line\rthird" + ESCAPE)
    time.sleep(0.5)
    machine.type("kddp" + "1GA!" + ESCAPE)
    time.sleep(0.5)
    machine.type(":%s/line/word/\r:wq\r")
    machine.says(PROMPT)
    check("vi inserts, moves, deletes, puts, replaces and writes", machine.does(
        "cat /tmp/poem", "\nfirst word!\nthird\nsecond word\n"),
        machine.text[-900:])
    check("and the terminal is as before", machine.does(
        "stty | grep -c speed; stty -a | grep -o ' icanon'", " icanon\n"),
        machine.text[-900:])


def again(check, machine):
    """The shell starts again, and reboot has an end."""
    machine.type("exit\r")
    check("after exit a new shell comes", machine.says("Tessera: one frame",
                                                       PROMPT),
          machine.text[-500:])
    machine.type("\x04")
    check("after ^D, too", machine.says("Tessera: one frame", PROMPT),
          machine.text[-500:])
    check("the kernel's checkers find nothing", machine.does(
        "cat /proc/check", "\n0\n"), machine.text[-500:])
    machine.type("poweroff\r")
    check("poweroff ends the machine", machine.ended(20) == 1,
          machine.text[-500:])


# ---- the end ---------------------------------------------------------------

def ends(check):
    """Each way to end the machine gives the terminal back."""
    check = check.about("shell end")
    if not is_here(check):
        return
    for words in WAYS_TO_END:
        with Terminal(RUN) as person:
            person.says(PROMPT)
            person.type(words + "\r")
            check("%s ends QEMU, and the terminal is as before" % words,
                  person.ended(20) == 0 and person.restored(),
                  person.text[-800:])


def on_the_screen(check):
    """The shell is on the VGA screen, for the PS/2 keyboard."""
    check = check.about("shell on the screen")
    if not is_here(check):
        return
    with Session() as machine:
        machine.says(PROMPT)
        check("the prompt is there", machine.shows("^~ #$"),
              "\n".join(machine.screen()))
        machine.keys("e", "c", "h", "o", "spc", "a", "b", "left", "x", "ret")
        check("what is typed is edited and done", machine.shows("^axb$"),
              "\n".join(machine.screen()))
        machine.keys("up", "ctrl-a", "ctrl-k", "s", "e", "q", "spc", "6", "0",
                     "ret")
        check("what is long scrolls", machine.shows("^60$") and
              "30" not in machine.screen(), "\n".join(machine.screen()))
        machine.keys("shift-pgup")
        check("Shift-PgUp shows what has left", machine.shows("^30$"),
              "\n".join(machine.screen()))
        machine.keys("c", "l", "e", "a", "r", "ret")
        check("a key leads back, and clear clears", soon(
            lambda: [line for line in machine.screen() if line] == ["~ #"]),
            "\n".join(machine.screen()))


# ---- without it ------------------------------------------------------------

def without(check):
    """Without busybox the menu comes, and why it is not there is said."""
    check = check.about("no shell")
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as folder:
        archive = os.path.join(folder, "archive")
        subprocess.run([os.path.join(TOP, "tools", "mkarchive"), "-o", archive,
                        "-r", os.path.join(BUILD, "root")], check=True)
        with Session(archive=archive) as machine:
            check("the menu comes", machine.wait_for(MENU, 60), machine.text)
            machine.type("q\r")
            check("and q ends the machine", machine.ended(20) == 1,
                  machine.text[-500:])
        unreachable(check, os.path.join(folder, "unreachable"))
        if is_here(check):
            other_sum(check, os.path.join(folder, "sum"))
            by_hand(check, os.path.join(folder, "hand"))


def bring(folder, deb=None, before=(), **env):
    """Runs tools/busybox in a tree of its own: its status, and what it says."""
    os.makedirs(os.path.join(folder, "tools"))
    archives = os.path.join(folder, "build/apt-busybox/archives")
    os.makedirs(archives)
    for name in ("busybox", "busybox.tbl", "private_apt.py"):
        shutil.copy(os.path.join(TOP, "tools", name), folder + "/tools")
    if deb:
        shutil.copy(deb, archives)
    if before:
        subprocess.run(["chown", "-R", "65534", folder], check=True)
        os.chmod(os.path.dirname(folder), 0o755)
    status, out, errors = command([*before, folder + "/tools/busybox"], 60,
                                  env=environment(env))
    return status, text_of(out + errors)


def unreachable(check, folder):
    status, said = bring(folder, DEBIAN_MIRROR="http://127.0.0.1:9/debian")
    check("a download that fails is told with the mend", status == 1 and
          re.match(r"busybox: there is no shell: apt-get failed: ", said)
          and "`tools/busybox` tries again" in said and
          said.count("\n") == 2, said)
    check("and leaves no half of a shell",
          not glob.glob(folder + "/build/shell*"))


def our_deb():
    return glob.glob(BUILD + "/apt-busybox/archives/busybox-static_*.deb")[0]


def other_sum(check, folder):
    """A package that only says that it is the one we know."""
    control = os.path.join(folder, "package", "DEBIAN", "control")
    os.makedirs(os.path.dirname(control))
    version = subprocess.run(["dpkg-deb", "-f", our_deb(), "Version"],
                             capture_output=True, text=True).stdout.strip()
    with open(control, "w") as stream:
        stream.write("Package: busybox-static\nVersion: %s\nArchitecture: i386\n"
                     "Maintainer: nobody <n@example.org>\nDescription: none\n" %
                     version)
    deb = os.path.join(folder, os.path.basename(our_deb()))
    subprocess.run(["dpkg-deb", "-b", folder + "/package", deb], check=True,
                   capture_output=True)
    status, said = bring(folder + "/tree", deb)
    check("a package with another sum is refused", status == 1 and
          "another sum than ours" in said and
          not glob.glob(folder + "/tree/build/shell*") and
          not glob.glob(folder + "/tree/build/apt-busybox/archives/*.deb"), said)


def by_hand(check, folder):
    """The package may be put there by hand; nobody needs to be root."""
    before = ["setpriv", "--reuid=65534", "--clear-groups"] \
        if os.getuid() == 0 else []
    status, said = bring(folder, our_deb(), before,
                         DEBIAN_MIRROR="http://127.0.0.1:9/debian")
    there = os.path.join(folder, "build/shell")
    check("a package that was put there by hand will do, without root",
          status == 0 and not said and
          os.readlink(there + "/usr/bin/awk") == "/bin/busybox" and
          os.access(there + "/bin/busybox", os.X_OK), status, said)
    done = subprocess.run([os.path.join(TOP, "tools", "busybox"), "--list"],
                          capture_output=True, text=True)
    with open(os.path.join(TOP, "tools", "busybox.tbl")) as stream:
        rows = [line for line in stream if line[0] not in "#\n"]
    check("the table has the names that busybox says it has",
          done.stdout.splitlines(True) == rows[1:],
          difference("".join(rows[1:]), done.stdout, "table", "busybox"))
