"""Every printed form: what it says when read back, what it is as a file, and hostile data in it."""

import re
from io import BytesIO

import pikepdf
import pypdf
import pytest

from portal.documents import typesetting
from portal.documents.typesetting import FORMS, typeset
from tests.documents.samples import COMMON, SAMPLES, at

SIMULATION = "Mô phỏng — không có giá trị pháp lý"


def pages_of(pdf):
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def text_of(pdf):
    return " ".join(pages_of(pdf))


def shows(pdf, *texts):
    """Line breaks fall where they fall: compared without any white space."""
    shown = re.sub(r"\s", "", text_of(pdf))
    missing = [text for text in texts if re.sub(r"\s", "", text) not in shown]
    assert not missing


@pytest.fixture(scope="module")
def printed():
    return {name: typeset(name, data) for name, data in SAMPLES.items()}


def test_there_is_a_sample_of_every_form():
    assert SAMPLES.keys() == FORMS.keys()
    templates = {path.stem for path in typesetting.TEMPLATES.glob("*.typ")}
    assert templates == {*FORMS, "layout", "service_form"}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_a_tagged_pdf_a_in_vietnamese(printed, name):
    with pikepdf.open(BytesIO(printed[name])) as pdf:
        assert pdf.Root.Lang == "vi"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.StructTreeRoot.K is not None
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
            assert COMMON["code"] in meta["dc:title"]
        box = pdf.pages[0].mediabox
        assert [round(float(side)) for side in box[2:]] == [595, 842]
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary)]
        files = [font for font in fonts if font.get("/Type") == "/FontDescriptor"]
        assert files
        assert all("/FontFile3" in font or "/FontFile2" in font for font in files)


@pytest.mark.parametrize("name", FORMS)
def test_every_page_says_that_it_is_a_simulation(printed, name):
    assert all(SIMULATION in page for page in pages_of(printed[name]))


@pytest.mark.parametrize("name", FORMS)
def test_a_form_names_the_dossier_and_who_issues_it(printed, name):
    shows(
        printed[name],
        COMMON["code"],
        COMMON["service"],
        COMMON["applicant"]["name"],
        COMMON["agency"].upper(),
        COMMON["verify_url"],
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Hải Châu, ngày 30 tháng 8 năm 2022",
    )


def test_filing_receipt_lists_what_was_sent(printed):
    data = SAMPLES["filing_receipt"]
    for paper in data["papers"]:
        ends = paper["sha256"][:8] + "…" + paper["sha256"][-8:]
        shows(printed["filing_receipt"], paper["name"], paper["file_name"], ends)
    shows(printed["filing_receipt"], data["answers_sha256"], "184,3 kB", "2,8 MB", "8,0 MB")
    shows(printed["filing_receipt"], "BIÊN NHẬN NỘP HỒ SƠ TRỰC TUYẾN", "22/09/2022")


def test_filing_receipt_without_files_says_so():
    shows(
        typeset("filing_receipt", SAMPLES["filing_receipt"] | {"papers": []}),
        "Hồ sơ này không kèm tệp nào",
    )


def test_form01_gives_the_appointment(printed):
    shows(
        printed["form01"],
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Số: 0127/TNHS",
        "15 ngày làm việc",
        "09:12 ngày 30/08/2022",
        "09:12 ngày 22/09/2022",
        "Bản điện tử",
        "Lê Thị Hoa",
    )


def test_form02_gives_a_reason_for_each_item(printed):
    shows(printed["form02"], "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", "23/09/2022")
    for item in SAMPLES["form02"]["items"]:
        shows(printed["form02"], item["name"] + item["reason"])


def test_form03_gives_the_reason(printed):
    data = SAMPLES["form03"]
    shows(
        printed["form03"],
        "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ",
        data["reason"],
        data["advice"],
    )


def test_result_holds_its_statements_and_signatory(printed):
    data = SAMPLES["result"]
    shows(printed["result"], "GIẤY PHÉP XÂY DỰNG", "Số: 412/GPXD", "Trần Đình Khôi", "Đã ký số")
    shows(printed["result"], *data["legal_basis"], data["decision"], "30/08/2023")
    shows(printed["result"], *[row["value"] for row in data["statements"]])


def test_payment_receipt_adds_up(printed):
    shows(
        printed["payment_receipt"],
        "75.000 đồng",
        "1.130.000 đồng",
        "1.205.000 đồng",
        "Một triệu hai trăm linh năm nghìn đồng.",
        "10:41 ngày 30/08/2022",
        "14422574",
    )


