"""The people who act in the backlog, read once: nobody comes or goes while it is played."""

from functools import cached_property

from portal.accounts.models import RoleGrant, User


class Cast:
    """Citizens and officials as the database holds them; an official's grants are read once, too."""

    @cached_property
    def citizens(self):
        return list(User.objects.filter(grants__isnull=True).order_by("pk"))

    def official(self, role, offering):
        """Who acts in ``role`` for what comes in under ``offering``: the first of them."""
        if role == "one_door":
            return self._at_units[role, offering.unit_id]
        return self._at_agencies[role, offering.handling_agency_id]

    @cached_property
    def _at_units(self):
        return {(grant.role, grant.unit_id): grant.user for grant in self._grants}

    @cached_property
    def _at_agencies(self):
        return {(grant.role, grant.agency_id): grant.user for grant in self._grants}

    @cached_property
    def _grants(self):
        """Last the first by key, who stays in a dictionary. One object a person."""
        grants = RoleGrant.objects.select_related("user").order_by("-user_id")
        people = {}
        for grant in grants:
            grant.user = people.setdefault(grant.user_id, grant.user)
        return grants
