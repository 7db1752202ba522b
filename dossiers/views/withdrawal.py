"""Taking a dossier back, with its consequences explained first."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dossiers import guards
from dossiers.actions import withdrawing
from dossiers.forms import WithdrawalForm
from dossiers.states import State
from dossiers.views.access import keeps_what_was_typed, own_dossier, seen
from dossiers.views.typed import typed_before
from portal.errors import NotOffered
from portal.workflow import offers


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, public_id):
    """What withdrawing means, and the reason for it."""
    dossier = own_dossier(request, public_id)
    if dossier.state == State.WITHDRAWAL_REQUESTED:
        return redirect(dossier)
    if not any(offer.name == "request_withdrawal" for offer in offers(dossier, request.user)):
        raise NotOffered(state=dossier.get_state_display(), transition="request_withdrawal")
    guards.not_after_completion(dossier, request.user)
    form = WithdrawalForm(request.POST if request.method == "POST" else typed_before(request))
    if request.method == "POST" and form.is_valid():
        withdrawing.ask_to_withdraw(
            dossier, by=request.user, reason=form.cleaned_data["reason"], seen=seen(request)
        )
        messages.success(request, _("You asked to withdraw the dossier."))
        return redirect(dossier)
    paid = dossier.payment_requests.filter(paid_at__isnull=False).first()
    return render(
        request,
        "dossiers/withdraw.html",
        {"dossier": dossier, "form": form, "paid": paid},
        status=422 if form.errors else 200,
    )
