"""Facts: what happened and is no move of a machine. Recorded together with what they add to the official metrics."""

from django.db import transaction

from portal.workflow.deltas import rows_of_fact
from portal.workflow.models import Delta


@transaction.atomic
def record(fact, *, about=None):
    """Save a new ``fact`` and its deltas, all or none; ``about`` is what it is a fact of, for whoever counts it."""
    fact.save(force_insert=True)
    Delta.objects.bulk_create(Delta(**vars(row)) for row in rows_of_fact(fact, about))
    return fact
