"""The raw floor: pgbench committing the rows of a life, from a script made of two recorded lives.

What is the same in both is written as it stands. What differs belongs to the life: the keys of its rows, which the
script takes from the rows it has just inserted, random UUIDs, and numbers that must not occur twice.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.apps import apps
from django.db.models import DateTimeField

from portal.embedded.binaries import postgres_programs
from portal.workflow.models import WorkflowModel

FIRST_NUMBER = 500_000  # of the floor's own lives: far from every number that the portal gives
UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_TOKENS = re.compile(rf"({UUID}|[0-9]+)")
_RETURNING = " RETURNING id AS {} \\gset"


class LivesDiffer(AssertionError):
    """Two lives did not write the same rows in the same commits."""


@dataclass
class Script:
    """The text of a pgbench script, and what one life in it commits and says."""

    text: str
    commits: int
    statements: int


def script_of(first, second, subject):
    """The script that writes what the lives ``first`` and ``second`` of rows of ``subject`` (a model) wrote."""
    return _Writer(subject).script(first, second)


def run(script: Path, *, lives, first_key, first_number, url):
    """Let pgbench write ``lives`` lives, of the subjects from ``first_key`` on; returns lives per second."""
    words = [postgres_programs() / "pgbench", "--no-vacuum", "--protocol=prepared"]
    words += ["--client=1", f"--transactions={lives}", f"--file={script}"]
    words += [f"--define=life={first_number - 1}", f"--define=subject={first_key - 1}", url]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    rate = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", said)
    if done.returncode or not rate or f"actually processed: {lives}/{lives}" not in said:
        raise RuntimeError(f"pgbench did not write the lives:\n{said}")
    return float(rate[1])


class _Writer:
    def __init__(self, subject):
        self.subject = subject._meta.db_table
        self.models = {model._meta.db_table: model for model in apps.get_models()}
        self.keys = {}  # relation → {key in the first life: variable that holds it}
        self.pair = None  # the subjects' keys

    def script(self, first, second):
        shapes = [
            [[(change.relation, change.before is None) for change in commit] for commit in life]
            for life in (first, second)
        ]
        if shapes[0] != shapes[1]:
            raise LivesDiffer(f"{shapes[0]}\n{shapes[1]}")
        self.pair = next(
            (a.after["id"], b.after["id"])
            for a, b in zip(chain(*first), chain(*second), strict=True)
            if a.relation == self.subject
        )
        self.keys[self.subject] = {self.pair[0]: "subject"}
        statements = []
        for commits in zip(first, second, strict=True):
            statements += ["BEGIN;", *self._commit(*commits), "COMMIT;"]
        lines = ["\\set life :life + 1", "\\set subject :subject + 1", *statements]
        return Script(_without_idle_keys("\n".join(lines) + "\n"), len(first), len(statements))

    def _commit(self, first, second):
        for change in first:
            # As the door does: the row of a machine is locked before it is changed.
            if change.before is not None and issubclass(
                self.models[change.relation], WorkflowModel
            ):
                columns = ", ".join(f'"{column}"' for column in change.changed())
                key = self._key(change.relation, change.after["id"])
                yield f'SELECT {columns} FROM "{change.relation}" WHERE id = {key} FOR NO KEY UPDATE;'
        for a, b in zip(first, second, strict=True):
            yield self._insert(a, b) if a.before is None else self._update(a, b)

    def _insert(self, a, b):
        columns = [column for column in a.after if column != "id"]
        values = [
            self._value(a.relation, column, a.after[column], b.after[column]) for column in columns
        ]
        names = ", ".join(f'"{column}"' for column in columns)
        known = self.keys.setdefault(a.relation, {})
        variable = known[a.after["id"]] = f"{a.relation}_{len(known) + 1}"
        return (
            f'INSERT INTO "{a.relation}" ({names}) VALUES ({", ".join(values)})'
            f"{_RETURNING.format(variable)}"
        )

    def _update(self, a, b):
        assignments = []
        for column, value in a.changed().items():
            if value != b.after[column] and _counts_up(a, b, column):
                new = f'"{column}" + {value - a.before[column]}'
            else:
                new = self._value(a.relation, column, value, b.after[column])
            assignments.append(f'"{column}" = {new}')
        key = self._key(a.relation, a.after["id"])
        return f'UPDATE "{a.relation}" SET {", ".join(assignments)} WHERE id = {key};'

    def _key(self, relation, key):
        variable = self.keys.get(relation, {}).get(key)
        return f":{variable}" if variable else str(key)  # the key of a row that all lives share

    def _value(self, relation, column, a, b):
        field = next(f for f in self.models[relation]._meta.concrete_fields if f.column == column)
        if a is not None and field.is_relation:
            return self._key(field.related_model._meta.db_table, a)
        if a == b or _is_instant(field):
            return _literal(a)
        if isinstance(a, str):
            return self._text(a, b)
        if isinstance(a, int):
            return self._number(a, b)
        return f"({self._text(_json(a), _json(b))})::jsonb"

    def _text(self, a, b):
        """``a`` with the places where ``b`` differs taken from the life."""
        parts, same = [], ""
        for one, other in zip(_TOKENS.split(a), _TOKENS.split(b), strict=True):
            if one == other:
                same += one
                continue
            if re.fullmatch(UUID, one):
                own = "gen_random_uuid()"
            else:
                own = f"CAST({self._number(int(one), int(other))} AS text)"
            parts += [_literal(same), own]
            same = ""
        return " || ".join(part for part in [*parts, _literal(same)] if part != _literal(""))

    def _number(self, a, b):
        return ":subject" if (a, b) == self.pair else ":life"


def _without_idle_keys(text):
    """The script without reading back the keys that nothing in it uses."""
    for variable in re.findall(r"RETURNING id AS (\w+)", text):
        if not re.search(rf":{variable}\b", text):
            text = text.replace(_RETURNING.format(variable), ";")
    return text


def _counts_up(a, b, column):
    """Whether both lives added the same to a number that is no key."""
    values = (a.before[column], a.after[column], b.before[column], b.after[column])
    return all(isinstance(value, int) for value in values) and (
        a.after[column] - a.before[column] == b.after[column] - b.before[column]
    )


def _is_instant(field):
    return isinstance(field, DateTimeField)


def _json(value):
    return json.dumps(value, ensure_ascii=False)


def _literal(value):
    """``value`` as SQL. No colon stands in it: pgbench would take it for a variable."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict | list):
        return f"{_literal(_json(value))}::jsonb"
    text = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
    return "E'" + text.replace(":", "\\x3A") + "'"
