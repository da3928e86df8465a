# tests/gdb/shared.gdb -- all words of both processes of two_addresses, and what
# pt-diff makes of them, when the child has attached the segment anew.
set width 0
break run_ipc
ignore 2 3
continue
delete
break sys_sched_yield if running->life.pid == 7
continue
pt 6 all
echo end of 6\n
pt 7 all
echo end of 7\n
echo pt-diff\n
pt-diff 6 7
