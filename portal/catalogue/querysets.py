from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from portal.catalogue.folding import fold


class PublicServiceQuerySet(QuerySet):
    def matching(self, text):
        """Services whose names or everyday words hold every word of ``text``, with or without diacritics."""
        found = self
        for word in fold(text).split():
            found = found.filter(folded__contains=word)
        return found

    def with_level(self, day):
        """Add ``level``: the highest at which any unit offers the service on ``day``."""
        in_force = Q(offerings__valid_from__lte=day) & (
            Q(offerings__valid_to__isnull=True) | Q(offerings__valid_to__gt=day)
        )
        return self.annotate(level=Max("offerings__level", filter=in_force))

    def with_current_version(self):
        """Add ``version_id``: the newest published version."""
        newest = self.model.versions.rel.related_model.objects.filter(
            service=OuterRef("pk"), status="published"
        ).order_by("-number")
        return self.annotate(version_id=Subquery(newest.values("pk")[:1]))


class OfferingQuerySet(QuerySet):
    def in_force(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
