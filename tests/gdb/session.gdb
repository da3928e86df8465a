# tests/gdb/session.gdb -- what a reader types while two_addresses runs.
#
# tools/gdb has stopped at kmain.  We stop at the calls of ipc(117): shmget and
# shmat of the parent, shmdt (of what fork gave it) and shmat of the child; and
# when the child has attached, and yields the CPU until the parent has looked.
# Then we stop where a message waits in a queue, and where it is being served.

set width 0

# type COMMAND: shows it as if it were typed, and what it says.
python
class Type(gdb.Command):
    def __init__(self):
        super().__init__("type", gdb.COMMAND_USER)

    def invoke(self, argument, _):
        print("\n(gdb) " + argument)
        try:
            gdb.execute(argument)
        except gdb.error as error:
            print(error)

Type()
end

type help tessera
type procs
type frames
type break run_ipc
type ignore 2 3
type continue
type procs
type shm
type pt 6
type pt 7 0x50000000
type pt-diff 6 7
type delete
type break sys_sched_yield if running->life.pid == 7
type continue
type shm
type pt 6
type pt 7 0x50000000
type pt cr3 0x40000000
type pt cr3 0xc0100000
type pt-diff 6 7
type pt-diff 6 6
type eval "frame 0x%x", segments[shms[0].segment].word >> 12
type eval "frame 0x%x", *(unsigned *) ((segments[shms[0].segment].word & ~0xfff) + 0xc0000000) >> 12
type eval "frame 0x%x", spaces[4].directory
type frame 0x000b8
type frame 0
type frames
type delete
type break forward if number == 4
type continue
type delete
type break schedule
type continue
type messages
type delete
type break lease_copy
type continue
type messages
type syscalls
type pt 99
type pt init
type pt 6 somewhere
type pt 6 0x123456789
type pt
type pt-diff 6 0
type frame 3f
type frame 0xfffff
type frame 99
type syscalls none
