#!/bin/sh
# tests/host/run.sh -- builds and runs the host tests of the pure core.  Prints
# TAP; exit status 1 if any test failed.
#
# A program is tests/host/test_*.c or explore_*.c.  It is compiled with all of
# mm/*.c, tests/host/host.c and the files named in its first lines:
#	// with: ipc/sysv/ids.c ipc/sysv/permission.c     more files of the core, or flags
#	// small: 2 4                           once for each tiny machine: host.h
#	// alone                                nothing but itself and `with`
#	// fast: ARGUMENT                       an explorer: whole without, and with
#	                                        ARGUMENT with the sanitizers
# All run with AddressSanitizer and UBSan, the fast ones also as fast as can be.
# usage: tests/host/run.sh [NAME...]
cd "$(dirname "$0")/../.." || exit 1
: "${HOSTCC:=gcc}"
out=build/host
mkdir -p "$out"
flags="-std=gnu11 -g -Wall -Wextra -DTESSERA_HOST"
sanitize="-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined"
wrap=-Wl,--wrap=frame_drop,--wrap=rows_reserve
failed=0

words() # FILE WORD: the rest of its comment line
{
	sed -n "1,9s|^// $2:* *\(.*\)|\1|p" "$1"
}

has() # FILE WORD: such a line is there
{
	sed -n 1,9p "$1" | grep -q "^// $2"
}

build() # SOURCE PROGRAM FLAG...
{
	files="$1 $(words "$1" with)"
	more=
	program=$2
	if ! has "$1" alone; then
		files="$files tests/host/host.c mm/*.c"
		more="-include tests/host/host.h $wrap"
	fi
	shift 2
	# shellcheck disable=SC2086 # words are meant to split
	$HOSTCC $flags $more "$@" -o "$program" $files
}

try() # SOURCE PROGRAM ARGUMENTS FLAG...
{
	source=$1 program=$2 arguments=$3
	shift 3
	# shellcheck disable=SC2086
	if ! build "$source" "$program" "$@"; then
		echo "not ok - $program: does not compile"
		failed=1
	elif ! "$program" $arguments; then
		echo "not ok - $program: ended with an error"
		failed=1
	fi
}

each_way() # SOURCE PROGRAM FLAG...: whole, or whole and sanitized
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
	[ -f "$source" ] || continue
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
