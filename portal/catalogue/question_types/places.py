"""Places: a commune by name, and a whole address."""

from dataclasses import dataclass, replace
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.agencies import present
from portal.catalogue.question_types.parts import Parts, PartsWidget, about_part
from portal.catalogue.questions import Question, question_type
from portal.catalogue.reference_lists import places_of, provinces
from portal.catalogue.typed_text import one_line
from portal.catalogue.words import Words

MAX_LENGTHS = {"district": 100, "commune": 100, "detail": 200}  # characters
NOT_IN_PLACE_NAMES = frozenset('<>{}[]|\\^~@#$%&*=+"')
DISTRICTS_END = date(2025, 7, 1)  # docs/sources.md, “Agencies”: districts abolished

# Communes are typed apart from their province, so samples of both stay within one province.
SAMPLE_PROVINCE = "H17"
SAMPLE_COMMUNES = {
    "H17": (
        "Phường Thạch Thang, quận Hải Châu",
        "Phường An Khê, quận Thanh Khê",
        "Xã Hòa Châu, huyện Hòa Vang",
    ),
    "H26": (
        "Phường Láng Hạ, quận Đống Đa",
        "Phường Dịch Vọng, quận Cầu Giấy",
        "Xã Uy Nỗ, huyện Đông Anh",
    ),
    "H29": (
        "Phường Bến Nghé, Quận 1",
        "Phường 25, quận Bình Thạnh",
        "Xã Bình Hưng, huyện Bình Chánh",
    ),
}
SAMPLE_STREETS = [
    "Nguyễn Du",
    "Trần Phú",
    "Lê Lợi",
    "Hai Bà Trưng",
    "Lý Thường Kiệt",
    "Phan Chu Trinh",
    "Quang Trung",
    "Hùng Vương",
    "Nguyễn Trãi",
]


def sample_commune(rng, province: str = SAMPLE_PROVINCE) -> str:
    return rng.choice(SAMPLE_COMMUNES[province])


def sample_detail(rng) -> str:
    return f"{rng.randint(1, 299)} {rng.choice(SAMPLE_STREETS)}"


def looks_like_a_place(text: str) -> bool:
    """Whether ``text`` says something that can stand in an address."""
    return any(each.isalpha() or each.isdigit() for each in text) and not NOT_IN_PLACE_NAMES & set(
        text
    )


@question_type
@dataclass(frozen=True)
class Commune(Question):
    """A commune, ward or township, with its district where it has one."""

    type = "commune"

    def widget(self):
        return forms.TextInput(self.control_attributes())

    def read(self, typed, *, today):
        text = one_line(typed or "", label=self.label, max_length=MAX_LENGTHS["commune"])
        if text and (not looks_like_a_place(text) or text.isdigit()):
            raise self.refusal(
                _(
                    "Write “%(label)s” as a place name, for example Phường Thạch Thang, quận Hải Châu."
                ),
                code="not_a_place",
            )
        return text or None

    def render(self, value, language):
        return value

    def sample(self, rng, *, today):
        return sample_commune(rng)

    def example_invalid(self):
        return {self.key: "<phường>"}


@question_type
@dataclass(frozen=True)
class Address(Parts):
    """A whole address. Stored: ``{"province": "H17", "district": "…", "commune": "…", "detail": "…"}``.

    From :data:`DISTRICTS_END` on nobody is asked for the district, and answers of an earlier form may lack it.
    With ``detail = "none"`` the address ends at the commune; ``detail_label`` renames the last part.
    """

    type = "address"
    template = "components/question/address.html"

    has_detail: bool = True
    has_district: bool = True
    detail_label: Words | None = None

    @classmethod
    def read_options(cls, table):
        return {
            "has_detail": table.one_of("detail", {"needed", "none"}, "needed") == "needed",
            "detail_label": table.words("detail_label", None),
        }

    def as_of(self, today: date) -> "Address":
        """The question as it is asked on ``today``, where the tree of agencies that is then in force has districts."""
        return replace(self, has_district=present.tree_day(today) < DISTRICTS_END)

    def form_field(self, *, today, required=None):
        return super(Address, self.as_of(today)).form_field(today=today, required=required)

    @property
    def part_names(self):
        asked = {"district": self.has_district, "detail": self.has_detail}
        return tuple(
            part for part in ("province", "district", "commune", "detail") if asked.get(part, True)
        )

    def widget(self):
        options = [(each.key, str(each.label)) for each in provinces().values()]
        controls = {
            part: forms.TextInput({"class": "form-control"}) for part in self.part_names
        } | {
            "province": forms.Select(
                {"class": "form-select"}, choices=[("", gettext("Choose")), *options]
            )
        }
        return PartsWidget(controls)

    def part_label(self, part):
        if part == "detail" and self.detail_label:
            return str(self.detail_label)
        return {
            "province": gettext("Province or city"),
            "district": gettext("District, town or city of the province"),
            "commune": gettext("Commune, ward or township"),
            "detail": gettext("House number and street, or hamlet"),
        }[part]

    def suggestions(self, part, values, today):
        if part not in ("district", "commune"):
            return None
        return places_of(values.get("province", ""), part, today)

    def read(self, typed, *, today):
        asked = self.as_of(today)
        values = asked.parts_typed(typed)
        texts, faults = {}, []
        for part in asked.part_names[1:]:
            try:
                texts[part] = self.read_text(part, values.get(part) or "")
            except ValidationError as fault:
                faults += about_part(part, fault)
        if not faults and not values.get("province") and not any(texts.values()):
            return None
        if values.get("province") not in provinces():
            sentence = _("Pick the province or city of “%(label)s”.")
            faults.insert(0, self.refusal(sentence, code="province"))
        faults += [
            self.refusal(self.expectation(part), code=part)
            for part, text in texts.items()
            if not looks_like_a_place(text)
        ]
        if faults:
            raise ValidationError(faults)
        return {"province": values["province"], **texts}

    def read_text(self, part: str, text: str) -> str:
        return one_line(text, label=self.label_of(part), max_length=MAX_LENGTHS[part])

    def expectation(self, part: str):
        return {
            "district": _(
                "Write the district, town or city of the province in “%(label)s”, "
                "for example Quận Hải Châu."
            ),
            "commune": _(
                "Write the commune, ward or township of “%(label)s”, "
                "for example Phường Thạch Thang."
            ),
            "detail": _(
                "Write the house number and street, or the hamlet, of “%(label)s”, "
                "for example 12 Nguyễn Du."
            ),
        }[part]

    def render(self, value, language):
        province = provinces()[value["province"]].label.to(language)
        texts = [value.get(part) for part in ("detail", "commune", "district")]
        return ", ".join([*filter(None, texts), province])

    def sample(self, rng, *, today):
        province = rng.choice(sorted(SAMPLE_COMMUNES))
        commune, district = sample_commune(rng, province).split(", ")
        texts = {"district": district[0].upper() + district[1:], "commune": commune}
        texts["detail"] = sample_detail(rng)
        asked = self.as_of(today).part_names[1:]
        return {"province": province, **{part: texts[part] for part in asked}}

    def example_invalid(self):
        return self.typed({"province": "H99", "commune": "", "detail": "12 Nguyễn Du"})
