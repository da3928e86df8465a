; kernel/switch.asm -- from one process's kernel stack to another's.
;
; eax = where to keep our stack pointer, edx = the other's.  schedule.c calls it
; and knows that no register comes back as it went but esp.
;
; A process that does not run has on its stack exactly this:
;
;	eip		where it goes on: in schedule(), or trap_return
;	fs gs		the selectors of its user mode
;	<- saved esp
;
; What C wanted to keep lies above, saved by C; the user's registers are in its
; trapframe.  This is all there is to a thread.

global switch_to

section .text
switch_to:
	push	fs
	push	gs
	mov	[eax], esp
	mov	esp, edx
	pop	gs
	pop	fs
	ret
