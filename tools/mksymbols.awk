# tools/mksymbols.awk -- the kernel's own symbol table, for its backtraces.
#
#	nm -n build/first.elf | awk -f tools/mksymbols.awk >build/gen/symbols.c
#
# The kernel is linked twice: first with an empty table, then with this one.
# .text comes first in linker.ld, so no function moves when the table grows.
# With no input it makes the empty table.

BEGIN {
	print "/* Made by tools/mksymbols.awk: functions by address. */"
	print "#include \"../../kernel/symbols.h\"\n"
	print "const struct symbol kernel_symbols[] = {"
	count = 0
}

$2 ~ /^[tT]$/ && $3 !~ /\./ {
	printf "\t{0x%su, \"%s\"},\n", $1, $3
	count++
}

END {
	print "\t{0xFFFFFFFFu, \"\"},\n};\n"
	print "const int kernel_symbol_count = " count ";"
}
