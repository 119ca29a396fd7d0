"""JSON lines in the output folder: what is known is on disk before the next thing is tried."""

import json
import math
import os


class Record:
    """Appends to a file, a line a call; record(kind=..., ...)."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8")

    def __call__(self, **fields):
        json.dump({k: _plain(v) for k, v in fields.items()}, self._file, ensure_ascii=False)
        self._file.write("\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _plain(value):
    """JSON has no NaN and no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def read(folder):
    """The lines of all files in the folder, in order of their names."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".jsonl"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for line in file:
                    try:
                        yield json.loads(line)
                    except ValueError:
                        pass  # a process ended in the middle of it
