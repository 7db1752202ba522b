"""Versions at the desk: edit a draft, compare, look at it as a citizen, take out the file, publish by two people."""

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.catalogue import drafting
from portal.catalogue.admin.ministries import MinistryRows
from portal.catalogue.admin.services import ServiceTextForm
from portal.catalogue.changes import changes
from portal.catalogue.models import ServiceVersion, VersionState
from portal.catalogue.service_text import to_toml
from portal.errors import PortalError
from portal.workflow.admin import TransitionForm, WorkflowAdmin, shown

SERVICE = shown("service", _("public service"))
NUMBER = shown("number", _("number of the version"))
DIGEST = shown("content_sha256", _("digest of the content"))
NOTE_LENGTH = 500  # characters


class ProposeForm(TransitionForm):
    note = forms.CharField(
        label=_("What changes, and why"),
        help_text=_("The colleague who publishes it reads this first."),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def carry_out(self, name, *, seen):
        return drafting.propose(
            self.instance, note=self.cleaned_data["note"], by=self.by, seen=seen
        )


class PublishForm(TransitionForm):
    def carry_out(self, name, *, seen):
        return drafting.publish(self.instance, by=self.by, seen=seen)


class SendBackForm(TransitionForm):
    reason = forms.CharField(
        label=_("What is still to be done"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def details(self):
        return {"reason": self.cleaned_data["reason"]}


@admin.register(ServiceVersion)
class ServiceVersionAdmin(MinistryRows, WorkflowAdmin):
    """Drafts and published versions. A published one never changes."""

    ministry_path = "service__owner_ministry"
    transition_forms = {
        "propose": ProposeForm,
        "publish": PublishForm,
        "send_back": SendBackForm,
    }
    list_display = [SERVICE, NUMBER, "state", "published"]
    list_filter = ["state"]
    list_select_related = ["service"]
    search_fields = ["service__code", "service__name_vi", "service__folded"]
    ordering = ["-pk"]
    fields = readonly_fields = [
        *(SERVICE, NUMBER, "state", "note", "answer"),
        *("drafted_by", "proposed_by", "published_by", "published", DIGEST),
    ]
    change_form_template = "desk/catalogue/version.html"

    @admin.display(description=_("published"), ordering="published_at", empty_value="–")
    def published(self, version):
        return version.published_at

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("service__owner_ministry")

    def get_urls(self):
        pages = {"text": self.text, "compare": self.compare, "toml": self.toml}
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"catalogue_version_{name}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        version = self.get_object(request, str(object_id))
        context = {
            "version": version,
            "compared": self.other_version(version, ""),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def text(self, request, pk):
        """The draft as text, to change it. What the catalogue refuses is said above it; what was typed stays."""
        version = self.get_object(request, str(pk))
        is_draft = version.state == VersionState.DRAFT
        form = ServiceTextForm(
            request.POST or None,
            request.FILES or None,
            initial={"text": to_toml(version.content)},
        )
        if request.method == "POST" and form.is_valid():
            try:
                drafting.rewrite(version, form.cleaned_data["text"], by=request.user)
            except PortalError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, gettext("Saved. Citizens do not see it before it is published.")
                )
                return redirect(self.address_of(version))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Text of the draft") if is_draft else gettext("Text of the version"),
            "object_name": str(version.service),
            "form": form,
            "may_save": is_draft,
            "back": self.address_of(version),
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "desk/catalogue/text.html", context, status=status)

    def compare(self, request, pk):
        """What differs from another version of the service: the one before, or ``?with=`` its number."""
        version = self.get_object(request, str(pk))
        other = self.other_version(version, request.GET.get("with", ""))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("What differs"),
            "version": version,
            "other": other,
            "others": version.service.versions.exclude(pk=version.pk).order_by("-number"),
            "changes": changes(other.content, version.content) if other else [],
            "back": self.address_of(version),
        }
        return TemplateResponse(request, "desk/catalogue/compare.html", context)

    def toml(self, request, pk):
        """The version as its service file."""
        version = self.get_object(request, str(pk))
        answer = HttpResponse(to_toml(version.content), content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{version.service.code}.toml"'
        return answer

    @staticmethod
    def other_version(version, number):
        """The version with this number; without one, the one published before. Raises ``Http404`` for no such."""
        others = version.service.versions.exclude(pk=version.pk)
        if number:
            found = (
                others.filter(number=int(number)).first()
                if number.isascii() and number.isdigit() and len(number) < 9
                else None
            )
            if found is None:
                raise Http404
            return found
        published = others.filter(state=VersionState.PUBLISHED).order_by("-number")
        if version.state == VersionState.PUBLISHED:
            published = published.filter(number__lt=version.number)
        return published.first()

    def address_of(self, instance):
        return reverse("admin:catalogue_serviceversion_change", args=[instance.pk])
