"""The console: every payment, notice, call and request, and the switches for what goes wrong."""

import json

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from payments.sandbox import actions, cards, settlement, vnpay
from payments.sandbox.forms import MerchantForm, SwitchesForm
from payments.sandbox.models import ApiRequest, Merchant, Transaction
from payments.sandbox.orders import Refusal
from payments.sandbox.switches import Switches

PAGE_SIZE = 25
SAVED = "?saved=1"


@require_GET
def payments(request):
    """All payments, newest first."""
    rows = (
        Transaction.objects.select_related("merchant")
        .prefetch_related("notifications")
        .order_by("-pk")
    )
    context = {"page": _page(request, rows), "merchants": Merchant.objects.order_by("tmn_code")}
    return render(request, "sandbox/console/payments.html", context)


@require_http_methods(["GET", "POST"])
def payment(request, number):
    """One payment with its notices, every call and answer, its refunds and its switches."""
    row = get_object_or_404(Transaction.objects.select_related("merchant"), number=number)
    form = _switches_form(request, row.telling)
    if request.method == "POST":
        if request.POST.get("as_merchant"):
            actions.set_switches(row, None)
            return redirect(f"{reverse('console-payment', args=[number])}{SAVED}")
        if form.is_valid():
            actions.set_switches(row, form.switches())
            return redirect(f"{reverse('console-payment', args=[number])}{SAVED}")
    context = {
        "payment": row,
        "form": form,
        "saved": "saved" in request.GET and request.method == "GET",
        "card": cards.find(row.card_number),
        "notifications": row.notifications.order_by("copy").prefetch_related("calls"),
        "refunds": row.refunds.order_by("pk"),
        "requests": ApiRequest.objects.filter(merchant=row.merchant, txn_ref=row.txn_ref).order_by(
            "pk"
        ),
    }
    return _answer(request, "sandbox/console/payment.html", context, form)


@require_http_methods(["GET", "POST"])
def merchant(request, tmn_code):
    """One merchant: its addresses, fee, switches, and the settlement files of its days."""
    row = get_object_or_404(Merchant, tmn_code=tmn_code)
    data = request.POST if request.method == "POST" else None
    form = _switches_form(request, Switches.read(row.switches))
    fee = MerchantForm(data, initial={"fee_basis_points": row.fee_basis_points})
    if request.method == "POST" and form.is_valid() and fee.is_valid():
        actions.set_merchant_switches(row, form.switches())
        actions.set_fee(row, fee.cleaned_data["fee_basis_points"])
        return redirect(f"{reverse('console-merchant', args=[tmn_code])}{SAVED}")
    context = {
        "merchant": row,
        "form": form,
        "fee": fee,
        "saved": "saved" in request.GET and request.method == "GET",
        "days": settlement.days(row),
    }
    return _answer(request, "sandbox/console/merchant.html", context, form, fee)


@require_GET
def settlement_file(request, tmn_code, day):
    """The settlement file of a day, as the merchant's server would get it."""
    row = get_object_or_404(Merchant, tmn_code=tmn_code)
    try:
        on = vnpay.read_date(f"{day}000000").date()
    except Refusal as problem:
        raise Http404 from problem
    if on > settlement.today():
        raise Http404
    return settlement.answer(row, on)


@require_GET
def requests(request):
    """What merchants' servers and browsers asked, and the answers."""
    rows = ApiRequest.objects.select_related("merchant").order_by("-pk")
    return render(request, "sandbox/console/requests.html", {"page": _page(request, rows)})


@require_GET
def request_page(request, pk):
    """One request with everything that was sent and answered."""
    row = get_object_or_404(ApiRequest.objects.select_related("merchant"), pk=pk)
    answer = json.dumps(row.answer, indent=2, ensure_ascii=False)
    return render(request, "sandbox/console/request.html", {"row": row, "answer": answer})


def _switches_form(request, switches):
    initial = {**Switches().__dict__, **switches.stored()}
    return SwitchesForm(request.POST if request.method == "POST" else None, initial=initial)


def _answer(request, template, context, *forms):
    wrong = any(form.errors for form in forms)
    return render(request, template, context, status=422 if wrong else 200)


def _page(request, rows):
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
