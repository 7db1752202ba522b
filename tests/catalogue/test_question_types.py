"""What single question types take, keep and refuse, case by case."""

import random
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from portal.catalogue.question_types.dates import years_before
from portal.catalogue.question_types.identity import CitizenNumber, citizen_number
from portal.catalogue.question_types.numbers import number_in
from portal.catalogue.reference_lists import countries, ethnicities, places_of, provinces
from tests.catalogue.questions import ROW, ROW_QUESTIONS, question

TODAY = date(2022, 9, 14)


def refusal_of(asked, typed, today=TODAY):
    """The code of the first error for ``typed``."""
    with pytest.raises(ValidationError) as refusal:
        asked.form_field(today=today).clean(typed)
    return refusal.value.error_list[0].code


def kept(asked, typed, today=TODAY):
    return asked.form_field(today=today).clean(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1/2/2020", "2020-02-01"),
        ("01/02/2020", "2020-02-01"),
        ("1-2-2020", "2020-02-01"),
        ("1.2.2020", "2020-02-01"),
        ("1 2 2020", "2020-02-01"),
        ("1 / 2 / 2020", "2020-02-01"),
        (" 29/02/2020 ", "2020-02-29"),
        ("2020-02-01", "2020-02-01"),
        ("31/12/1999", "1999-12-31"),
    ],
)
def test_dates_as_people_write_them(typed, stored):
    assert kept(question("date"), typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("31/02/2022", "no_such_day"),
        ("29/02/2021", "no_such_day"),
        ("12/31/2021", "no_such_day"),
        ("1/2/20", "not_a_date"),
        ("hôm qua", "not_a_date"),
        ("1/2", "not_a_date"),
        ("20200201", "not_a_date"),
        ("١/٢/٢٠٢٠", "not_a_date"),
        ("31/12/1899", "out_of_range"),
        ("01/01/3000", "out_of_range"),
    ],
)
def test_dates_that_are_refused(typed, code):
    assert refusal_of(question("date"), typed) == code


def test_bounds_of_dates_are_counted_from_the_day_of_the_portal():
    past, ahead = (
        question("date", not_future=True),
        question("date", not_past=True, max_days_ahead=10),
    )
    assert kept(past, "14/09/2022") == kept(ahead, "14/09/2022") == "2022-09-14"
    assert refusal_of(past, "15/09/2022") == "future"
    assert kept(past, "15/09/2022", today=date(2022, 9, 15)) == "2022-09-15"
    assert refusal_of(ahead, "13/09/2022") == "past"
    assert kept(ahead, "24/09/2022") == "2022-09-24"
    assert refusal_of(ahead, "25/09/2022") == "out_of_range"


def test_a_date_before_a_reform_is_not_after_it():
    before_2016 = question("date", not_future=True, latest="2015-12-31")
    assert kept(before_2016, "31/12/2015") == "2015-12-31"
    assert refusal_of(before_2016, "01/01/2016") == "out_of_range"
    assert before_2016.sample(random.Random(1), today=TODAY) <= "2015-12-31"


def test_ages_are_completed_years():
    adult = question("date", min_age=20, max_age=60)
    assert kept(adult, "14/09/2002") == "2002-09-14"
    assert refusal_of(adult, "15/09/2002") == "too_young"
    assert kept(adult, "15/09/1961") == "1961-09-15"
    assert refusal_of(adult, "14/09/1961") == "too_old"


def test_a_birthday_on_29_february_is_kept_on_the_28th_of_other_years():
    assert years_before(date(2024, 2, 29), 20) == date(2004, 2, 29)
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)


