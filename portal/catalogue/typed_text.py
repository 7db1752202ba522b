"""Text as it comes from a keyboard, a clipboard or an attacker, made safe to keep.

Kept text is NFC, without control, bidirectional or invisible characters. What can be repaired without
changing what the reader sees is repaired; what cannot is refused with a sentence.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Soft hyphen, zero-width space, joiners and byte-order mark: copied along from word processors.
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
LINE_BREAK = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
SPACES = re.compile(r"[^\S\n]+")
# Controls, bidirectional marks and other formatters, surrogates, private use, unassigned.
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Composing shortens a text to a third at most, so what is longer than this is too long anyway.
LONGEST_DECOMPOSITION = 4


def one_line(typed: str, *, label, max_length: int) -> str:
    """``typed`` as one line of NFC text without edge spaces.

    Raises ``ValidationError`` when it is longer than ``max_length`` characters or carries forbidden ones.
    """
    return " ".join(clean_text(typed, label=label, max_length=max_length).split())


def many_lines(typed: str, *, label, max_length: int) -> str:
    """``typed`` as NFC text whose lines end with ``\\n``, without spaces at their ends. Raises like ``one_line``."""
    text = clean_text(typed, label=label, max_length=max_length)
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def clean_text(typed: str, *, label, max_length: int) -> str:
    refuse_if_longer(typed, max_length * LONGEST_DECOMPOSITION, label, max_length)
    text = INVISIBLE.sub("", LINE_BREAK.sub("\n", unicodedata.normalize("NFC", typed)))
    text = SPACES.sub(" ", text).strip()
    if any(unicodedata.category(each) in REFUSED_CATEGORIES for each in text if each != "\n"):
        raise ValidationError(
            _(
                "“%(label)s” contains characters that cannot be seen or printed. Type the answer again."
            ),
            code="unprintable",
            params={"label": label},
        )
    refuse_if_longer(text, max_length, label, max_length)
    return text


def refuse_if_longer(text: str, bound: int, label, max_length: int) -> None:
    if len(text) > bound:
        raise ValidationError(
            _("Shorten “%(label)s” to %(max)s characters or fewer. It has %(length)s now."),
            code="too_long",
            params={"label": label, "max": max_length, "length": len(text)},
        )
