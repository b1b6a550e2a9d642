"""The number of processors."""

import os

__all__ = ["cpuCount"]


def cpuCount() -> int:
    """Return the number of processors, or -1 if it isn't known."""
    return os.cpu_count() or -1
