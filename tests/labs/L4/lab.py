"""Lab 4: write shmdt and the exit path."""
FILES = ["ipc/sysv/shm.c", "mm/attach.c", "mm/slot.c"]
PROGRAM = "detach"
HOLES, END_ATTACHED = (4, 5), 6  # scenes of tests/labs/detach.c
CHECKS = [
    ("one", 1, "shmdt clears the PDE"),
    ("three", 1, "shmdt clears the PDEs of all three tables"),
    ("beside", 1, "shmdt clears a private slot, and gives its table back"),
    ("other", 1, "nothing changes for the process that stays attached"),
    ("stale", 2, "a store after shmdt kills, and does not reach the frame"),
    ("nattch", 2, "shm_nattch and shm_lpid are right after each end"),
    ("holes", 1, "an attach with holes is one attach, and ends once"),
    ("last", 1, "the last one frees a removed segment, and no frame is lost"),
]


def key_of(seen):
    """Returns to which check a look belongs."""
    if seen.kind == "stamp":
        return "nattch"
    if seen.scene == END_ATTACHED or seen.kind == "free":
        return "last"
    if seen.scene in HOLES:
        return "holes"
    if seen.kind == "gone":
        if seen.attach.beside():
            return "beside"
        return "three" if seen.attach.tables() > 1 else "one"
    return {"vain": "stale", "nattch": "nattch"}.get(seen.kind, "other")
