"""Lists as comma-separated values that a spreadsheet may open: no cell of them is ever a formula."""

import csv

from django.http import HttpResponse

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets misread Vietnamese
# What a spreadsheet takes for the beginning of a formula, the full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value):
    """``value`` as a spreadsheet shows it as text: a formula gets an apostrophe before it.

    Whole numbers stay numbers. Spaces before a formula do not hide it.

    >>> cell("=1+1"), cell(" @SUM(A1)"), cell(-75000), cell("NCB")
    ("'=1+1", "' @SUM(A1)", -75000, 'NCB')
    """
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def response(name, head, rows):
    """A download of ``rows`` under ``head``; ``name`` is a plain file name."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer.write(BYTE_ORDER_MARK)
    writer = csv.writer(answer)
    writer.writerow([cell(value) for value in head])
    writer.writerows([cell(value) for value in row] for row in rows)
    return answer
