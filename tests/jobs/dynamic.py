"""Debian's own dynamic programs, which come from their packages unmodified.

tools/debian brings them through apt.  Where the Debian archive cannot be had,
the job says so in one line and tests nothing.
"""
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from machine import PROMPT, Machine, tessera, text_of

GIVEN = ["-m", "256", "-t", "300", "-f", "/=build/debian",
         "-e", "PATH=/usr/bin:/bin"]
PERL = "/usr/bin/perl"
# A drive that brings its 50 MB by DMA, and not word by word.
SATA = ["-device", "ahci,id=sata", "-device", "ide-cd,drive=cd,bus=sata.0"]

# Runs commands, one after the other, each below its own words.
SERIES = """$| = 1; for (@ARGV) { print "+ $_\\n"; system split / /;
print "status ", $? >> 8, "\\n" if $?; }"""
SERIES_SAYS = (  # a command of /usr/bin, what it prints
    ("ipcmk -M 8192", r"^Shared memory id: 32768\n$"),
    ("ipcmk -S 3", r"^Semaphore id: 32768\n$"),
    ("ipcmk -Q", r"^Message queue id: 32768\n$"),
    ("ipcs", r"(?s)0x\w+ +32768 +root +644 +0 +0 *\n.*"
     r"0x\w+ +32768 +root +644 +8192 +0 *\n.*"
     r"0x\w+ +32768 +root +644 +3 *\n"),
    ("ipcs -u", r"(?s)allocated queues = 1\n.*segments allocated 1\n.*"
     r"used arrays = 1\n"),
    ("ipcs -l", r"(?s)max queues system wide = 32000\n.*"
     r"max number of segments = 4096\n.*max number of arrays = 32000\n"),
    ("lsipc", r"SHMMNI +Shared memory segments +4096 +1 +0\.02%\n"),
    ("lsipc -m", r"0x\w+ +32768 +rw-r--r-- +root +8K +0 "),
    ("lsipc -s", r"0x\w+ +32768 +rw-r--r-- +root +3\n"),
    ("lsipc -q", r"0x\w+ +32768 +rw-r--r-- +root +0B +0 "),
    ("ipcs -m -i 32768", r"bytes=8192\s+lpid=0\s+cpid=\d+\s+nattch=0"),
    ("ipcrm -m 32768", r"^$"),
    ("ipcrm -m 32768", r"^status 1\n$"),
    ("ipcrm --all", r"^$"),
    ("ipcs", r"(?s)nattch +status *\n\n.*nsems *\n\n"),
)
COMMANDS = ["/usr/bin/" + command for command, _ in SERIES_SAYS]

# A segment, a set and a queue, by IPC::SysV and its kin and by perl's own.
SYSV = r"""
use strict; use warnings;
use IPC::SysV qw(IPC_PRIVATE IPC_CREAT IPC_RMID S_IRUSR S_IWUSR ftok shmat
    shmdt memread memwrite);
use IPC::Msg; use IPC::Semaphore; use IPC::SharedMem;
my $id = shmget(IPC_PRIVATE, 5000, S_IRUSR | S_IWUSR);
shmwrite($id, "by perl", 100, 7) or die;
my $at = shmat($id, undef, 0) or die;
memread($at, my $text, 100, 7); print "$text\n";
memwrite($at, "by memwrite", 4000, 11);
if (fork() == 0) { shmread($id, $text, 4000, 11); print "$text\n"; exit 3 }
wait; print "child ", $? >> 8, "\n";
shmdt($at); shmctl($id, IPC_RMID, 0) or die;
print shmread($id, $text, 0, 1) ? "there\n" : "gone: $!\n";
my $q = IPC::Msg->new(ftok("/usr/bin/perl"), IPC_CREAT | 0600) or die;
$q->snd(5, "five"); $q->snd(4, "four");
my $m; print $q->rcv($m, 99, 4), " $m ", $q->stat->qnum, "\n"; $q->remove;
my $s = IPC::Semaphore->new(IPC_PRIVATE, 3, IPC_CREAT | 0600) or die;
$s->setall(1, 2, 3); $s->op(2, -3, 0);
print join(",", $s->getall), "\n"; $s->remove;
my $m2 = IPC::SharedMem->new(IPC_PRIVATE, 8, 0600) or die;
$m2->write("12345678", 0, 8); print $m2->read(2, 3), "\n"; $m2->remove;
"""
SYSV_SAYS = ("by perl\nby memwrite\nchild 3\ngone: Invalid argument\n"
             "4 four 1\n1,2,0\n345\n")

