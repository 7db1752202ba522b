"""What is collected and compressed: all that pages ask for, and no more of the large packages."""

import re

from django.contrib.staticfiles.finders import get_finders


def collected():
    return {path for finder in get_finders() for path, _ in finder.list(None)}


def test_every_file_that_a_template_names_is_collected(settings):
    named = set()
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        named |= set(re.findall(r"\{% static ['\"]([^'\"{]+)['\"]", template.read_text()))

    assert "portal.css" in named
    assert named - collected() == set()


def test_unused_parts_of_large_packages_are_left_out():
    files = collected()
    assert "css/bootstrap.min.css" in files
    assert "admin/css/base.css" in files
    assert {path for path in files if "bootstrap" in path and path.endswith(".js")} == set()
