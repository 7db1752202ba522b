"""By which words a public service is found, and which words say nothing about what somebody looks for."""

from portal.catalogue.folding import folded_words

LONGEST_WORD = 40  # letters; what is longer is cut
# What a word weighs by where it stands. A word of a short name says more than one of a long name.
IN_ANY_NAME, SHARED_BY_A_NAME = 60, 80
IN_A_SYNONYM, IN_THE_RESULT, IN_THE_FIELD, IN_THE_CODE = 50, 40, 20, 100

# Folded. Nearly every name or every sentence holds them; where other words stand beside them, those decide.
EMPTY_PHRASES = frozenset(
    {
        *("dang ky", "thu tuc", "ho so", "giay to", "giay chung nhan", "o dau", "nhu the nao"),
        *("the nao", "lam sao", "lam the nao", "bao nhieu", "can gi", "can giay gi", "mat bao lau"),
        *("muon lam", "how to", "how do", "apply for", "i want", "i need", "where to"),
    }
)
EMPTY_WORDS = frozenset(
    {
        *("lam", "xin", "giay", "cap", "cho", "cua", "toi", "muon", "va", "voi", "tai", "la"),
        *("a", "of", "for", "my", "the", "to", "i", "get", "want", "need", "in", "and"),
    }
)
LONGEST_EMPTY_PHRASE = max(len(phrase.split()) for phrase in EMPTY_PHRASES)


def telling_words(text: str) -> list[str]:
    """The folded words of ``text`` without those that say nothing; all of them where nothing else is left.

    >>> telling_words("Làm thủ tục đăng ký kết hôn"), telling_words("giấy")
    (['ket', 'hon'], ['giay'])
    """
    words, telling, at = folded_words(text), [], 0
    while at < len(words):
        empty = length_of_empty_phrase(words, at)
        if not empty:
            telling.append(words[at])
        at += empty or 1
    return [word[:LONGEST_WORD] for word in telling or words]


def says_nothing(text: str) -> bool:
    """Whether ``text`` holds nothing but words that nearly every procedure holds."""
    words = folded_words(text)
    at = 0
    while at < len(words) and (length := length_of_empty_phrase(words, at)):
        at += length
    return at == len(words)


def length_of_empty_phrase(words: list[str], at: int) -> int:
    """How many words from place ``at`` on make an empty phrase; 0 where a telling word stands."""
    for length in range(min(LONGEST_EMPTY_PHRASE, len(words) - at), 1, -1):
        if " ".join(words[at : at + length]) in EMPTY_PHRASES:
            return length
    return int(words[at] in EMPTY_WORDS)


def words_of(definition) -> dict[str, int]:
    """The folded words by which a service is found, each with the most it weighs there."""
    found: dict[str, int] = {}

    def add(words, weight):
        for word in words:
            found[word[:LONGEST_WORD]] = max(weight, found.get(word[:LONGEST_WORD], 0))

    for code in filter(None, (definition.code, definition.alt_code_2022)):
        add(
            [*folded_words(code), code.replace(".", ""), code.rpartition(".")[2].casefold()],
            IN_THE_CODE,
        )
    for name in (definition.name.vi, definition.name.en):
        telling = telling_words(name)
        add(telling, IN_ANY_NAME + SHARED_BY_A_NAME // len(telling))
        add(folded_words(name), IN_THE_FIELD)
    for synonym in definition.synonyms:
        add(folded_words(synonym), IN_A_SYNONYM)
    for result in (definition.result.name.vi, definition.result.name.en):
        add(folded_words(result), IN_THE_RESULT)
    for field in (definition.field.vi, definition.field.en):
        add(folded_words(field), IN_THE_FIELD)
    return found


def lines_of(definition) -> str:
    """Names, everyday words and result, one a line between spaces: where whole phrases are sought."""
    result = definition.result.name
    phrases = [definition.name.vi, definition.name.en, *definition.synonyms, result.vi, result.en]
    lines = dict.fromkeys(" ".join(telling_words(phrase)) for phrase in phrases)
    return "\n" + "".join(f" {line} \n" for line in lines)
