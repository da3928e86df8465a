# tests/gdb/calls.gdb -- the last calls before the child's first shmdt.
set width 0
break run_ipc
ignore 3 2
continue
syscalls 5
