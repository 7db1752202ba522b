"""What a benchmark says: each figure beside its bars, on the terminal and in ``var/bench.json``."""

import json
import logging
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure of docs/benchmarks.md. ``bar`` is the least it must be, ``target`` what it should be."""

    name: str
    what: str
    value: float
    bar: float
    target: float
    unit: str
    smaller_is_better: bool = False

    def reaches(self, aim):
        return self.value <= aim if self.smaller_is_better else self.value >= aim

    def __str__(self):
        sign = "≤" if self.smaller_is_better else "≥"
        state = "target reached" if self.reaches(self.target) else "bar reached"
        if not self.reaches(self.bar):
            state = "BELOW THE BAR"
        return (
            f"{self.name}  {self.value:.2f} {self.unit}  "
            f"(bar {sign} {self.bar:g}, target {sign} {self.target:g})  {state}  — {self.what}"
        )


def write(figures, path):
    """Keep what was measured for whoever compares runs; other figures in the file stay."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    for figure in figures:
        kept[figure.name] = {
            "value": round(figure.value, 3),
            "target": figure.target,
            "unit": figure.unit,
        }
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def verdict(figures):
    """Say all figures; 1 where one is below its first bar."""
    print()
    for figure in figures:
        print(figure)
    return int(not all(figure.reaches(figure.bar) for figure in figures))


def quieten(path):
    """Let what the portal logs go into a file instead of between the figures."""
    stream = path.open("w")
    for handler in logging.root.handlers:
        handler.setStream(stream)
