import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import engines
from django.utils import translation

from portal.template_tags import ICONS, ComponentMisused, control
from tests.look.urls import EveryQuestion

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"


def drawn(component, options="", **context):
    source = f'{{% include "components/{component}.html" with {options} only %}}'
    if not options:
        source = f'{{% include "components/{component}.html" only %}}'
    with translation.override("vi"):
        return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_each_opens_with_its_options(path):
    comment = re.match(r"\{% comment %\}(.*?)\{% endcomment %\}", path.read_text(), re.DOTALL)
    assert comment, "a component opens with a comment"
    assert re.search(r"Options:|No options|Used with", comment[1], re.IGNORECASE)


@pytest.mark.parametrize(
    ("component", "options"),
    [
        ("status", 'kind="blue" label="x"'),
        ("status", 'kind="done"'),
        ("status", 'kind="done" label="x" icon="flower"'),
        ("clock", 'kind="late"'),
        ("clock", 'label="x" kind="red"'),
        ("level", "level=5"),
        ("level", 'text="x"'),
        ("notice", 'kind="yours"'),
        ("notice", 'text="x" kind="blue"'),
        ("notice", 'text="x" href="/"'),
        ("outcome", 'title="x" kind="yes"'),
        ("outcome", 'text="x"'),
        ("facts", 'kind="wide"'),
        ("figures", 'figures=""'),
        ("timeline", "entries=empty"),
        ("crumbs", 'here="x"'),
        ("empty", 'text="x"'),
        ("empty", 'title="x" href="/"'),
        ("field", 'hint="x"'),
        ("fields", 'form=""'),
        ("error_summary", 'form=""'),
        ("pager", 'label="x"'),
    ],
)
def test_wrong_options_stop(component, options):
    with pytest.raises(ComponentMisused):
        drawn(component, options)


def test_every_icon_is_drawn():
    sprite = (COMPONENTS / "sprite.html").read_text()
    assert set(re.findall(r'id="i-(\w+)"', sprite)) == ICONS
    assert set(re.findall(r'id="(lv\d)"', sprite)) == {"lv1", "lv2", "lv3", "lv4"}


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (9, "clock", "Còn 9 ngày làm việc"),
        (2, "clock clock--soon", "Còn 2 ngày làm việc"),
        (0, "clock clock--soon", "Đến hạn hôm nay"),
        (-3, "clock clock--late", "Quá hạn 3 ngày làm việc"),
    ],
)
def test_clock(days, kind, words):
    badge = drawn("clock", "days=days", days=days)
    assert f'class="{kind}"' in badge
    assert words in badge


def test_what_people_typed_is_text():
    typed = "<script>alert(1)</script>"
    row = {"term": typed, "value": typed}
    for page in (
        drawn("status", 'kind="done" label=typed', typed=typed),
        drawn("notice", "text=typed", typed=typed),
        drawn("facts", "rows=rows", rows=[row]),
        drawn("field", "field=field", field=EveryQuestion({"name": typed})["name"]),
        drawn("error_summary", "form=form", form=EveryQuestion({"place": typed})),
    ):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


class TestField:
    @pytest.fixture
    def faulty(self):
        with translation.override("vi"):
            form = EveryQuestion({})
            assert not form.is_valid()
            yield form

    def test_hint_and_error_are_named_by_the_control(self, faulty):
        page = drawn("field", "field=field", field=faulty["name"])
        named = re.search(r'<input[^>]*aria-describedby="([^"]+)"', page)[1].split()
        assert named == ["id_name-hint", "id_name-error"]
        for one in named:
            assert f'id="{one}"' in page
        assert 'aria-invalid="true"' in page
        assert '<label for="id_name">Họ và tên</label>' in page

    def test_without_hint_and_error_nothing_is_named(self):
        page = drawn("field", "field=field", field=EveryQuestion()["area"])
        assert "aria-describedby" not in page
        assert "aria-invalid" not in page

    def test_a_choice_is_a_group_with_a_legend(self, faulty):
        page = drawn("field", "field=field", field=faulty["sex"])
        assert re.search(r'<fieldset[^>]*aria-describedby="id_sex-error"', page)
        assert "<legend>Giới tính</legend>" in page
        assert '<label for="id_sex_0">Nam</label>' in page

    def test_a_tick_has_its_label_behind(self, faulty):
        page = drawn("field", "field=field", field=faulty["sure"])
        assert page.index('type="checkbox"') < page.index("Tôi cam đoan")
        assert 'class="form-control' not in page

    def test_what_may_stay_empty_says_so(self):
        form = EveryQuestion()
        assert "(không bắt buộc)" in drawn("field", "field=field", field=form["note"])
        assert "(không bắt buộc)" not in drawn("field", "field=field", field=form["name"])
        assert "(không bắt buộc)" not in drawn(
            "field", 'field=field optional="no"', field=form["note"]
        )

    def test_unit_and_width(self):
        page = drawn("field", 'field=field unit="m²" size="s"', field=EveryQuestion()["area"])
        assert "<span>m²</span>" in page
        assert 'class="form-control w-s"' in page

    def test_placeholders_are_dropped(self):
        class Form(forms.Form):
            place = forms.CharField(
                widget=forms.TextInput(attrs={"placeholder": "x", "class": "mine"})
            )

        page = control(Form()["place"])
        assert "placeholder" not in page
        assert 'class="form-control mine"' in page


class TestErrorSummary:
    def test_every_error_leads_to_its_question(self):
        form = EveryQuestion({})
        page = drawn("error_summary", "form=form", form=form)
        whole = page + drawn("fields", "form=form", form=form)
        targets = re.findall(r'href="#([^"]+)"', page)
        assert len(targets) == len(form.errors) - 2  # all but the form's own and the hidden one
        for target in targets:
            assert f'id="{target}"' in whole

    def test_counts_and_names(self):
        page = drawn("error_summary", "form=form", form=EveryQuestion({}))
        assert "Có lỗi: 8 chỗ cần sửa" in page
        assert "Họ và tên: Ông/bà chưa điền mục này." in page
        assert "Hồ sơ này đã gửi rồi" in page

    def test_silent_without_errors(self):
        assert drawn("error_summary", "form=form", form=EveryQuestion()).strip() == ""


class TestPager:
    @pytest.fixture
    def request_with_filters(self, rf):
        request = rf.get("/services/")
        request.GET = QueryDict("q=khai+sinh&page=2")
        return request

    def test_keeps_the_filters(self, request_with_filters):
        page = Paginator(range(50), 10).page(2)
        shown = drawn("pager", "page=page request=request", page=page, request=request_with_filters)
        assert 'href="?q=khai+sinh&amp;page=3"' in shown
        assert re.search(r'aria-current="page"[^>]*><span[^>]*>Trang </span>2<', shown)

    def test_one_page_needs_none(self, request_with_filters):
        page = Paginator(range(5), 10).page(1)
        shown = drawn("pager", "page=page request=request", page=page, request=request_with_filters)
        assert shown.strip() == ""


def test_a_bar_is_as_long_as_its_number_in_any_language():
    template = engines["django"].from_string("{% load mc %}{% cellbar share|percent share mark %}")
    bar = template.render({"share": 0.942, "mark": 1.2})
    assert 'width="94.20%"' in bar
    assert 'x="100.00%"' in bar
    assert "94,2%" in bar
    assert "mark" not in template.render({"share": 0.942, "mark": None})
