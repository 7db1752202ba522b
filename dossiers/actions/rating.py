"""The applicant's opinion of how a dossier was handled: one of three, once, a fact that metrics read."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from dossiers.actions.refusals import RatedBefore, ResultNotHandedOver
from dossiers.states import State
from portal import clock
from portal.workflow import lock
from portal.workflow.facts import record
from portal.workflow.models import Fact

RATING = "rating"  # kind of the fact


class Rating(models.IntegerChoices):
    """The three answers of the national portal (docs/sources.md, “Rating”)."""

    VERY_SATISFIED = 3, _("Very satisfied")
    SATISFIED = 2, _("Satisfied")
    NOT_SATISFIED = 1, _("Not satisfied")


@transaction.atomic
def rate(dossier, *, by, value):
    """Record the opinion. Raises ``ResultNotHandedOver`` before the result is returned, ``RatedBefore`` after one."""
    lock(dossier)
    if dossier.state != State.RETURNED:
        raise ResultNotHandedOver()
    if rating_of(dossier) is not None:
        raise RatedBefore()
    fact = Fact(
        kind=RATING,
        at=clock.now(),
        actor=by,
        dossier=dossier.pk,
        agency=dossier.handling_agency_id,
        service=dossier.service_id,
        value=Rating(value),
    )
    return record(fact, about=dossier)


def rating_of(dossier):
    """The opinion given on ``dossier``, or ``None``."""
    value = (
        Fact.objects.filter(kind=RATING, dossier=dossier.pk).values_list("value", flat=True).first()
    )
    return None if value is None else Rating(value)
