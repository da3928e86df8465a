"""tools/kernel.gdb.py -- gdb commands that speak the kernel's own words.

    procs             the processes: pid, name, state, the process that each
                      of them waits for, space
    pt ADDRESS [PID]  the PDE and PTE of a linear address, in the space of
                      process PID or in the loaded CR3
    shm               the System V segments, as ipcs -m shows them
    frames            how many frames are free, held and promised
"""
import gdb

DIRECT_MAP = 0xC0000000


def value(text):
    return gdb.parse_and_eval(text)


def number(text):
    return int(value(text)) & 0xFFFFFFFF


def physical_word(address):
    return number("*(unsigned int *)%d" % (address + DIRECT_MAP))


def flags(word):
    names = [(1, "P"), (2, "RW"), (4, "US"), (0x20, "A"), (0x40, "D"),
             (0x80, "PS"), (0x100, "G"), (0x200, "borrowed"),
             (0x400, "linked")]
    return " ".join(name for bit, name in names if word & bit)


def command(name):
    def make(function):
        class Command(gdb.Command):
            __doc__ = function.__doc__

            def __init__(self):
                super().__init__(name, gdb.COMMAND_DATA)

            def invoke(self, argument, _):
                function(argument)
        Command()
        return function
    return make


@command("procs")
def procs(_):
    """procs: the processes that exist."""
    for i in range(int(value("proc_rows.fresh"))):
        proc = value("procs[%d]" % i)
        state = str(proc["state"])
        if state != "PROC_FREE":
            life, name = proc["life"], proc["program"]["name"].string()
            mark = "*" if i == int(value("running - procs")) else ""
            print("%5d %-16s %-15s peer %3d space %3d %s" %
                  (life["pid"], name, state, proc["peer"], life["space"], mark))


def directory_of(pid):
    """The physical address of the page directory of process `pid`."""
    for i in range(int(value("proc_rows.fresh"))):
        proc = value("procs[%d]" % i)
        life = proc["life"]
        if str(proc["state"]) != "PROC_FREE" and int(life["pid"]) == pid:
            return number("spaces[%d].directory" % int(life["space"])) << 12
    raise gdb.GdbError("there is no process %d" % pid)


@command("pt")
def pt(argument):
    """pt ADDRESS [PID]: its PDE and PTE, in CR3 or in that process's space."""
    words = gdb.string_to_argv(argument)
    address = number(words[0])
    directory = (directory_of(int(words[1])) if words[1:] else
                 number("$cr3") & ~0xFFF)
    pde = physical_word(directory + (address >> 22) * 4)
    print("PDE %4d: %08x %s" % (address >> 22, pde, flags(pde)))
    if pde & 1 and not pde & 0x80:
        pte = physical_word((pde & ~0xFFF) + (address >> 12 & 1023) * 4)
        print("PTE %4d: %08x %s" % (address >> 12 & 1023, pte,
                                    flags(pte & ~0x400)))


@command("shm")
def shm(_):
    """shm: the System V shared memory segments."""
    print("slot key        owner perms bytes      nattch segment")
    for i in range(int(value("shm_ids.rows.fresh"))):
        row = value("shms[%d]" % i)
        ds = row["ds"]
        if int(row["segment"]) >= 0 and int(ds["shm_segsz"]):
            perm = ds["shm_perm"]
            print("%4d 0x%08x %5d %5o %-10d %6d %d" %
                  (i, int(perm["key"]) & 0xFFFFFFFF, perm["uid"],
                   int(perm["mode"]), ds["shm_segsz"], ds["shm_nattch"],
                   row["segment"]))


@command("frames")
def frames(_):
    """frames: how many are free, held and promised."""
    total, free = int(value("frames_total")), int(value("frames_free"))
    print("total %d free %d held %d promised %d" %
          (total, free, total - free, int(value("frames_promised"))))
