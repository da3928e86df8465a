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

_Static_assert(sizeof(struct elf_header) == 52, "Elf32_Ehdr");
_Static_assert(sizeof(struct elf_segment) == 32, "Elf32_Phdr");

#endif
