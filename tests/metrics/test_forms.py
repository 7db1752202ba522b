"""What is chosen on the pages of figures: the same as Django's own widget, and never the choices of another day."""

from html.parser import HTMLParser

from django import forms
from django.utils import translation

from portal.metrics import blocks, periods
from portal.metrics.compared.forms import BlockForm
from portal.metrics.forms import Choices
from tests.metrics.stories import clock_at


class Options(HTMLParser):
    """The texts of the options of a page's lists of choices."""

    def __init__(self, page):
        super().__init__()
        self.found, self._is_option = [], False
        self.feed(page.content.decode())

    def handle_starttag(self, tag, attrs):
        self._is_option = tag == "option"

    def handle_data(self, text):
        if self._is_option and text.strip():
            self.found.append(text.strip())


def options(client, address):
    return Options(client.get(address)).found


def test_choices_are_written_as_django_writes_them():
    choices = [("a", "A & <b>"), ("Group “g”", [("1", "One"), ('"2"', "Two")]), ("", "–")]
    for value in ("a", '"2"', "", "unknown"):
        ours, theirs = (
            widget(choices=choices).render("name", value, {"id": "id_name", "required": True})
            for widget in (Choices, forms.Select)
        )
        assert "".join(theirs.split()) == "".join(ours.split())


def test_the_choice_of_periods_follows_the_day_and_the_language(client, land):
    september = options(client, "/metrics/")
    assert "Tháng 9/2022" in september
    assert options(client, "/metrics/") == september
    clock_at("2022-10-01 09:00")
    assert "Tháng 10/2022" in options(client, "/metrics/")
    client.post("/language/", {"language": "en", "next": "/metrics/"})
    assert "Month 10/2022" in options(client, "/metrics/")


def test_what_is_chosen_stays_chosen(client, land):
    for address in (
        "/metrics/league/provinces/?metric=services-used",
        "/metrics/league/provinces/",
    ):
        page = client.get(address)
        code = page.context["metric"].code
        assert f'<option value="{code}" selected>' in page.content.decode()


def test_the_choice_of_a_block_says_the_name_it_bears(client, land):
    def form():
        return BlockForm(shown=periods.parse("2022"), block=blocks.block("A90"))

    before = form().key
    assert form().key == before
    land.north.name_vi = "Tỉnh đã đổi tên"
    land.north.save()
    assert form().key != before
    with translation.override("en"):
        assert form().key != before
