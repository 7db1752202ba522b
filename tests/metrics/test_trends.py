"""Charts: what they draw, what their headings say, and that nothing is drawn of too few dossiers."""

import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.utils import translation

from portal import charts
from portal.metrics import trends
from portal.metrics.figures import Figures
from portal.metrics.periods import Period
from portal.metrics.trends import Line

SVG = "{http://www.w3.org/2000/svg}"
PROVINCES = Line("province", "provinces", "Tỉnh, thành phố", "Tỉnh")
MINISTRIES = Line("ministry", "ministries", "Bộ, ngành", "Bộ")


def month(number, last):
    first, last = date(2022, number, 1), date(2022, number, last)
    return Period(first, last, last, f"2022-{number:02}")


MONTHS = [month(7, 31), month(8, 31), month(9, 30)]


def counted(**groups):
    """Figures by group and month from lists of (on time, late) per month."""
    found = {}
    for group, months in groups.items():
        for each, (on_time, late) in zip(MONTHS, months, strict=True):
            figures = found[group, each.first] = Figures()
            figures.add_cell("completed_on_time", 2, on_time, 0)
            figures.add_cell("completed_late", 2, late, 0)
    return found


def on_time(**groups):
    return trends.on_time(MONTHS, counted(**groups), [PROVINCES, MINISTRIES])


@pytest.fixture(autouse=True)
def vietnamese():
    with translation.override("vi"):
        yield


@pytest.mark.parametrize(
    ("provinces", "heading"),
    [
        (
            [(80, 20), (85, 15), (90, 10)],
            "đúng hạn tăng 10,0 điểm từ 7/2022 đến 9/2022, nay là 90,0%",
        ),
        (
            [(90, 10), (10, 0), (75, 25)],
            "đúng hạn giảm 15,0 điểm từ 7/2022 đến 9/2022, nay là 75,0%",
        ),
        ([(0, 5), (45, 15), (30, 10)], "đúng hạn không đổi từ 8/2022 đến 9/2022, ở mức 75,0%"),
    ],
)
def test_the_heading_says_what_happened(provinces, heading):
    trend = on_time(province=provinces, ministry=[(0, 0), (0, 0), (0, 0)])
    assert heading in trend.heading


def test_months_below_thirty_dossiers_are_not_drawn_but_stand_in_the_table():
    trend = on_time(province=[(29, 0), (30, 0), (28, 1)], ministry=[(0, 0), (0, 0), (0, 0)])
    assert trend.chart is None
    readings = [row.figures[0].reading for row in trend.table.rows]
    assert [(reading.numerator, reading.denominator) for reading in readings] == [
        (29, 29),
        (30, 30),
        (28, 29),
    ]


def test_two_lines_with_their_names_and_a_sentence_for_those_who_do_not_see_them():
    trend = on_time(
        province=[(80, 20), (85, 15), (90, 10)], ministry=[(82, 18), (84, 16), (89, 11)]
    )
    root = ET.fromstring(trend.chart.wide)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == root.find(f"{SVG}title").get("id")
    assert "Tỉnh, thành phố: đúng hạn tăng 10,0 điểm" in root.find(f"{SVG}title").text
    assert "Bộ, ngành: đúng hạn tăng 7,0 điểm" in root.find(f"{SVG}title").text
    labels = [text for text in root.iter(f"{SVG}text") if text.get("class") == "ch-label"]
    assert [label.text for label in labels] == ["Tỉnh 90,0%", "Bộ 89,0%"]
    assert float(labels[1].get("y")) - float(labels[0].get("y")) >= charts.LABEL_GAP
    assert trend.chart.first == 80
    assert len(root.findall(f".//{SVG}path[@class='ch-line']")) == 1
    assert len(root.findall(f".//{SVG}path[@class='ch-line2']")) == 1


def test_the_narrow_drawing_is_hidden_from_readers_who_heard_the_wide_one():
    trend = on_time(province=[(80, 20), (85, 15), (90, 10)], ministry=[(0, 0)] * 3)
    root = ET.fromstring(trend.chart.narrow)
    assert root.get("aria-hidden") == "true"
    assert root.find(f"{SVG}title") is None
    assert root.get("viewBox") == f"0 0 {charts.NARROW} {charts.HEIGHT}"


def test_a_month_alone_between_two_gaps_is_a_dot():
    series = (charts.Series("ch-line", (80.0, None, 90.0), "Tỉnh 90"),)
    root = ET.fromstring(charts.lines(series, ("7", "8", "9"), title="x", key="k").wide)
    assert [dot.get("class") for dot in root.iter(f"{SVG}circle")] == ["ch-line-dot"] * 2


def test_bars_are_as_high_as_their_numbers():
    series = (charts.Series("ch-val", (10, 30)), charts.Series("ch-low", (20, 0)))
    root = ET.fromstring(charts.stacked_bars(series, ("7", "8"), title="x", key="k").wide)
    heights = {
        css: [
            float(bar.get("height")) for bar in root.iter(f"{SVG}rect") if bar.get("class") == css
        ]
        for css in ("ch-val", "ch-low")
    }
    unit = heights["ch-val"][0] / 10
    assert heights["ch-val"][1] == pytest.approx(30 * unit)
    assert heights["ch-low"] == pytest.approx([20 * unit, 0])


@pytest.mark.parametrize("drawing", ["wide", "narrow"])
def test_nothing_of_the_library_but_shapes_and_text_is_left(drawing):
    series = (charts.Series("ch-line", (80.0, 85.5, 90.0), "<Tỉnh> & 90"),)
    text = getattr(charts.lines(series, ("7", "8", "9"), title="<x>", key="k"), drawing)
    assert not re.search(r"style|script|http(?!://www\.w3\.org/2000/svg)|<!--|xlink|data:", text)
    assert {element.tag.removeprefix(SVG) for element in ET.fromstring(text).iter()} <= {
        "svg",
        "title",
        "g",
        "path",
        "text",
        "circle",
        "rect",
    }
    assert "&lt;Tỉnh&gt; &amp; 90" in text


@pytest.mark.parametrize(
    ("lowest", "highest"), [(0, 100), (91.4, 94.9), (50, 50), (100, 100), (0, 0), (12.5, 99)]
)
def test_an_axis_of_percents_holds_its_values_with_few_lines(lowest, highest):
    first, last, step = charts.percent_axis(lowest, highest)
    assert 0 <= first <= lowest <= highest <= last <= 100
    assert first < last
    assert (last - first) % step == 0
    assert (last - first) / step <= charts.MOST_GRID_LINES - 1


@pytest.mark.parametrize("highest", [0, 1, 4, 5, 29, 30, 99, 1234, 15_000_000])
def test_an_axis_of_counts_holds_its_values_with_few_lines(highest):
    last, step = charts.count_axis(highest)
    assert last >= max(highest, 1)
    assert last % step == 0
    assert last / step <= charts.MOST_GRID_LINES - 1
