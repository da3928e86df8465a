; kernel/process/switch.asm -- from one process's kernel stack to another's.
;
; eax = where to keep this stack pointer, edx = the other process's.  schedule.c
; calls it and knows that every register but esp comes back changed.
;
; A process that does not run has exactly this on its stack:
;
;	eip		where it goes on: in schedule(), or trap_return
;	fs gs		the selectors of its user mode
;	<- saved esp
;
; What C wanted to keep lies above, saved by C.  The user's registers are in the
; trapframe.  This is all there is to a thread.
;
; The selectors fs and gs are what the process loaded.  The entries of the GDT
; that they name may have gone since, while it waited or by its own call.  The
; pop then faults, and trap.c makes the word on the stack 0.

global switch_to, reload_selectors
global switch_pops_start, switch_pops_end

section .text
switch_to:
	push	fs
	push	gs
	mov	[eax], esp
	mov	esp, edx
switch_pops_start:
	pop	gs
	pop	fs
switch_pops_end:
	ret

reload_selectors:
	push	fs
	push	gs
	jmp	switch_pops_start
