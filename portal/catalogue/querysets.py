from django.db.models import OuterRef, Q, QuerySet, Subquery


class PublicServiceQuerySet(QuerySet):
    def with_current_version(self, *, at=None):
        """Add ``version_id``: the newest published version; of those published by ``at``, if an instant is named."""
        newest = self.model.versions.rel.related_model.objects.filter(
            service=OuterRef("pk"), state="published"
        ).order_by("-number")
        if at is not None:
            newest = newest.filter(published_at__lte=at)
        return self.annotate(version_id=Subquery(newest.values("pk")[:1]))


class OfferingQuerySet(QuerySet):
    def in_force(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
