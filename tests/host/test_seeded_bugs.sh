#!/bin/bash
# tests/host/test_seeded_bugs.sh -- do the host programs see a bug?
#
# Each patch in tests/host/bugs is one change of the real sources, as somebody
# tired might make it.  Its first line says what is wrong.  Its second line names
# the program that must object (see build.mk) and, of an explorer, the scene.
# The patch is applied to a copy of its file, which takes the place of the file
# in the program.  A program that panics has seen the bug, too.
#
# A patch applies wherever its lines have moved to, as long as all of them are
# there.  A patch that does not apply, or a bug that nobody sees, is `not ok`.
#
# usage: test_seeded_bugs.sh           all bugs
#        test_seeded_bugs.sh NAME...   the bugs of these patches
#        test_seeded_bugs.sh places    do all patches apply?
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS # of a make that has called us
out=build/host/seeded
only=
[ "$1" = places ] && only=places && shift && out=$out-places
rm -rf "$out"
mkdir -p "$out"
number=0 failed=0

# Builds the program with $out/changed.c in the file's place.
build_changed() # FILE
{
	local small=
	[ "$program" = "${program%-[0-9]}" ] || small=${program#*-}
	make -s -f tests/host/build.mk NAME="${program%-[0-9]}" \
		SMALL="$small" CHANGED="$1" TO="$out/changed"
}

verdict() # OK? SENTENCE WHY
{
	if [ "$1" = yes ]; then
		echo "ok $number - seeded bug is seen: $2"
	else
		echo "not ok $number - seeded bug is seen: $2"
		echo "# $3"
		failed=1
	fi
}

bug() # PATCH
{
	local sentence scene file
	{ read -r sentence; read -r _ _ program _ scene; } <"$1"
	program=${program%,}
	file=$(sed -n 's|^+++ b/||p' "$1")
	number=$((number + 1))
	if ! patch -s -f -F0 -r - -o "$out/changed.c" "$file" "$1" \
		>"$out/log" 2>&1; then
		verdict no "$sentence" "$1 does not apply to $file any more"
	elif [ "$only" ]; then
		return
	elif ! build_changed "$file" >"$out/log" 2>&1; then
		verdict no "$sentence" "$1 does not compile: $(head -1 "$out/log")"
	else
		(timeout 300 "$out/changed" 0 "${scene:-0}") >"$out/log" 2>&1
		case $? in
		0) verdict no "$sentence" "$program agrees with the model: $1" ;;
		124) verdict no "$sentence" "$program did not end: $1" ;;
		*) verdict yes "$sentence" ;;
		esac
	fi
}

for patch in tests/host/bugs/*.patch; do
	if [ $# -gt 0 ]; then
		case " $* " in *" $(basename "$patch" .patch) "*) ;; *) continue ;; esac
	fi
	bug "$patch"
done

[ "$only" ] || echo "1..$number"
exit $failed
