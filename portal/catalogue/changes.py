"""What differs between two versions of a service, line by line, for people who decide on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MISSING = object()


@dataclass(frozen=True)
class Change:
    """One place in the file, and what stood there before and stands there now; ``None`` where nothing did."""

    place: str  # groups › child › child_dob › hint.vi
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Every difference between two contents, in the order of the file.

    Entries of a list that carry a key are compared with the entry of the same key, wherever it stands; a list whose
    entries only changed places is one change.
    """
    return list(_between((), before, after))


def _between(place, before, after) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _between((*place, key), before.get(key, MISSING), after.get(key, MISSING))
    elif _is_keyed(before) and _is_keyed(after):
        yield from _between_entries(place, _by_key(before), _by_key(after))
    elif _has_tables(before) and _has_tables(after):
        numbered = [dict(enumerate(entries, start=1)) for entries in (before, after)]
        yield from _between(place, *numbered)
    else:
        yield Change(_written_place(place), _written(before), _written(after))


def _between_entries(place, before, after):
    kept = [key for key in after if key in before]
    if kept != [key for key in before if key in after]:
        yield Change(_written_place((*place, "…")), ", ".join(before), ", ".join(after))
    yield from _between(place, before, after)


def _is_keyed(value) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) and "key" in entry for entry in value)
    )


def _has_tables(value) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _by_key(entries) -> dict[str, Any]:
    return {
        entry["key"]: {name: value for name, value in entry.items() if name != "key"}
        for entry in entries
    }


def _written_place(place) -> str:
    return " › ".join(str(part) for part in place)


def _written(value) -> str | None:
    if value is MISSING:
        return None
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_written(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(_written(each)) for each in value)
    return str(value)
