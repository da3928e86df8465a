; boot/entry.asm -- GRUB's entry, the first page directory, the higher half.
;
; GRUB (or qemu -kernel) loads the kernel at 1 MiB and jumps here with paging
; off, eax = Multiboot's magic, ebx = physical address of its information.  The
; kernel is linked 3 GiB higher, so the first thing is a page directory in which
; the first 4 MiB of memory appear twice:
;
;	linear 0x00000000 --+--> boot_table --> physical 0 .. 4 MiB
;	linear 0xC0000000 --+
;
; After the jump to the higher half nothing refers to the lower copy, and
; map_physical_memory() in boot/main.c takes it away.

KERNEL_BASE	equ 0xC0000000
PTE_P_RW	equ 3
CR0_PG_WP	equ 0x80010000

MULTIBOOT_MAGIC	equ 0x1BADB002
MULTIBOOT_FLAGS	equ 3			; modules on pages; a memory map

global boot_entry, boot_directory, boot_table
global boot_stack, boot_stack_top
extern kmain

section .multiboot align=4
	dd MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

section .text
boot_entry:
	mov	esi, eax		; the magic survives below
	mov	edi, boot_table - KERNEL_BASE
	mov	eax, PTE_P_RW		; physical address 0, present, writable
	mov	ecx, 1024
.fill:	mov	[edi], eax
	add	eax, 4096
	add	edi, 4
	loop	.fill

	mov	eax, boot_table - KERNEL_BASE + PTE_P_RW
	mov	edi, boot_directory - KERNEL_BASE
	mov	[edi], eax		; linear 0: this code still runs there
	mov	[edi + 4 * (KERNEL_BASE >> 22)], eax
	mov	cr3, edi
	mov	eax, cr0
	or	eax, CR0_PG_WP
	mov	cr0, eax
	mov	eax, .high
	jmp	eax			; absolute: the jump to the higher half

.high:	mov	esp, boot_stack_top
	mov	eax, esi		; kmain(magic, information), by -mregparm=3
	mov	edx, ebx
	call	kmain			; never returns

section .bss.page_aligned nobits alloc write align=4096
boot_directory:	resb 4096
boot_table:	resb 4096
boot_stack:	resb 8192
boot_stack_top:
