"""The pages a payer sees: from the merchant's redirect to the way back."""

import logging

from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payments.sandbox import (
    actions,
    browser,
    cards,
    drivers,
    journal,
    notices,
    presets,
    qr,
    vnpay,
)
from payments.sandbox.forms import CardForm, PasswordForm
from payments.sandbox.models import Merchant, Transaction
from payments.sandbox.orders import Refusal
from payments.sandbox.states import State, Trouble, outcome

logger = logging.getLogger(__name__)

ERRORS = {
    "01": _("This order was sent to us before. Start the payment anew at the merchant."),
    "03": _("The merchant's request does not have the right form."),
    "15": _("The time to pay was over before you came. Start the payment anew at the merchant."),
    "70": _("The merchant's signature is wrong: someone may have changed the request."),
    "72": _("We do not know this merchant."),
    "99": _("The fault is ours. Look at the merchant whether you have paid before you try again."),
}


@require_GET
def home(request):
    """What this is and which cards it knows."""
    context = {"cards": cards.CARDS, "wallets": cards.WALLETS}
    return render(request, "sandbox/home.html", context)


@require_GET
def live(request):
    """Answers when the process and its database do."""
    Merchant.objects.exists()
    return render(request, "sandbox/live.txt", content_type="text/plain")


@require_GET
def enter(request):
    """``vpcpay.html``: where a merchant sends the payer, or asks for a QR code (``genqr``)."""
    raw_query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    try:
        order = vnpay.read_pay_request(raw_query, now=timezone.now())
        payment = actions.open_payment(order)
    except Refusal as refusal:
        return _refuse(request, raw_query, refusal)
    if order.wants_qr_only:
        answer = {"code": "00", "message": "success", "qrcontent": qr.address(request, payment)}
        journal.keep(
            payment.merchant,
            command="genqr",
            txn_ref=payment.txn_ref,
            body=raw_query,
            code="00",
            answer=answer,
        )
        return JsonResponse(answer)
    language = "en" if payment.locale == "en" else "vi"
    page = {cards.QR_CODE: "qr", cards.WALLET: "wallet"}.get(payment.asked_bank, "choose")
    return browser.remember(redirect(page, payment.token), language)


def _refuse(request, raw_query, refusal):
    """Keep what was refused; a browser learns why on a page, a merchant's server from JSON."""
    logger.info("refused a redirect: %s", refusal)
    wants_qr = request.GET.get("vnp_Command") == "genqr"
    answer = {"code": refusal.code, "message": f"{refusal}"[3:] or "refused"}
    journal.keep(
        Merchant.objects.filter(
            tmn_code=journal.storable(request.GET.get("vnp_TmnCode", "")[:8])
        ).first(),
        command="genqr" if wants_qr else "pay",
        txn_ref=request.GET.get("vnp_TxnRef", ""),
        body=raw_query,
        code=refusal.code,
        answer=answer,
    )
    if wants_qr:
        return JsonResponse(answer)
    field = f"&field={refusal.field}" if refusal.field.startswith("vnp_") else ""
    return HttpResponseRedirect(f"{reverse('error')}?code={refusal.code}{field}")


@require_GET
def error(request):
    """Why a merchant's redirect was refused, with the protocol's code."""
    code = request.GET.get("code", "")
    code = code if code in ERRORS else "99"
    field = request.GET.get("field", "")
    context = {
        "code": code,
        "reason": ERRORS[code],
        "field": field if field in vnpay.PAY_FIELDS or field == "vnp_SecureHash" else "",
    }
    return render(request, "sandbox/error.html", context, status=400)


@require_http_methods(["GET", "POST"])
def choose(request, token):
    """The order, the ways to pay it, and the cards that can be tried."""
    payment = get_object_or_404(Transaction.objects.select_related("merchant"), token=token)
    if payment.state != State.OPEN:
        return _ended(request, payment)
    form = CardForm(request.POST or None, initial={"bank": payment.bank_code or "NCB"})
    if request.method == "POST":
        test_card = cards.find(request.POST.get("test_card", ""))
        if trouble := request.POST.get("trouble"):
            if trouble in Trouble.values:
                actions.set_switches(payment, presets.switches_of(trouble))
            test_card = cards.CARDS[0]
        if test_card:
            actions.choose_card(token, test_card, _bank(request, payment))
            return redirect("password", token)
        if form.is_valid():
            actions.choose_card(token, form.card, form.cleaned_data["bank"])
            return redirect("password", token)
    abroad = payment.asked_bank in cards.INTERNATIONAL
    groups = [
        (_("Pay with a test card of a Vietnamese bank"), [c for c in cards.CARDS if c.is_domestic]),
        (_("Pay with an international test card"), [c for c in cards.CARDS if not c.is_domestic]),
    ]
    context = {"payment": payment, "form": form, "cards": cards.CARDS, "banks": cards.BANKS}
    context["first_group"], context["other_group"] = reversed(groups) if abroad else groups
    context["troubles"] = [choice for choice in Trouble.choices if choice[0]]
    return _page(request, "sandbox/choose.html", payment, context)


def _bank(request, payment):
    """The bank chosen with a test card, else the merchant's choice, else the usual one."""
    chosen = request.POST.get("bank", "")
    return chosen if chosen in cards.BANKS else payment.bank_code or "NCB"


@require_GET
def wallet(request, token):
    """The wallets that can be paid with; each leads to its own outcome."""
    payment = get_object_or_404(Transaction.objects.select_related("merchant"), token=token)
    if payment.state != State.OPEN:
        return _ended(request, payment)
    context = {"payment": payment, "wallets": cards.WALLETS}
    return _page(request, "sandbox/wallet.html", payment, context)


@require_http_methods(["GET", "POST"])
def password(request, token):
    """The one-time password; the right one ends the payment the way the card says."""
    payment = get_object_or_404(Transaction.objects.select_related("merchant"), token=token)
    form = PasswordForm(request.POST or None)
    if payment.state == State.OPEN and request.method == "POST" and form.is_valid():
        payment = actions.pay(token, form.cleaned_data["otp"])
        if payment.state == State.OPEN:
            left = cards.OTP_TRIES - payment.otp_failures
            form.add_error("otp", _("Wrong password. Tries left: %(count)d") % {"count": left})
    if payment.state != State.OPEN:
        return _back(payment) if request.method == "POST" else _ended(request, payment)
    card = cards.find(payment.card_number)
    if card is None:
        return redirect("choose", token)
    context = {
        "payment": payment,
        "form": form,
        "card": card,
        "bank": cards.BANKS.get(payment.bank_code, payment.bank_code),
        "is_wallet": card in cards.WALLETS,
        "test_password": cards.ONE_TIME_PASSWORD,
    }
    return _page(request, "sandbox/password.html", payment, context)


@require_POST
def cancel(request, token):
    """The payer goes back without paying."""
    get_object_or_404(Transaction, token=token)
    return _back(actions.cancel(token))


@require_POST
def run_out(request, token):
    """Test outcome: the payer never decides and the time runs out."""
    get_object_or_404(Transaction, token=token)
    return _back(actions.run_out(token))


def form_expired(request, reason=""):
    """A form without its cookie: nothing was done, say how to go on."""
    return render(request, "sandbox/form_expired.html", status=403)


def not_found(request, exception=None):
    """No such payment or page."""
    return render(request, "sandbox/not_found.html", status=404)


def broken(request):
    """The gateway's own fault: no template, because the template may be the fault."""
    text = f"{ERRORS['99']}\n"
    response = render(request, "sandbox/live.txt", {"text": text}, content_type="text/plain")
    response.status_code = 500
    return response


def _page(request, template, payment, context):
    response = render(request, template, context)
    if getattr(context.get("form"), "errors", None):
        response.status_code = 422
    return browser.may_lead_to(response, payment.return_url)


def _ended(request, payment):
    notices.release(payment)
    context = {
        "payment": payment,
        "outcome": outcome(payment.state, payment.response_code),
        "back": drivers.of(payment).way_back(payment),
    }
    return render(request, "sandbox/ended.html", context)


def _back(payment):
    """Send the payer back to the merchant with the signed result."""
    notices.wait_until_told(payment)
    notices.release(payment)
    return HttpResponseRedirect(drivers.of(payment).way_back(payment))