def test_dates_are_shown_in_the_language_of_the_reader():
    assert question("date").render("2022-09-02", "vi") == "02/09/2022"
    assert question("date").render("2022-09-02", "en") == "2 September 2022"
    assert question("date").shown("2022-09-02") == "02/09/2022"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("72,5", "72.5"),
        ("72.5", "72.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234", "1234"),
        ("1,234", "1234"),
        ("1 500 000", "1500000"),
        ("1.500.000", "1500000"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("007", "7"),
        ("1.234.56", None),
        ("1,2,3", None),
        ("12.34.56", None),
        ("1.5000", None),
        ("1e5", None),
        ("0x10", None),
        ("bảy hai", None),
        ("²", None),
        ("", None),
        (",5", None),
        ("5,", None),
        ("--5", None),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert number_in(text) == (None if number is None else Decimal(number))


def test_a_number_is_kept_exactly():
    area = question("number", minimum=10, maximum=900, decimals=1, unit={"vi": "m²", "en": "m²"})
    assert kept(area, "72,5") == "72.5"
    assert kept(area, "72") == "72.0"
    assert refusal_of(area, "72,55") == "too_many_decimals"
    assert refusal_of(area, "9,9") == "out_of_range"
    assert refusal_of(area, "900,1") == "out_of_range"
    assert refusal_of(area, "9" * 40) == "out_of_range"
    assert refusal_of(area, "9" * 41) == "too_long"
    assert area.render("72.5", "vi") == "72,5 m²"
    assert area.render("72.5", "en") == "72.5 m²"
    with override("vi"):
        assert area.shown("1234.5") == "1.234,5"
    copies = question("number", minimum=1, maximum=50)
    assert kept(copies, "3") == 3
    assert refusal_of(copies, "2,5") == "not_a_number"
    assert refusal_of(copies, "0") == "out_of_range"


def test_money_is_whole_dong_or_dollars_and_cents():
    capital = question("money", minimum=1_000_000, maximum=10**12)
    for typed in ("50.000.000", "50,000,000", "50 000 000", "50000000"):
        assert kept(capital, typed) == 50_000_000
    assert refusal_of(capital, "50.000.000,5") == "not_a_number"
    assert capital.render(50_000_000, "vi") == "50.000.000 đồng"
    assert capital.render(50_000_000, "en") == "50,000,000 dong"
    fob = question("money", minimum=1, maximum=10**9, currency="USD")
    assert kept(fob, "1,234.5") == "1234.50"
    assert fob.render("1234.50", "en") == "1,234.50 US dollars"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("048190000000", "048190000000"),
        ("0481 9000 0000", "048190000000"),
        ("001.203.000.123", "001203000123"),
    ],
)
def test_citizen_ids(typed, stored):
    assert kept(question("citizen_id"), typed) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("04819000000", "not_12_digits"),
        ("0481900000000", "not_12_digits"),
        ("04819000000A", "not_12_digits"),
        ("０48190000000", "not_12_digits"),
        ("000190000000", "no_such_province"),
        ("097190000000", "no_such_province"),
        ("003190000000", "no_such_province"),  # 03 was never given to a province
        ("148190000000", "no_such_province"),
        ("048223000000", "born_in_future"),
        ("048490000000", "born_in_future"),
    ],
)
def test_citizen_ids_that_are_refused(typed, code):
    assert refusal_of(question("citizen_id"), typed) == code


def test_a_citizen_id_says_province_sex_and_year():
    assert CitizenNumber.parse("048190123456") == CitizenNumber("H17", False, 1990)
    assert CitizenNumber.parse("001203123456") == CitizenNumber("H26", True, 2003)
    assert question("citizen_id").render("048190000000", "vi") == "0481 9000 0000"


@pytest.mark.parametrize("is_male", [True, False])
@pytest.mark.parametrize(
    "born", [date(1931, 5, 2), date(1999, 12, 31), date(2000, 1, 1), date(2022, 9, 1)]
)
def test_invented_citizen_ids_say_what_they_were_made_of(born, is_male):
    number = CitizenNumber.parse(citizen_number(random.Random(3), born=born, is_male=is_male))
    assert (number.birth_year, number.is_male) == (born.year, is_male)


def test_tax_codes():
    asked = question("tax_code")
    assert kept(asked, "0100233488") == "0100233488"
    assert kept(asked, "0100 233 488") == "0100233488"
    assert kept(asked, "0100233488-001") == kept(asked, "0100233488001") == "0100233488-001"
    assert refusal_of(asked, "0100233480") == "wrong_check_digit"
    assert refusal_of(asked, "0100233488-000") == "wrong_check_digit"
    assert refusal_of(asked, "123") == "not_10_digits"
    assert refusal_of(asked, "MST0100233488") == "not_10_digits"


def test_phones_are_kept_in_international_form():
    asked = question("phone")
    for typed in ("0905 123 456", "+84 905 123 456", "0084905123456", "0905.123.456"):
        assert kept(asked, typed) == "+84905123456"
    assert kept(asked, "0236 3821 321") == "+842363821321"
    for typed in ("0123", "905", "+1 202 555 0143", "0905123456 ext. 5", "gọi tôi"):
        assert refusal_of(asked, typed) == "not_a_phone"
    assert asked.render("+84905123456", "vi") == "0905 123 456"


