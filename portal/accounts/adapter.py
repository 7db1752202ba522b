from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.urls import reverse

from portal import clock
from portal.workflow.facts import record
from portal.workflow.models import Fact

ACCOUNT_OPENED = "account_opened"  # kind of the fact


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks: whose number and name stand on a new account, and where people land."""

    @transaction.atomic
    def save_user(self, request, user, form, commit=True):
        user = super().save_user(request, user, form, commit=False)  # empties the user name
        user.username = form.cleaned_data["citizen_id"]
        user.full_name = form.cleaned_data["full_name"]
        if commit:
            user.save()
            record(Fact(kind=ACCOUNT_OPENED, at=clock.now(), actor=user))
        return user

    def populate_username(self, request, user):
        """Leave the user name alone: it is the citizen ID, none is made up."""

    def get_login_redirect_url(self, request):
        """Officials land at their desk, citizens at their dossiers."""
        return reverse("admin:index" if request.user.is_staff else "dossiers:list")