# Two processes that have each been started by exec: what do both show?
SHARED = r"""
$| = 1; my @all;
for (1, 2) {
    pipe(my $in, my $out);
    my $pid = fork();
    if ($pid == 0) { open STDOUT, ">&", $out;
        exec "/usr/bin/perl", "-e", '$| = 1; print "."; sleep 1000' }
    sysread $in, my $byte, 1; push @all, $pid }
open my $maps, "<", "/proc/$all[0]/maps"; my $n = 0; my ($low, $high);
while (<$maps>) { ($low, $high) = (hex $1, hex $2)
    if /^(\w+)-(\w+) r-xp/ && hex($2) - hex($1) > 1 << 20 && ++$n == 2 }
my @of;
for my $pid (@all) { my %frames; open my $pt, "<", "/proc/$pid/pt";
    while (<$pt>) { /^PTE \d+ (\w+) \w+ frame (\w+) (\w+)/ or next;
        $frames{hex $1} = "$2 $3" if hex $1 >= $low && hex $1 < $high }
    push @of, \%frames }
my @both = grep { exists $of[1]{$_} } keys %{$of[0]};
my @same = grep { $of[0]{$_} eq $of[1]{$_} && $of[0]{$_} =~ /borrowed/ } @both;
printf "of %d pages of libc in both, %d are the same frame\n",
    scalar @both, scalar @same;
kill 9, @all; wait; wait;
"""

# Runs each line by a bash of its own.
LINES = r"""cd /tmp; for l; do /bin/bash -c "$l" 2>&1; echo "= $?"; done"""
# One after the other: they take what memory there is, and ENOMEM is no answer
# that a comparison can use.
STRESSORS = (  # which, how many of its operations
    ("shm", 4), ("shm-sysv", 10), ("sem-sysv", 200), ("msg", 500),
    ("pipe", 500), ("fifo", 200), ("kill", 100), ("sigq", 50), ("sigsegv", 50),
    ("futex", 100), ("flock", 100), ("rename", 200), ("dentry", 200),
    ("zombie", 50), ("poll", 50), ("session", 10), ("wait", 20),
    ("sigsuspend", 50), ("itimer", 50))
STRESS = "\n".join(
    "stress-ng --verify --timeout 200 --%s 1 --%s-ops %d 2>&1 | "
    "grep -oE 'fail:.*|successful run'" % (name, name, operations)
    for name, operations in STRESSORS)
PYTHON = r"""
import os, signal, subprocess, sysv_ipc as ipc
m = ipc.SharedMemory(None, ipc.IPC_CREX, size=8192)
s = ipc.Semaphore(None, ipc.IPC_CREX, initial_value=0)
q = ipc.MessageQueue(None, ipc.IPC_CREX)
if os.fork() == 0:
    m.write(b"from a child", 4090)
    s.release()
    q.send(b"one", type=1)
    q.send(b"two", type=2)
    os._exit(5)
s.acquire()
print(m.read(12, 4090), os.wait()[1] >> 8, m.number_attached)
print(q.receive(type=2), q.receive(type=-5), q.current_messages)
try:
    s.acquire(0.1)
except ipc.BusyError:
    print("busy", s.value)
for it in m, s, q:
    it.remove()
print(m.number_attached)
signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
print(subprocess.run(["cat"], input=b"q" * 100000,
                     capture_output=True).stdout == b"q" * 100000)
"""
PYTHON_SAYS = ("b'from a child' 5 1\n(b'two', 2) (b'one', 1) 0\nbusy 0\n1\n"
               "alarm\nTrue\n")
SORTED = hashlib.sha256("".join("%d\n" % n for n in sorted(
    i * 7919 % 10007 for i in range(1, 3001))).encode()).hexdigest() + "  -\n"
PROGRAMS = (  # who runs, a line for bash, what Linux prints
    ("bash", r"""coproc cat; echo hi >&${COPROC[1]}; read -r x <&${COPROC[0]}
declare -A m=([a]=1); mapfile -t l < <(printf 'p\nq\n')
(exit 5) & wait $! 2>&-; echo $? $x ${m[a]} ${l[1]}""", "5 hi 1 q\n"),
    ("bash with traps", r"""sleep 100 & kill $!; wait $!; echo $?
trap 'echo usr1' USR1; trap 'echo bye' EXIT; kill -USR1 $$; (exit 3)""",
     "143\nusr1\nbye\n"),
    ("sort with files of its own", r"""for i in {1..3000}; do
echo $((i * 7919 % 10007)); done >n
sort -n -S 20K -T /tmp n | sha256sum""", SORTED),
    ("split, shuf, tail and timeout", r"""split -n r/3 n s.
cat s.* | shuf | sort -n | sha256sum
timeout 1 tail -n +1 -f n 2>&- >all; echo $?; sort -n all | sha256sum""",
     SORTED + "124\n" + SORTED),
    ("find and xargs", r"""mkdir -p d/e; echo 1 >d/a; echo 22 >d/e/b
ln -s ../a d/e/l; find d -type f -print0 | sort -z |
xargs -0 stat -c '%n %s %F'; find d -lname '*a'""",
     "d/a 2 regular file\nd/e/b 3 regular file\nd/e/l\n"),
    ("sqlite3", r"""sqlite3 :memory: 'with recursive c(x) as (select 1
union all select x + 1 from c where x < 10000) select sum(x) from c'""",
     "50005000\n"),
    ("jq", """jq -c '.a | map(. * 2)' <<<'{"a": [1, 2.5]}'""", "[2,5]\n"),
    ("m4", "m4 <<<'syscmd(echo from the shell)eval(2 ** 10)'",
     "from the shell\n1024\n"),
    ("bc", "bc -l <<<'scale = 30; 4 * a(1); 2 ^ 100'",
     "3.141592653589793238462643383276\n1267650600228229401496703205376\n"),
    ("ed", r"""printf 'a\nb\nc\n' >t
printf '2d\n1s/a/A/\nw\nq\n' | ed -s t; cat t""", "A\nc\n"),
    ("lua", r"""lua5.4 -e 'local p = io.popen("cat", "w"); p:write("to cat\n")
print(p:close()); print(os.execute("exit 3"))'""",
     "to cat\ntrue\texit\t0\nnil\texit\t3\n"),
    ("python3 with sysv_ipc", "python3.11 -c '%s'" % PYTHON, PYTHON_SAYS),
    ("stress-ng", STRESS, "successful run\n" * len(STRESSORS)),
)


