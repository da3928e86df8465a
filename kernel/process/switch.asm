; kernel/process/switch.asm -- from one process's kernel stack to another's.
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
;
; A selector is the process's: while it waited, or with its own call, its entry
; of the GDT may have gone.  The pop then faults, and trap.c makes the word 0.

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
