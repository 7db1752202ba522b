"""The applicant's wish to take a dossier back."""

from django.db import transaction

from dossiers.states import State
from portal.workflow import carry_out, lock


@transaction.atomic
def ask_to_withdraw(dossier, *, by, reason, seen=None):
    """Ask the agency to let the dossier go. Asking twice asks once. Raises what the move refuses with."""
    lock(dossier)
    if dossier.state == State.WITHDRAWAL_REQUESTED:
        return
    carry_out(dossier, "request_withdrawal", by=by, seen=seen, reason=reason)
