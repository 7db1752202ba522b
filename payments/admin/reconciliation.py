"""Reconciliation at the desk: the days, one day with its lines, its download, and the repair of a line."""

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Max, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.models import Reconciliation, ReconciliationLine, Repair
from payments.reconciliation import actions, export, strays
from payments.reconciliation.errors import NotTheReconciler
from payments.reconciliation.report import totals
from portal.errors import PortalError
from portal.wording import date_and_time, money, short_date
from portal.workflow.admin import PolicyAdmin
from portal.workflow.reach import reach_of

READ, REPAIR, RETURN = "payment.read", "payment.reconcile", "payment.return_stray"
Finding = ReconciliationLine.Finding
PAGE_SIZE = 50
SAID = {
    Repair.Result.BOOKED: gettext_lazy("The gateway’s answer is in the books now."),
    Repair.Result.CONFIRMED: gettext_lazy("The gateway confirms our books, against its own file."),
    Repair.Result.RETURNED: gettext_lazy("The money was given back."),
    Repair.Result.DENIED: gettext_lazy(
        "The gateway does not confirm this. The line stays open: ask the gateway in writing."
    ),
    Repair.Result.SILENT: gettext_lazy(
        "The gateway gave no answer. Nothing was changed: try again in a few minutes."
    ),
}


def lines_for(user):
    """The lines that exist for ``user``: those of the agencies within reach, and money of nobody for those it is
    the task of."""
    within = reach_of(user, READ)
    rows = within.rows(unit="attempt__dossier__receiving_unit", agency="agency")
    if not within.everywhere and reach_of(user, RETURN):
        rows = rows | Q(agency=None)
    return ReconciliationLine.objects.filter(rows)


def may_open(user):
    """Whether the pages are anybody's business who holds the roles of ``user``."""
    return bool(reach_of(user, READ) or reach_of(user, RETURN))


def newest():
    """The newest comparison of every day and merchant."""
    groups = Reconciliation.objects.order_by().values("tmn_code", "day")
    return groups.annotate(newest=Max("pk")).values("newest")


