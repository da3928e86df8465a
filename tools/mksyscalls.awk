# tools/mksyscalls.awk -- one table of Unix calls, everything made from it.
#
#	awk -v out=build/gen -v docs=docs/syscalls.md \
#	    -f tools/mksyscalls.awk abi/syscalls.tbl
#
# abi/syscalls.tbl says in its own head what a line means.  From it come
#
#	syscall_numbers.h   SYS_name, SYSCALL_LIMIT          everybody
#	syscalls.inc        the same for nasm
#	syscall_table.c     the rows: owner, leases, result   the kernel
#	calls.h             sys_NAME(), their prototypes      the kernel
#	syscall_names.h     number -> name                    trace, servers
#	server_calls.h      X(number, name, owner)            the servers
#	docs/syscalls.md    what a reader may look up         people
#
# A line that does not make sense stops the build with file and line: nothing
# is written then.

BEGIN {
	kinds["in"] = "LEASE_IN"
	kinds["out"] = "LEASE_OUT"
	kinds["inout"] = "LEASE_INOUT"
	kinds["iniov"] = "LEASE_IN | LEASE_IOV"
	kinds["outiov"] = "LEASE_OUT | LEASE_IOV"
	kinds["path"] = "LEASE_STR"
	kinds["str"] = "LEASE_STR"
	split("kernel fd name kernel+fd none", words)
	for (i in words)
		owners[words[i]] = 1
	results["fd"] = "RESULT_FD"
	results["fd2"] = "RESULT_FD2"
	results["cwd"] = "RESULT_CWD"
	results["addr"] = "RESULT_STATUS"
	results["self"] = "RESULT_STATUS"
	results["self16"] = "RESULT_STATUS"
	limit = 0
	rows = 0
}

