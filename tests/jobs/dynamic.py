"""Debian's own dynamic programs, which come from their packages unmodified.

tools/debian brings them through apt.  Where the Debian archive cannot be had,
the job says so in one line and tests nothing.
"""
import re
import subprocess

from machine import tessera, text_of

GIVEN = ["-m", "128", "-t", "300", "-f", "/lib=build/debian/lib",
         "-f", "/usr=build/debian/usr"]
PERL = "/usr/bin/perl"

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


def run(words):
    status, out, errors = tessera([*GIVEN, "--", *words], 400)
    return status, text_of(out), text_of(errors)


def dynamic(check):
    """Dynamic ipcs, ipcmk, ipcrm, lsipc and perl run; libc is shared."""
    check = check.about("dynamic")
    brought = subprocess.run(["tools/debian"], capture_output=True, text=True)
    if brought.returncode:
        print("# dynamic: not tested: " + brought.stderr.splitlines()[0])
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
