"""The people of the demo: officials for every unit that offers something, and citizens."""

import random
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import RoleGrant, User
from portal.agencies.models import Agency, Unit
from portal.catalogue.models import Offering
from portal.page import Persona
from portal.simulator import names

PASSWORD = "motcua-demo"  # of every demo account: printed on the first screen, worthless elsewhere
SEED = 20220830
CITIZENS = 40
SINCE = "2022-01-01"
STORY_UNIT = "H17.21"  # where the walk-through of the demo takes place: it issues criminal record certificates

STORY_ROLES = ("one_door", "specialist", "leader", "cashier", "auditor", "system_admin")
NATIONWIDE = ("auditor", "system_admin")
ROLES_AT_AGENCY = (
    "specialist",
    "specialist",
    "leader",
    "leader",
    "clerk",
    "cashier",
    "agency_admin",
)


AT_ONCE = 2_000  # rows in a statement, which takes 65,535 values: both trees of 2025 have thousands of officials


@dataclass(frozen=True)
class DemoAccount:
    """One row of the table that the start prints."""

    username: str
    name: str
    role: str
    password: str = PASSWORD


@transaction.atomic
def load_people():
    """Create whoever is missing; running it again changes nothing."""
    newcomers = _Newcomers()
    for unit in Unit.objects.filter(offerings__isnull=False).distinct().order_by("code"):
        newcomers.official(f"{unit.code}.MC", "one_door", unit=unit)
    handling = Agency.objects.filter(pk__in=Unit.objects.values("offerings__handling_agency"))
    for agency in handling.order_by("code"):
        for number, role in enumerate(ROLES_AT_AGENCY, start=1):
            newcomers.official(f"{agency.code}.CB{number}", role, agency=agency)
    newcomers.official("KT.001", "auditor")
    newcomers.official("QT.001", "system_admin")
    for number in range(1, CITIZENS + 1):
        newcomers.citizen(number)
    newcomers.official(
        "QT.002", "system_admin"
    )  # versions of services are published by a second one
    newcomers.arrive()


def story_people():
    """The personas of the walk-through, by key: a citizen and the officials of one unit. Those who exist."""
    offerings = Offering.objects.order_by("pk")
    node = offerings.filter(unit__code=STORY_UNIT).first() or offerings.first()
    people = {}
    if citizen := User.objects.filter(grants__isnull=True).order_by("pk").first():
        people["citizen"] = citizen
    if node is not None:
        here = Q(unit=node.unit_id) | Q(agency=node.handling_agency_id) | Q(role__in=NATIONWIDE)
        found = RoleGrant.objects.filter(here).select_related("user").order_by("-user__username")
        by_role = {
            grant.role: grant.user for grant in found
        }  # the first by name comes last, and stays
        people |= {role: by_role[role] for role in STORY_ROLES if role in by_role}
    return people


def demo_accounts():
    """The accounts worth printing, with their password."""
    labels = {"citizen": _("citizen"), **{role.value: role.label for role in RoleGrant.Role}}
    return [
        DemoAccount(person.username, person.full_name, str(labels[key]))
        for key, person in story_people().items()
    ]


class _Newcomers:
    """People drawn from one seed, in one order; those already there are left as they are."""

    def __init__(self):
        self.rng = random.Random(SEED)
        self.password = make_password(PASSWORD)
        self.known = set(User.objects.values_list("email", flat=True))
        self.users, self.grants = [], []

    def official(self, code, role, **node):
        name, _is_woman = names.full_name(self.rng)
        user = self._add(
            username=code, email=f"{code.lower()}@canbo.motcua.example", full_name=name
        )
        if user is not None:
            self.grants.append(RoleGrant(user=user, role=role, valid_from=SINCE, **node))

    def citizen(self, number):
        name, is_woman = names.full_name(self.rng)
        self._add(
            username=names.citizen_id(self.rng, is_woman),
            email=f"congdan{number:02d}@motcua.example",
            full_name=name,
            phone=names.phone(self.rng),
            address=f"{self.rng.randint(1, 200)} Lê Duẩn, Đà Nẵng",
        )

    def arrive(self):
        addresses = [
            EmailAddress(user=user, email=user.email, verified=True, primary=True)
            for user in self.users
        ]
        for rows in (self.users, addresses, self.grants):
            if rows:
                type(rows[0]).objects.bulk_create(rows, batch_size=AT_ONCE)

    def _add(self, *, email, **fields):
        if email in self.known:
            return None
        self.users.append(User(email=email, password=self.password, **fields))
        return self.users[-1]


def personas(request):
    """The people to switch to in the demo bar, the present one marked."""
    labels = {"citizen": _("citizen"), **{role.value: role.label for role in RoleGrant.Role}}
    present = request.user.pk if request.user.is_authenticated else None
    found = [
        Persona(key, person.full_name, str(labels[key]), person.pk == present)
        for key, person in story_people().items()
    ]
    return [*found, Persona("nobody", str(_("Nobody (signed out)")), "", present is None)]
