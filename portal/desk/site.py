"""The officials' desk: Django's admin site, open to whoever holds a role today."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache

from portal import slots
from portal.accounts.models import RoleGrant
from portal.desk.errors import NoRoleToday
from portal.workflow.admin import PolicyAdmin

# Django's shortcut to “view on site” looks any object up by its number, whoever asks: not at this desk.
LEFT_OUT = {"view_on_site", "password_change", "password_change_done"}


class DeskSite(AdminSite):
    """The one admin site. No account is a superuser: every page asks the policy by itself."""

    site_header = gettext_lazy("Một Cửa, the desk")
    site_title = gettext_lazy("Một Cửa, the desk")
    index_title = gettext_lazy("Desk")
    enable_nav_sidebar = False
    index_template = "desk/index.html"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Register pages that ask the policy. What packages bring along goes by model permissions, which nobody
        holds here: it is left out."""
        if admin_class is not None and issubclass(admin_class, PolicyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    @property
    def site_url(self):
        return reverse("home")

    def has_permission(self, request):
        """Whoever holds a role in force today; a role that ended closes the desk at the next request."""
        return request.user.is_authenticated and request.user.is_staff

    def get_urls(self):
        return [url for url in super().get_urls() if getattr(url, "name", None) not in LEFT_OUT]

    def each_context(self, request):
        """Adds ``desk_roles``: the roles under which the person sits here. Asks the database nothing more."""
        context = super().each_context(request)
        if context["has_permission"]:
            held = {grant.role for grant in request.user.role_grants()}
            context["desk_roles"] = [role.label for role in RoleGrant.Role if role.value in held]
        return context

    @method_decorator(never_cache)
    def index(self, request, extra_context=None):
        """The desk: what the rooms put there for this person, then the lists that they may open."""
        sections = slots.filled("desk.home", request)
        context = {
            **self.each_context(request),
            "title": gettext("Desk"),
            "sections": sections,
            # Exactly one heading of the first rank: that of the list of dossiers, where there is one.
            "headed": any("<h1" in section for section in sections),
            "app_list": self.get_app_list(request),
            **(extra_context or {}),
        }
        request.current_app = self.name
        return render(request, self.index_template, context)

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """Sign-in has one door, allauth's. Whoever is signed in without a role learns so there and then."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
            wanted = reverse("admin:index")
        if self.has_permission(request):
            return redirect(wanted)
        if request.user.is_authenticated:
            raise NoRoleToday()
        return redirect_to_login(wanted, settings.LOGIN_URL)

    @method_decorator(never_cache)
    def logout(self, request, extra_context=None):
        return redirect("account_logout")
