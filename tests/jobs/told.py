"""tests/jobs/told.py -- what busybox reads in /proc and says of the machine:
ps, top, free, uptime, mount, df, pidof; each must be true."""
import os
import re

from machine import BUILD, tessera, text_of

BUSYBOX = os.path.join(BUILD, "shell", "bin", "busybox")
SCRIPT = """
sleep 1000 &
echo "== meminfo"; cat /proc/meminfo
echo "== free"; busybox free -k
echo "== df"; busybox df -k
dd if=/dev/zero of=/tmp/large bs=1024 count=2048 2>/dev/null
echo "== df later"; busybox df -k; busybox df -k /proc; busybox df /tmp
echo "== mount"; busybox mount
echo "== uptime"; busybox uptime
echo "== ps"; busybox ps -o pid,ppid,user,comm,stat,args
echo "== top"; busybox top -b -n 1
echo "== pidof"; busybox pidof sleep; echo "is $!"
echo "== exe"; for i in exe cwd fd/0; do busybox readlink /proc/$!/$i; done
echo "== config"; while read option condition
do
	eval "$condition" 2>/dev/null && line=CONFIG_$option=y ||
		line="# CONFIG_$option is not set"
	grep -qx "$line" /boot/config-$(uname -r) && echo true || echo "no $line"
done <<END
%s
END
echo "== end"
kill $!
"""
OPTIONS = """SYSVIPC [ -d /proc/sysvipc ]
SYSVIPC_SYSCTL [ -e /proc/sys/kernel/shmmax ]
CHECKPOINT_RESTORE [ -e /proc/sys/kernel/shm_next_id ]
POSIX_MQUEUE [ -e /proc/sys/fs/mqueue/msg_max ]
PROC_SYSCTL [ -d /proc/sys ]
SHMEM [ -d /dev/shm ]
TMPFS mount | grep -q tmpfs
SYSFS [ -d /sys ]
UNIX98_PTYS [ -e /dev/ptmx ]
SWAP [ $(wc -l </proc/swaps) -gt 1 ]
MODULES [ -e /proc/modules ]
NET [ -d /proc/net ]
SMP [ $(grep -c ^processor /proc/cpuinfo) != 1 ]
X86_PAE grep -qw pae /proc/cpuinfo"""


def parts(text):
    """The lines of each part, by its name."""
    found = {}
    for part in re.split(r"^== ", text, flags=re.M)[1:]:
        name, _, lines = part.partition("\n")
        found[name] = lines
    return found


def number(pattern, text):
    """The number that a pattern finds, or -1."""
    match = re.search(pattern, text, re.M)
    return int(match[1]) if match else -1


def told(check):
    """What busybox says is what is there."""
    check = check.about("busybox")
    if not os.path.exists(BUSYBOX):
        check.note("not tested: there is no busybox, see tools/busybox")
        return
    status, out, errors = tessera(["--", "sh", "-c", SCRIPT % OPTIONS])
    said = parts(text_of(out))
    check("the script ends", status == 0 and "end" in said, out, errors)
    if "end" not in said:
        return
    total = number(r"^MemTotal: +(\d+) kB", said["meminfo"])
    check("free has the memory that /proc/meminfo has", total > 16384 and
          number(r"^Mem: +(\d+) ", said["free"]) == total, said["free"])
    root = r"^files +\d+ +(\d+) +\d+ +\d+% /$"
    used = number(root, said["df"])
    check("df has a line for the root", used >= 0, said["df"])
    check("df has 2,048 KiB more after a file of that size",
          2048 <= number(root, said["df later"]) - used <= 2048 + 64,
          said["df later"])
    check("mount has the root and /proc", said["mount"] ==
          "files on / type tmpfs (rw)\nproc on /proc type proc (rw)\n",
          said["mount"])
    check("uptime says how long the machine is up",
          " up 0 min" in said["uptime"], said["uptime"])
    check("ps has a line for the sleeper, with its words", re.search(
        r"^ *\d+ +\d+ +root +sleep +S +sleep 1000$", said["ps"], re.M),
          said["ps"])
    check("top has the sleeper, too", re.search(
        r"^ *\d+ +\d+ root +S .* sleep 1000$", said["top"], re.M),
          said["top"])
    check("pidof finds its pid", re.fullmatch(r"(\d+)\nis \1\n",
                                              said["pidof"]), said["pidof"])
    check("its program, its directory and its input have paths",
          re.fullmatch(r"/bin/busybox\n/\n/dev/\S+\n", said["exe"]),
          said["exe"])
    check("/boot/config says of each option what is true",
          said["config"] == "true\n" * len(OPTIONS.splitlines()),
          said["config"])
