"""The console: every payment, notice, call and API request, to look at only."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from payments.sandbox import cards
from payments.sandbox.models import ApiRequest, Merchant, Transaction

PAGE_SIZE = 25


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


@require_GET
def payment(request, number):
    """One payment with its notices, every call and answer, and its refunds."""
    row = get_object_or_404(Transaction.objects.select_related("merchant"), number=number)
    context = {
        "payment": row,
        "card": cards.find(row.card_number),
        "notifications": row.notifications.order_by("copy").prefetch_related("calls"),
        "refunds": row.refunds.order_by("pk"),
    }
    return render(request, "sandbox/console/payment.html", context)


@require_GET
def requests(request):
    """What merchants' servers asked the transaction API, and the answers."""
    rows = ApiRequest.objects.select_related("merchant").order_by("-pk")
    return render(request, "sandbox/console/requests.html", {"page": _page(request, rows)})


def _page(request, rows):
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
