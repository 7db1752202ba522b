"""Why dossiers came back: the usual reasons that officials picked, counted from the history of their moves."""

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import get_language

# ``rows`` have a column ``details``; ``given`` are the codes that it holds.
COUNTED = """
SELECT COALESCE(reason.{text}, given.code) AS said, count(*)
FROM ({rows}) AS moves CROSS JOIN LATERAL {codes} AS given(code)
LEFT JOIN catalogue_reason AS reason ON reason.code = given.code
WHERE given.code IS NOT NULL
GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class Counted:
    """One usual reason and how often it was given."""

    text: str
    number: int


def of_supplements(rows):
    """``[Counted, …]``, the most frequent first, of moves ``request_supplement``. One move may have several reasons.

    Moves without a usual reason are not among them.
    """
    return _counted(rows, "jsonb_array_elements_text(moves.details -> 'reasons')")


def of_refusals(rows):
    """The same of moves ``refuse_receipt``; each has one reason at most."""
    return _counted(rows, "(SELECT moves.details ->> 'why')")


def _counted(rows, codes):
    try:
        sql, values = rows.order_by().values("details").query.sql_with_params()
    except EmptyResultSet:
        return []
    text = "text_en" if get_language() == "en" else "text_vi"
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(text=text, rows=sql, codes=codes), values)
        return [Counted(*row) for row in cursor.fetchall()]