def run(words):
    status, out, errors = tessera([*GIVEN, "--", *words], 400)
    return status, text_of(out), text_of(errors)


def dynamic(check):
    """Dynamic ipcs, ipcmk, ipcrm, lsipc and perl run; libc is shared."""
    check = check.about("dynamic")
    brought = subprocess.run(["tools/debian"], capture_output=True, text=True)
    if brought.returncode:
        check.note("not tested: " + brought.stderr.splitlines()[0])
        return
    status, out, errors = run([PERL, "-e", SERIES, *COMMANDS])
    check("perl runs the commands", status == 0, out, errors)
    parts = re.split(r"^\+ /usr/bin/(.*\n)", out, flags=re.M)[1:]
    answers = list(zip(parts[::2], parts[1::2]))
    check("... each of them", [command.strip() for command, _ in answers] ==
          [command[9:] for command in COMMANDS], out)
    for (command, text), said in zip(answers, (said for _, said in SERIES_SAYS)):
        check("%s does what it does on Linux" % command.strip(),
              re.search(said, text), text, errors)
    status, out, errors = run([PERL, "-e", SYSV])
    check("perl with IPC::SysV makes, uses and removes what it wants",
          (status, out) == (0, SYSV_SAYS), status, out, errors)
    status, out, errors = run([PERL, "-e", SHARED])
    pages = [int(word) for word in re.findall(r"\d+", out)]
    check("two processes that have run exec show libc's text in one place",
          status == 0 and len(pages) == 2 and pages[0] == pages[1] > 40,
          status, out, errors)
    programs(check)
    package(check)
    cd_rom(check)


def programs(check):
    """Other programs of Debian print what they print on Linux."""
    status, out, errors = run(["/bin/bash", "-c", LINES, "bash",
                               *(line for _, line, _ in PROGRAMS)])
    parts = re.split(r"^= (\d+)\n", out, flags=re.M)
    check("bash runs a line for each program", status == 0 and
          len(parts) == 2 * len(PROGRAMS) + 1, status, out, errors)
    for (name, _, says), text in zip(PROGRAMS, parts[::2]):
        check("%s: the output is Linux's" % name, text == says, text,
              errors)


def package(check):
    """Any package of Debian comes with all that it depends on."""
    tree = os.path.join("build", "debian-ed")
    shutil.rmtree(tree, ignore_errors=True)
    brought = subprocess.run(["tools/debian", "ed"], capture_output=True,
                             text=True)
    if brought.returncode:
        check.note("no whole package tested: " + brought.stderr.splitlines()[0])
        return
    status, out, errors = tessera(["-f", "/=" + tree, "--", "/bin/ed"], 100,
                                  input=b"a\nline\n.\nw /tmp/t\n,n\n"
                                  b"!readlink -f /bin/sh\nq\n")
    check("the package ed runs, its /bin is a link to /usr, and /bin/sh dash",
          (status, out) == (0, b"5\n1\tline\n/usr/bin/dash\n!\n") and
          os.readlink(tree + "/bin/ed") == "/usr/bin/ed", status, out, errors)


def cd_rom(check):
    """A CD-ROM with these programs boots to a shell that runs them."""
    with tempfile.TemporaryDirectory(prefix="tessera-test-") as folder:
        iso = os.path.join(folder, "debian.iso")
        made = subprocess.run(["tools/debian", "--iso", iso],
                              capture_output=True, text=True)
        check("tools/debian makes a CD-ROM", made.returncode == 0, made.stderr)
        with Machine("-m", "256", *SATA, "-drive",
                     "if=none,id=cd,media=cdrom,file=" + iso) as machine:
            check("... which boots to the shell",
                  machine.wait_for(PROMPT, 60), machine.text)
            machine.type("/usr/bin/ipcmk -M 4096; /usr/bin/lsipc -m\n")
            check("... Debian's ipcmk and lsipc run there", machine.says(
                "Shared memory id: 32768", "rw-r--r--", "4K"), machine.text)
            machine.type("perl -MIPC::SysV=IPC_RMID -e "
                         "'print shmctl(32768, IPC_RMID, 0), 6 * 7, qq(\\n)'\n")
            check("... and so does perl", machine.says("0 but true42\n"),
                  machine.text)
