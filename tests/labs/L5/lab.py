"""Lab 5: read-only."""
FILES = ["mm/page.c", "mm/slot.c", "mm/slot.h"]
PROGRAM = "rights"
READER_FIRST, PROTECT = (2, 3), 4  # scenes of tests/labs/rights.c
CHECKS = [
    ("later", 2, "a reader that comes after the writer has a PDE without W"),
    ("sooner", 2, "so has a reader that comes before the writer"),
    ("writer", 1, "the writer's PDE has W"),
    ("own", 2, "the segment's own table and its PDE words allow everything"),
    ("store", 2, "a reader's store kills it, and the writer's store arrives"),
    ("protect", 1, "mprotect changes the PDE: r-, none, and rw again"),
]


def key_of(seen):
    """Returns to which check a look belongs."""
    if seen.kind == "own":
        return "own"
    if seen.kind != "pde":
        return "store"
    if seen.scene == PROTECT:
        return "protect"
    if not seen.attach.flags & 0o10000:  # SHM_RDONLY
        return "writer"
    return "sooner" if seen.scene in READER_FIRST else "later"
