; kernel/switch.asm -- from one process's kernel stack to another's.
;
;	void switch_to(uintptr_t *from, uintptr_t to);
;
; eax = where to keep our stack pointer, edx = the other's (-mregparm=3).
;
; A process that does not run has on its stack exactly this:
;
;	eip		where it goes on: in schedule(), or trap_return
;	ebp ebx esi edi
;	fs gs		the selectors of its user mode
;	<- saved esp
;
; The other registers are the caller's to save, by the C convention; the user's
; are in its trapframe.  This is all there is to a thread.

global switch_to

section .text
switch_to:
	push	ebp
	push	ebx
	push	esi
	push	edi
	push	fs
	push	gs
	mov	[eax], esp
	mov	esp, edx
	pop	gs
	pop	fs
	pop	edi
	pop	esi
	pop	ebx
	pop	ebp
	ret
