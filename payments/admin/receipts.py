"""Electronic receipts at the desk: to read within the own agency, each with its PDF."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from payments.admin.lists import PaymentRows
from payments.models import Receipt
from portal.workflow.admin import PolicyAdmin, shown

CANCELS = shown("cancels", _("takes back from receipt"))
ISSUED = shown("issued_at", _("issued at"))


@admin.register(Receipt)
class ReceiptAdmin(PaymentRows, PolicyAdmin):
    """Receipts and counter-receipts, latest first. Nobody changes one."""

    list_display = ["code", "kind", "sum_of_money", ISSUED, CANCELS, "paper"]
    list_filter = ["kind", "year"]
    list_select_related = ["cancels"]
    search_fields = ["code", "dossier__code"]
    fields = readonly_fields = ["code", "kind", "sum_of_money", ISSUED, CANCELS, "paper"]

    @admin.display(description=_("paper"))
    def paper(self, receipt):
        return format_html(
            '<a href="{}">PDF</a>', reverse("payments:receipt", args=[receipt.public_id])
        )
