#!/bin/sh
# tests/shell/everything.sh -- what people do in a shell, in one script.
#
# It runs in busybox's ash on Linux and on Tessera, and must print the same:
# tests/answers/everything.out is what Linux printed (tools/compare).  So nothing
# here depends on pids, times, or the kernel's name.

exec 2>&1
export PATH=/bin:/sbin:/usr/bin:/usr/sbin LC_ALL=C TZ=UTC0
umask 022
place=/tmp/everything
rm -rf $place && mkdir $place && cd $place || exit 1

section() {
	echo "== $*"
}

# The same on a terminal as in a pipe.
ls() {
	command ls -1 "$@"
}

# shows COMMAND...: its output and its exit status
shows() {
	"$@" 2>&1
	echo "-> $?"
}

# ---------------------------------------------------------------------------
section words and numbers

a=hello b='two words' empty=
echo "$a $b [$empty] ${empty:-nothing} ${a:+set} ${#b}"
echo "${b%% *} ${b#* } ${a%l*} ${a##*l}"
path=/usr/share/doc/busybox/copyright.gz
echo "${path##*/} ${path%/*} ${path%.gz}"
echo $((7 * 6)) $((1 << 20)) $((0x1f & ~3)) $((17 % 5)) $((-7 / 2)) $((2 > 1))
i=5; echo $((i++ + ++i)) $i $((i > 3 ? i : -i))
set -- one "two three" four
echo $# "$1" "$2"; shift; echo $# "$*"
IFS=:; set -- $(echo a:b::c); IFS=' 	
'; echo $# "$3" "$4"
for word in "x y" z*; do echo "<$word>"; done
case $a in h?llo) echo a pattern;; *) echo none;; esac
case "$b" in *\ w*) echo a blank;; esac
printf '%5d|%-5s|%05.1f|%x|%c|%%\n' 42 ab 3.14159 255 Q
printf '%s\n' a b c | while read -r line; do printf '%s.' "$line"; done; echo
echo 'single "quotes"' "double \$a" back\\slash `echo old style`
eval 'c=$'a; echo $c
unset c; echo "${c-unset}"

section functions and loops

factorial() {
	if [ "$1" -le 1 ]; then echo 1; else echo $(($1 * $(factorial $(($1 - 1))))); fi
}
echo $(factorial 10)
scoped() { local a=inner; echo $a; }
scoped; echo $a
n=0; while :; do n=$((n + 1)); [ $n = 3 ] && continue; [ $n -gt 5 ] && break; echo -n "$n "; done; echo
until [ $n -le 0 ]; do n=$((n - 2)); done; echo $n
for i in $(seq 3); do for j in a b; do [ $i$j = 2b ] && continue 2; echo -n $i$j; done; done; echo
returns() { return 7; }; returns; echo $?
(exit 9); echo $?
! true; echo $?
true && echo and; false || echo or
if false; then echo no; elif true; then echo elif; fi
while getopts ab:c option -a -b value -c rest; do echo "$option ${OPTARG-}"; done
{ echo grouped; echo twice; } | wc -l
x=1; (x=2; echo $x); echo $x
alias e=echo; unalias e; command -v cd; type factorial | head -n 1

section redirections

echo first >file; echo second >>file; cat file
cat <<END
a here-document of $a, $((1 + 1))
END
cat <<'END'
with $a as it stands
END
cat <<-END
	without tabs
END
exec 3>third; echo to three >&3; exec 3>&-; cat third
exec 4<file; read -r line <&4; read -r next <&4; exec 4<&-; echo "$next $line"
ls /nonexistent 2>/dev/null || echo status $?
{ echo out; echo err >&2; } 2>&1 | sort
echo over >|file; wc -c <file
set -C; (echo no >file) 2>/dev/null || echo noclobber; set +C
: >empty; [ -s empty ] || echo empty
cat file - <<END | tr a-z A-Z
standard input
END

section pipes

printf '%s\n' pear apple fig apple pear apple >fruit
sort fruit | uniq -c | awk '{ print $2, $1 }'
sort fruit | uniq -c | sort -rn | awk '{ n += $1; print n, $0 }'
cut -c1-2 fruit | paste -s -d, -
tr -d p <fruit | tr -s a-z | rev | tac | head -n 4 | tail -n 2
seq 1 1000 | awk '{ s += $1; q += $1 * $1 } END { print s, q }'
yes tessera | head -n 3
seq 20 | xargs -n 7 echo
seq 5 | tee copy | wc -l; cat copy | tr '\n' ' '; echo
seq 100000 | sort -rn | head -n 2
seq 30000 | md5sum
echo a b c | { read -r x rest; echo "$rest"; }
false | true; echo $?
mkfifo pipe; (seq 3 >pipe) & cat pipe; wait; rm pipe

section text

