/*
 * abi/elf.h -- an executable file, as the linker leaves it.
 *
 * The fields have the names of the System V ABI without its prefixes (e_, p_).
 * Source: the System V ABI, chapters 4 and 5, and its i386 supplement.
 */
#ifndef ABI_ELF_H
#define ABI_ELF_H

#include "types.h"

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#define ET_EXEC   2
#define ET_DYN    3 /* it runs wherever it is put */
#define EM_386    3
#define PT_LOAD   1
#define PT_INTERP 3
#define PF_X      1
#define PF_W      2
#define PF_R      4

/* The auxiliary vector, pairs of a type and a value: getauxval(3). */
#define AT_NULL     0
#define AT_PHDR     3
#define AT_PHENT    4
#define AT_PHNUM    5
#define AT_PAGESZ   6
#define AT_BASE     7 /* where the interpreter is; 0: there is none */
#define AT_FLAGS    8
#define AT_ENTRY    9 /* of the program, not of the interpreter */
#define AT_UID      11
#define AT_EUID     12
#define AT_GID      13
#define AT_EGID     14
#define AT_PLATFORM 15
#define AT_HWCAP    16 /* EDX of CPUID leaf 1 */
#define AT_CLKTCK   17
#define AT_SECURE   23 /* the program has ids that its caller has not */
#define AT_RANDOM   25
#define AT_EXECFN   31

_Static_assert(sizeof(struct elf_header) == 52, "Elf32_Ehdr");
_Static_assert(sizeof(struct elf_segment) == 32, "Elf32_Phdr");

#endif
