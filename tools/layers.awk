# tools/layers.awk -- includes go downward only.
#
#	awk -f tools/layers.awk kernel/*/* mm/* ipc/*/* abi/*
#
#	0 abi    1 kernel/base    2 mm    3 kernel/process    4 ipc
#	5 kernel/unix, kernel/entry, kernel/look    6 boot
#
# A header's room is its height; a file may include what is not above it.

FNR == 1 {
	here = height(FILENAME)
	folder = FILENAME
	sub(/\/[^\/]*$/, "", folder)
}

/^#include "/ {
	split($0, part, "\"")
	path = resolve(folder "/" part[2])
	if (height(path) > here) {
		printf "%s:%d: climbs to %s\n", FILENAME, FNR, path
		climbs++
	}
}

END {
	exit climbs > 0
}

function height(path)
{
	if (path ~ /^(abi|build\/gen)\//)
		return 0
	if (path ~ /^kernel\/base\//)
		return path ~ /c$/ ? 5 : 1
	if (path ~ /^mm\//)
		return 2
	if (path ~ /^kernel\/process\/(process|clock)\.h$/)
		return path ~ /clock/ ? 1 : 3
	if (path ~ /^ipc\// || path ~ /^kernel\/process\/wait/ || path ~ /tunable/)
		return path ~ /native/ ? 5 : 4
	return path ~ /^(kernel|boot)\// ? 5 : 6
}

function resolve(path)
{
	while (sub(/[^\/.]+\/\.\.\//, "", path))
		;
	return path
}
