"""Why dossiers came back: the usual reasons that officials picked, counted from the history of their moves."""

from dataclasses import dataclass

from django.db.models import Count, F, Func, TextField
from django.db.models.fields.json import KeyTextTransform

from portal.catalogue.models import Reason


@dataclass(frozen=True)
class Counted:
    """One usual reason and how often it was given."""

    text: str
    number: int


def of_supplements(rows):
    """``[Counted, …]``, the most frequent first, of moves ``request_supplement``. One move may have several reasons.

    Moves without a usual reason are not among them.
    """
    each = Func(
        F("details__reasons"), function="jsonb_array_elements_text", output_field=TextField()
    )
    given = rows.filter(details__has_key="reasons").order_by().annotate(why=each)
    return _in_words(_numbers(given))


def of_refusals(rows):
    """The same of moves ``refuse_receipt``; each has one reason at most."""
    why = KeyTextTransform("why", "details")
    given = rows.filter(details__has_key="why").order_by().annotate(why=why)
    return _in_words(_numbers(given))


def _numbers(given):
    """``{code: how often}``: few codes, however many moves."""
    return dict(given.values_list("why").annotate(number=Count("pk")))


def _in_words(numbers):
    texts = {reason.code: reason.text for reason in Reason.objects.filter(code__in=list(numbers))}
    found = [Counted(texts.get(code, code), number) for code, number in numbers.items()]
    return sorted(found, key=lambda reason: (-reason.number, reason.text))
