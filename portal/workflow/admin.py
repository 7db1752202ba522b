"""What every admin page of the portal stands on: reading by policy, and one door for what changes a state."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext

from portal.errors import NotOffered, PortalError, StalePage
from portal.workflow.machine import declared
from portal.workflow.reach import reach_of
from portal.workflow.transitions import offers, perform


class Barred(PortalError):
    """The page of a transition was opened that this person may not carry out here and now."""

    message = "{reason}"  # said in the reader's language already
    status = 403


def shown(name, label):
    """A column or a line to read: the field ``name`` under a label of the desk's own."""

    @admin.display(description=label, ordering=name)
    def column(row):
        display = getattr(row, f"get_{name}_display", None)
        return display() if display else getattr(row, name)

    column.__name__ = f"shown_{name}"
    return column


class PickedByKey(AutocompleteSelect):
    """Django's search box for a related row. It would fail on a posted value that is no key; this one shows nothing."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [each for each in value if each.isdigit()], attr)


class PolicyAdmin(admin.ModelAdmin):
    """An admin page under keys of ``policy.toml``. What has no key is allowed to nobody; nothing is ever deleted.

    ``unit_path`` and ``agency_path`` lead from a row to its nodes: rows out of reach of the person's roles do not
    exist for them, in lists, searches, autocompletes and under their address (404) alike.
    """

    read_key = None
    add_key = None
    change_key = None
    labels = {}  # name of a field to type in → its label, where the model gives none
    unit_path = None
    agency_path = None

    actions = None
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False

    def get_queryset(self, request):
        return super().get_queryset(request).filter(self.rows_for(request.user))

    def get_object(self, request, object_id, from_field=None):
        """The row under this address. Raises ``Http404`` for one that does not exist or is out of reach."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in self.labels:
            field.label = self.labels[db_field.name]
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = PickedByKey(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.holds(request.user, self.read_key)

    def has_add_permission(self, request):
        return self.holds(request.user, self.add_key)

    def has_change_permission(self, request, obj=None):
        return self.holds(request.user, self.change_key)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        """Without “delete”: there is no such page."""
        return [url for url in super().get_urls() if not (url.name or "").endswith("_delete")]

    def rows_for(self, user):
        """The rows that exist for ``user``, as a ``Q``."""
        return reach_of(user, self.read_key).rows(unit=self.unit_path, agency=self.agency_path)

    @staticmethod
    def holds(user, key):
        """Whether some role of ``user`` allows the act called ``key`` anywhere."""
        return key is not None and user.is_authenticated and bool(reach_of(user, key))


class TransitionForm(forms.Form):
    """What a transition needs to know. This one asks nothing: it is a button to confirm.

    A subclass adds fields and turns them into the details of the move (:meth:`details`).
    """

    def __init__(self, data=None, files=None, *, instance, by):
        super().__init__(data, files)
        self.instance, self.by = instance, by

    def details(self):
        return {}

    def carry_out(self, name, *, seen):
        """Do it, through the one door. Raises what it refuses with."""
        return perform(self.instance, name, by=self.by, seen=seen, **self.details())


class WorkflowAdmin(PolicyAdmin):
    """The admin of a machine: reads, and sends every button through :func:`portal.workflow.perform`.

    No form of this page saves the instance, so there is nothing to save before a transition. django-fsm's own admin
    mixin is left alone: it looks names up as attributes and saves by itself. A transition named in an address is
    looked up among the declared ones and judged on the locked row; the page posts the ``sequence`` that it showed.
    """

    transition_forms = {}  # name of a transition → TransitionForm
    transition_template = "desk/transition.html"
    change_form_template = "desk/machine.html"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def get_urls(self):
        own = path(
            "<path:object_id>/transition/<slug:name>/",
            self.admin_site.admin_view(self.transition_view),
            name=self.url_name("transition"),
        )
        return [own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        instance = self.get_object(request, unquote(str(object_id)))
        context = {
            "offers": [
                {"offer": offer, "href": self.transition_address(instance, offer.name)}
                for offer in self.acts(request, instance)
            ],
            "moves": [
                {"at": row.at, "act": self.label_of(row.transition), "actor": row.actor}
                for row in self.history_of(instance).select_related("actor").order_by("-sequence")
            ],
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def transition_view(self, request, object_id, name):
        """The page of one transition: asks what it needs, then carries it out.

        A refusal is shown on the page, with what was typed; the second of two clicks leads where the first did.
        """
        instance = self.get_object(request, unquote(str(object_id)))
        if name not in declared(self.model):
            raise Http404
        seen = self.posted_sequence(request)
        form = TransitionForm(instance=instance, by=request.user)
        try:
            if request.method == "POST":
                if self.was_done(instance, name, seen, request.user):
                    return self.after_transition(request, instance, name)
                form = self.form_of(name)(
                    request.POST, request.FILES, instance=instance, by=request.user
                )
                self.require_seen(instance, seen)
                self.require_offer(instance, name, request.user)
                if not form.is_valid():
                    return self.transition_page(request, instance, name, form, status=422)
                form.carry_out(name, seen=seen)
                return self.after_transition(request, instance, name)
            self.require_offer(instance, name, request.user)
            form = self.form_of(name)(instance=instance, by=request.user)
        except PortalError as refusal:
            instance.refresh_from_db()
            if self.was_done(instance, name, seen, request.user):
                return self.after_transition(request, instance, name)
            return self.transition_page(
                request, instance, name, form, refusal=refusal, status=refusal.status
            )
        return self.transition_page(request, instance, name, form)

    def transition_page(self, request, instance, name, form, *, refusal=None, status=200):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": instance,
            "title": self.label_of(name),
            "object_name": self.name_of(instance),
            "form": form,
            "refusal": refusal,
            "may": refusal is None or self.is_offered(instance, name, request.user),
            "address": self.address_of(instance),
            **self.transition_context(request, instance, name),
        }
        return TemplateResponse(request, self.template_of(name), context, status=status)

    def transition_context(self, request, instance, name):
        """What the page of a transition shows besides its form."""
        return {}

    def form_of(self, name):
        return self.transition_forms.get(name, TransitionForm)

    def template_of(self, name):
        return self.transition_template

    def name_of(self, instance):
        return str(instance)

    def after_transition(self, request, instance, name):
        """Back to the object, or to the list where the move took it out of this person's reach."""
        instance = self.get_queryset(request).filter(pk=instance.pk).first()
        if instance is None:
            messages.success(request, gettext("Done: {act}.").format(act=self.label_of(name)))
            return redirect(f"admin:{self.url_name('changelist')}")
        sentence = gettext("Done: {act}. Now: {state}.")
        messages.success(
            request, sentence.format(act=self.label_of(name), state=instance.get_state_display())
        )
        return redirect(self.address_of(instance))

    def acts(self, request, instance):
        """Every transition out of the present state, what is permitted first."""
        return sorted(self.judged(instance, request.user), key=lambda offer: not offer.permitted)

    def judged(self, instance, user):
        """The offers of the present state; a machine that knows more beforehand says more."""
        return offers(instance, user)

    def require_offer(self, instance, name, user):
        """Pass if ``name`` may be carried out now. Raises ``NotOffered`` or ``Barred`` with the reason."""
        offer = next((each for each in self.judged(instance, user) if each.name == name), None)
        if offer is None:
            raise NotOffered(state=instance.get_state_display(), transition=name)
        if not offer.permitted:
            raise Barred(reason=offer.reason)

    @staticmethod
    def require_seen(instance, seen):
        """Pass if the page showed the present dossier. Raises ``StalePage``."""
        if instance.sequence != seen:
            raise StalePage(seen=seen, sequence=instance.sequence)

    def is_offered(self, instance, name, user):
        return any(each.name == name and each.permitted for each in self.judged(instance, user))

    def history_of(self, instance):
        return self.model.history_model.objects.filter(**{self.model.history_link: instance})

    def was_done(self, instance, name, seen, user):
        """Whether this very page was already acted upon by this person: the second of two clicks."""
        return (
            seen is not None
            and instance.sequence > seen
            and self.history_of(instance)
            .filter(sequence=seen + 1, transition=name, actor=user)
            .exists()
        )

    def label_of(self, name):
        transitions = declared(self.model)[name].transitions
        return next(iter(transitions.values())).custom.get("label", name)

    def address_of(self, instance):
        return reverse(f"admin:{self.url_name('change')}", args=[instance.pk])

    def transition_address(self, instance, name):
        return reverse(f"admin:{self.url_name('transition')}", args=[instance.pk, name])

    def url_name(self, page):
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    @staticmethod
    def posted_sequence(request):
        """The ``sequence`` that the page showed; ``None`` if none was posted, which is stale too."""
        seen = request.POST.get("seen", "")
        return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
