# tests/gdb/session.gdb -- what a reader types while two_addresses runs.
#
# tools/gdb has stopped at kmain.  We stop at the calls of ipc(117): shmget and
# shmat of the parent, shmdt (of what fork gave it), shmat and shmdt of the child.

set width 0
echo \n(gdb) break run_ipc\n
break run_ipc
echo \n(gdb) ignore 2 3\n
ignore 2 3
echo \n(gdb) continue\n
continue
echo \n(gdb) procs\n
procs
echo \n(gdb) shm\n
shm
echo \n(gdb) pt 0x40000000 6\n
pt 0x40000000 6
echo \n(gdb) pt 0x50000000\n
pt 0x50000000
echo \n(gdb) continue\n
continue
echo \n(gdb) shm\n
shm
echo \n(gdb) pt 0x40000000 6\n
pt 0x40000000 6
echo \n(gdb) pt 0x50000000 7\n
pt 0x50000000 7
echo \n(gdb) pt 0x40000000\n
pt 0x40000000
echo \n(gdb) pt 0xc0100000\n
pt 0xc0100000
echo \n(gdb) frames\n
frames
echo \n(gdb) pt 0x40000000 99\n
pt 0x40000000 99
