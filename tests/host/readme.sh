#!/bin/sh
# tests/host/readme.sh -- README keeps its promises: its program runs as it is
# printed, each demonstration shows a shared table, and it also builds as a
# program by itself, by the command that README prints for the first of them.

cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
n=0

# verdict STATUS SENTENCE
verdict() {
	n=$((n + 1))
	if [ "$1" = 0 ]
	then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

echo 1..11
sed -n '/^```c$/,/^```$/p' README.md | grep -v '^```' >"$folder/a.c"
"$(tools/cross static)gcc" -m32 -static -o "$folder/a.out" "$folder/a.c" &&
	out=$(tools/run -t 200 "$folder/a.out") &&
	[ "$out" = "the child left 42" ]
verdict $? "README: the example compiles and runs as printed"
for name in two_addresses reader ownership removal sum
do
	out=$(tools/run -t 200 "build/root/bin/$name") &&
		echo "$out" | grep -q '<== shared table$' &&
		echo "$out" | grep -q 'Shared Memory Segments'
	verdict $? "demonstration: $name ends well and shows its shared table"
	command=$(sed -n 's/^    i686-linux-gnu-\(gcc -static -o two_.*\)/\1/p' README.md |
		sed "s|two_addresses|$name|g; s|-o |-m32 -o $folder/|")
	"$(tools/cross static)"$command && alone=$(tools/run -t 200 "$folder/$name") &&
		[ "$(echo "$alone" | sed 1q)" = "$(echo "$out" | sed 1q)" ]
	verdict $? "demonstration: $name does the same when it is built by itself"
done
