"""Anyone who holds a receipt can see whether the agency issued it."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import receipts
from payments.forms import VerifyReceipt


@never_cache
@require_safe
def verify(request):
    """Number and check code in, what the agency's books say out. Nothing tells which of the two was wrong."""
    asked = bool({"number", "check"} & request.GET.keys())
    form = VerifyReceipt(request.GET if asked else None)
    found = None
    if asked and form.is_valid():
        found = receipts.verify(form.cleaned_data["number"], form.cleaned_data["check"])
    status = 200 if found or not asked else 422 if form.errors else 404
    context = {"form": form, "receipt": found, "asked": asked and not form.errors}
    if found:
        given_back = found.given_back()
        context |= {
            "counters": found.cancelled_by.order_by("pk"),
            "given_back": given_back,
            "still_valid": found.amount - given_back,
        }
    return render(request, "payments/verify.html", context, status=status)
