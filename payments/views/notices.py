"""The addresses at which gateways tell what happened, one per protocol."""

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from payments import actions
from payments.drivers import DRIVERS
from payments.protocol import platform, vnpay


@csrf_exempt
@require_GET
def notice(request):
    """The gateway's notice (IPN). Answered 00 only after the commit; anything unforeseen asks for a repeat (99)."""
    try:
        code = actions.absorb(request.META.get("QUERY_STRING", ""))
    except OperationalError:
        code = "99"
    return JsonResponse(vnpay.ipn_answer(code))


@csrf_exempt
@require_POST
def confirmation(request):
    """The platform's confirmation: the same promise in its own words."""
    driver = DRIVERS[platform.DRIVER]
    if not driver.is_configured:
        return JsonResponse({"MaLoi": "02", "MoTaLoi": ""}, status=404)
    try:
        # What is no text is no JSON either, and is kept as it came.
        body = request.body.decode("utf-8", "backslashreplace")
        code = actions.absorb(body, driver.name)
    except (OperationalError, RequestDataTooBig):
        code = "99"
    return JsonResponse(platform.notice_answer(code, config=driver.config, now=timezone.now()))
