"""Payments in the admin: attempts, notices, refunds and the books, to read within the own agency; and the cash desk."""

from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments import cash_desk, outcomes
from payments.admin.cash_days import CashDays
from payments.admin.finance import Finance
from payments.desk_forms import ATTEMPT_FORMS, REFUND_FORMS
from payments.models import Attempt, CashReceipt, Entry, Notice, Refund
from portal import slots
from portal.wording import NO_VALUE, money
from portal.workflow.admin import PolicyAdmin, WorkflowAdmin, shown

ATTEMPT = shown("attempt", _("payment attempt"))
RECEIVED = shown("received_at", _("received at"))
VERDICT = shown("verdict", _("verdict"))
ANSWER = shown("answer", _("answered with"))
QUERY = shown("query", _("as it came"))
REFERENCE = shown("reference", _("reference"))
BOOKED = shown("at", _("at"))
RECORDED = shown("recorded_at", _("recorded at"))
CASHIER = shown("cashier", _("cashier"))


class PaymentRows:
    """Reading by ``payment.read``; ``dossier_path`` leads from a row to its dossier."""

    read_key = "payment.read"
    dossier_path = "dossier"
    ordering = ["-pk"]

    @property
    def unit_path(self):
        return f"{self.dossier_path}__receiving_unit"

    @property
    def agency_path(self):
        return f"{self.dossier_path}__handling_agency"

    @admin.display(description=_("amount"), ordering="amount")
    def sum_of_money(self, row):
        return money(row.amount)


@admin.register(Attempt)
class AttemptAdmin(PaymentRows, WorkflowAdmin):
    """Every try to pay at the gateway. Its states move by the gateway's word; where it gives none, by two people."""

    read_key = "attempt.read"
    transition_forms = ATTEMPT_FORMS
    list_display = ["txn_ref", "state", "sum_of_money", "gateway_number", "bank_code", "started_at"]
    list_filter = ["state"]
    search_fields = ["txn_ref", "gateway_number", "dossier__code"]

    def get_urls(self):
        return [*Finance(self.admin_site).urls(), *super().get_urls()]

    fields = [
        "txn_ref",
        "state",
        "sum_of_money",
        "gateway_says",
        "gateway_number",
        "bank_code",
        "started_at",
        "expires_at",
        "decision",
        "decision_number",
        "decision_note",
        "proposed_by",
    ]

    @admin.display(description=_("the gateway says"))
    def gateway_says(self, attempt):
        return outcomes.HELD.get(attempt.response_code) or NO_VALUE


@admin.register(Notice)
class NoticeAdmin(PaymentRows, PolicyAdmin):
    """Notices of the gateway as they came, believed or not."""

    dossier_path = "attempt__dossier"
    list_display = [RECEIVED, VERDICT, ANSWER, ATTEMPT]
    list_select_related = ["attempt"]
    search_fields = ["attempt__txn_ref"]
    fields = readonly_fields = [RECEIVED, VERDICT, ANSWER, ATTEMPT, QUERY]


@admin.register(Refund)
class RefundAdmin(PaymentRows, WorkflowAdmin):
    """Money on its way back: approved by somebody else than who asked."""

    read_key = "refund.read"
    transition_forms = REFUND_FORMS
    list_display = ["code", "state", "sum_of_money", "reason", "way", "requested_at"]
    list_filter = ["state", "reason", "way"]
    list_select_related = ["dossier"]
    search_fields = ["attempt__txn_ref", "dossier__code"]
    fields = readonly_fields = [
        *("code", ATTEMPT, "state", "sum_of_money", "reason", "note", "way"),
        *("requested_at", "requested_by", "approved_by", "approved_at", "answer"),
    ]

    @admin.display(description=_("dossier"))
    def code(self, refund):
        return refund.dossier.code


@admin.register(Entry)
class EntryAdmin(PaymentRows, PolicyAdmin):
    """The books: each entry with its two sides."""

    list_display = [REFERENCE, BOOKED, "code", "sides"]
    list_select_related = ["dossier"]
    search_fields = ["reference", "dossier__code"]
    fields = readonly_fields = [REFERENCE, BOOKED, RECORDED, "code", "sides"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("postings__account__agency")

    @admin.display(description=_("dossier"))
    def code(self, entry):
        return entry.dossier.code if entry.dossier else NO_VALUE

    @admin.display(description=_("sides"))
    def sides(self, entry):
        return "; ".join(
            f"{posting.account}: {money(posting.amount)}" for posting in entry.postings.all()
        )


@admin.register(CashReceipt)
class CashReceiptAdmin(PaymentRows, PolicyAdmin):
    """Cash taken at the counter, and the page on which a cashier takes it."""

    dossier_path = "request__dossier"
    list_display = ["code", "sum_of_money", CASHIER, "received_at"]
    list_select_related = ["request__dossier", "cashier"]
    search_fields = ["request__dossier__code"]
    fields = readonly_fields = ["code", "sum_of_money", CASHIER, "received_at"]

    def get_urls(self):
        page = path(
            "take/<uuid:public_id>/",
            self.admin_site.admin_view(cash_desk.TakeCash(self.admin_site)),
            name="payments_take_cash",
        )
        return [page, *CashDays(self.admin_site).urls(), *super().get_urls()]

    @admin.display(description=_("dossier"))
    def code(self, receipt):
        return receipt.request.dossier.code


slots.fill("desk.home", cash_desk.open_requests)
slots.fill("desk.dossier.actions", cash_desk.button)
