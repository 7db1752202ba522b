"""Words a service file writes in both languages of the portal."""

from dataclasses import dataclass

from django.utils.translation import get_language

LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Words:
    """The same words in Vietnamese and in English; as a string, in the reader's language."""

    vi: str
    en: str

    def __str__(self):
        return self.to(get_language())

    def to(self, language: str | None) -> str:
        """The words in ``language`` (a Django language code); Vietnamese for any other language."""
        return self.en if (language or "").split("-")[0] == "en" else self.vi
