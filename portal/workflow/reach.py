"""How far a person's roles carry an act: the policy turned round, from “may they?” to “for which rows?”."""

from dataclasses import dataclass

from django.db.models import Q

from portal.workflow.policy import allows

NOBODY = Q(pk__in=())


@dataclass(frozen=True)
class Reach:
    """Nodes at which a person may carry out an act, agencies within which they may, or everywhere."""

    units: frozenset[int]
    agencies: frozenset[int]
    roots: frozenset[int]
    everywhere: bool

    def __bool__(self):
        return bool(self.everywhere or self.units or self.agencies or self.roots)

    def rows(self, *, unit, agency):
        """The rows within reach, as a ``Q``; ``unit`` and ``agency`` are the paths to the row's nodes."""
        if self.everywhere:
            return Q()
        if not self:
            return NOBODY
        return (
            Q(**{f"{unit}__in": self.units})
            | Q(**{f"{agency}__in": self.agencies})
            | Q(**{f"{unit}__agency__root__in": self.roots})
            | Q(**{f"{agency}__root__in": self.roots})
        )


def reach_of(user, key):
    """How far the grants of ``user`` carry the act called ``key``; the state of a row is not looked at."""
    units, agencies, roots, everywhere = set(), set(), set(), False
    for rule in allows(key).rules:
        for grant in user.role_grants():
            if grant.role != rule.role:
                continue
            everywhere = everywhere or "other" in rule.relations
            if "same_unit" in rule.relations:
                units.add(grant.unit_id)
                agencies.add(grant.agency_id)
            if "same_agency" in rule.relations:
                roots.add(grant.root_id)
    return Reach(
        *(frozenset(found - {None}) for found in (units, agencies, roots)), everywhere=everywhere
    )
