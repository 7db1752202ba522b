from django.db.models import Max, Q, QuerySet

from dossiers.states import FINAL, State


class DossierQuerySet(QuerySet):
    def visible_to(self, user):
        """Applicants see what they filed online, officials what their units receive or handle.

        A system administrator sees no dossier; drafts are their author's alone.
        """
        if not user.is_authenticated:
            return self.none()
        own = Q(filed_by=user, channel=2)
        at_work = Q(receiving_unit__in=user.units_served()) | Q(
            handling_agency__in=user.nodes_with_dossiers()
        )
        return self.filter(
            own | (at_work & ~Q(state=State.DRAFT)) | Q(filed_by=user, state=State.DRAFT)
        )

    def filed_online_by(self, user):
        return self.filter(filed_by=user, channel=2)

    def at_desk_of(self, user):
        """What officials see at their desk: never drafts, never by virtue of being an applicant."""
        return self.filter(
            Q(receiving_unit__in=user.units_served())
            | Q(handling_agency__in=user.nodes_with_dossiers())
        ).exclude(state=State.DRAFT)

    def still_open(self):
        return self.exclude(state__in=[*FINAL, State.DRAFT])

    def with_completed_at(self):
        """Add ``completed_at``, read from the history: the dossier keeps no copy of it."""
        return self.annotate(
            completed_at=Max("history__at", filter=Q(history__transition="complete"))
        )
