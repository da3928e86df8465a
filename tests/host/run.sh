#!/bin/sh
# tests/host/run.sh -- builds and runs the host tests of the pure core.  Prints
# TAP; exit status 1 if any test failed.
#
# The file `programs` says what a program is made of.  All run with
# AddressSanitizer and UBSan; the fast ones run without them, too, and whole.
# usage: tests/host/run.sh [NAME...]
cd "$(dirname "$0")/../.." || exit 1
. tests/host/programs
out=build/host
mkdir -p "$out"
sanitize="-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined"
failed=0

try() # SOURCE PROGRAM ARGUMENTS FLAG...
{
	source=$1 program=$2 arguments=$3
	shift 3
	# shellcheck disable=SC2046,SC2086 # words are meant to split
	if ! $HOSTCC $(flags_of "$source") $(link_flags_of "$source") \
		-g -Wall -Wextra "$@" -o "$program" $(files_of "$source"); then
		echo "not ok - $program: does not compile"
		failed=1
	elif ! "$program" $arguments; then
		echo "not ok - $program: ended with an error"
		failed=1
	fi
}

each_way() # SOURCE PROGRAM FLAG...: as the source asks for it
{
	source=$1 program=$2
	shift 2
	if has "$source" fast; then
		try "$source" "$program" "" -O2 "$@"
		# shellcheck disable=SC2086
		try "$source" "$program-sanitized" "$(words "$source" fast)" \
			$sanitize "$@"
	else
		# shellcheck disable=SC2086
		try "$source" "$program" "" $sanitize "$@"
	fi
}

for source in tests/host/test_*.c tests/host/explore_*.c; do
	name=$(basename "$source" .c)
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "*) ;; *) continue ;; esac
	fi
	if has "$source" small; then
		for entries in $(words "$source" small); do
			each_way "$source" "$out/$name-$entries" \
				-DHOST_SMALL="$entries" -Wno-div-by-zero
		done
	else
		each_way "$source" "$out/$name"
	fi
done
exit $failed
