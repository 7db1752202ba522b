"""The independent recount: every cell again, in SQL, from history alone.

Imports nothing of what counts (a test sees to it): the rules are said a second time, one file per cell metric in
``rules/``, so that a mistake in the one shows against the other. One statement (``compare.sql``) compares what is kept
with history, so both are seen at one instant and moves may go on meanwhile. Days are days in Viet Nam.

A rule gives rows ``(metric, at, day, agency, service, channel, quantity, amount)``: ``at`` is the instant of the move,
``day`` the day of its cell. Rules are written in the SQL that PostgreSQL and DuckDB share (``recount --duckdb``).
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

_FOLDER = Path(__file__).resolve().parent

RULES = {file.stem: file.read_text() for file in sorted(_FOLDER.glob("rules/*.sql"))}

# What every rule says, for FROM in brackets.
HISTORY = "\nUNION ALL\n".join(RULES.values())

COMPARE = (_FOLDER / "compare.sql").read_text().replace("{history}", HISTORY)
BITS = "{bits}"  # how the engine at hand calls a bit string of 4096


@dataclass(frozen=True)
class Difference:
    """One cell that is not what history says. ``what`` names its resolution; amounts are VND or minutes."""

    what: str
    metric: str
    day: object
    agency: int
    service: int
    channel: int
    kept_quantity: int
    kept_amount: int
    counted_quantity: int
    counted_amount: int

    def __str__(self):
        return (
            f"{self.what}: {self.metric} {self.day} agency {self.agency} service {self.service} "
            f"channel {self.channel}: kept {self.kept_quantity} (amount {self.kept_amount}), "
            f"history says {self.counted_quantity} (amount {self.counted_amount})"
        )


def compare():
    """``(number of cells compared, [Difference, …])``: every cell that the rollup, the deltas or history know."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A national recount takes longer than any page may, and sorts more than any page does.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(COMPARE.replace(BITS, "bit(4096)"))
        return result(cursor.fetchall())


def result(rows):
    """What :func:`compare` says of the rows of ``compare.sql``."""
    return rows[0][0], [Difference(*row[1:]) for row in rows if row[1] is not None]
