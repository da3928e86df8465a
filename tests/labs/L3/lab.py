"""Lab 3: write shmat's linking."""
FILES = ["mm/attach.c", "mm/page.c", "mm/slot.c", "mm/slot.h"]
PROGRAM = "link"
READ_ONLY, REPLACE = 12, 13  # scenes of tests/labs/link.c
CHECKS = [
    ("one", 2, "one table: the PDE of the process that attaches first"),
    ("second", 1, "one table: the PDE of the second one, at another address"),
    ("three", 2, "three tables: each PDE of both processes"),
    ("rights", 1, "a read-only attach has a PDE without W"),
    ("beside", 2, "beside 4 MiB nothing is linked, and each page is borrowed"),
    ("replace", 1, "an attach in place of another is linked, too"),
    ("memory", 1, "what one stores the other one loads, and nothing is lost"),
]


def key_of(seen):
    """Returns to which check a look belongs."""
    if seen.scene == REPLACE:
        return "replace"
    if seen.kind in ("private", "pte"):
        return "beside"
    if seen.kind == "pde":
        if seen.scene == READ_ONLY:
            return "rights"
        if seen.attach.tables() > 1:
            return "three"
        return "second" if seen.attach.second else "one"
    return "memory"
