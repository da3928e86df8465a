#!/bin/sh
# tests/host/test_mksyscalls.sh -- the table generator: what it makes of good
# rows, and that it refuses bad ones with file and line.  Prints TAP.
cd "$(dirname "$0")/../.." || exit 1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
count=0 failed=0

ok() { # STATUS SENTENCE
	count=$((count + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" && return
	echo "not ok $count - $2"
	failed=1
}

make_table() { # ROWS: makes everything from them; messages in $out/errors
	printf '%b\n' "$1" >"$out/t.tbl"
	awk -v out="$out" -v docs="$out/docs.md" -f tools/mksyscalls.awk \
		"$out/t.tbl" 2>"$out/errors"
}

has() { # FILE TEXT SENTENCE
	grep -qF -- "$2" "$out/$1"
	ok $? "$3"
}

refuses() { # ROWS LINE WORDS
	! make_table "$1"
	refused=$?
	grep -qE "t.tbl:$2: .*$3" "$out/errors" || refused=1
	ok $refused "refuses: $3 (line $2)"
}

echo 1..34
make_table '3 read fd fd buf:out[len] len\n5 open name path:path flags -> fd:flags\n45 brk kernel address -> addr\n146 writev fd fd iov:iniov[n] n\n192 mmap2 kernel+fd address fd -> addr\n37 kill kernel pid:int signal:int\n7 waitpid kernel pid:int status options = wait4 pid status options 0\n213 setuid32 kernel uid = setid 0 uid\n20 getpid kernel -> self:pid\n24 getuid kernel -> self16:cred.uid\n295 openat name dirfd:dir path:path flags -> fd:flags\n311 set_robust_list none head len'
ok $? "a good table is taken"
has syscall_numbers.h '#define SYS_brk 45' "numbers for C"
has syscalls.inc '%define SYS_brk 45' "numbers for nasm"
has syscall_numbers.h '#define SYSCALL_LIMIT 312' "the limit is one above the last"
has syscall_table.c '.leases = {{LEASE_OUT, 1, 2, 0}}' "a lease names pointer and length"
has syscall_table.c '.leases = {{LEASE_IN | LEASE_IOV, 1, 2, 0}}' "an iovec lease names its count"
has syscall_table.c '.result = RESULT_FD, .flags_argument = 1' "the result column"
has syscall_table.c 'int result = sys_brk(a[0], &address);' "an address comes by pointer"
has syscall_table.c 'return forward(number, a);' "two owners"
has syscall_table.c '.fd_argument = 1,' "... the second behind a descriptor"
has syscall_table.c '.fd_argument = 0, .is_dir = true,' "a directory leads to the owner of a path"
has calls.h 'int sys_brk(uint32_t address, vaddr_t *result);' "a prototype for each call of the kernel"
has calls.h 'int sys_kill(int pid, int signal);' "a word may have a sign"
has syscall_table.c 'return sys_wait4(a[0], a[1], a[2], 0);' "a row may be a form of another call"
has syscall_table.c 'return sys_setid(0, a[0]);' "... or of a function of several"
has calls.h 'int sys_setid(int word0, uint32_t uid);' "... which has a prototype then"
has syscall_table.c 'uint32_t word = self()->pid;' "a row may name a field of the process"
has syscall_table.c 'return word > 0xffff ? 65534 : word;' "... in 16 bits"
has syscall_table.c '[311] = missing_call,' "a row may say that the call is missing"
has server_calls.h 'X(192, mmap2, FD)' "servers see the calls they answer"
refuses '3 read fd fd buf:out[lne] len' 1 'no argument is named lne'
refuses '3 read fd fd\n3 write fd fd' 2 'number 3 is already read'
refuses '3 read fd fd\n4 read fd fd' 2 'name read is already'
refuses '3 read fd fd buf:owt[len] len' 1 'unknown kind'
refuses '4 at name dir:dir flags path:path' 1 'its path behind it'
refuses '4 at fd fd dir:dir path:path' 1 'a dir needs owner name'
refuses '3 read file fd' 1 'unknown owner'
refuses '9 many fd fd a:str b:str c:str d:str' 1 'more than three leases'
refuses '3 read fd handle' 1 'needs an argument fd'
refuses '9 many kernel a b c d e f g' 1 'more than six'
refuses '7 waitpid name pid = wait4 pid' 1 'needs owner kernel and a function'
refuses '7 waitpid kernel pid =' 1 'needs owner kernel and a function'
refuses '20 getpid name -> self:pid' 1 'field of the process needs owner kernel'
refuses '5 open name path:path -> file' 1 'unknown result'
exit $failed