@admin.register(Reconciliation)
class ReconciliationAdmin(PolicyAdmin):
    """One row for each day at the gateway: the newest comparison."""

    ordering = ["-day"]
    change_list_template = "desk/reconciliation_list.html"

    def holds_any(self, user):
        return user.is_authenticated and may_open(user)

    def has_view_permission(self, request, obj=None):
        return self.holds_any(request.user)

    def rows_for(self, user):
        return Q(pk__in=newest())

    def changelist_view(self, request, extra_context=None):
        own = lines_for(request.user).filter(reconciliation__in=newest())
        counted = {}
        for day, finding in own.values_list("reconciliation", "finding"):
            counted.setdefault(day, []).append(finding)
        request.found = counted
        extra = {
            "may_compare": bool(reach_of(request.user, REPAIR)),
            "today": actions.gateway_today().isoformat(),
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def get_list_display(self, request):
        def found(row):
            return getattr(request, "found", {}).get(row.pk, [])

        @admin.display(description=gettext_lazy("matched"))
        def matched(row):
            return sum(finding == Finding.MATCHED for finding in found(row))

        @admin.display(description=gettext_lazy("open"))
        def open_lines(row):
            return sum(finding != Finding.MATCHED for finding in found(row))

        return ["day", "tmn_code", matched, open_lines, "taken_at"]

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("compare/", view(self.compare), name="payments_reconcile"),
            path("<int:pk>/export/", view(self.export), name="payments_reconciliation_export"),
            path("line/<int:pk>/repair/", view(self.repair), name="payments_repair"),
        ]
        return [*own, *super().get_urls()]

    # One day -----------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not str(object_id).isdecimal():
            raise Http404
        taken = self.one_for(request, int(object_id))
        lines = lines_for(request.user).filter(reconciliation=taken)
        wanted = request.GET.get("finding", "")
        shown = lines.filter(finding=wanted) if wanted in Finding.values else lines
        shown = shown.select_related("attempt__dossier", "agency").prefetch_related("repairs__by")
        # What needs somebody stands first.
        is_matched = ExpressionWrapper(Q(finding=Finding.MATCHED), BooleanField())
        shown = shown.annotate(is_matched=is_matched).order_by("is_matched", "pk")
        page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Reconciliation of {day}").format(day=short_date(taken.day)),
            "taken": taken,
            "is_newest": actions.latest(taken.tmn_code, taken.day).pk == taken.pk,
            "totals": totals(lines),
            "open_lines": lines.exclude(finding=Finding.MATCHED).count(),
            "wanted": wanted,
            "page": page,
            "rows": [self.row(request.user, line, taken) for line in page],
            "may_compare": bool(reach_of(request.user, REPAIR)),
            "earlier": Reconciliation.objects.filter(
                tmn_code=taken.tmn_code, day=taken.day, pk__lt=taken.pk
            )[:10],
        }
        return TemplateResponse(request, "desk/reconciliation_day.html", context)

    def one_for(self, request, pk):
        """Any comparison, an earlier one too: what was found then stays readable."""
        if not self.has_view_permission(request):
            raise Http404
        return get_object_or_404(Reconciliation.objects.select_related("file", "taken_by"), pk=pk)

    def row(self, user, line, taken):
        repairable = line.finding != Finding.MATCHED and may_repair(user, line)
        return {
            "line": line,
            "address": reverse("admin:payments_attempt_change", args=[line.attempt_id])
            if line.attempt_id and reach_of(user, READ)
            else "",
            "repair": reverse("admin:payments_repair", args=[line.pk]) if repairable else "",
            "repairs": list(line.repairs.all()),
        }

    def export(self, request, pk):
        """Every line of the day that this person may see, as CSV."""
        taken = self.one_for(request, pk)
        lines = lines_for(request.user).filter(reconciliation=taken).select_related("agency")
        head = [
            *("day", "merchant", "kind", "finding", "order", "gateway_number", "bank"),
            *("in_our_books_vnd", "at_the_gateway_vnd", "agency", "status"),
        ]
        rows = (
            [
                *(taken.day, taken.tmn_code, line.kind, line.finding, line.txn_ref),
                *(line.gateway_number, line.bank_code, line.ours, line.theirs),
                *(line.agency.code if line.agency else "", line.status),
            ]
            for line in lines.iterator()
        )
        return export.response(f"reconciliation-{taken.tmn_code}-{taken.day}.csv", head, rows)

    # Acts ----------------------------------------------------------------------------------

    def compare(self, request):
        """Fetch the file of a day and compare: a button on the list and on the page of a day."""
        listing = redirect("admin:payments_reconciliation_changelist")
        if request.method != "POST":
            return listing
        try:
            if not reach_of(request.user, REPAIR):
                raise NotTheReconciler(who=actions.MAY_REPAIR.who())
            day = _day(request.POST.get("day", ""))
            if day is None:
                messages.error(request, _("Choose a day, such as 21/11/2026."))
                return listing
            taken = actions.reconcile(day, by=request.user)
        except PortalError as refusal:
            messages.error(request, str(refusal))
            return listing
        messages.success(request, _("Compared as of now."))
        return redirect("admin:payments_reconciliation_change", taken.pk)

    def repair(self, request, pk):
        """One line that does not match: what is known, what can be done, and the button that does it."""
        line = get_object_or_404(
            lines_for(request.user).select_related(
                "reconciliation__file", "attempt__dossier__receiving_unit__agency", "agency"
            ),
            pk=pk,
        )
        refusal = None
        if request.method == "POST":
            try:
                done = actions.repair(line, by=request.user)
            except PortalError as problem:
                refusal = problem
            else:
                good = done.result not in (Repair.Result.DENIED, Repair.Result.SILENT)
                level = messages.SUCCESS if good else messages.WARNING
                messages.add_message(request, level, SAID[done.result])
                newest_one = actions.latest(line.reconciliation.tmn_code, line.reconciliation.day)
                return redirect("admin:payments_reconciliation_change", newest_one.pk)
        is_open = line.finding != Finding.MATCHED and self.is_newest(line)
        act = Repair.Act.RETURN if line.attempt_id is None else Repair.Act.ASK
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Repair: {line}").format(line=line.txn_ref),
            "line": line,
            "rows": self.facts(line),
            "act": act.label,
            "may": is_open and may_repair(request.user, line),
            "is_open": is_open,
            "refusal": refusal,
            "repairs": line.repairs.select_related("by"),
        }
        return TemplateResponse(
            request,
            "desk/reconciliation_repair.html",
            context,
            status=refusal.status if refusal else 200,
        )

    def is_newest(self, line):
        taken = line.reconciliation
        return actions.latest(taken.tmn_code, taken.day).pk == taken.pk

    def facts(self, line):
        rows = [
            {"term": _("Day at the gateway"), "value": short_date(line.reconciliation.day)},
            {"term": _("Found"), "value": line.get_finding_display()},
            {"term": _("Kind"), "value": line.get_kind_display()},
            {"term": _("Order number"), "value": line.txn_ref, "code": True},
            {"term": _("Gateway number"), "value": line.gateway_number or "–", "code": True},
            {"term": _("In our books"), "value": _money(line.ours)},
            {"term": _("At the gateway"), "value": _money(line.theirs)},
        ]
        if line.attempt:
            rows.append(
                {
                    "term": _("Payment attempt"),
                    "value": format_lazy(
                        "{}, {}",
                        line.attempt.get_state_display(),
                        date_and_time(line.attempt.started_at),
                    ),
                }
            )
        return rows


def may_repair(user, line):
    """Whether ``user`` may do what can be done about ``line``."""
    permission = strays.MAY_RETURN if line.attempt_id is None else actions.MAY_REPAIR
    return permission.grant_of(user, line) is not None


def _day(text):
    try:
        return parse_date(text)
    except ValueError:
        return None


def _money(amount):
    return "–" if amount is None else money(amount)
