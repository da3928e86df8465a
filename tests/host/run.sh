#!/bin/sh
# tests/host/run.sh -- builds and runs the host tests of the pure core.  Prints
# TAP; exit status 1 if any test failed.
#
# build.mk says what a program is made of.  All run with AddressSanitizer and
# UBSan; the fast ones run without them, too, and whole.
# usage: tests/host/run.sh [NAME...]
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS # of a make that has called us
out=build/host
mkdir -p "$out"
failed=0

words() # WORD: the rest of its comment line in the program's source
{
	sed -n "1,9s|^// $1:* *\(.*\)|\1|p" "tests/host/$name.c"
}

try() # PROGRAM ARGUMENTS VARIABLE...: builds it with these, and runs it
{
	program=$1 arguments=$2
	shift 2
	# shellcheck disable=SC2086 # words are meant to split
	if ! make -s -f tests/host/build.mk NAME="$name" TO="$program" "$@"; then
		echo "not ok - $program: does not compile"
		failed=1
	elif ! "$program" $arguments; then
		echo "not ok - $program: ended with an error"
		failed=1
	fi
}

each_way() # PROGRAM VARIABLE...: as the source asks for it
{
	program=$1 argument=$(words fast)
	shift
	if [ "$argument" ]; then
		try "$program" "" "$@"
		try "$program-sanitized" "$argument" SANITIZE=1 "$@"
	else
		try "$program" "" SANITIZE=1 "$@"
	fi
}

for source in tests/host/test_*.c tests/host/explore_*.c; do
	name=$(basename "$source" .c)
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "*) ;; *) continue ;; esac
	fi
	machines=$(words small)
	for entries in $machines; do
		each_way "$out/$name-$entries" SMALL="$entries"
	done
	[ "$machines" ] || each_way "$out/$name"
done
exit $failed