@pytest.mark.parametrize("name", FORMS)
def test_the_same_data_give_the_same_bytes(printed, name):
    assert typeset(name, SAMPLES[name]) == printed[name]
    later = SAMPLES[name] | {"issued_at": at("2022-08-31 09:12")}
    assert typeset(name, later) != printed[name]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_works_with_its_required_keys_alone(name):
    needed = typesetting.COMMON | FORMS[name]
    bare = {key: value for key, value in SAMPLES[name].items() if key in needed}
    bare["applicant"] = {"name": "A"}
    shows(typeset(name, bare), COMMON["code"])


@pytest.mark.parametrize("name", FORMS)
def test_a_missing_key_is_named(name):
    for key in typesetting.COMMON | FORMS[name]:
        data = {other: value for other, value in SAMPLES[name].items() if other != key}
        with pytest.raises(ValueError, match=key):
            typeset(name, data)


def test_an_unknown_form_is_refused():
    with pytest.raises(LookupError, match="layout"):
        typeset("layout", SAMPLES["form01"])
    with pytest.raises(LookupError):
        typeset("../form01", SAMPLES["form01"])


def test_a_date_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        typeset("form03", SAMPLES["form03"] | {"issued_at": at("2022-08-31").replace(tzinfo=None)})


HOSTILE = [
    "#panic()",
    '#read("/etc/passwd")',
    "#sys.inputs",
    "*đậm* _nghiêng_ `mã`",
    "= Tiêu đề",
    "$ x^2 $ và <nhãn> @trích",
    '" + panic() + "',
    "\\u{1F600} // chú thích /* và */",
    "#let x = 1; #x",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_data_are_never_read_as_markup(text):
    data = SAMPLES["form03"] | {
        "reason": text,
        "applicant": {"name": text, "address": text},
        "service": text,
    }
    plain = text.replace("\\u{1F600}", "\\u{1F600}")
    assert re.sub(r"\s", "", text_of(typeset("form03", data))).count(re.sub(r"\s", "", plain)) >= 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ế Ỗ Ậ ư đ Ữ Ự ẵ ẳ ổ ợ ỷ Ỵ ₫ “–”", "Ế Ỗ Ậ ư đ Ữ Ự ẵ ẳ ổ ợ ỷ Ỵ ₫ “–”"),
        ("Nguyê\u0303n", "Nguyễn"),
        ("a😀b", "a□b"),
        ("中文", "□□"),
        ("a\x00b\x07c\ud800d", "a b c□d"),
        ("an\u202etoàn\u200b", "antoàn"),
        ("dòng một\ndòng hai", "dòng một dòng hai"),
        ("", ""),
    ],
)
def test_what_no_font_can_draw_becomes_a_box(text, shown):
    printed = typeset("form03", SAMPLES["form03"] | {"reason": f"[{text}]"})
    shows(printed, f"[{shown}]")


def test_every_character_that_counts_as_drawable_is_drawn():
    """PDF/A export fails on a missing glyph, so that this would raise."""
    drawable = [chr(n) for n in range(0x3000) if typesetting.DRAWABLE.fullmatch(chr(n))]
    assert len(drawable) > 1500
    lines = ["a" + " a".join(drawable[n : n + 64]) for n in range(0, len(drawable), 64)]
    shows(typeset("form03", SAMPLES["form03"] | {"reason": "\n".join(lines)}), "ẾaếaỀ", "₫")


def test_a_long_form_goes_on_to_a_next_page():
    papers = [
        {"name": f"Giấy tờ số {n} " + "rất dài " * 12, "copies": 1, "kind": "Bản chính"}
        for n in range(60)
    ]
    pages = pages_of(typeset("form01", SAMPLES["form01"] | {"papers": papers}))
    assert len(pages) > 2
    assert all("Tên giấy tờ" in page for page in pages[:-1])
    assert "Giấy tờ số 59" in " ".join(pages)
    assert f"Trang {len(pages)}/{len(pages)}" in pages[-1]


def test_one_long_word_does_not_break_a_form():
    word = "x" * 3000
    data = SAMPLES["result"] | {"title": "Giấy " + "rất " * 60, "decision": word}
    assert SIMULATION in text_of(typeset("result", data | {"agency": "Ủy ban " * 30}))


def test_dates_on_paper_have_their_zeros():
    data = SAMPLES["form03"] | {"issued_at": at("2022-02-03 23:30")}
    shows(typeset("form03", data), "ngày 03 tháng 02 năm 2022")
