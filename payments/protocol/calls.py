"""One question to a gateway over HTTP, and an answer that can be read, or ``OutcomeUnknown``."""

import asyncio
import json
import ssl
import threading
from collections.abc import Mapping
from functools import cache

import httpx

from payments.protocol.messages import OutcomeUnknown

CALL_SECONDS = 3.0  # the whole call, not each read of it
LARGEST_ANSWER_BYTES = 64 * 1024


def fetch(url: str) -> dict[str, str]:
    """GET an address that is signed already; returns the flat JSON object that comes back, or ``OutcomeUnknown``."""
    return _read(_send("GET", url, None))


def ask(url: str, body: Mapping[str, object]) -> dict[str, str]:
    """POST a JSON object and return the flat JSON object that comes back with status 200.

    Numbers in the answer become text, as they are signed. Raises ``OutcomeUnknown`` for whatever
    else comes back, or nothing within ``CALL_SECONDS``. Signatures are the driver's business.
    """
    return _read(_send("POST", url, body))


def _read(content: bytes) -> dict[str, str]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a repeated key")
        return dict(pairs)

    try:
        answer = json.loads(content.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as problem:
        raise OutcomeUnknown("the gateway's answer is not JSON") from problem
    if not isinstance(answer, dict) or not all(type(v) in (str, int) for v in answer.values()):
        raise OutcomeUnknown("the gateway's answer is not a flat object of texts and numbers")
    return {key: str(value) for key, value in answer.items()}


def _send(method: str, url: str, body: Mapping[str, object] | None) -> bytes:
    """httpx limits each read, not the call, so a gateway that sends one byte a second would hold
    us for hours; only an asyncio deadline covers the whole. It runs in a thread of its own because
    the caller's thread may already have a loop.
    """
    result: list[bytes | BaseException] = []

    def run() -> None:
        try:
            result.append(asyncio.run(_send_within_deadline(method, url, body)))
        except BaseException as problem:  # raised again in the caller's thread below
            result.append(problem)

    thread = threading.Thread(target=run, name="gateway-call", daemon=True)
    thread.start()
    thread.join(CALL_SECONDS + 1)  # a name server that hangs is outside the deadline
    outcome = result[0] if result else TimeoutError()
    if isinstance(outcome, httpx.HTTPError | httpx.InvalidURL | OSError):
        raise OutcomeUnknown(f"the gateway did not answer: {outcome!r}") from outcome
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


async def _send_within_deadline(method: str, url: str, body: Mapping[str, object] | None) -> bytes:
    async with (
        asyncio.timeout(CALL_SECONDS),
        httpx.AsyncClient(
            timeout=CALL_SECONDS, follow_redirects=False, trust_env=False, verify=_tls()
        ) as client,
        client.stream(method, url, json=body, headers={"Accept-Encoding": "identity"}) as response,
    ):
        if response.status_code != 200:
            raise OutcomeUnknown(f"the gateway answered with HTTP status {response.status_code}")
        content = b""
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LARGEST_ANSWER_BYTES:
                raise OutcomeUnknown("the gateway's answer is too long")
        return content


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
