"""What holds for every template: nothing that a strict content policy forbids."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle="),
    "a style element": re.compile(r"<style\b"),
    "an inline handler": re.compile(r"\son\w+="),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a data: address": re.compile(r"[\"'(]data:"),
    "a foreign address": re.compile(r"(?:src|href)=[\"'](?:https?:)?//"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_holds(what):
    found = [
        f"{path.relative_to(TEMPLATES)}: {match[0]}"
        for path in PAGES
        for match in FORBIDDEN[what].finditer(path.read_text())
    ]
    assert not found


def test_the_style_sheet_asks_for_nothing_from_elsewhere():
    sheet = (TEMPLATES / "static" / "portal.css").read_text()
    assert not re.findall(r"url\(|@import", sheet)


def test_colours_have_names():
    """Outside the tokens, print, and the bank that is another house, no colour is written as a number."""
    sheet = (TEMPLATES / "static" / "portal.css").read_text()
    rules = sheet[sheet.index("/* 2 BOOTSTRAP") : sheet.index("/* 14 PRINT")]
    bank = rules[rules.index("/* 12 PAYMENT") : rules.index("/* 13 DESK")]
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])", rules.replace(bank, ""))
    assert found == ["#fff"]  # a document on the desk lies on white paper


def test_every_form_that_posts_carries_its_token():
    missing = [
        str(path.relative_to(TEMPLATES))
        for path in PAGES
        if "allauth/elements" not in str(path)
        for form in re.findall(
            r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL
        )
        if "csrf_token" not in form
    ]
    assert not missing
