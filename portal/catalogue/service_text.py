"""A service as the text of its file: to take out, to edit, to bring in again."""

from typing import Any

import tomli_w


def to_toml(content: dict[str, Any]) -> str:
    """The TOML text of a service's content; reading it gives the same content. Comments of the original are gone."""
    return tomli_w.dumps(content, multiline_strings=False)
