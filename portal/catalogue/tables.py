"""Strict reading of one table of a service file: every key is asked for, and what nobody asked for is refused."""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.catalogue.errors import DefinitionError
from portal.catalogue.words import LANGUAGES, Words

REQUIRED = object()
KEY = re.compile(r"[a-z][a-z0-9_]*")


class Table:
    """A TOML table with the place it stands at, so that a refusal can name file and key.

    Each reading method raises ``DefinitionError`` when the value is missing or not what it should be.
    ``close()`` must be called last: it refuses the keys that were never read.
    """

    def __init__(self, content, *, file: str, path: str = ""):
        self.file, self.path = file, path
        if not isinstance(content, dict):
            self.refuse("", _("must be a table"))
        self.content = content
        self.read = set()

    def refuse(self, key: str, problem):
        """Stop reading: ``problem`` says what is wrong with ``key``."""
        raise DefinitionError(file=self.file, key=self.place(key) or "(file)", problem=problem)

    def place(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def has(self, key: str) -> bool:
        return key in self.content

    def value(self, key: str, default, kind, expectation):
        self.read.add(key)
        if key not in self.content:
            if default is REQUIRED:
                self.refuse(key, _("is missing"))
            return default
        value = self.content[key]
        # In Python true is also a whole number; in a service file it is not.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.refuse(key, expectation)
        return value

    def text(self, key: str, default=REQUIRED, *, pattern: str | None = None):
        text = self.value(key, default, str, _("must be text"))
        if text is default:
            return text
        if not text.strip() or text != text.strip():
            self.refuse(key, _("must be text without spaces at its ends"))
        if text != unicodedata.normalize("NFC", text):
            self.refuse(key, _("must be composed Unicode (NFC)"))
        if pattern and not re.fullmatch(pattern, text):
            self.refuse(key, _("does not look as it should ({pattern})").format(pattern=pattern))
        return text

    def key(self, key: str = "key") -> str:
        """A name for machines: lower case, digits and underscores."""
        return self.text(key, pattern=KEY.pattern)

    def one_of(self, key: str, allowed, default=REQUIRED):
        text = self.text(key, default)
        if text is not default and text not in allowed:
            self.refuse(
                key, _("must be one of {allowed}").format(allowed=", ".join(sorted(allowed)))
            )
        return text

    def whole(self, key: str, default=REQUIRED, *, minimum=None, maximum=None):
        number = self.value(key, default, int, _("must be a whole number"))
        if number is default:
            return number
        if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
            self.refuse(
                key, _("must lie between {low} and {high}").format(low=minimum, high=maximum)
            )
        return number

    def flag(self, key: str, default=REQUIRED) -> bool:
        return self.value(key, default, bool, _("must be true or false"))

    def day(self, key: str, default=REQUIRED):
        """A date written as text, yyyy-mm-dd, so that the content of a file stays plain JSON."""
        text = self.text(key, default)
        if text is default:
            return text
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(key, _("must be a date written yyyy-mm-dd"))

    def texts(self, key: str, default=REQUIRED, *, allowed=None) -> tuple[str, ...]:
        values = self.value(key, default, list, _("must be a list"))
        if values is default:
            return values
        return tuple(self.item(key, index, value, allowed) for index, value in enumerate(values))

    def wholes(self, key: str, default=REQUIRED) -> tuple[int, ...]:
        values = self.value(key, default, list, _("must be a list of whole numbers"))
        if any(type(value) is not int for value in values):
            self.refuse(key, _("must be a list of whole numbers"))
        return tuple(values)

    def item(self, key: str, index: int, value, allowed) -> str:
        entry = Table({f"{index}": value}, file=self.file, path=self.place(key))
        return entry.one_of(f"{index}", allowed) if allowed else entry.text(f"{index}")

    def words(self, key: str, default=REQUIRED):
        """Text in both languages; a missing translation is refused."""
        if not self.has(key) and default is not REQUIRED:
            self.read.add(key)
            return default
        inner = self.table(key)
        words = Words(*(inner.text(language) for language in LANGUAGES))
        inner.close()
        return words

    def table(self, key: str) -> "Table":
        content = self.value(key, REQUIRED, dict, _("must be a table"))
        return Table(content, file=self.file, path=self.place(key))

    def tables(self, key: str, *, at_least: int = 0) -> list["Table"]:
        values = self.value(
            key, [] if at_least == 0 else REQUIRED, list, _("must be a list of tables")
        )
        if len(values) < at_least:
            self.refuse(key, _("must not be empty"))
        return [
            Table(value, file=self.file, path=f"{self.place(key)}[{index}]")
            for index, value in enumerate(values)
        ]

    def close(self) -> None:
        if unknown := sorted(set(self.content) - self.read):
            self.refuse(unknown[0], _("is not a key of a service file"))
