"""Slips of the finger: keys of the index find every word one edit away, and nothing is a slip that is none."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.finding.spelling import keys, one_edit_apart

WORDS = st.text("abcnh", min_size=4, max_size=8)


def edits(word):
    for at in range(len(word) + 1):
        for letter in "abcnh":
            yield word[:at] + letter + word[at:]
            if at < len(word):
                yield word[:at] + letter + word[at + 1 :]
        if at < len(word):
            yield word[:at] + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@settings(deadline=None, max_examples=30)  # the machine may be busy
@given(WORDS)
def test_every_edit_is_one_edit_apart_and_shares_a_key(word):
    for other in set(edits(word)) - {word}:
        assert one_edit_apart(word, other) and one_edit_apart(other, word)
        assert keys(word) & keys(other)


@settings(deadline=None, max_examples=100)  # the machine may be busy
@given(WORDS, WORDS)
def test_nothing_else_is(one, other):
    assert one_edit_apart(one, other) == (one != other and other in set(edits(one)))
