"""Text as people type it when in a hurry: no diacritics, no capitals, no punctuation."""

import re
import unicodedata

# A dot between digits belongs to a code such as 1.001193; every other mark parts two words.
WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^\W_]+")


def fold(text: str) -> str:
    """``text`` in lower case without Vietnamese marks, its words parted by one space.

    Composed and decomposed spellings fold to the same string, and folding twice changes nothing.

    >>> fold("Đăng ký  KHAI SINH (bản sao)")
    'dang ky khai sinh ban sao'
    """
    lowered = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    bare = "".join(mark for mark in lowered if not unicodedata.combining(mark))
    return " ".join(WORD.findall(unicodedata.normalize("NFC", bare)))


def folded_words(text: str) -> list[str]:
    """The folded words of ``text``, in their order."""
    return fold(text).split()
