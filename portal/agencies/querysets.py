from django.db.models import Q, QuerySet


class AgencyQuerySet(QuerySet):
    def in_force(self, day):
        """Agencies that exist on ``day``."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )

    def tops(self):
        """Ministries and provinces: the agencies that metrics name."""
        return self.filter(kind__in=["ministry", "province"])


class UnitQuerySet(QuerySet):
    def of(self, agency):
        """One-door units anywhere below ``agency``."""
        return self.filter(Q(agency=agency) | Q(agency__root=agency) | Q(agency__top=agency))
