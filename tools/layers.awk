# tools/layers.awk -- includes go downward only.
#
#	awk -f tools/layers.awk kernel/* mm/* ipc/* abi/*
#
#	0 abi    1 base: kernel/{cpu,panic,klog,string,trace,clock}.h    2 mm
#	3 kernel/process.h    4 ipc    5 the rest of kernel
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
	if (path ~ /^kernel\/(cpu|panic|klog|string|trace|clock)\.[ch]$/)
		return path ~ /c$/ ? 5 : 1
	if (path ~ /^mm\//)
		return 2
	if (path == "kernel/process.h")
		return 3
	if (path ~ /^ipc\//)
		return 4
	return path ~ /^(kernel|boot)\// ? 5 : 6
}

function resolve(path)
{
	while (sub(/[^\/.]+\/\.\.\//, "", path))
		;
	return path
}
