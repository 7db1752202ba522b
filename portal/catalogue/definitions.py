"""The public services of the catalogue: one file each in ``services/``, read strictly into frozen objects.

The content of a file is plain JSON once read (dates are text), so that a version of a service can be kept
as it was published and read again by ``from_content``.
"""

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from portal.catalogue.errors import DefinitionError, UnknownService
from portal.catalogue.service_definition import ServiceDefinition
from portal.catalogue.service_files import read_service

FOLDER = Path(__file__).parent / "services"
MOST_KEPT = 2048  # versions read and kept per process

_kept: dict[str, ServiceDefinition] = {}


@cache
def load_all() -> dict[str, ServiceDefinition]:
    """Every service of the catalogue by its code, in the order of the codes. Raises ``DefinitionError``."""
    definitions = (from_file(path) for path in sorted(FOLDER.glob("*.toml")))
    return {definition.code: definition for definition in definitions}


def service(code: str) -> ServiceDefinition:
    """The service with this code. Raises ``UnknownService``."""
    try:
        return load_all()[code]
    except KeyError:
        raise UnknownService(code=code)


def from_file(path: Path) -> ServiceDefinition:
    """The service a file describes; the file is named by its code. Raises ``DefinitionError`` naming file and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(file=path.name, key="(file)", problem=error)
    definition = from_text(text, file=path.name)
    if path.stem != definition.code:
        raise DefinitionError(
            file=path.name, key="code", problem=f"{definition.code} ≠ {path.stem}"
        )
    return definition


def from_text(text: str, *, file: str) -> ServiceDefinition:
    """The service that the TOML ``text`` describes; ``file`` names it in refusals. Raises ``DefinitionError``."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(file=file, key="(file)", problem=error)
    return read_service(content, file=file)


def from_content(content: dict[str, Any], *, key: str) -> ServiceDefinition:
    """The service that the stored ``content`` of a version describes.

    ``key`` identifies the content (its digest): the same key is read once per process.
    """
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = read_service(content, file=key)
    return _kept[key]


def content_digest(content: dict[str, Any]) -> str:
    """SHA-256 of a service file's content in one canonical form."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
