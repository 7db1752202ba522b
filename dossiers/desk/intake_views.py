"""Filing a paper dossier at the desk: start, the pages of the form, the scans, and the button that files it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from dossiers.actions import attaching, filing, intake
from dossiers.desk import dossier_page
from dossiers.desk.intake_forms import PaperStartForm, page_form
from dossiers.errors import NotADraft
from dossiers.models import Attachment
from dossiers.views.posting import posted
from portal import clock
from portal.catalogue.review import review, tasks
from portal.errors import NotPermitted, PortalError


def urls(admin):
    """The addresses of this module inside the admin of dossiers."""
    pages = Intake(admin)
    view = admin.admin_site.admin_view
    draft = "paper/<uuid:public_id>/"
    return [
        path("add/", view(pages.start), name=admin.url_name("add")),
        path(draft, view(pages.overview), name=admin.url_name("paper")),
        path(f"{draft}form/<slug:step>/", view(pages.form), name=admin.url_name("paper_form")),
        path(f"{draft}papers/", view(pages.papers), name=admin.url_name("paper_papers")),
        path(f"{draft}remove/", view(pages.remove), name=admin.url_name("paper_remove")),
        path(f"{draft}file/", view(pages.file), name=admin.url_name("paper_file")),
        path(f"{draft}discard/", view(pages.discard), name=admin.url_name("paper_discard")),
    ]


class Intake:
    """The pages; ``admin`` is the admin of dossiers they belong to."""

    def __init__(self, admin):
        self.admin = admin

    def start(self, request):
        """Which service, for whom, how it came: then there is a draft."""
        if not self.admin.has_add_permission(request):
            raise NotPermitted(transition="file_on_paper", who=intake.FILES_ON_PAPER.who())
        form = PaperStartForm(request.POST or None, by=request.user)
        if request.method == "POST" and form.is_valid():
            dossier = intake.open_paper_dossier(
                form.cleaned_data["offering"],
                channel=form.cleaned_data["channel"],
                by=request.user,
                nonce=form.cleaned_data["nonce"],
                **form.applicant(),
            )
            return redirect(self.address("paper", dossier))
        drafts = intake.paper_drafts_of(request.user).select_related("service")
        return self.page(
            request,
            "start",
            {"title": _("File a paper dossier"), "form": form, "drafts": drafts},
            status=422 if form.is_bound else 200,
        )

    def overview(self, request, public_id, *, refusal=None, status=200):
        """What is still missing, and the button to file it."""
        dossier = self.draft(request, public_id)
        definition = dossier.version.definition
        answers = self.with_declarations(dossier)
        listed = [
            {"task": task, "href": self.address("paper_form", dossier, task.group.key)}
            for task in tasks(definition, answers, today=clock.today())
            if page_form(dossier, task.group.key).fields
        ]
        papers = dossier_page.papers(dossier)
        context = {
            "title": _("Paper dossier: {name}").format(name=dossier.applicant_name),
            "dossier": dossier,
            "tasks": listed,
            "answers": review(definition, dossier.answers, request.LANGUAGE_CODE),
            "papers": papers,
            "is_complete": all(row["task"].state == "done" for row in listed)
            and all(paper["documents"] or not paper["required"] for paper in papers),
            "refusal": refusal,
        }
        return self.page(request, "overview", context, status=status)

    def form(self, request, public_id, step):
        """One page of the service's form; what is valid is kept even where something is wrong."""
        dossier = self.draft(request, public_id)
        form = page_form(dossier, step)
        if request.method == "POST":
            questions = form.group.questions
            page = posted(request, dossier, questions, partial(page_form, dossier, step))
            form = page.form
            if page.is_saving:
                filing.save_answers(dossier, form)
                if not form.errors:
                    return redirect(self.after(dossier, step))
        context = {
            "title": str(form.group.title),
            "dossier": dossier,
            "form": form,
            "back": self.address("paper", dossier),
        }
        return self.page(request, "form", context, status=422 if form.errors else 200)

    def papers(self, request, public_id):
        """Scans, several at once, each under its paper; those that pass the check are kept."""
        self.require_post(request)
        dossier = self.draft(request, public_id)
        for paper in dossier.version.definition.documents:
            for file in request.FILES.getlist(f"paper-{paper.key}"):
                try:
                    attaching.attach(dossier, paper.key, file, by=request.user)
                except PortalError as refusal:
                    messages.error(request, str(refusal))
        return redirect(self.address("paper", dossier))

    def remove(self, request, public_id):
        self.require_post(request)
        dossier = self.draft(request, public_id)
        attachment = get_object_or_404(
            Attachment.objects.filter(dossier=dossier).select_related("document"),
            document__public_id=self.posted_uuid(request, "document"),
        )
        attaching.remove(dossier, attachment)
        return redirect(self.address("paper", dossier))

    def file(self, request, public_id):
        """File it: the second of two clicks leads where the first did."""
        self.require_post(request)
        try:
            dossier = self.draft(request, public_id)
        except Http404:
            filed = self.admin.get_queryset(request).filter(
                public_id=public_id, filed_by=request.user
            )
            return redirect(self.admin.address_of(get_object_or_404(filed)))
        try:
            filing.submit(dossier, by=request.user)
        except NotADraft:
            return redirect(self.admin.address_of(dossier))
        except PortalError as refusal:
            return self.overview(request, public_id, refusal=refusal, status=refusal.status)
        messages.success(request, _("Filed: {code}.").format(code=dossier.code))
        return redirect(self.admin.address_of(dossier))

    def discard(self, request, public_id):
        self.require_post(request)
        filing.discard(self.draft(request, public_id))
        messages.success(request, _("The draft has been thrown away."))
        return redirect(self.start_address())

    # What the pages share ----------------------------------------------------------

    def draft(self, request, public_id):
        """The paper draft that this officer began. Raises ``Http404``."""
        drafts = intake.paper_drafts_of(request.user).select_related(
            "service", "version", "receiving_unit__agency", "handling_agency", "offering"
        )
        return get_object_or_404(drafts, public_id=public_id)

    def page(self, request, name, context, *, status=200):
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            **context,
        }
        return TemplateResponse(
            request, f"admin/dossiers/paper_{name}.html", context, status=status
        )

    def after(self, dossier, step):
        """The page after ``step`` that still lacks something, else the overview."""
        definition = dossier.version.definition
        listed = tasks(definition, self.with_declarations(dossier), today=clock.today())
        keys = [task.group.key for task in listed]
        later = listed[keys.index(step) + 1 :] if step in keys else listed
        for task in later:
            if task.state != "done":
                return self.address("paper_form", dossier, task.group.key)
        return self.address("paper", dossier)

    def with_declarations(self, dossier):
        """The answers as they count once the officer files: the declaration stands on the paper."""
        definition = dossier.version.definition
        known = definition.kept_answers(dossier.answers)
        return known | dict.fromkeys(filing.declarations(definition), True)

    def address(self, page, dossier, *more):
        return reverse(f"admin:{self.admin.url_name(page)}", args=[dossier.public_id, *more])

    def start_address(self):
        return reverse(f"admin:{self.admin.url_name('add')}")

    @staticmethod
    def require_post(request):
        if request.method != "POST":
            raise Http404

    @staticmethod
    def posted_uuid(request, name):
        try:
            return UUID(request.POST.get(name, ""))
        except ValueError:
            raise Http404
