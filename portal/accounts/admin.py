"""Accounts and roles. A system administrator looks after accounts, an agency administrator after roles at home."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.accounts.granting import authority_of
from portal.accounts.models import RoleGrant, User
from portal.workflow.admin import PolicyAdmin, shown

DATE_INPUT = {DateField: {"widget": forms.DateInput({"type": "date"}, "%Y-%m-%d")}}


JOINED = shown("date_joined", _("opened"))


class IsOpen(admin.SimpleListFilter):
    title = _("account")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [
            ("yes", pgettext_lazy("account", "open")),
            ("no", pgettext_lazy("account", "closed")),
        ]

    def queryset(self, request, queryset):
        wanted = {"yes": True, "no": False}.get(self.value())
        return queryset if wanted is None else queryset.filter(is_active=wanted)


@admin.register(User)
class UserAdmin(PolicyAdmin):
    """Accounts: opened for officials, closed and opened again. Nobody's password or dossiers show here."""

    read_key = add_key = change_key = "system.administer"
    list_display = ["username", "full_name", "email", "is_open", JOINED]
    labels = {"is_active": _("account open")}
    list_filter = [IsOpen]
    search_fields = ["username", "full_name", "email"]
    ordering = ["username"]

    def get_fields(self, request, obj=None):
        start = ["username", "full_name", "email"]
        if obj is None:
            return start
        return [*start, "is_open" if obj == request.user else "is_active", JOINED, "last_login"]

    def get_readonly_fields(self, request, obj=None):
        return (
            []
            if obj is None
            else ["username", "full_name", "email", "is_open", JOINED, "last_login"]
        )

    @admin.display(description=_("account open"), boolean=True, ordering="is_active")
    def is_open(self, user):
        return user.is_active

    def rows_for(self, user):
        return Q() if self.holds(user, self.read_key) else Q(pk__in=())

    def save_model(self, request, obj, form, change):
        """A new account has no password yet: its owner sets one through “forgotten password”."""
        if not change:
            obj.email = obj.email.lower()
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


class RoleGrantForm(forms.ModelForm):
    """A role for somebody, at one node, for a span of days."""

    person = forms.CharField(
        label=_("Staff code, citizen ID or e-mail"),
        help_text=_("Exactly as on the account: accounts are not listed here."),
    )

    class Meta:
        model = RoleGrant
        fields = ["role", "unit", "agency", "valid_from", "valid_to"]
        labels = {"unit": _("One-door unit"), "agency": _("Agency")}
        help_texts = {"valid_to": _("The first day without the role; empty: until it is ended.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            ("", "---------"),
            *((role.value, role.label) for role in RoleGrant.Role if role in self.authority.roles),
        ]
        self.fields["unit"].queryset = self.authority.units()
        self.fields["agency"].queryset = self.authority.agencies()
        self.fields["valid_from"].initial = clock.today

    def clean_person(self):
        typed = self.cleaned_data["person"].strip()
        found = User.objects.filter(
            Q(username=typed) | Q(email__iexact=typed), is_active=True
        ).first()
        if found is None:
            raise forms.ValidationError(
                _("No active account has this staff code, citizen ID or e-mail.")
            )
        if found == self.authority.user:
            raise forms.ValidationError(_("Nobody gives a role to themselves. Ask a colleague."))
        return found

    def clean(self):
        cleaned = super().clean()
        self.instance.user = cleaned.get("person") or self.authority.user
        role, unit, agency = (cleaned.get(name) for name in ("role", "unit", "agency"))
        if role and not self.errors:
            self.check_node(role, unit, agency)
        if (
            cleaned.get("valid_to")
            and cleaned.get("valid_from")
            and cleaned["valid_to"] < cleaned["valid_from"]
        ):
            self.add_error("valid_to", _("The role cannot end before it begins."))
        return cleaned

    def check_node(self, role, unit, agency):
        """Exactly one node, of the kind that the role needs."""
        if unit and agency:
            self.add_error("agency", _("Choose a one-door unit or an agency, not both."))
        elif role == RoleGrant.Role.ONE_DOOR and not unit:
            self.add_error("unit", _("A one-door officer works at a one-door unit: choose it."))
        elif unit and role not in (RoleGrant.Role.ONE_DOOR, RoleGrant.Role.CASHIER):
            self.add_error("unit", _("This role is held at an agency, not at a one-door unit."))
        elif (
            not unit
            and not agency
            and role not in (RoleGrant.Role.AUDITOR, RoleGrant.Role.SYSTEM_ADMIN)
        ):
            self.add_error("agency", _("Choose the agency at which the role is held."))

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"user"}


class RoleEndForm(forms.ModelForm):
    """What may change about a role that was given: the day on which it ends."""

    class Meta:
        model = RoleGrant
        fields = ["valid_to"]
        help_texts = {"valid_to": _("The first day without the role. Today ends it at once.")}

    def clean_valid_to(self):
        day = self.cleaned_data["valid_to"]
        if day is not None and day < clock.today():
            raise forms.ValidationError(
                _("What was done under a role stays so: choose today or a later day.")
            )
        if day is not None and day < self.instance.valid_from:
            raise forms.ValidationError(_("The role cannot end before it begins."))
        return day


@admin.register(RoleGrant)
class RoleGrantAdmin(PolicyAdmin):
    """Who holds which role where and since when. A role is ended, never deleted: history names it."""

    list_display = ["person", "role", "where", "valid_from", "valid_to"]
    list_filter = ["role"]
    list_select_related = ["user", "unit", "agency"]
    search_fields = ["user__username", "user__full_name"]
    ordering = ["-pk"]
    formfield_overrides = DATE_INPUT

    def rows_for(self, user):
        return authority_of(user).rows()

    def has_view_permission(self, request, obj=None):
        return bool(authority_of(request.user))

    def has_add_permission(self, request):
        return bool(authority_of(request.user))

    def has_change_permission(self, request, obj=None):
        authority = authority_of(request.user)
        return bool(authority) and (obj is None or authority.may_end(obj))

    def get_form(self, request, obj=None, change=False, **kwargs):
        base = RoleGrantForm if obj is None else RoleEndForm
        kwargs["form"] = type(base.__name__, (base,), {"authority": authority_of(request.user)})
        return super().get_form(request, obj, change=change, **kwargs)

    def get_autocomplete_fields(self, request):
        """Whoever may choose among all agencies of the country types instead of scrolling."""
        return ["agency"] if authority_of(request.user).system else []

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["person", "role", "unit", "agency", "valid_from", "valid_to"]
        return ["person", "role", "where", "valid_from", "valid_to"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["person", "role", "where", "valid_from"]

    @admin.display(description=_("official"), ordering="user__full_name")
    def person(self, grant):
        return f"{grant.user.full_name} ({grant.user.username})"

    @admin.display(description=_("place"))
    def where(self, grant):
        return grant.unit or grant.agency or "–"

    def save_model(self, request, obj, form, change):
        """Judged once more on what is really saved."""
        authority = authority_of(request.user)
        if not (authority.may_end(obj) if change else authority.may_give(obj)):
            raise PermissionDenied
        super().save_model(request, obj, form, change)
