"""Lab 6: copy-on-write of a segment."""
FILES = ["abi/shm.h", "ipc/sysv/shm.c", "mm/attach.c", "mm/fault.c",
         "mm/map.c", "mm/mm_check.c", "mm/page.c", "mm/page.h", "mm/region.c",
         "mm/region.h", "mm/segment.c", "mm/segment.h", "mm/slot.c",
         "mm/slot.h", "mm/space.c", "mm/space.h"]
PROGRAM = "copy"
# Some scenes of tests/labs/copy.c.
OF_SCENE = {3: "fork", 4: "promise", 5: "right", 6: "end"}
CHECKS = [
    ("private", 1, "a copy is counted by shm_nattch, and nothing is linked"),
    ("shown", 2, "a page that is only read is the segment's, without W"),
    ("copied", 2, "a page that is written is a frame of the copy's own"),
    ("others", 1, "those who share the segment never see a copy's store"),
    ("fork", 1, "after a fork, parent and child have a copy each"),
    ("promise", 1, "all pages are promised by shmat, or it says ENOMEM"),
    ("right", 1, "the right to read is enough; with SHM_RDONLY it is EINVAL"),
    ("end", 1, "all frames come back, however the copy ends"),
]


def key_of(seen):
    """Returns to which check a look belongs."""
    if seen.kind == "free":
        return "end"
    if seen.kind == "refused" and "22" in seen.want:  # EINVAL
        return "right"
    if seen.kind == "promise":
        return "promise"
    if seen.scene in OF_SCENE:
        return OF_SCENE[seen.scene]
    if seen.kind in ("private", "nattch"):
        return "private"
    if seen.kind in ("shown", "copied"):
        return seen.kind
    if seen.kind == "value" and seen.attach.flags & 0o200000:  # SHM_COPY
        return "copied" if seen.attach.copied else "shown"
    return "others"
