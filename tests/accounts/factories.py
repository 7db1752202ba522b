"""People: citizens with an account, and officials with a role at one node.

UserFactory()                                      # a citizen; sign in with client.force_login(user)
UserFactory(password="…", confirmed=True)          # one who can use the sign-in page
OfficialFactory(role="one_door", unit=unit)        # one-door officers belong to a unit
OfficialFactory(role="leader", agency=agency)      # everybody else to an agency
OfficialFactory(role="system_admin")               # auditors and system administrators to none
"""

from datetime import date

import factory
from allauth.account.models import EmailAddress

from portal.accounts.models import RoleGrant, User

LONG_AGO = date(2020, 1, 1)
CITIZEN_PREFIX = "0480900"  # Da Nang, a man born in 1990


class UserFactory(factory.django.DjangoModelFactory):
    """A citizen. Nobody can sign in with a password unless one is given: hashing takes time."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        confirmed = False

    username = factory.Sequence(lambda n: f"{CITIZEN_PREFIX}{n:05}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@vidu.example")
    full_name = "Nguyễn Thị Mai"
    phone = "0905000000"
    address = "72 Bạch Đằng, phường Thạch Thang, quận Hải Châu, Đà Nẵng"

    @classmethod
    def _create(cls, model_class, *args, password=None, **fields):
        user = model_class(**fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save()
        return user

    address_confirmed = factory.Maybe(
        "confirmed",
        factory.RelatedFactory(
            "tests.accounts.factories.EmailAddressFactory", factory_related_name="user"
        ),
    )


class EmailAddressFactory(factory.django.DjangoModelFactory):
    """The confirmed e-mail address of an account, as the sign-in page wants it."""

    class Meta:
        model = EmailAddress

    user = factory.SubFactory(UserFactory)
    email = factory.SelfAttribute("user.email")
    verified = True
    primary = True


class RoleGrantFactory(factory.django.DjangoModelFactory):
    """A role in force since long ago. Give ``unit`` or ``agency``."""

    class Meta:
        model = RoleGrant

    user = factory.SubFactory(UserFactory)
    valid_from = LONG_AGO


class OfficialFactory(UserFactory):
    """Somebody with one role at one node."""

    class Params:
        role = "one_door"
        unit = None
        agency = None

    username = factory.Sequence(lambda n: f"CB{n:05}")
    full_name = "Lê Thị Hoa"

    grant = factory.RelatedFactory(
        RoleGrantFactory,
        factory_related_name="user",
        role=factory.SelfAttribute("..role"),
        unit=factory.SelfAttribute("..unit"),
        agency=factory.SelfAttribute("..agency"),
    )
