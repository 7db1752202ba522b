"""Who may do what: one file, ``policy.toml``, read here and nowhere else.

A key names an act; the file says for each role in which relation to the object, and in which states, the act is
allowed. Relations: ``own`` (filed it), ``same_unit`` (the dossier's receiving unit or handling node), ``same_agency``
(the same ministry, province, district or commune) and ``other``. A nearer relation is included in a wider rule only
where the rule lists it.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

POLICY_FILE = Path(__file__).with_name("policy.toml")

RELATIONS = ("own", "same_unit", "same_agency", "other")

ROLE_NAMES = {
    "applicant": _("the applicant"),
    "one_door": _("a one-door officer"),
    "specialist": _("a specialist"),
    "leader": _("a leader"),
    "clerk": _("a clerk"),
    "cashier": _("a cashier"),
    "agency_admin": _("an agency administrator"),
    "auditor": _("an auditor"),
    "system_admin": _("a system administrator"),
    "portal": _("the portal itself"),
}


@dataclass(frozen=True)
class Rule:
    """One role's right to one act."""

    role: str
    relations: frozenset
    states: frozenset | None  # None: in every state from which the act is declared

    def covers(self, relation, state):
        return relation in self.relations and (self.states is None or str(state) in self.states)


@dataclass(frozen=True)
class Permission:
    """What a key allows. django-fsm calls it as ``permission(instance, user)``."""

    key: str
    rules: tuple
    by_portal: bool

    def __call__(self, instance, user):
        return self.grant_of(user, instance) is not None

    def grant_of(self, user, instance):
        """The grant (or ``APPLICANT``) under which ``user`` may act on ``instance`` now; ``None`` if there is none."""
        state = getattr(instance, "state", None)
        for rule in self.rules:
            if rule.role == "applicant":
                if instance.is_filed_by(user) and rule.covers("own", state):
                    return APPLICANT
                continue
            for grant in user.role_grants():
                if grant.role == rule.role and rule.covers(relation(grant, instance), state):
                    return grant
        return None

    def who(self):
        """Those who may, as a phrase for a refusal."""
        names = [ROLE_NAMES[rule.role] for rule in self.rules]
        if self.by_portal:
            names.append(ROLE_NAMES["portal"])
        phrase = names[0]
        for name in names[1:]:
            phrase = format_lazy("{} / {}", phrase, name)
        return phrase


class _Applicant:
    """Stands for the right that a person has over what they filed: no role grant is behind it."""

    pk = None
    role = "applicant"


APPLICANT = _Applicant()


def relation(grant, instance):
    """How near ``grant`` is to ``instance``: same_unit, same_agency or other."""
    if grant.unit_id is not None and grant.unit_id == instance.receiving_unit_id:
        return "same_unit"
    if grant.agency_id is not None and grant.agency_id == instance.handling_agency_id:
        return "same_unit"
    if grant.root_id is not None and grant.root_id in instance.agency_roots():
        return "same_agency"
    return "other"


def allows(key):
    """The permission called ``key``. A key that ``policy.toml`` does not name stops the start."""
    return permissions()[key]


@cache
def permissions():
    """Every permission of the file, by key. Raises ``ValueError`` naming what is wrong."""
    with POLICY_FILE.open("rb") as file:
        return {key: _permission(key, table) for key, table in tomllib.load(file).items()}


def _permission(key, table):
    table = dict(table)
    by_portal = table.pop("portal", False)
    return Permission(
        key, tuple(_rule(key, role, right) for role, right in table.items()), by_portal
    )


def _rule(key, role, right):
    if role not in ROLE_NAMES:
        raise ValueError(f"policy.toml, {key}: there is no role {role!r}.")
    relations = right["relations"] if isinstance(right, dict) else right
    states = right.get("states") if isinstance(right, dict) else None
    if unknown := set(relations) - set(RELATIONS):
        raise ValueError(f"policy.toml, {key}, {role}: there is no relation {sorted(unknown)}.")
    return Rule(role, frozenset(relations), frozenset(states) if states is not None else None)