def test_names():
    asked = question("person_name")
    assert kept(asked, "  Nguyễn   Thị Mai ") == "Nguyễn Thị Mai"
    assert kept(asked, "Nguye\u0302\u0303n Thi\u0323 Mai") == "Nguyễn Thị Mai"
    assert kept(asked, "Y Kô H’Mok") == "Y Kô H’Mok"
    assert refusal_of(asked, "Mai") == "incomplete_name"
    assert refusal_of(asked, "Nguyễn Thị M4i") == "not_a_name"
    assert refusal_of(asked, "- -") == "incomplete_name"
    assert refusal_of(asked, "<b>Mai</b> Lan") == "not_a_name"
    assert kept(question("person_name", min_words=1), "Suharto") == "Suharto"


def test_an_address_says_which_part_is_missing():
    asked = question("address")
    stored = kept(asked, ["H17", "Quận Hải Châu", " Phường  Thạch Thang", "12 Nguyễn Du"])
    assert stored == {
        "province": "H17",
        "district": "Quận Hải Châu",
        "commune": "Phường Thạch Thang",
        "detail": "12 Nguyễn Du",
    }
    assert asked.render(stored, "vi") == "12 Nguyễn Du, Phường Thạch Thang, Quận Hải Châu, Đà Nẵng"
    with pytest.raises(ValidationError) as refusal:
        asked.form_field(today=TODAY).clean(["", "", "Phường Thạch Thang", ""])
    codes = [error.code for error in refusal.value.error_list]
    assert codes == ["province", "district", "detail"]
    assert refusal_of(asked, ["H17", "<script>", "Phường Thạch Thang", "12"]) == "district"
    assert refusal_of(asked, ["H17", "Quận 1", "x" * 101, "12"]) == "commune"
    short = question("address", detail="none")
    stored = {"province": "H17", "district": "Huyện Hòa Vang", "commune": "Xã Hòa Châu"}
    assert kept(short, ["H17", "Huyện Hòa Vang", "Xã Hòa Châu"]) == stored
    assert short.render(stored, "en") == "Xã Hòa Châu, Huyện Hòa Vang, Da Nang"


def test_districts_are_asked_until_they_were_abolished_and_never_needed_for_reading(settings):
    settings.TREE_STANDS_AT = None
    asked, without = question("address"), {"province": "H17", "commune": "Phường Hải Châu"}
    assert refusal_of(asked, ["H17", "", "Phường Hải Châu", "12"], date(2025, 6, 30)) == "district"
    stored = kept(asked, ["H17", "Phường Hải Châu", "12 Nguyễn Du"], date(2025, 7, 1))
    assert stored == without | {"detail": "12 Nguyễn Du"}
    assert asked.render(without, "vi") == "Phường Hải Châu, Đà Nẵng"
    assert "district" not in asked.sample(random.Random(1), today=date(2025, 7, 1))


def test_what_an_address_suggests_comes_from_the_tree_of_agencies(settings):
    settings.TREE_STANDS_AT = None
    before, since = date(2025, 6, 30), date(2025, 7, 1)
    assert "Quận Hải Châu" in places_of("H17", "district", before)
    assert "Phường Thạch Thang" in places_of("H17", "commune", before)
    assert places_of("H17", "district", since) == []
    assert "Phường Hải Châu" in places_of("H17", "commune", since)
    assert places_of("H99", "commune", before) == places_of("H17", "planet", before) == []


def test_a_person_is_checked_fact_by_fact():
    asked = question("person", ask=["date_of_birth", "gender", "citizen_id", "phone"], min_age=18)
    typed = ["Nguyễn Thị Mai", "1/2/1990", "female", "048 190 012 345", "0905 123 456"]
    stored = {
        "name": "Nguyễn Thị Mai",
        "date_of_birth": "1990-02-01",
        "gender": "female",
        "citizen_id": "048190012345",
        "phone": "+84905123456",
    }
    assert kept(asked, typed) == stored
    assert asked.render(stored, "vi") == (
        "Nguyễn Thị Mai\nNgày sinh: 01/02/1990\nGiới tính: Nữ\n"
        "Số định danh cá nhân: 0481 9001 2345\nĐiện thoại: 0905 123 456"
    )
    with override("en"), pytest.raises(ValidationError) as refusal:
        asked.form_field(today=TODAY).clean(["Mai", "31/02/1990", "", "12", "0123"])
    assert [error.code for error in refusal.value.error_list] == list(stored)
    with override("en"):
        assert "“Thing asked: Date of birth”" in refusal.value.messages[1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({1: "1/2/1991"}, "citizen_id"),  # the number says 1990
        ({2: "male"}, "citizen_id"),  # the number says female
        ({1: "15/09/2004", 3: "048304012345"}, "date_of_birth"),  # not 18 yet
        ({4: ""}, "phone"),
        ({0: ""}, "name"),
    ],
)
def test_the_facts_about_a_person_must_fit(changes, code):
    asked = question("person", ask=["date_of_birth", "gender", "citizen_id", "phone"], min_age=18)
    typed = ["Nguyễn Thị Mai", "1/2/1990", "female", "048190012345", "0905123456"]
    for place, text in changes.items():
        typed[place] = text
    assert refusal_of(asked, typed) == code


