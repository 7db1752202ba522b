"""Public services at the desk: what is published, what is being drafted, and bringing in a file."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.catalogue import drafting
from portal.catalogue.admin.ministries import MinistryRows
from portal.catalogue.models import PublicService
from portal.errors import PortalError
from portal.workflow.admin import PolicyAdmin, shown

MINISTRY = shown("owner_ministry", _("ministry in charge"))
LONGEST_FILE = 200_000  # characters


class ServiceTextForm(forms.Form):
    """The text of a service file, typed or uploaded; an upload replaces what was typed."""

    text = forms.CharField(
        label=_("Text of the service file"),
        required=False,
        max_length=LONGEST_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("or a file (.toml)"), required=False)

    def clean(self):
        cleaned = super().clean()
        if upload := cleaned.get("file"):
            cleaned["text"] = self.text_of(upload)
            self.file_name = upload.name[:80]
        elif not (cleaned.get("text") or "").strip() and not self.errors:
            raise forms.ValidationError(_("Paste the text of a service file, or choose a file."))
        return cleaned

    file_name = "service.toml"  # in refusals, where the text was typed

    def text_of(self, upload):
        if upload.size > LONGEST_FILE * 4:
            raise forms.ValidationError(_("The file is too large for a service file."))
        try:
            return upload.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no text in UTF-8. Save it as such."))


@admin.register(PublicService)
class PublicServiceAdmin(MinistryRows, PolicyAdmin):
    """What a ministry's administrators look after. Its words come from its published version, never typed here."""

    ministry_path = "owner_ministry"
    list_display = ["code", "name_vi", "field", MINISTRY]
    list_select_related = ["owner_ministry"]
    search_fields = ["code", "name_vi", "name_en", "folded"]
    fields = readonly_fields = ["code", "name_vi", "name_en", "field", MINISTRY]
    change_form_template = "desk/catalogue/service.html"
    change_list_template = "desk/catalogue/services.html"

    def get_urls(self):
        own = [
            path(
                "bring-in/",
                self.admin_site.admin_view(self.bring_in),
                name="catalogue_bring_in",
            ),
            path(
                "<int:pk>/draft/",
                self.admin_site.admin_view(self.begin_draft),
                name="catalogue_begin_draft",
            ),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        service = self.get_object(request, object_id)
        context = {
            "versions": service.versions.select_related("drafted_by", "published_by").order_by(
                "-number"
            ),
            "current": drafting.current_version(service),
            "open": drafting.open_version(service),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def begin_draft(self, request, pk):
        """The button “begin a draft”: leads to the draft, or to the one that is there already."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        service = self.get_object(request, str(pk))
        try:
            draft = drafting.begin(service, by=request.user)
        except PortalError as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:catalogue_publicservice_change", service.pk)
        messages.success(request, gettext("The draft is there. Change it, then propose it."))
        return redirect("admin:catalogue_version_text", draft.pk)

    def bring_in(self, request):
        """A service file brought in: it becomes a draft, of a new service or of one that is there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ServiceTextForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                draft = drafting.bring_in(
                    form.cleaned_data["text"], by=request.user, file=form.file_name
                )
            except PortalError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, gettext("The file became a draft. Look at it, then propose it.")
                )
                return redirect("admin:catalogue_serviceversion_change", draft.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Bring in a service file"),
            "form": form,
            "may_save": True,
            "back": reverse("admin:catalogue_publicservice_changelist"),
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "desk/catalogue/text.html", context, status=status)
