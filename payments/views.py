"""The payer's pages, and the address at which the gateway tells what happened."""

from datetime import timedelta
from functools import wraps
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from dossiers.models import Dossier
from payments import actions, gateway, outcomes
from payments.models import Attempt
from payments.states import State

ASK_AGAIN = timedelta(seconds=5)


def leads_to_gateway(view):
    """Let the forms of this page end at the gateway: browsers hold redirects to the page's policy too."""

    @wraps(view)
    def page(request, *args, **kwargs):
        address = urlsplit(settings.GATEWAY["pay_url"])
        allowed = {"form-action": [f"{address.scheme}://{address.netloc}"]}
        return csp_update(allowed)(view)(request, *args, **kwargs)

    return page


@login_required
@leads_to_gateway
@never_cache
@require_safe
def pay(request, public_id):
    """What is to be paid, for what and to whom, before the payer leaves for the gateway."""
    dossier = _own_dossier(request, public_id)
    payment_request = dossier.payment_requests.last()
    return render(
        request,
        "payments/pay.html",
        {
            "dossier": dossier,
            "payment_request": payment_request,
            "is_open": payment_request is not None and payment_request.closed_at is None,
            "attempts": dossier.attempts.order_by("-pk"),
        },
    )


@login_required
@require_POST
def start(request, public_id):
    """Leave for the gateway."""
    dossier = _own_dossier(request, public_id)
    payment_request = get_object_or_404(dossier.payment_requests.order_by("-pk")[:1])
    url = actions.start(
        payment_request, by=request.user, ip_addr=request.META.get("REMOTE_ADDR") or "127.0.0.1"
    )
    return HttpResponseRedirect(url)


@login_required
@leads_to_gateway
@never_cache
@require_safe
def come_back(request, public_id):
    """Back from the gateway: what the books say, never what the address says."""
    attempt = get_object_or_404(
        Attempt.objects.filter(
            dossier__in=Dossier.objects.filed_online_by(request.user)
        ).select_related("dossier"),
        public_id=public_id,
    )
    if attempt.state == State.STARTED and _may_ask(attempt):
        actions.ask_gateway(attempt)
        attempt.refresh_from_db()
    return render(
        request,
        "payments/return.html",
        {"attempt": attempt, "dossier": attempt.dossier, "reason": outcomes.sentence(attempt)},
    )


@csrf_exempt
@require_GET
def notice(request):
    """The gateway's notice (IPN). Answered 00 only after the commit; anything unforeseen asks for a repeat (99)."""
    try:
        code = actions.absorb(request.META.get("QUERY_STRING", ""))
    except OperationalError:
        code = "99"
    return JsonResponse(gateway.ipn_answer(code))


def _own_dossier(request, public_id):
    return get_object_or_404(Dossier.objects.filed_online_by(request.user), public_id=public_id)


def _may_ask(attempt):
    return attempt.asked_at is None or timezone.now() - attempt.asked_at > ASK_AGAIN
