"""All payments of one dossier: attempts, receipts and money given back; and asking for money back."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dossiers.views.access import personal
from payments import actions, receipts
from payments.forms import AskForRefund
from payments.models import Attempt, CashReceipt, Receipt, Refund
from payments.states import HOLDS_MONEY, RefundState, State
from payments.views.access import own_dossier
from portal.errors import PortalError
from portal.wording import money


@personal
@require_safe
def history(request, public_id):
    """What was asked for, every try to pay it, the receipts, and what went back."""
    dossier = own_dossier(request, public_id)
    return render(
        request,
        "payments/history.html",
        {
            "dossier": dossier,
            "requests": dossier.payment_requests.order_by("-pk"),
            "attempts": dossier.attempts.prefetch_related("history").order_by("-pk"),
            "cash": CashReceipt.objects.filter(request__dossier=dossier),
            "receipts": dossier.receipts.select_related("cancels").order_by("pk"),
            "refunds": dossier.refunds.order_by("-pk"),
            "may_ask": payment_to_give_back(dossier) is not None,
        },
    )


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_refund(request, public_id):
    """Ask for the fee back. Somebody at the agency decides; the page says what then happens."""
    dossier = own_dossier(request, public_id)
    payment = payment_to_give_back(dossier)
    if payment is None:
        return redirect("payments:history", dossier.public_id)
    form, refusal = AskForRefund(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            refund = actions.request_refund(
                payment, reason=Refund.Reason.ASKED, by=request.user, note=form.cleaned_data["note"]
            )
        except PortalError as error:
            refusal = error
        else:
            sentence = _("You have asked for {amount} back. We write to you when it is decided.")
            messages.success(request, sentence.format(amount=money(refund.amount)))
            return redirect("payments:history", dossier.public_id)
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(
        request,
        "payments/ask_for_refund.html",
        {
            "dossier": dossier,
            "form": form,
            "refusal": refusal,
            "amount": actions.left_to_give_back(payment),
        },
        status=status,
    )


@personal
@require_safe
def receipt(request, public_id):
    """A receipt as PDF, for the person whose dossier it is and for who may read the agency's payments."""
    found = get_object_or_404(
        Receipt.objects.select_related("dossier__filed_by", "agency"), public_id=public_id
    )
    dossier = found.dossier
    if not dossier.is_filed_by(request.user) and not receipts.READS.grant_of(request.user, dossier):
        raise Http404
    document = receipts.printed(found)
    return FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=f"{found.code}.pdf",
        content_type="application/pdf",
    )


def payment_to_give_back(dossier):
    """The payment of which something could still be asked back, or ``None``; what waits for an answer comes first."""
    if dossier.refunds.filter(state=RefundState.REQUESTED).exists():
        return None
    paid = [
        *Attempt.objects.filter(dossier=dossier, state=State.CAPTURED),
        *CashReceipt.objects.filter(request__dossier=dossier),
    ]
    return next((payment for payment in paid if actions.left_to_give_back(payment)), None)


def on_dossier_page(request, *, dossier):
    """Receipts and refunds on the page of a dossier."""
    found = {
        "dossier": dossier,
        "receipts": dossier.receipts.order_by("pk"),
        "refunds": dossier.refunds.order_by("pk"),
        "has_paid": dossier.attempts.filter(state__in=HOLDS_MONEY).exists(),
        "address": reverse("payments:history", args=[dossier.public_id]),
    }
    if not (found["receipts"] or found["refunds"] or dossier.attempts.exists()):
        return ""
    return render_to_string("payments/on_dossier_page.html", found, request=request)
