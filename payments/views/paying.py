"""The payer's pages: what is to be paid, leaving for the gateway, and coming back."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dossiers.models import Dossier
from payments import actions, drivers, outcomes
from payments.models import Attempt
from payments.states import FOR_PEOPLE, State
from payments.views.access import leads_to_gateway, own_dossier
from portal.documents.qr import qr_fragment

ASK_AGAIN = timedelta(seconds=5)


@login_required
@leads_to_gateway
@never_cache
@require_safe
def pay(request, public_id):
    """What is to be paid, for what and to whom, before the payer leaves for the gateway."""
    dossier = own_dossier(request, public_id)
    payment_request = dossier.payment_requests.last()
    ways = drivers.offered_to(dossier)
    return render(
        request,
        "payments/pay.html",
        {
            "dossier": dossier,
            "payment_request": payment_request,
            "is_open": payment_request is not None and payment_request.closed_at is None,
            "attempts": dossier.attempts.exists(),
            "ways": ways,
            "shows_qr": any(way.shows_qr for way in ways),
            "waiting": dossier.attempts.filter(state__in=FOR_PEOPLE).first(),
        },
    )


@login_required
@require_POST
def start(request, public_id):
    """Leave for the gateway."""
    dossier = own_dossier(request, public_id)
    payment_request = get_object_or_404(dossier.payment_requests.order_by("-pk")[:1])
    url = actions.start(
        payment_request, by=request.user, ip_addr=_address(request), way=request.POST.get("way", "")
    )
    return HttpResponseRedirect(url)


@login_required
@require_POST
def start_qr(request, public_id):
    """Pay with another device: a page with a QR code that waits."""
    dossier = own_dossier(request, public_id)
    payment_request = get_object_or_404(dossier.payment_requests.order_by("-pk")[:1])
    attempt = actions.start_qr(payment_request, by=request.user, ip_addr=_address(request))
    return redirect("payments:return", attempt.public_id)


@login_required
@leads_to_gateway
@never_cache
@require_safe
def come_back(request, public_id):
    """Back from the gateway: what the books say, never what the address says."""
    attempt = get_object_or_404(
        Attempt.objects.filter(
            dossier__in=Dossier.objects.filed_online_by(request.user)
        ).select_related("dossier", "request"),
        public_id=public_id,
    )
    if attempt.state in (State.STARTED, *FOR_PEOPLE) and _may_ask(attempt):
        actions.look_at_gateway(attempt)
        attempt.refresh_from_db()
    return render(
        request,
        "payments/return.html",
        {
            "attempt": attempt,
            "dossier": attempt.dossier,
            "reason": outcomes.sentence(attempt),
            "qr": _qr(attempt),
            "is_open": attempt.request.closed_at is None,
        },
    )


def _address(request):
    return request.META.get("REMOTE_ADDR") or "127.0.0.1"


def _qr(attempt):
    """The drawing to scan, while it can be paid. Safe: numbers only, and a title that is escaped."""
    if not attempt.qr_content or attempt.state != State.STARTED:
        return ""
    return mark_safe(qr_fragment(attempt.qr_content, title=gettext("QR code to pay")))


def _may_ask(attempt):
    last = max(filter(None, (attempt.asked_at, attempt.looked_at)), default=None)
    return last is None or timezone.now() - last > ASK_AGAIN
