#!/bin/sh
# tests/host/test_rules.sh -- tools/rules sees each kind of breach.  Prints TAP.
#
# A copy of the kernel's sources is changed as somebody in a hurry might change
# it; then the rule that is broken must say so, with the file.
cd "$(dirname "$0")/../.." || exit 1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
count=0 failed=0

ok() { # STATUS SENTENCE
	count=$((count + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" && return
	echo "not ok $count - $2"
	sed 's/^/# /' "$out/said"
	failed=1
}

# change FILE...: takes back what the test before has done, and notes that this one
# changes these files
changed=
change() {
	for file in $changed
	do
		rm -f "$out/tree/$file"
		[ ! -e "$file" ] || cp "$file" "$out/tree/$file"
	done
	changed=$*
}

sees() { # RULE WORDS SENTENCE: the rule says so
	"$out/tree/tools/rules" "$1" >"$out/said" 2>&1
	[ $? = 1 ] && grep -qE "$2" "$out/said"
	ok $? "$3"
}

compile() { # SOURCE: its object, as the Makefile makes it, but at once
	"$(tools/cross)gcc" -m32 -ffreestanding -w -c \
		-o "$out/tree/build/obj/$1.o" "$out/tree/$1"
}

mkdir -p "$out/tree/build"
cp -r abi boot kernel mm ipc user tools tests docs README.md "$out/tree"
cp -r build/gen build/obj build/free "$out/tree/build"
"$out/tree/tools/rules" >"$out/said" 2>&1
ok $? "rules: the kernel as it is breaks none"

change mm/frame.c
echo '#include "../kernel/process/process.h"' >>"$out/tree/mm/frame.c"
sees includes "mm/frame.c:[0-9]+: climbs to kernel/process/process.h" \
	"rules: mm includes nothing of processes"

change ipc/sysv/shm.c
echo '#include "../message/message.h"' >>"$out/tree/ipc/sysv/shm.c"
sees includes "ipc/sysv/shm.c:[0-9]+: climbs to ipc/message/message.h" \
	"rules: the halves of ipc do not know each other"

change user/servers/files/open/turns.c
echo '#include "../calls/calls.h"' >>"$out/tree/user/servers/files/open/turns.c"
sees includes "open/turns.c:[0-9]+: climbs to user/servers/files/calls/calls.h" \
	"rules: what is open includes nothing of the calls that open it"

change user/servers/files/main.c
echo '#include "../../../kernel/base/klog.h"' \
	>>"$out/tree/user/servers/files/main.c"
sees includes "main.c:[0-9]+: climbs to kernel/base/klog.h" \
	"rules: a server includes nothing of the kernel"

change kernel/base/string.c build/obj/kernel/base/string.c.o
echo 'int pid_next(void); int climb(void) { return pid_next(); }' \
	>"$out/tree/kernel/base/string.c"
compile kernel/base/string.c
sees symbols "kernel/base/string.c: pid_next is of kernel/signal, above it" \
	"rules: a name from above is seen, though nothing is included"

change mm/attach.c build/obj/mm/attach.c.o
echo 'int climb;' >"$out/tree/mm/attach.c"
compile mm/attach.c
sees symbols "nothing uses attach_ended from below any more" \
	"rules: an exception that nobody needs is a breach"

change build/obj/mm/frame.c.o
rm "$out/tree/build/obj/mm/frame.c.o"
! "$out/tree/tools/rules" symbols >"$out/said" 2>&1
ok $? "rules: an object that is not there is a breach"

change kernel/unix/exec.c
echo 'void f(struct proc *p) { p->state = 1; }' >>"$out/tree/kernel/unix/exec.c"
sees writers "kernel/unix/exec.c:[0-9]+: writes a process's state" \
	"rules: a process's state has one writer"

change kernel/wait/time.c
set -- 'p->signal.killed = 9' 'p->wait.result++' 'p->message.args[2] |= 1' \
	'procs[1].life.parent = 2' 'memset(p->gdt.tls, 0, 8)' \
	'int *root = &p->semadj' 'p->signal.attention = true'
for line
do
	echo "void f(struct proc *p) { $line; }" >>"$out/tree/kernel/wait/time.c"
done
"$out/tree/tools/rules" writers >"$out/said" 2>&1
for line
do
	grep -E "kernel/wait/time.c:[0-9]+: writes" "$out/said" | grep -qF "$line"
	ok $? "rules: no other file may: $line"
done

change ipc/sysv/shm.c
sed -i '/shm_nattch++/d' "$out/tree/ipc/sysv/shm.c"
sed -i 's/shm_nattch--/(void)0/; s/shm_nattch = /(void)/' \
	"$out/tree/ipc/sysv/shm.c"
sees writers "ipc/sysv/shm.c does not write shm_nattch" \
	"rules: a writer that no longer writes is a breach"

change mm/new.c
touch "$out/tree/mm/new.c"
sees reading "mm/new.c is named 0 times" \
	"rules: a file that is not in the reading order is a breach"

change mm/frame.h
rm "$out/tree/mm/frame.h"
sees reading "there is no mm/frame.h" \
	"rules: a file in the reading order that is gone is a breach"

change user/servers/console/main.c user/servers/main.c
mv "$out/tree/user/servers/console/main.c" "$out/tree/user/servers/main.c"
sees named "README.md: there is no user/servers/console/main.c" \
	"rules: a file that README names and that is gone is a breach"

change mm/fault.c
sed -i 's/\<space_page\>/space_frame/g' "$out/tree/mm/fault.c"
sees named "README.md: there is no space_page in mm/fault.c" \
	"rules: a function that README names and that is gone is a breach"

change mm/fault.c
sed -i '2s/^ \* / */' "$out/tree/mm/fault.c"
sees comments "mm/fault.c:2: a torn comment" \
	"rules: a comment's line that has lost its space is a breach"

change kernel/base/klog.c
printf '/* a comment of\n * two lines */\n' >>"$out/tree/kernel/base/klog.c"
sees comments "kernel/base/klog.c:[0-9]+: a torn comment" \
	"rules: a comment of several lines begins with a line of its own"

change
"$out/tree/tools/rules" >"$out/said" 2>&1
ok $? "rules: without all these changes none is broken again"

echo "1..$count"
exit $failed
