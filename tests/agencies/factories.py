"""The smallest tree of agencies: a ward with its one-door unit, below a district of a province.

    UnitFactory()                              # a one-door unit of a ward; district and province come along
    UnitFactory(agency=DepartmentFactory())    # the one-door unit of a provincial department
    MinistryFactory()                          # a ministry

Codes are made up and never those of a real agency (H17, G15 …), so that the catalogue can be loaded beside them.
"""

import factory

from portal.agencies.models import Agency, CalendarDay, Unit


class AgencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Agency

    name_en = factory.LazyAttribute(lambda agency: f"Agency {agency.code}")
    simulated_name = True


class ProvinceFactory(AgencyFactory):
    kind = Agency.Kind.PROVINCE
    code = factory.Sequence(lambda n: f"T{n:02}")
    name_vi = factory.LazyAttribute(lambda agency: f"Tỉnh Thử nghiệm {agency.code}")
    region = "Red River Delta"


class MinistryFactory(AgencyFactory):
    kind = Agency.Kind.MINISTRY
    code = factory.Sequence(lambda n: f"M{n:02}")
    name_vi = factory.LazyAttribute(lambda agency: f"Bộ Thử nghiệm {agency.code}")


class DistrictFactory(AgencyFactory):
    kind = Agency.Kind.DISTRICT
    parent = factory.SubFactory(ProvinceFactory)
    code = factory.LazyAttributeSequence(lambda agency, n: f"{agency.parent.code}.{n:02}")
    name_vi = factory.LazyAttribute(lambda agency: f"Ủy ban nhân dân quận {agency.code}")


class CommuneFactory(AgencyFactory):
    kind = Agency.Kind.COMMUNE
    parent = factory.SubFactory(DistrictFactory)
    code = factory.LazyAttributeSequence(lambda agency, n: f"{agency.parent.code}.{n:02}")
    name_vi = factory.LazyAttribute(lambda agency: f"Ủy ban nhân dân phường {agency.code}")


class DepartmentFactory(AgencyFactory):
    """A department of a province; give ``parent`` for one of a district or a ministry."""

    kind = Agency.Kind.DEPARTMENT
    parent = factory.SubFactory(ProvinceFactory)
    code = factory.LazyAttributeSequence(lambda agency, n: f"{agency.parent.code}.{n:02}")
    name_vi = factory.LazyAttribute(lambda agency: f"Sở Thử nghiệm {agency.code}")


class UnitFactory(factory.django.DjangoModelFactory):
    """The one-door unit of ``agency`` (a ward, unless told otherwise). Its code begins its dossiers' codes."""

    class Meta:
        model = Unit

    agency = factory.SubFactory(CommuneFactory)
    code = factory.LazyAttribute(lambda unit: unit.agency.code)
    name_vi = factory.LazyAttribute(lambda unit: f"Bộ phận Một cửa, {unit.agency.name_vi}")
    name_en = factory.LazyAttribute(lambda unit: f"One-door unit of {unit.agency.name_en}")
    address = "12 Bạch Đằng"
    phone = "0236 000 000"
    simulated_name = True


class CalendarDayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CalendarDay

    kind = CalendarDay.Kind.HOLIDAY
    reason = "Nghỉ bù"
