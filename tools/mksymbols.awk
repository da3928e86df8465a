# tools/mksymbols.awk -- the kernel's own symbol table, for its backtraces.
#
#	nm -n build/first.elf | awk -f tools/mksymbols.awk >build/gen/symbols.c
#
# The kernel is linked twice: first with an empty table, then with this one.
# .text comes first in linker.ld, and the table is compiled apart (-fno-lto), so
# no function moves when it grows.  A part of a function (name.part.0, a local
# label of the assembler) has the function's name.  With no input it makes the
# empty table.

BEGIN {
	print "/* Made by tools/mksymbols.awk: functions by address. */"
	print "#include \"../../kernel/look/backtrace.h\"\n"
	print "const struct symbol kernel_symbols[] = {"
	count = 0
}

$2 ~ /^[tT]$/ {
	sub(/\..*/, "", $3)
	if ($3 != "" && $3 != last) {
		printf "\t{0x%su, \"%s\"},\n", $1, $3
		count++
	}
	last = $3 != "" ? $3 : last
}

END {
	print "\t{0xFFFFFFFFu, \"\"},\n};\n"
	print "const int kernel_symbol_count = " count ";"
}
