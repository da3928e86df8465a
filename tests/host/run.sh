#!/bin/sh
# tests/host/run.sh -- builds and runs the host tests of the pure core, with
# AddressSanitizer and UBSan.  Prints TAP; exit status 1 if any test failed.
#
# A program is tests/host/test_*.c or explore_*.c.  It is compiled with all of
# mm/*.c, tests/host/host.c and the files named in its first lines:
#	// with: ipc/ids.c ipc/permission.c     more files of the core
#	// small                                the tiny machine of host.h
#	// alone                                nothing but itself and `with`
# usage: tests/host/run.sh [NAME...]
cd "$(dirname "$0")/../.." || exit 1
: "${HOSTCC:=gcc}"
out=build/host
mkdir -p "$out"
flags="-std=gnu11 -O1 -g -Wall -Wextra -fsanitize=address,undefined
 -fno-sanitize-recover=undefined -DTESSERA_HOST"
failed=0

words() # FILE WORD: the rest of its comment line
{
	sed -n "1,4s|^// $2:* *\(.*\)|\1|p" "$1"
}

for source in tests/host/test_*.c tests/host/explore_*.c; do
	[ -f "$source" ] || continue
	name=$(basename "$source" .c)
	if [ $# -gt 0 ]; then
		case " $* " in *" $name "*) ;; *) continue ;; esac
	fi
	files="$source $(words "$source" with)"
	more=
	if ! sed -n 1,4p "$source" | grep -q '^// alone'; then
		files="$files tests/host/host.c mm/*.c"
		more="-include tests/host/host.h -Wl,--wrap=frame_drop"
	fi
	if sed -n 1,4p "$source" | grep -q '^// small'; then
		more="-DHOST_SMALL $more"
	fi
	# shellcheck disable=SC2086 # words are meant to split
	if ! $HOSTCC $flags $more -o "$out/$name" $files; then
		echo "not ok - $name: does not compile"
		failed=1
	elif ! "$out/$name"; then
		echo "not ok - $name: ended with an error"
		failed=1
	fi
done
exit $failed