sed -n '2,3p;$p' fruit; sed 's/\(a\)\(p*\)/<\2\1>/;/fig/d' fruit | head -n 2
sed -e '1i\
inserted' -e '$a\
appended' file
grep -c apple fruit; grep -n 'g$' fruit; grep -v -e apple -e pear fruit; grep -q kiwi fruit || echo none
echo 'k1=v1;k2=v2' | awk -F'[=;]' '{ for (i = 1; i <= NF; i += 2) print $i "->" $(i + 1) }'
awk 'BEGIN { for (i = 0; i < 4; i++) t[i] = i * i; for (i in t) n++; print n, t[3], substr("tessera", 3, 2), index("abc", "c"), length("four"), sprintf("%03d", 7), toupper("x") }'
awk 'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { print f(15) }'
nl -b a fruit | head -n 2; fold -w 3 file; expand -t 4 <<END
	tab
END
echo 'hello' | od -c | head -n 1; printf 'AB\n' | hexdump -C; printf 'xyz' | xxd -p
echo tessera | base64; echo dGVzc2VyYQo= | base64 -d
printf 'x' | sha256sum; printf 'x' | sha1sum; printf 'x' | crc32
printf 'a\nb\nc\n' >one; printf 'a\nB\nc\nd\n' >two
diff -u one two | sed 1,2d; cmp one two; diff one two >patchfile; patch one patchfile >/dev/null && cmp one two && echo patched
expr 3 + 4 \* 2; expr substr tessera 2 3; expr abc : 'a\(.\)c'
echo '2^64; scale=5; 22/7' | bc; echo '16 o 255 p' | dc
factor 1001; cal 2 2024 | head -n 3; dirname /a/b/c; basename /a/b.c .c
echo '1 2
3 4' | tr ' ' '\n' | sort -n | shuf | sort -n | tr '\n' ' '; echo
printf '1s/x/y/\n1,$p\nw\nq\n' >script; printf 'axa\nbxb\n' >edited; ed edited <script; cat edited
printf '%s\n' 'b 2' 'a 10' 'c 1' >table; sort -k 2 -n table; sort -k 2 table | head -n 1
sort -u fruit | tr '\n' ' '; sort -c fruit 2>/dev/null || echo unsorted
tail -n +3 fruit; head -c 3 fruit; echo; tail -c 4 fruit
strings -n 5 file; dos2unix <<END | od -An -c
line
END
awk '{ t[$1] += $2 } END { for (k in t) print k, t[k] | "sort"; close("sort"); print "sum" }' table
awk -v limit=2 '$2 >= limit { sub(/ /, "="); print > "chosen" } END { close("chosen"); while ((getline line < "chosen") > 0) print "read", line }' table

section files

mkdir -p tree/a/b tree/c; echo 1 >tree/a/one; echo 22 >tree/a/b/two; echo 333 >tree/c/three
ln tree/a/one tree/hard; ln -s a/one tree/soft; ln -s /nonexistent tree/dangling
find tree | sort; find tree -type f -size -2 | wc -l
stat -c '%A %h %s %F' tree/hard tree/soft; readlink tree/soft; realpath tree/soft
cat tree/soft; echo more >>tree/hard; cat tree/soft
[ tree/hard -ef tree/a/one ] && echo one file; [ -L tree/dangling ] && [ ! -e tree/dangling ] && echo dangling
mv tree/c/three tree/a/moved; ls tree/a tree/c; mv tree/a tree/z; ls tree; cat tree/soft 2>&1 | sed 's/.*: //'
shows rmdir tree/z | sed 's/.*: //'; shows rmdir tree/c
shows mkdir tree/z | sed 's/.*: //'; shows mv tree/z tree/z/b | sed 's/.*: //'
chmod 640 tree/hard; stat -c %a tree/hard; chmod u+x,o=r tree/hard; stat -c %A tree/hard
chmod 1777 tree; stat -c %A tree; chown 1000:5 tree/hard; stat -c '%u:%g' tree/hard
umask 077; : >private; mkdir secret; stat -c %a private secret; umask 022
touch -d '2001-09-09 01:46:40' old; stat -c %Y old; [ old -ot new ] || touch new; [ new -nt old ] && echo newer
cp -r tree copied && diff -r tree copied 2>/dev/null >/dev/null; find copied -type f | sort
cp -p old older; stat -c %Y older; rm -r copied; [ -d copied ] || echo gone
seq 1000 >big; truncate -s 100 big; wc -c big; truncate -s 5000 big; tail -c 3 big | od -An -tx1
dd if=big of=part bs=10 skip=2 count=3 2>/dev/null; cat part; dd if=/dev/zero of=part bs=1 seek=5 count=1 conv=notrunc 2>/dev/null; wc -c <part
(rm /tmp/everything/fruit; cat) <fruit | wc -l
cd tree/z; pwd; cd ..; pwd; cd - >/dev/null; pwd; cd $place
mktemp -d /tmp/everything/t.XXXXXX | sed 's/\..*//'
test -r file -a -w file && echo may; [ -p file ] || echo no fifo; [ -c /dev/null ] && echo a device

section archives

