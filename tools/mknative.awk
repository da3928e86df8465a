# tools/mknative.awk -- the kernel's own door, made from its table.
#
#	awk -v out=build/gen -f tools/mknative.awk abi/native.tbl
#
# From abi/native.tbl come
#
#	native_calls.h     the kernel's side, for kernel/entry/native.c: run_NAME looks up
#	                   what the arguments stand for, gathers the use of a
#	                   lease, and calls the row's function
#	native_stubs.h     k_NAME(...): what a server calls, int 0x81 inline
#	native_numbers.h   NATIVE_NAME, for tests that call by number
#
# An argument's name decides its C type in a stub (type_of below; all else is a
# word), what the kernel looks up (look_up), and of a row with a lease_offset,
# which member of struct lease_use it is (member).  `to_client` ends a row of
# which that member is true.  A line that does not make sense stops the build
# with file and line.

BEGIN {
	type_of["message"] = "struct message *"
	type_of["reply"] = "const struct reply *"
	type_of["exec"] = "const struct exec *"
	type_of["text"] = "const char *"
	type_of["buf"] = "void *"
	look_up["token"] = "token_client(%)"
	look_up["whom"] = "% == TOKEN_SELF ? self_index() : token_client(%)"
	look_up["handle"] = "segment_of(%)"
	look_up["fd"] = "descriptor_connection(self_index(), %)"
	member["token"] = member["whom"] = "client"
	member["argument"] = "argument"
	member["lease_offset"] = "offset"
	member["buf"] = "buffer"
	member["len"] = "bytes"
	expected = 0
}

{
	sub(/#.*/, "")
	to_client = sub(/[ \t]to_client[ \t]*$/, "")
}

NF == 0 {
	next
}

$1 !~ /^[0-9]+$/ || NF < 2 || NF > 8 {
	complain("expected: number name and at most six arguments")
	next
}

{
	does = "native_" $2
	if (split($2, parts, ":") == 2) {
		$2 = parts[1]
		does = parts[2]
	}
}

$1 + 0 != expected {
	complain("numbers are dense: expected " expected)
	next
}

$2 in seen {
	complain("name " $2 " twice")
	next
}

{
	seen[$2] = 1
	runs = runs run()
	calls = calls "\trun_" $2 ",\n"
	stubs = stubs stub()
	numbers = numbers "#define NATIVE_" $2 " " $1 "\n"
	expected++
}

END {
	if (failed)
		exit 1
	write_calls()
	write_stubs()
	print "/* Made by tools/mknative.awk from abi/native.tbl. */" \
	    >(out "/native_numbers.h")
	print numbers >(out "/native_numbers.h")
}

function complain(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
	failed = 1
}

function stub(    i, type, list, words)
{
	for (i = 3; i <= NF; i++) {
		type = ($i in type_of) ? type_of[$i] : "uint32_t "
		if (to_client && $i == "buf")
			type = "const void *"
		list = list (i > 3 ? ", " : "") type $i
		words = words ", (uint32_t)" $i
	}
	for (; i <= 8; i++)
		words = words ", 0"
	return "static inline int k_" $2 "(" (list ? list : "void") ")\n{\n" \
	    "\treturn native(" $1 words ");\n}\n\n"
}

function run(    i, word, found, list, checks, use)
{
	for (i = 3; i <= NF; i++) {
		word = "a[" i - 3 "]"
		if ($i in look_up) {
			found = look_up[$i]
			gsub(/%/, word, found)
			word = $i
			checks = checks "\tint " word " = " found ";\n\n" \
			    "\tif (" word " < 0)\n\t\treturn " word ";\n"
		}
		if (/lease_offset/ && $i in member)
			use = use (use ? ", " : "") "." member[$i] " = " word
		else
			list = list (list ? ", " : "") word
	}
	if (to_client)
		use = use ", .to_client = true"
	if (use) {
		checks = checks "\tstruct lease_use use = {" use "};\n\n"
		list = list (list ? ", " : "") "&use"
	}
	return "static int run_" $2 "(const uint32_t *a)\n{\n" checks \
	    (list ? "" : "\t(void)a;\n") "\treturn " does "(" list ");\n}\n\n"
}

function write_calls(    file)
{
	file = out "/native_calls.h"
	print "/* Made by tools/mknative.awk from abi/native.tbl. */" >file
	print "#define NATIVE_LIMIT " expected "\n" >file
	print runs "static int (*const native_calls[])(const uint32_t *) = {" >file
	print calls "};" >file
}

# The sixth argument travels in ebp, which the compiler may be using itself:
# so eax points to number and sixth word, and ebp is saved around the trap.
function write_stubs(    file)
{
	file = out "/native_stubs.h"
	print "/* Made by tools/mknative.awk from abi/native.tbl. */" >file
	print "#ifndef NATIVE_STUBS_H\n#define NATIVE_STUBS_H\n" >file
	print "#include \"../../abi/message.h\"\n" >file
	print "static inline int native(uint32_t number, uint32_t a, uint32_t b," >file
	print "\t\t\t uint32_t c, uint32_t d, uint32_t e, uint32_t f)\n{" >file
	print "\tuint32_t more[2] = {number, f};\n\tint result;\n" >file
	print "\t__asm__ volatile(\"pushl %%ebp\\n\\t\"" >file
	print "\t\t\t \"movl 4(%%eax), %%ebp\\n\\t\"" >file
	print "\t\t\t \"movl (%%eax), %%eax\\n\\t\"" >file
	print "\t\t\t \"int $0x81\\n\\t\"" >file
	print "\t\t\t \"popl %%ebp\"" >file
	print "\t\t\t : \"=a\"(result)" >file
	print "\t\t\t : \"a\"(more), \"b\"(a), \"c\"(b), \"d\"(c), \"S\"(d)," >file
	print "\t\t\t   \"D\"(e)\n\t\t\t : \"memory\");" >file
	print "\treturn result;\n}\n" >file
	print stubs "#endif" >file
}
