"""Places: a commune by name, and a whole address."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.catalogue.questions import Question, question_type
from portal.catalogue.reference_lists import provinces
from portal.catalogue.typed_text import one_line
from portal.catalogue.words import Words

MAX_LENGTHS = {"commune": 100, "detail": 200}  # characters
NOT_IN_PLACE_NAMES = frozenset('<>{}[]|\\^~@#$%&*=+"')
PARTS = ("province", "commune", "detail")

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
class Address(Question):
    """A whole address. Stored: ``{"province": "H17", "commune": "…", "detail": "…"}``, all needed.

    With ``detail = "none"`` it ends at the commune; ``detail_label`` renames the last part.
    """

    type = "address"
    template = "components/question/address.html"

    has_detail: bool = True
    detail_label: Words | None = None

    @classmethod
    def read_options(cls, table):
        return {
            "has_detail": table.one_of("detail", {"needed", "none"}, "needed") == "needed",
            "detail_label": table.words("detail_label", None),
        }

    @property
    def part_names(self) -> tuple[str, ...]:
        return PARTS if self.has_detail else PARTS[:-1]

    def widget(self):
        options = [(each.key, str(each.label)) for each in provinces().values()]
        controls = {
            "province": forms.Select(
                {"class": "form-select"}, choices=[("", gettext("Choose")), *options]
            ),
            "commune": forms.TextInput({"class": "form-control"}),
            "detail": forms.TextInput({"class": "form-control"}),
        }
        return AddressWidget({name: controls[name] for name in self.part_names})

    def part_label(self, part: str) -> str:
        if part == "detail" and self.detail_label:
            return str(self.detail_label)
        return {
            "province": gettext("Province or city"),
            "commune": gettext("Commune, ward or township, and district"),
            "detail": gettext("House number and street, or hamlet"),
        }[part]

    def read(self, typed, *, today):
        values = dict(zip(self.part_names, typed or [], strict=False))
        texts, faults = {}, []
        for part in self.part_names[1:]:
            try:
                texts[part] = self.read_text(part, values.get(part) or "")
            except ValidationError as fault:
                faults.append(fault)
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
        """One line of the address. Raises ``ValidationError`` with the part as its code."""
        try:
            return one_line(text, label=self.label_of(part), max_length=MAX_LENGTHS[part])
        except ValidationError as fault:
            raise ValidationError(fault.message, code=part, params=fault.params)

    def expectation(self, part: str):
        if part == "commune":
            return _(
                "Write the commune, ward or township of “%(label)s”, "
                "for example Phường Thạch Thang."
            )
        return _(
            "Write the house number and street, or the hamlet, of “%(label)s”, "
            "for example 12 Nguyễn Du."
        )

    def label_of(self, part: str) -> str:
        return f"{self.label}: {self.part_label(part)}"

    def missing(self):
        return gettext("Fill in “%(label)s”.") % {"label": self.label}

    def shown(self, value):
        return [(value or {}).get(part, "") for part in self.part_names]

    def typed(self, value):
        return {f"{self.key}_{part}": value.get(part, "") for part in self.part_names}

    def render(self, value, language):
        province = provinces()[value["province"]].label.to(language)
        texts = [value[part] for part in reversed(self.part_names[1:])]
        return ", ".join([*texts, province])

    def sample(self, rng, *, today):
        province = rng.choice(sorted(SAMPLE_COMMUNES))
        texts = {"commune": sample_commune(rng, province), "detail": sample_detail(rng)}
        return {"province": province, **{part: texts[part] for part in self.part_names[1:]}}

    def example_invalid(self):
        return self.typed({"province": "H99", "commune": "", "detail": "12 Nguyễn Du"})


class AddressWidget(forms.MultiWidget):
    """A list of provinces and one line of text or two, each under its own name."""

    def decompress(self, value):
        return value or [""] * len(self.widgets)