def test_what_is_optional_about_a_person_may_stay_open():
    asked = question("person", ask=["citizen_id"], optional=["citizen_id"], people="male")
    assert kept(asked, ["Trần Văn Hùng", ""]) == {"name": "Trần Văn Hùng"}
    assert refusal_of(asked, ["Trần Văn Hùng", "048190012345"]) == "citizen_id"  # a woman’s


def rows(*typed):
    """Rows as the control reads them; everything else in them is blank."""
    blank = {"name": "", "born": "", "kin": None, "does": [], "job": ""}
    return {number: blank | each for number, each in enumerate(typed)}


GOOD_ROW = {"name": "Trần Văn Hùng", "born": "1/2/2010", "kin": "red", "job": "học sinh"}
STORED_ROW = {
    "name": "Trần Văn Hùng",
    "born": "2010-02-01",
    "kin": "red",
    "job": "học sinh",
}


def test_rows_are_kept_without_the_blank_ones():
    asked = question("repeating", item_label=ROW, questions=ROW_QUESTIONS)
    assert kept(asked, rows(GOOD_ROW, {}, GOOD_ROW)) == [STORED_ROW, STORED_ROW]
    assert asked.render([STORED_ROW, STORED_ROW], "vi").split("\n")[1] == (
        "2. Họ và tên: Trần Văn Hùng; Ngày sinh: 01/02/2010; Quan hệ: Đỏ; Nghề: học sinh"
    )
    assert refusal_of(asked, rows({}, {})) == "required"


def test_a_refusal_says_which_row_and_which_question():
    asked = question("repeating", item_label=ROW, questions=ROW_QUESTIONS)
    wrong = GOOD_ROW | {"born": "31/02/2010", "kin": None}
    with override("vi"), pytest.raises(ValidationError) as refusal:
        asked.form_field(today=TODAY).clean(rows(GOOD_ROW, wrong))
    assert [error.code for error in refusal.value.error_list] == ["1-born", "1-kin"]
    with override("vi"):
        assert "“Điều hỏi, Thành viên 2: Ngày sinh”" in refusal.value.messages[0]


def test_rows_are_counted():
    asked = question("repeating", item_label=ROW, questions=ROW_QUESTIONS, min_items=2, max_items=3)
    assert refusal_of(asked, rows(GOOD_ROW)) == "too_few"
    assert refusal_of(asked, rows(*[GOOD_ROW] * 4)) == "too_many"
    assert len(kept(asked, rows(*[GOOD_ROW] * 3))) == 3


def test_rows_of_nothing_but_text_are_text():
    text = [each for each in ROW_QUESTIONS if each["type"] == "text"]
    assert question("repeating", item_label=ROW, questions=text).is_plain_text
    assert not question("repeating", item_label=ROW, questions=ROW_QUESTIONS).is_plain_text


def test_a_file_is_judged_by_its_kind_and_size():
    asked = question("file", accept=["pdf"], max_mb=1)
    stored = {"document": "0b87e1d8-6f6e-4f2b-8df1-6d2b6a6d3a10", "name": "ho-so.pdf"}
    stored |= {"kind": "pdf", "size": 96_000}
    assert kept(asked, stored) == stored
    assert asked.render(stored, "vi") == "ho-so.pdf (PDF, 96 kB)"
    assert refusal_of(asked, stored | {"kind": "png"}) == "kind"
    assert refusal_of(asked, stored | {"size": 1_048_577}) == "too_large"
    for forged in ("ho-so.pdf", {"document": 7}, stored | {"kind": "exe"}, ["x"]):
        assert refusal_of(asked, forged) == "not_a_file"


def test_periods_are_checked_line_by_line():
    asked = question("lines", item="period", examples=["03/2015 - 08/2019: Huế"])
    typed = "3/2015-8/2019 : Huế\n\n 09/2019 – NAY: 12 Trần Phú, Đà Nẵng"
    stored = ["03/2015 – 08/2019: Huế", "09/2019 – nay: 12 Trần Phú, Đà Nẵng"]
    assert kept(asked, typed) == stored
    assert asked.render(stored, "en").endswith("09/2019 – now: 12 Trần Phú, Đà Nẵng")
    for wrong in ("13/2015 - 08/2019: Huế", "08/2019 - 03/2015: Huế", "03/2015 - 10/2022: Huế"):
        assert refusal_of(asked, wrong) == "wrong_period"
    assert refusal_of(asked, "01/0800 - nay: Huế") == "wrong_period"
    assert refusal_of(asked, "2015: Huế") == "not_a_period"
    assert refusal_of(asked, "03/2015 - 08/2019:") == "not_a_period"