{
	note = ""
	if (match($0, /#.*/)) {
		note = substr($0, RSTART + 1)
		sub(/^[ \t]+/, "", note)
		$0 = substr($0, 1, RSTART - 1)
	}
}

NF == 0 {
	next
}

{
	read_row()
}

END {
	if (failed)
		exit 1
	write_numbers()
	write_table()
	write_calls()
	write_names()
	if (docs)
		write_docs()
}

function complain(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
	failed = 1
}

function read_row(    i, last)
{
	if ($1 !~ /^[0-9]+$/ || NF < 3)
		return complain("expected: number name owner arguments")
	number = $1 + 0
	if (number in name_of)
		return complain("number " number " is already " name_of[number])
	if ($2 in number_of)
		return complain("name " $2 " is already number " number_of[$2])
	whole[number] = sub(/^kernel!$/, "kernel", $3)
	if (!($3 in owners))
		return complain("unknown owner " $3)
	name_of[number] = $2
	number_of[$2] = number
	owner_of[number] = $3
	note_of[number] = note
	order[++rows] = number
	if (number >= limit)
		limit = number + 1

	last = NF
	for (i = 4; i <= NF; i++)
		if ($i == "=") {
			read_variant(i)
			last = NF = i - 1
			break
		}
	result_of[number] = ""
	for (i = 4; i <= NF; i++)
		if ($i == "->") {
			if (i != NF - 1)
				return complain("one result belongs after ->")
			result_of[number] = $NF
			last = i - 1
		}
	read_arguments(last)
	read_leases()
	read_result()
}

# "= FUNCTION WORD...": what is left of the row, from field `at` on.
function read_variant(at,    i)
{
	if (owner_of[number] != "kernel" || at == NF)
		complain("= needs owner kernel and a function")
	function_of[number] = $(at + 1)
	words_of[number] = NF - at - 1
	for (i = 0; i < words_of[number]; i++)
		word_of[number, i] = $(at + 2 + i)
}

# The C words a variant's function is called with: registers and constants.
function variant_words(nr,    i, words)
{
	for (i = 0; i < words_of[nr]; i++)
		words = words (i ? ", " : "") variant_word(nr, word_of[nr, i])
	return words
}

function variant_word(nr, word,    i)
{
	for (i = 0; i < count[nr]; i++)
		if (arg_name[nr, i] == word)
			return "a[" i "]"
	return word
}

# Argument `i` of the call is field 4 + i: arg_name[number, i], arg_kind.
function read_arguments(last,    i, colon)
{
	count[number] = last - 3
	if (count[number] > 6)
		complain("more than six arguments")
	for (i = 0; i < count[number]; i++) {
		colon = index($(4 + i), ":")
		arg_name[number, i] = $(4 + i)
		arg_kind[number, i] = ""
		if (colon) {
			arg_name[number, i] = substr($(4 + i), 1, colon - 1)
			arg_kind[number, i] = substr($(4 + i), colon + 1)
		}
		text_of[number] = text_of[number] (i ? ", " : "") $(4 + i)
	}
	fd_of[number] = position("fd")
	if (owner_of[number] ~ /fd/ && fd_of[number] < 0)
		complain("owner " owner_of[number] " needs an argument fd")
	if (owner_of[number] !~ /fd/)
		fd_of[number] = -1
}

function position(name,    i)
{
	for (i = 0; i < count[number]; i++)
		if (arg_name[number, i] == name)
			return i
	return -1
}

# KIND or KIND[LENGTH], LENGTH a number or an argument's name.
function read_leases(    i, kind, length_name, at, constant, leases)
{
	for (i = 0; i < count[number]; i++) {
		kind = arg_kind[number, i]
		if (kind == "" || kind == "int")
			continue
		if (kind == "dir") {
			read_directory(i)
			continue
		}
		if (owner_of[number] == "kernel")
			complain("the kernel needs no lease on " \
			    arg_name[number, i])
		length_name = ""
		if (match(kind, /\[[A-Za-z0-9_]+\]$/)) {
			length_name = substr(kind, RSTART + 1, RLENGTH - 2)
			kind = substr(kind, 1, RSTART - 1)
		}
		if (!(kind in kinds)) {
			complain("unknown kind " arg_kind[number, i])
			continue
		}
		if ((kind ~ /path|str/) != (length_name == ""))
			complain("kind " kind (length_name == "" ? \
			    " needs a [length]" : " has no length"))
		at = -1
		constant = 0
		if (length_name ~ /^[0-9]+$/)
			constant = length_name + 0
		else if (length_name != "") {
			at = position(length_name)
			if (at < 0)
				complain("no argument is named " length_name)
		}
		if (constant > 65535)
			complain("a constant length is at most 65535")
		if (++leases > 3)
			complain("more than three leases")
		lease_of[number] = lease_of[number] sprintf("{%s, %d, %d, %d}, ",
		    kinds[kind], i, at, constant)
	}
	sub(/, $/, "", lease_of[number])
}

# A descriptor that says where the path behind it starts.
function read_directory(i)
{
	if (owner_of[number] != "name" || arg_kind[number, i + 1] != "path")
		complain("a dir needs owner name, and its path behind it")
	fd_of[number] = i
	is_dir[number] = 1
}

function read_result(    kind, colon)
{
	kind = result_of[number]
	flags_of[number] = -1
	colon = index(kind, ":")
	if (kind ~ /^self(16)?:/) {
		field_of[number] = substr(kind, colon + 1)
		kind = substr(kind, 1, colon - 1)
		if (owner_of[number] != "kernel")
			complain("a field of the process needs owner kernel")
	} else if (colon) {
		flags_of[number] = position(substr(kind, colon + 1))
		if (flags_of[number] < 0)
			complain("no argument is named " substr(kind, colon + 1))
		kind = substr(kind, 1, colon - 1)
		if (kind !~ /^fd2?$/)
			complain("only fd and fd2 take flags")
	}
	if (kind != "" && !(kind in results))
		complain("unknown result " kind)
	if (kind == "addr" && owner_of[number] !~ /kernel/)
		complain("only the kernel answers an address")
	result_kind[number] = kind
}

function head(file, what)
{
	printf "/* %s: made by tools/mksyscalls.awk from abi/syscalls.tbl. */\n",
	    what >file
}

function write_numbers(    file, inc, i)
{
	file = out "/syscall_numbers.h"
	inc = out "/syscalls.inc"
	head(file, "The numbers of the Unix calls")
	print "#ifndef SYSCALL_NUMBERS_H\n#define SYSCALL_NUMBERS_H\n" >file
	print "; The numbers of the Unix calls: made by tools/mksyscalls.awk." >inc
	for (i = 1; i <= rows; i++) {
		print "#define SYS_" name_of[order[i]], order[i] >file
		print "%define SYS_" name_of[order[i]], order[i] >inc
	}
	print "\n#define SYSCALL_LIMIT", limit >file
	print "%define SYSCALL_LIMIT", limit >inc
	print "\n#endif" >file
}

# run_NAME passes the registers to sys_NAME's plain C prototype; where there is
# a second owner, and our part of the call is done, it is asked.  A number that
# is no call's has a row, too: what it runs answers ENOSYS.
function write_table(    file, i)
{
	file = out "/syscall_table.c"
	head(file, "The kernel's table of Unix calls")
	print "#include \"../../ipc/message/syscall_table.h\"" >file
	print "#include \"../../ipc/message/message.h\"" >file
	print "#include \"calls.h\"\n" >file
	for (i = 1; i <= rows; i++)
		if (owner_of[order[i]] ~ /kernel/)
			write_run(file, order[i])
	print "const struct syscall syscalls[SYSCALL_LIMIT] = {" >file
	for (i = 1; i <= rows; i++)
		write_row(file, order[i])
	print "};\n" >file
	print "int (*const syscall_run[SYSCALL_LIMIT])(uint32_t, const uint32_t *) = {" >file
	for (i = 0; i < limit; i++)
		printf "\t[%d] = %s,\n", i, runs(i) >file
	print "};" >file
}

function write_run(file, nr,    i, words, address, second)
{
	address = result_kind[nr] == "addr"
	for (i = 0; i < count[nr]; i++)
		words = words (i ? ", " : "") "a[" i "]"
	if (address)
		words = words (words ? ", " : "") "&address"
	printf "%sstatic int run_%s(uint32_t number, const uint32_t *a)\n{\n",
	    whole[nr] ? "__attribute__((flatten)) " : "", name_of[nr] >file
	second = owner_of[nr] == "kernel+fd"
	if (!second)
		print "\t(void)number;" >file
	if (count[nr] == 0 || field_of[nr] != "")
		print "\t(void)a;" >file
	if (address)
		print "\tvaddr_t address = 0;" >file
	if (function_of[nr] != "") {
		printf "\treturn sys_%s(%s);\n", function_of[nr],
		    variant_words(nr) >file
	} else if (field_of[nr] != "") {
		printf "\tuint32_t word = self()->%s;\n\n", field_of[nr] >file
		print result_kind[nr] == "self" ? "\treturn word;" : \
		    "\treturn word > 0xffff ? 65534 : word;" >file
	} else if (address || second)
		printf "\tint result = sys_%s(%s);\n\n", name_of[nr], words >file
	else
		printf "\treturn sys_%s(%s);\n", name_of[nr], words >file
	if (second) {
		print "\tif (result == FORWARD)" >file
		print "\t\treturn forward(number, a);" >file
	}
	if (address)
		print "\treturn result < 0 ? result : (int)address;" >file
	else if (second)
		print "\treturn result;" >file
	print "}\n" >file
}

# The prototypes: a word is uint32_t unless the row calls it an int.
function write_calls(    file, i, j, nr, words)
{
	file = out "/calls.h"
	for (i = 1; i <= rows; i++)
		if (owner_of[order[i]] ~ /kernel/ && function_of[order[i]] == "")
			declared[name_of[order[i]]] = 1
	head(file, "The Unix calls the kernel owns")
	print "/*\n * Each does what its man page (section 2) says, as far as" >file
	print " * its row and the limits in README.md go: 0 or a positive" >file
	print " * result, or -errno.\n */" >file
	print "#ifndef CALLS_H\n#define CALLS_H\n" >file
	print "#include \"../../abi/types.h\"\n" >file
	for (i = 1; i <= rows; i++) {
		nr = order[i]
		if (owner_of[nr] !~ /kernel/ || field_of[nr] != "")
			continue
		if (function_of[nr] != "") {
			write_variant_prototype(file, nr)
			continue
		}
		words = ""
		for (j = 0; j < count[nr]; j++)
			words = words (j ? ", " : "") \
			    (arg_kind[nr, j] == "int" ? "int " : "uint32_t ") \
			    arg_name[nr, j]
		if (result_kind[nr] == "addr")
			words = words ", vaddr_t *result"
		printf "int sys_%s(%s);\n", name_of[nr],
		    words == "" ? "void" : words >file
	}
	print "\n#endif" >file
}

# ... of a function that is no row's own; a constant is an int.
function write_variant_prototype(file, nr,    i, word, words)
{
	if (function_of[nr] in declared)
		return
	declared[function_of[nr]] = 1
	for (i = 0; i < words_of[nr]; i++) {
		word = variant_word(nr, word_of[nr, i])
		if (word !~ /^a\[/)
			word = "int word" i
		else
			word = (arg_kind[nr, substr(word, 3, 1)] == "int" ? \
			    "int " : "uint32_t ") word_of[nr, i]
		words = words (i ? ", " : "") word
	}
	printf "int sys_%s(%s);\n", function_of[nr], words >file
}

# The function that number `nr` runs.
function runs(nr)
{
	if (!(nr in name_of))
		return "unknown_call"
	if (owner_of[nr] == "none")
		return "missing_call"
	return owner_of[nr] ~ /kernel/ ? "run_" name_of[nr] : "forward"
}

function write_row(file, nr,    kind)
{
	kind = result_kind[nr]
	printf "\t[%d] = {.fd_argument = %d,%s\n", nr, fd_of[nr],
	    is_dir[nr] ? " .is_dir = true," : "" >file
	printf "\t\t.result = %s, .flags_argument = %d",
	    kind == "" ? "RESULT_STATUS" : results[kind], flags_of[nr] >file
	if (lease_of[nr] != "")
		printf ",\n\t\t.leases = {%s}", lease_of[nr] >file
	print "}," >file
}

function write_names(    file, calls, i)
{
	file = out "/syscall_names.h"
	head(file, "The names of the Unix calls, by number; 0: none")
	print "#include \"syscall_numbers.h\"\n" >file
	print "static const char *const syscall_names[SYSCALL_LIMIT] = {" >file
	calls = out "/server_calls.h"
	head(calls, "The calls that servers answer: X(number, name, owner)")
	printf "#define SERVER_CALLS(X)" >calls
	for (i = 1; i <= rows; i++) {
		printf "\t[%d] = \"%s\",\n", order[i], name_of[order[i]] >file
		if (owner_of[order[i]] !~ /^(kernel|none)$/)
			printf " \\\n\tX(%d, %s, %s)", order[i],
			    name_of[order[i]],
			    owner_of[order[i]] ~ /fd/ ? "FD" : "NAME" >calls
	}
	print "};" >file
	print "" >calls
}

function write_docs(    i, nr)
{
	print "# The Unix calls\n" >docs
	print "Made by `tools/mksyscalls.awk` from `abi/syscalls.tbl`; do not edit." >docs
	print "`int 0x80`: the number in eax, the arguments in ebx, ecx, edx, esi, edi, ebp." >docs
	print "Owner `kernel`: done by the kernel. `fd`: by the server behind the descriptor." >docs
	print "`name`: by the server of the name space. `none`: ENOSYS, which every C library" >docs
	print "expects. Any other number: ENOSYS and a line in the log.\n" >docs
	print "| number | name | owner | arguments | result | remark |" >docs
	print "|---:|---|---|---|---|---|" >docs
	for (i = 1; i <= rows; i++) {
		nr = order[i]
		if (function_of[nr] != "")
			note_of[nr] = function_of[nr] in number_of ? \
			    "a form of `" function_of[nr] "`" : ""
		printf "| %d | %s | %s | %s | %s | %s |\n", nr, name_of[nr],
		    owner_of[nr], text_of[nr], result_of[nr], note_of[nr] >docs
	}
}
