"""Who may give which roles where. Nobody gives what they have no authority over, and nothing to themselves."""

from dataclasses import dataclass

from django.db.models import Q

from portal.accounts.models import RoleGrant, User
from portal.agencies.models import Agency, Unit
from portal.workflow.reach import NOBODY, Reach, reach_of

Role = RoleGrant.Role

# An agency administrator staffs the own agency; whoever looks after the system appoints those administrators
# and the roles without an agency, and so can give nobody a look into dossiers.
AT_HOME = frozenset(
    {Role.ONE_DOOR, Role.SPECIALIST, Role.LEADER, Role.CLERK, Role.CASHIER, Role.AGENCY_ADMIN}
)
FOR_THE_SYSTEM = frozenset({Role.AGENCY_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN})


@dataclass(frozen=True)
class Authority:
    """What ``user`` may decide about the roles of others."""

    user: User
    home: Reach  # the agencies that they staff
    system: bool

    def __bool__(self):
        return bool(self.home) or self.system

    @property
    def roles(self):
        """The roles that this person may give somewhere."""
        return (AT_HOME if self.home else frozenset()) | (
            FOR_THE_SYSTEM if self.system else frozenset()
        )

    def units(self):
        """The one-door units at which they may give roles."""
        return Unit.objects.filter(self._nodes("pk", "agency"))

    def agencies(self):
        """The agencies at which they may give roles."""
        return (
            Agency.objects.all()
            if self.system
            else Agency.objects.filter(self._agency_rows("pk", "root"))
        )

    def rows(self):
        """The role grants that they may see."""
        if self.system:
            return Q()
        return self.home.rows(unit="unit", agency="agency") if self.home else NOBODY

    def may_give(self, grant):
        """Whether this new grant is theirs to give."""
        if grant.user_id == self.user.pk:
            return False
        if self.system and grant.role in FOR_THE_SYSTEM and grant.unit_id is None:
            return True
        return grant.role in AT_HOME and self._is_at_home(grant)

    def may_end(self, grant):
        """Whether this grant, given by whomever, is theirs to end."""
        return self.may_give(grant)

    def _is_at_home(self, grant):
        if grant.unit_id is not None:
            return self.units().filter(pk=grant.unit_id).exists() and bool(self.home)
        return Agency.objects.filter(self._agency_rows("pk", "root"), pk=grant.agency_id).exists()

    def _nodes(self, unit, agency):
        if not self.home:
            return NOBODY
        return (
            Q(**{f"{unit}__in": self.home.units})
            | Q(**{f"{agency}__in": self.home.agencies})
            | Q(**{f"{agency}__root__in": self.home.roots})
        )

    def _agency_rows(self, key, root):
        if not self.home:
            return NOBODY
        return Q(**{f"{key}__in": self.home.agencies}) | Q(**{f"{root}__in": self.home.roots})


def authority_of(user):
    """What ``user`` may decide about roles today; false for most people."""
    return Authority(
        user,
        home=reach_of(user, "agency.manage_staff"),
        system=reach_of(user, "system.administer").everywhere,
    )
