"""Accounts of people, and the roles that officials hold at nodes of the agency tree."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.accounts.managers import UserManager

READS_DOSSIERS = frozenset({"one_door", "specialist", "leader", "clerk"})


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. The user name is a citizen ID or a staff code."""

    username = models.CharField(_("citizen ID or staff code"), max_length=30, unique=True)
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="vi"
    )
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="account_email_once"),
            models.CheckConstraint(
                condition=Q(is_superuser=False), name="account_nobody_is_superuser"
            ),
        ]

    def __str__(self):
        return self.full_name or self.username

    @property
    def is_staff(self):
        """Whether the desk is open to this person: whoever holds a role today."""
        return self.is_active and bool(self.role_grants())

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name.rsplit(" ", 1)[-1] if self.full_name else self.username

    def role_grants(self):
        """The grants in force today, read once per user object (that is: per request or task)."""
        if "_role_grants" not in self.__dict__:
            self._role_grants = [
                GrantView(
                    row["pk"],
                    row["role"],
                    row["unit_id"],
                    row["agency_id"],
                    row["root"],
                    row["top"],
                )
                for row in self.grants.in_force(clock.today()).with_nodes()
            ]
        return self._role_grants

    def has_role(self, *roles):
        return any(grant.role in roles for grant in self.role_grants())

    def units_served(self):
        """Keys of the one-door units at which this person receives."""
        return [
            grant.unit_id
            for grant in self.role_grants()
            if grant.unit_id is not None and grant.role in READS_DOSSIERS
        ]

    def nodes_with_dossiers(self):
        """Keys of the agencies at which this person handles dossiers; administering one is no reading right."""
        return [
            grant.agency_id
            for grant in self.role_grants()
            if grant.agency_id is not None and grant.role in READS_DOSSIERS
        ]


@dataclass(frozen=True)
class GrantView:
    """A grant as the policy reads it."""

    pk: int
    role: str
    unit_id: int | None
    agency_id: int | None
    root_id: int | None
    top_id: int | None


class RoleGrantQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def with_nodes(self):
        """Rows of ``pk, role, unit_id, agency_id, root, top``: the agencies above the node that was granted."""
        return (
            self.values("pk", "role", "unit_id", "agency_id")
            .annotate(
                root=models.functions.Coalesce(F("agency__root"), F("unit__agency__root")),
                top=models.functions.Coalesce(F("agency__top"), F("unit__agency__top")),
            )
            .order_by("pk")
        )


class RoleGrant(models.Model):
    """A role that an official holds at one node of the tree, for a span of days."""

    class Role(models.TextChoices):
        ONE_DOOR = "one_door", _("one-door officer")
        SPECIALIST = "specialist", _("specialist")
        LEADER = "leader", _("leader")
        CLERK = "clerk", _("clerk")
        CASHIER = "cashier", _("cashier")
        AGENCY_ADMIN = "agency_admin", _("agency administrator")
        AUDITOR = "auditor", _("auditor")
        SYSTEM_ADMIN = "system_admin", _("system administrator")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    unit = models.ForeignKey("agencies.Unit", null=True, blank=True, on_delete=models.PROTECT)
    agency = models.ForeignKey("agencies.Agency", null=True, blank=True, on_delete=models.PROTECT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    granted_at = models.DateTimeField(db_default=TransactionNow())

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, agency__isnull=True)
                | Q(unit__isnull=True, agency__isnull=False)
                | Q(unit__isnull=True, agency__isnull=True, role__in=["auditor", "system_admin"]),
                name="role_has_one_node",
            ),
            models.CheckConstraint(
                condition=Q(role="one_door", unit__isnull=False)
                | (~Q(role="one_door") & (Q(unit__isnull=True) | Q(role="cashier"))),
                name="role_fits_its_node",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="role_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()}, {self.unit or self.agency or ''}"
