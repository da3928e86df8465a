"""tests/labs/outcome.py -- what can end the marking of a lab before its end."""


class Infrastructure(Exception):
    """Something here is missing, or too slow; it is not the student's fault."""


class NoPoints(Exception):
    """The whole solution earns nothing, and this sentence says why."""
