#!/bin/sh
# tests/host/test_mktables.sh -- the table generator writes, byte for byte, what
# is expected of good rows, and refuses bad ones with file and line.  Prints TAP.
# When its output is meant to change, record golden/expected again:
#	cd tests/host/golden
#	../../../tools/mktables syscalls.tbl native.tbl expected expected
cd "$(dirname "$0")/../.." || exit 1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
golden=tests/host/golden
count=0 failed=0

ok() { # STATUS SENTENCE
	count=$((count + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" && return
	echo "not ok $count - $2"
	failed=1
}

# make SYSCALLS NATIVE: makes all from both tables; messages in $out/errors
make() {
	rm -rf "$out/made"
	mkdir "$out/made"
	tools/mktables "$1" "$2" "$out/made" "$out/made" 2>"$out/errors"
}

make_table() { # ROWS of Unix calls
	printf '%b\n' "$1" >"$out/t.tbl"
	make "$out/t.tbl" $golden/native.tbl
}

make_native() { # ROWS of native calls
	printf '%b\n' "$1" >"$out/t.tbl"
	make $golden/syscalls.tbl "$out/t.tbl"
}

as_expected() { # FILE
	cmp "$out/made/$1" "$golden/expected/$1" >"$out/difference" 2>&1
	ok $? "golden: $1"
	sed 's/^/# /' "$out/difference"
}

has() { # FILE TEXT SENTENCE
	grep -qF -- "$2" "$out/made/$1"
	ok $? "$3"
}

says() { # LINE WORDS: it was refused there, and nothing is written
	refused=$?
	grep -qE "t.tbl:$1: .*$2" "$out/errors" || refused=1
	[ -z "$(ls "$out/made")" ] || refused=1
	ok $refused "refuses: $2 (line $1)"
}

refuses() { # ROWS LINE WORDS
	! make_table "$1"
	says "$2" "$3"
}

refuses_native() { # ROWS LINE WORDS
	! make_native "$1"
	says "$2" "$3"
}

echo 1..70
make $golden/syscalls.tbl $golden/native.tbl
ok $? "golden: tables with each word of the languages are taken"
for file in calls.h native_calls.h native_numbers.h native_stubs.h \
	server_calls.h syscall_names.h syscall_numbers.h syscall_table.c \
	syscalls.inc syscalls.md
do
	as_expected $file
done
[ "$(ls "$out/made")" = "$(ls $golden/expected)" ]
ok $? "golden: these files and no others"
make_table '3 read fd fd buf:out[len] len\n5 open name path:path flags -> fd:flags\n45 brk kernel address -> addr\n146 writev fd fd iov:iniov[n] n\n192 mmap2 kernel+fd address fd -> addr\n37 kill kernel pid:int signal:int\n7 waitpid kernel pid:int status options = wait4 pid status options 0\n213 setuid32 kernel uid = setid 0 uid\n20 getpid kernel -> self:pid\n24 getuid kernel -> self16:cred.uid\n229 getxattr kernel -> always:-EOPNOTSUPP\n295 openat name dirfd:dir path:path flags -> fd:flags\n302 renameat name olddir:dir old:path newdir:dir new:path'
ok $? "a good table is taken"
has syscall_numbers.h '#define SYS_brk 45' "numbers for C"
has syscalls.inc '%define SYS_brk 45' "numbers for nasm"
has syscall_numbers.h '#define SYSCALL_LIMIT 303' "the limit is one above the last"
has syscall_table.c '.leases = {{LEASE_OUT, 1, 2, 0}}' "a lease names pointer and length"
has syscall_table.c '.leases = {{LEASE_IN | LEASE_IOV, 1, 2, 0}}' "an iovec lease names its count"
has syscall_table.c '.result = RESULT_FD, .flags_argument = 1' "the result column"
has syscall_table.c 'int result = sys_brk(a[0], &address);' "an address comes by pointer"
has syscall_table.c 'return forward(number, a);' "two owners"
has syscall_table.c '.fd_argument = 1,' "... the second behind a descriptor"
has syscall_table.c '.fd_argument = 0, .is_dir = true,' "a directory leads to the owner of a path"
has syscall_table.c '.fd_argument = 0, .is_dir = true, .second_dir = 2,' "... and so does a second one"
has calls.h 'int sys_brk(uint32_t address, vaddr_t *result);' "a prototype for each call of the kernel"
has calls.h 'int sys_kill(int pid, int signal);' "a word may have a sign"
has syscall_table.c 'return sys_wait4(a[0], a[1], a[2], 0);' "a row may be a form of another call"
has syscall_table.c 'return sys_setid(0, a[0]);' "... or of a function of several"
has calls.h 'int sys_setid(int word0, uint32_t uid);' "... which has a prototype then"
has syscall_table.c 'uint32_t word = self()->pid;' "a row may name a field of the process"
has syscall_table.c 'return word > 0xffff ? 65534 : word;' "... in 16 bits"
has syscall_table.c 'return -EOPNOTSUPP;' "a row may say what is always answered"
has server_calls.h 'X(192, mmap2, FD)' "servers see the calls they answer"
refuses '3 read fd fd buf:out[lne] len' 1 'no argument is named lne'
refuses '3 read fd fd\n3 write fd fd' 2 'number 3 is already read'
refuses '3 read fd fd\n4 read fd fd' 2 'name read is already'
refuses '3 read fd fd buf:owt[len] len' 1 'unknown kind'
refuses '4 at name dir:dir flags path:path' 1 'its path behind it'
refuses '4 at fd fd dir:dir path:path' 1 'a dir needs owner name'
refuses '4 at name a:dir p:path b:dir q:path c:dir r:path' 1 'more than two directories'
refuses '3 read file fd' 1 'unknown owner'
refuses '9 many fd fd a:str b:str c:str d:str' 1 'more than three leases'
refuses '3 read fd handle' 1 'needs an argument fd'
refuses '9 many kernel a b c d e f g' 1 'more than six'
refuses '7 waitpid name pid = wait4 pid' 1 'needs owner kernel and a function'
refuses '7 waitpid kernel pid =' 1 'needs owner kernel and a function'
refuses '20 getpid name -> self:pid' 1 'field of the process needs owner kernel'
refuses '5 open name path:path -> file' 1 'unknown result'
refuses '20 getpid kernel -> self' 1 'self needs the name of a field'
refuses '96 getpriority kernel -> always:sys' 1 'always needs a number or an error'
refuses '3/4 read fd fd' 1 'as many names as numbers'
refuses '3/4 read/read fd fd' 1 'name read is already number 3'
refuses '3 read' 1 'expected: number name owner arguments'
refuses 'read fd fd' 1 'expected: number name owner arguments'
refuses '5 open name path:path -> fd cwd' 1 'one result belongs after ->'
refuses '5 open name path:path -> cwd:path' 1 'only fd and fd2 take flags'
refuses '5 open name path:path -> fd:flags' 1 'no argument is named flags'
refuses '5 open name path:path -> addr' 1 'only the kernel answers an address'
refuses '3 read fd fd buf:out len' 1 'kind out needs a .length.'
refuses '5 open name path:path[4]' 1 'kind path has no length'
refuses '3 read fd fd buf:out[65536]' 1 'a constant length is at most 65535'
refuses '13 time kernel result:out[4]' 1 'the kernel needs no lease on result'
refuses '2 fork kernel = clone flags' 1 'no argument is named flags'
refuses '2 fork kernel -> addr = clone 17' 1 'has no result of its own'
refuses '# a table\n\n3 read file fd\n4 write fd fd' 3 'unknown owner file'
! make_table '3 read file fd\n4 write fd fd\n5 open name -> file'
[ "$(cut -d: -f2 "$out/errors" | tr '\n' ' ')" = "1 3 " ]
ok $? "each bad line is reported, and no good one"
refuses_native '0 receive message\n1 reply a b c d e f g' 2 'at most six'
refuses_native 'receive message' 1 'expected: number name'
refuses_native '0 receive message\n2 pass token fd' 2 'dense: expected 1'
refuses_native '0 receive message\n1 receive' 2 'name receive twice'
exit $failed
