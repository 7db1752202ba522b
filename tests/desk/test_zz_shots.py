import os
import re

import pytest
from playwright.sync_api import sync_playwright

from portal import translations
from tests.desk.pages import every_page, shown
from tests.look.test_browser import Reader


@pytest.mark.django_db
def test_shots(client):
    translations.compile_all()
    pages = every_page(client, os.environ.get("LANGX", "vi"))
    with sync_playwright() as p:
        for w in (1280, 390):
            reader = Reader(p, pages, viewport={"width": w, "height": 900})
            for i, a in enumerate(shown(pages)):
                pg = reader.opens(a)
                pg.screenshot(
                    path=f"/tmp/desk/shots/{w}-{i:02d}-{re.sub('[^a-z_]+', '-', a.split('/desk/')[1])[-40:]}.png",
                    full_page=True,
                )