def test_lines_are_counted_and_measured():
    asked = question("lines", examples=["a"], max_items=2)
    assert kept(asked, "a\r\n\r\n  b  ") == ["a", "b"]
    assert refusal_of(asked, "a\nb\nc") == "too_many"
    assert refusal_of(asked, "a" * 301) == "too_long"
    codes = question("lines", item="hs_code", examples=["610910"])
    assert kept(codes, "6109.10\n0306.17.11") == ["610910", "03061711"]
    assert refusal_of(codes, "610910\náo") == "not_an_identifier"


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("passport", "m 12345678", "M12345678"),
        ("document_number", "125 / 2019", "125/2019"),
        ("year", "1979", "1979"),
        ("invoice_number", "inv-2022/0815", "INV-2022/0815"),
        ("parcel", "118", "118"),
        ("land_certificate", "db 123456", "DB123456"),
        ("household_business", "32a8 012345", "32A8012345"),
        ("household_business", "0400123456", "0400123456"),
        ("driving_licence", "4801 2345 6789", "480123456789"),
        ("driving_licence", "ae 123456", "AE123456"),
        ("health_card", "dn 4 48 4820123456", "DN4484820123456"),
        ("industry_code", "4711", "4711"),
        ("social_insurance", "4820 123 456", "4820123456"),
        ("bank_account", "0041-0002 3456.7", "0041000234567"),
        ("cas_number", "7664-93-9", "7664-93-9"),
        ("domain", "CuaHangMau.VN", "cuahangmau.vn"),
    ],
)
def test_identifiers_are_kept_in_one_form(name, typed, stored):
    assert kept(question("identifier", format=name), typed) == stored


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("passport", "PASSPORT"),
        ("passport", "A1"),
        ("document_number", "không số"),
        ("document_number", "12//2019"),
        ("year", "79"),
        ("parcel", "0"),
        ("parcel", "118a"),
        ("land_certificate", "123456"),
        ("household_business", "32A80"),
        ("driving_licence", "48012345"),
        ("health_card", "DN4"),
        ("industry_code", "471"),
        ("hs_code", "61091"),
        ("social_insurance", "482012345"),
        ("bank_account", "0041X"),
        ("cas_number", "7664939"),
        ("domain", "https://cuahangmau.vn"),
    ],
)
def test_identifiers_that_are_refused(name, typed):
    assert refusal_of(question("identifier", format=name), typed) == "not_an_identifier"


def test_shared_lists():
    assert len(provinces()) == 63
    assert len({each.label.vi for each in provinces().values()}) == 63
    assert provinces()["H17"].label.vi == "Đà Nẵng"
    assert len(ethnicities()) == 54
    assert next(iter(ethnicities().values())).label.vi == "Kinh"
    assert countries()["KR"].label.vi == "Hàn Quốc"
    assert countries()["FR"].label.en == "France"
    assert not {"EU", "UN", "ZZ"} & set(countries())
    without = question("choice", list="countries", without=["VN"])
    assert "VN" not in without.condition_values()


def test_a_long_list_is_a_drop_down_and_a_short_one_is_not():
    options = [{"key": f"k{n}", "label": {"vi": f"{n}", "en": f"{n}"}} for n in range(8)]
    assert question("choice", options=options).template.endswith("line.html")
    assert question("choice", options=options[:7]).template.endswith("choice.html")
    assert refusal_of(question("choice", options=options), "k9") == "not_offered"


def test_several_choices_are_kept_in_the_order_of_the_options():
    options = [{"key": key, "label": {"vi": key, "en": key}} for key in ("a", "b", "c")]
    asked = question("choices", options=options)
    assert kept(asked, ["c", "a"]) == ["a", "c"]
    assert refusal_of(asked, ["a", "z"]) == "not_offered"
    assert refusal_of(asked, []) == "required"


def test_no_is_an_answer():
    asked = question("yes_no")
    assert kept(asked, "no") is False
    assert kept(asked, "yes") is True
    assert refusal_of(asked, "") == "required"
    with override("vi"):
        assert asked.shown(False) == "no"


def test_a_declaration_must_be_ticked():
    asked = question("declaration")
    assert kept(asked, True) is True
    assert refusal_of(asked, False) == "required"
    assert refusal_of(asked, "on please") == "required"
