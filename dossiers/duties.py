"""What the portal does by itself when time has passed: each duty safe to run twice."""

from dossiers.models import Dossier, PaymentRequest, SupplementRequest
from dossiers.states import State
from portal import clock
from portal.workflow import perform_many

BATCH = 500


def close_unanswered():
    """Expire dossiers whose supplement or payment was not given in time; returns how many."""
    now, closed = clock.now(), 0
    for model, state in (
        (SupplementRequest, State.SUPPLEMENT_REQUESTED),
        (PaymentRequest, State.PAYMENT_REQUESTED),
    ):
        overdue = model.objects.still_open().filter(
            answer_by__lt=now, dossier__state=state, dossier__outcome=""
        )
        while keys := list(
            overdue.order_by("dossier_id").values_list("dossier_id", flat=True)[:BATCH]
        ):
            outcomes = perform_many(Dossier.objects.filter(pk__in=keys), "expire", by=None)
            done = sum(outcome.move is not None for outcome in outcomes)
            closed += done
            if not done:
                break
    return closed