tar cf tree.tar tree; tar tf tree.tar | sort | head -n 4; mkdir back
rm tree/dangling; ln -sf z/one tree/soft; tar cf tree.tar tree; tar xf tree.tar -C back
(cd tree; find . | sort) >l1; (cd back/tree; find . | sort) >l2; cmp l1 l2 && echo same names
shows diff -r tree back/tree
stat -c '%A %h %s' back/tree/hard; readlink back/tree/soft
echo other >>back/tree/hard; shows diff -rq tree back/tree; rm -r back
tar czf tree.tgz tree && gunzip -c tree.tgz | cmp - tree.tar && echo same archive
for packer in gzip bzip2; do seq 20000 >numbers; $packer numbers; ls numbers*; $packer -d numbers*; md5sum <numbers; done
seq 20000 | gzip -9 | gunzip | cmp - numbers && echo through two pipes
(cd tree; find . | sort | cpio -o -H newc 2>/dev/null) | cpio -t 2>/dev/null | sort | tail -n 2
uuencode one <one | uudecode -o decoded && cmp one decoded && echo decoded
xz -dc <<END 2>/dev/null || echo no xz
not packed
END

section memory

dd if=/dev/zero of=/dev/shm/zeros bs=4k count=64 2>/dev/null; wc -c </dev/shm/zeros
seq 50000 | dd of=/dev/shm/numbers bs=64k 2>/dev/null; seq 50000 | cmp - /dev/shm/numbers && echo equal
mkdir /dev/shm/tree; cp -a tree /dev/shm/tree; diff -r tree /dev/shm/tree/tree && echo same tree; rm -r /dev/shm/tree
cp /dev/shm/numbers numbers; cmp numbers /dev/shm/numbers && rm /dev/shm/zeros /dev/shm/numbers; ls /dev/shm | grep -c numbers

section processes

trap 'echo got USR1' USR1; kill -USR1 $$; echo after; trap - USR1
sh -c 'trap "echo bye" EXIT; exit 3'; echo $?
sh -c 'kill -TERM $$; echo never'; echo $?
sh -c 'kill -9 $$'; echo $?
sleep 0 & wait $!; echo $?
(exit 4) & first=$!; (exit 5) & second=$!; wait $first; echo $?; wait $second; echo $?
sleep 100 & kill $!; wait $! 2>/dev/null; echo $?
sh -c 'trap "" TERM; kill -TERM $$; echo ignored'
timeout 1 sleep 10; echo $?
(sleep 1; echo later) & echo sooner; wait
sh -c 'trap "echo child; exit 6" TERM; sleep 0.1; kill -TERM $PPID' & trap 'echo parent' TERM; wait; trap - TERM
x=$(sh -c 'echo in; exit 8'); echo "$x $?"
env -i A=1 sh -c 'echo $A ${HOME-no home}'
sh -c 'ulimit -n 20; ulimit -n'
sh -c 'cd /; exec pwd'; shows nonexistent-command | sed 's/.*: //'
shows ./fruit-of-nothing | sed 's/.*: //'; printf '#!/bin/sh\necho script "$@"\n' >run; chmod +x run; ./run 1 '2 3'
printf 'echo without a first line\n' >bare; chmod +x bare; ./bare | sed 's/.*: //'; chmod -x bare; shows ./bare | sed 's/.*: //'
exec 5<table; (read -r x <&5; echo child "$x"); read -r x <&5; echo parent "$x"; exec 5<&-
mkfifo to from; (while read -r x; do echo "<$x>"; done <to >from) & exec 6>to 7<from
echo ping >&6; read -r x <&7; echo "$x"; exec 6>&-; read -r x <&7 || echo the end; exec 7<&-; wait; rm to from
trap 'echo alarm; ringing=no' ALRM; (sleep 0.1; kill -ALRM $$) & ringing=yes; while [ $ringing = yes ]; do sleep 0.01; done; trap - ALRM; wait
setsid sh -c 'echo in a session'; sh -c 'trap "" HUP; kill -HUP $$; echo survived'
sh -c 'kill -STOP $$; echo continued' & sleep 0.1; kill -CONT $!; wait $!; echo $?
seq 200000 | (read -r x; echo "$x"); (while :; do echo y; done) 2>/dev/null | head -n 1
n=0; while [ $n -lt 50 ]; do (exit $n) & n=$((n + 1)); done; wait; echo fifty
seq 40 | while read -r n; do sh -c "exit $n"; done; echo $?

section users

id -u; whoami; chmod 755 $place; echo mine >ours; chmod 600 ours
student() { su -s /bin/sh student -c "$1" 2>&1 | sed 's/.*: //'; }
student 'id -un; id -gn; cat ours; echo x >ours2; ls -d .'
student 'echo own >/tmp/of-student; stat -c %U:%a /tmp/of-student; rm /tmp/of-student'
chmod 644 ours; student 'cat ours; rm -f ours; kill -0 1'
touch /tmp/of-root; student 'rm -f /tmp/of-root'; ls /tmp/of-root; rm /tmp/of-root

section the end

cd /; rm -rf $place; [ -e $place ] || echo clean
exit 42
