; kernel/entry/trap.asm -- the entries from user mode and from interrupts.
;
; C is compiled with -mregparm=3: arguments in eax, edx, ecx.  The stack when
; trap() is called (struct trapframe, kernel/process/trapframe.h):
;
;	ss esp		from user mode only
;	eflags cs eip	by the CPU
;	error vector	here, where the CPU pushes no error code
;	es ds eax ebp edi esi edx ecx ebx
;	<- esp, the argument
;
; Gates are interrupt gates: interrupts are off from here to iret.

%include "trap.inc"

global trap_entries, trap_unix, trap_native, trap_return
global trap_pops_start, trap_pops_end, trap_iret
extern trap, syscall_unix, syscall_native, attend, attend_call, need_resched

section .smap_sites progbits alloc noexec nowrite align=4
section .text

; Saves the registers, and loads what C relies on: the kernel's data selectors
; and DF = 0.  The no-op becomes clac where SMAP exists (mm/usercopy.c).
%macro SAVE 0
	push	es
	push	ds
	push	eax
	push	ebp
	push	edi
	push	esi
	push	edx
	push	ecx
	push	ebx
	mov	ebx, KERNEL_DS
	mov	ds, ebx
	mov	es, ebx
	cld
%%site:	db	0x0f, 0x1f, 0x00
	section .smap_sites
	dd	%%site, BYTES_CLAC
	section .text
%endmacro

; One entry for each vector, and its address in the table trap_entries.
%macro ENTRY 1
	section .rodata
	dd	%%entry
	section .text
%%entry:
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21
	; the CPU has pushed an error code
%else
	push	0
%endif
	push	%1
	jmp	trap_common
%endmacro

section .rodata align=4
trap_entries:
%assign vector 0
%rep 48
	ENTRY vector
%assign vector vector + 1
%endrep

trap_common:
	SAVE
	mov	eax, esp
	call	trap

trap_return:
	test	byte [esp + TF_CS], 3
	jnz	trap_leave_user
	test	byte [esp + TF_VM], 2
	jnz	trap_leave_user
	jmp	trap_leave	; back into the kernel: nothing to attend

; int 0x80 and int 0x81 come from user mode only (the gates' DPL is 3, and the
; kernel never uses them), so their way out skips a test.  They do not come from
; virtual-8086 mode, where no instruction can be fetched.
;
; While a call runs, the frame's eax is its number.  So one can see what a process
; that waits has asked for, and the call can be begun again.  The answer travels
; in the register, past the frame; attend_call puts it into the frame when there
; is something to attend to.

%macro DOOR 3				; its name, its vector, its C function
%1:
	push	0			; no error code
	push	%2
	SAVE
	mov	edx, esp		; the arguments; eax is still the number
	call	%3
%endmacro

	DOOR	trap_native, 0x81, syscall_native
	jmp	trap_leave_call

	DOOR	trap_unix, 0x80, syscall_unix
trap_leave_call:
	cmp	dword [need_resched], 0
	jne	trap_attend_call
	pop	ebx
	pop	ecx
	pop	edx
	pop	esi
	pop	edi
	pop	ebp
	add	esp, 4			; the number; eax is the answer
trap_pops_start:
	pop	ds
	pop	es
trap_pops_end:
	add	esp, 8			; vector, error
trap_iret:
	iret

trap_attend_call:
	mov	edx, eax
	mov	eax, esp
	call	attend_call
trap_leave_user:
	cmp	dword [need_resched], 0
	jne	trap_attend
trap_leave:
	pop	ebx
	pop	ecx
	pop	edx
	pop	esi
	pop	edi
	pop	ebp
	pop	eax
	jmp	trap_pops_start
trap_attend:
	mov	eax, esp
	call	attend
	jmp	trap_leave_user
