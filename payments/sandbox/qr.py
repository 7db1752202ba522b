"""Paying from another device: a QR code on one screen, a button on the other."""

import segno
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from payments.sandbox import actions, browser, cards, drivers, notices
from payments.sandbox.models import Transaction
from payments.sandbox.states import MONEY_TAKEN, State, outcome

LOOK_SECONDS = 4  # between two looks of the waiting page


def address(request, payment: Transaction) -> str:
    """What the QR code says: opening it on any device leads to the page that pays."""
    path = reverse("scan", args=[payment.qr_token])
    language = "?lang=en" if payment.locale == "en" else ""
    return browser.public_address(request, f"{path}{language}")


@require_GET
def show(request, token):
    """The QR code. The page asks again by itself and goes back to the merchant once it was paid."""
    payment = get_object_or_404(Transaction.objects.select_related("merchant"), token=token)
    if payment.state != State.OPEN:
        notices.wait_until_told(payment)
        notices.release(payment)
        return HttpResponseRedirect(drivers.of(payment).way_back(payment))
    text = address(request, payment)
    code = segno.make(text, error="m", micro=False)
    context = {
        "payment": payment,
        # Safe: a picture of numbers only; the library writes no text of ours into it.
        "code": mark_safe(code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff")),
        "address": text,
        "seconds": LOOK_SECONDS,
    }
    response = render(request, "sandbox/qr.html", context)
    # A header, because a page that reloads itself by its content counts as a trap for readers.
    response["Refresh"] = str(LOOK_SECONDS)
    return browser.may_lead_to(response, payment.return_url)


@require_http_methods(["GET", "POST"])
def scan(request, qr_token):
    """The other device: what is to be paid, and a button for each thing that may come of it."""
    payments = Transaction.objects.select_related("merchant")
    payment = get_object_or_404(payments, qr_token=qr_token)
    unknown = False
    if request.method == "POST":
        account = cards.find(request.POST.get("account", ""))
        if account in cards.QR_ACCOUNTS:
            actions.pay_by_qr(payment.token, account)
            return redirect("scan", qr_token)
        unknown = True
    context = {
        "payment": payment,
        "accounts": cards.QR_ACCOUNTS,
        "is_open": payment.state == State.OPEN,
        "is_paid": payment.state in MONEY_TAKEN,
        "outcome": outcome(payment.state, payment.response_code),
        "problem": _("Choose one of the buttons below.") if unknown else "",
    }
    return render(request, "sandbox/scan.html", context, status=422 if unknown else 200)
