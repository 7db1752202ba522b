"""What a move adds to the official metrics. Imported at start-up; the floor writes the rows with the move.

Each function names the cells of one transition. The same cells can be recounted from history alone:
``portal/metrics/recount.py`` says in SQL, and without this module, what must come out.
"""

from portal.workflow import DeltaRow, counts
from portal.worktime import lateness
from portal.worktime.hours import ZONE

RECEIVED = "received"
COMPLETED = {"early": "completed_early", "on_time": "completed_on_time", "late": "completed_late"}
ONLINE_PAYMENTS = "online_payments"


@counts("dossiers.Dossier", "receive")
def a_dossier_received(move):
    """One dossier more at the agency that handles it, by the channel it came through."""
    return [_cell(move, RECEIVED, service=move.instance.service_id)]


@counts("dossiers.Dossier", "complete")
def a_dossier_completed(move):
    """One dossier more early, on time or late: by the dates of ``complete`` and ``expected_at``."""
    cell = COMPLETED[lateness(move.at, move.instance.expected_at)]
    return [_cell(move, cell, service=move.instance.service_id)]


@counts("payments.Attempt", "capture")
@counts("payments.Attempt", "accept_as_paid")
def an_online_payment(move):
    """One payment taken by the gateway, with its amount. A surplus is given back and counts nowhere."""
    service = move.instance.history_context()["service_id"]
    return [_cell(move, ONLINE_PAYMENTS, service=service, amount=move.instance.amount)]


def _cell(move, metric, *, service, amount=0):
    """The cell of ``move``: its day in Viet Nam, and the agency and channel that its history row keeps."""
    context = move.instance.history_context()
    return DeltaRow(
        metric=metric,
        day=move.at.astimezone(ZONE).date(),
        agency=context["handling_agency_id"],
        service=service,
        channel=context["channel"],
        amount=amount,
    )
