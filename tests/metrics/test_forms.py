"""What is chosen on pages of figures."""

import re

from django import forms

from portal.metrics.forms import Choices

CHOICES = [("a", "A & b"), ("b", "<b>"), ("Group “g” & <h>", [("c", "C"), ("d", "D'\"")])]


class Form(forms.Form):
    ours = forms.ChoiceField(choices=CHOICES, widget=Choices)
    theirs = forms.ChoiceField(choices=CHOICES)


def test_choices_are_written_as_django_writes_them():
    form = Form({"ours": "c", "theirs": "c"})
    ours, theirs = (
        re.sub(
            r">\s+<",
            "><",
            form[name].as_widget(attrs={"class": "form-select", "id": "chosen"}).strip(),
        )
        for name in ("ours", "theirs")
    )
    assert ours.count("<option") == 4 and ours.count("selected") == 1
    assert ours == theirs.replace('name="theirs"', 'name="ours"')
