"""Slips of the finger: which words are one edit apart. Pure.

Two words are one edit apart when one letter was added, left out or replaced, or two neighbours changed places. Then
they share a key: a word, or what remains of it without one of its letters. So an index of keys answers by equality.
"""

SHORTEST_FORGIVEN = 4  # letters of the word that was meant


def may_be_misspelt(word: str) -> bool:
    """Whether a slip in ``word`` is forgiven: long enough, and no number, where every digit tells."""
    return len(word) >= SHORTEST_FORGIVEN and word.isalpha()


def keys(word: str) -> set[str]:
    """``word``, and what remains of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def one_edit_apart(one: str, other: str) -> bool:
    """Whether a single edit makes ``other`` of ``one``.

    >>> one_edit_apart("khai", "kahi"), one_edit_apart("khai", "khai"), one_edit_apart("khai", "kia")
    (True, False, False)
    """
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or one == other:
        return False
    start = next((at for at, letter in enumerate(one) if letter != other[at]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    return one[start + 1 :] == other[start + 1 :] or (
        one[start : start + 2] == other[start : start + 2][::-1]
        and one[start + 2 :] == other[start + 2 :]
    )
