"""One question of every type, as a service file would declare it."""

from portal.catalogue import question_types  # noqa: F401  (registers every type)
from portal.catalogue.question_files import read_question
from portal.catalogue.tables import Table

WORDS = {"vi": "Điều hỏi", "en": "Thing asked"}
OPTIONS = [
    {"key": "red", "label": {"vi": "Đỏ", "en": "Red"}},
    {"key": "blue", "label": {"vi": "Xanh", "en": "Blue"}, "hint": {"vi": "Như biển", "en": "Sea"}},
]

ROW = {"vi": "Thành viên", "en": "Member"}
ROW_QUESTIONS = [
    {"key": "name", "type": "person_name", "label": {"vi": "Họ và tên", "en": "Full name"}},
    {"key": "born", "type": "date", "label": {"vi": "Ngày sinh", "en": "Born"}, "not_future": True},
    {"key": "kin", "type": "choice", "label": {"vi": "Quan hệ", "en": "Kin"}, "options": OPTIONS},
    {
        "key": "does",
        "type": "choices",
        "label": {"vi": "Việc làm", "en": "Doings"},
        "options": OPTIONS,
        "required": False,
    },
    {"key": "job", "type": "text", "label": {"vi": "Nghề", "en": "Job"}, "examples": ["thợ may"]},
]

# One table or several for each type: the second shows other options of it.
OF_EACH_TYPE = {
    "text": [{"examples": ["một hai"]}, {"examples": ["một hai ba"], "min_length": 5}],
    "long_text": [{"examples": ["một\nhai"], "max_length": 500}],
    "person_name": [{}, {"people": "foreign", "min_words": 1}, {"people": "female"}],
    "commune": [{}],
    "identifier": [
        {"format": name}
        for name in (
            "passport",
            "document_number",
            "invoice_number",
            "parcel",
            "hs_code",
            "industry_code",
        )
    ],
    "lines": [
        {"examples": ["a\nb"]},
        {"item": "period", "examples": ["03/2015 - 08/2019: Đà Nẵng"]},
        {"item": "hs_code", "examples": ["610910"]},
    ],
    "date": [
        {},
        {"not_future": True},
        {"not_past": True, "max_days_ahead": 30},
        {"min_age": 18, "max_age": 100},
        {"earliest": "2010-01-01", "not_future": True, "usual_days": 30},
    ],
    "number": [
        {"minimum": 1, "maximum": 50},
        {"minimum": 10, "maximum": 900, "decimals": 1, "unit": {"vi": "m²", "en": "m²"}},
        {"minimum": -5, "maximum": 5, "usual": [0, 2]},
    ],
    "money": [
        {"minimum": 0, "maximum": 10**12, "usual": [10**6, 10**8]},
        {"minimum": 1, "maximum": 10**9, "currency": "USD"},
    ],
    "choice": [{"options": OPTIONS}, {"list": "ethnicities"}, {"list": "countries"}],
    "choices": [{"options": OPTIONS}],
    "yes_no": [{}],
    "province": [{}],
    "address": [{}, {"detail": "none"}],
    "person": [
        {},
        {"ask": ["date_of_birth", "gender", "citizen_id", "phone"], "min_age": 18, "max_age": 90},
        {"ask": ["date_of_birth", "citizen_id"], "optional": ["citizen_id"], "people": "female"},
    ],
    "repeating": [
        {"item_label": ROW, "questions": ROW_QUESTIONS},
        {"item_label": ROW, "questions": ROW_QUESTIONS[1:], "min_items": 2, "max_items": 4},
    ],
    "file": [{}, {"accept": ["jpg", "png"], "max_mb": 2}],
    "citizen_id": [{}],
    "tax_code": [{}],
    "phone": [{}],
    "declaration": [{}],
}


def question(type_name, **options):
    """A question of this type with the key ``q``."""
    content = {"key": "q", "type": type_name, "label": WORDS, **options}
    return read_question(Table(content, file="test.toml"))


def every_question():
    """``(name, question)`` for every table above."""
    return [
        (f"{type_name} {number}", question(type_name, **options))
        for type_name, tables in OF_EACH_TYPE.items()
        for number, options in enumerate(tables, 1)
    ]
