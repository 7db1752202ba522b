"""Whose services a person looks after: those of the ministry that they administer, or all of them."""

from django.db.models import Q

from portal.workflow.reach import reach_of


class MinistryRows:
    """For a ``PolicyAdmin``: rows belong to the ministry at ``ministry_path``."""

    read_key = "catalogue.read"
    ministry_path = None

    def rows_for(self, user):
        reach = reach_of(user, self.read_key)
        if reach.everywhere:
            return Q()
        return Q(**{f"{self.ministry_path}__in": reach.agencies}) | Q(
            **{f"{self.ministry_path}__root__in": reach.roots}
        )
