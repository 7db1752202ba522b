from django.db.models import OuterRef, Q, QuerySet, Subquery


class PublicServiceQuerySet(QuerySet):
    def with_current_version(self):
        """Add ``version_id``: the newest published version."""
        newest = self.model.versions.rel.related_model.objects.filter(
            service=OuterRef("pk"), state="published"
        ).order_by("-number")
        return self.annotate(version_id=Subquery(newest.values("pk")[:1]))


class OfferingQuerySet(QuerySet):
    def in_force(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
