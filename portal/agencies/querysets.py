from django.db.models import Q, QuerySet


def exists_on(day):
    """The condition that a row with ``valid_from`` and ``valid_to`` (either may be open) is in force on ``day``."""
    return Q(Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & Q(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )


class AgencyQuerySet(QuerySet):
    def as_of(self, day):
        """The tree as it stood on ``day``: the agencies that existed then. For “now” ask ``present.today()``."""
        return self.filter(exists_on(day))

    def tops(self, day=None):
        """Ministries and provinces, the agencies that metrics name: those of ``day``, or all there ever were."""
        found = self.filter(kind__in=["ministry", "province"])
        return found if day is None else found.as_of(day)


class UnitQuerySet(QuerySet):
    def as_of(self, day):
        """The one-door units that were open on ``day``."""
        return self.filter(exists_on(day))

    def of(self, agency):
        """One-door units anywhere below ``agency``."""
        return self.filter(Q(agency=agency) | Q(agency__root=agency) | Q(agency__top=agency))
