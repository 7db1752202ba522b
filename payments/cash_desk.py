"""The cash desk: what is open at the counters of a cashier's agency, and “cash received”."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dossiers.models import Dossier, PaymentRequest
from dossiers.states import State
from payments import actions
from payments.models import CashReceipt
from portal.errors import PortalError
from portal.wording import money
from portal.workflow.reach import reach_of

KEY = "payment.receive_cash"
SHOWN = 50  # open requests on the first page of the desk, oldest first


def requests_for(user):
    """The payment requests that wait at counters where ``user`` takes cash."""
    within = reach_of(user, KEY).rows(
        unit="dossier__receiving_unit", agency="dossier__handling_agency"
    )
    return (
        PaymentRequest.objects.still_open()
        .filter(within, dossier__state=State.PAYMENT_REQUESTED)
        .select_related("dossier__service", "dossier__receiving_unit")
        .defer("dossier__answers")
        .order_by("asked_at", "pk")
    )


def open_requests(request):
    """The section of the desk for cashiers."""
    if not reach_of(request.user, KEY):
        return ""
    waiting = requests_for(request.user)
    context = {"waiting": waiting[:SHOWN], "number": waiting.count()}
    return render_to_string("desk/cash_desk.html", context, request=request)


def button(request, *, dossier):
    """“Cash received” on the page of a dossier, for its cashier."""
    if (
        dossier.state != State.PAYMENT_REQUESTED
        or actions.TAKES_CASH.grant_of(request.user, dossier) is None
    ):
        return ""
    waiting = PaymentRequest.objects.still_open().filter(dossier=dossier).first()
    return render_to_string("desk/cash_button.html", {"waiting": waiting}) if waiting else ""


class TakeCash:
    """The page on which a cashier confirms that the money lies on the counter."""

    def __init__(self, admin_site):
        self.admin_site = admin_site
        self.__name__ = type(self).__name__

    def __call__(self, request, public_id):
        within = reach_of(request.user, KEY).rows(
            unit="dossier__receiving_unit", agency="dossier__handling_agency"
        )
        asked = get_object_or_404(
            PaymentRequest.objects.filter(within).select_related("dossier__service"),
            public_id=public_id,
        )
        refusal = None
        if request.method == "POST":
            try:
                actions.receive_cash(asked, by=request.user)
            except PortalError as error:
                # The second of two clicks finds the first one's receipt.
                if not CashReceipt.objects.filter(request=asked, cashier=request.user).exists():
                    refusal = error
            if refusal is None:
                return self.done(request, asked)
        asked.refresh_from_db()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cash received: {amount}").format(amount=money(asked.amount)),
            "asked": asked,
            "dossier": asked.dossier,
            "is_open": asked.closed_at is None,
            "rows": self.rows(asked),
            "refusal": refusal,
        }
        return TemplateResponse(
            request, "desk/take_cash.html", context, status=refusal.status if refusal else 200
        )

    def rows(self, asked):
        language = "label_en" if get_language() == "en" else "label_vi"
        lines = [
            {"term": line[language], "value": money(line["amount_vnd"])} for line in asked.lines
        ]
        return [
            {"term": _("Dossier"), "value": asked.dossier.code, "code": True},
            {"term": _("Applicant"), "value": asked.dossier.applicant_name},
            {"term": _("Service"), "value": asked.dossier.service.name},
            *lines,
            {"term": _("Together"), "value": money(asked.amount)},
        ]

    def done(self, request, asked):
        sentence = _("Cash received for {code}: {amount}.")
        messages.success(
            request, sentence.format(code=asked.dossier.code, amount=money(asked.amount))
        )
        if Dossier.objects.at_desk_of(request.user).filter(pk=asked.dossier_id).exists():
            return redirect("admin:dossiers_dossier_change", asked.dossier.public_id)
        return redirect("admin:index")
