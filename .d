1c1
< setarch: failed to execute ./: Permission denied
---
> tools/run: ./: no such file
