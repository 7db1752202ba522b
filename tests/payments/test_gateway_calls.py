"""Asking the gateway: a signed answer to this very question within three seconds, or unknown."""

import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from payments.protocol import calls, vnpay
from payments.protocol.messages import GatewayConfig, OutcomeUnknown, QueryOrder, RefundOrder
from payments.sandbox import signing

SECRET = "A-SECRET-FOR-TESTS-ONLY-0123456789"
NOW = datetime(2026, 11, 22, 7, 32, tzinfo=UTC)
SIGNED = [
    *("ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount"),
    *("BankCode", "PayDate", "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo"),
]
ANSWER = {
    "vnp_ResponseId": "1f2e",
    "vnp_ResponseCode": "00",
    "vnp_Message": "Success",
    "vnp_TmnCode": "MOTCUA01",
    "vnp_TxnRef": "MC-1",
    "vnp_Amount": "7500000",
    "vnp_BankCode": "NCB",
    "vnp_PayDate": "20261122143205",
    "vnp_TransactionNo": "14000001",
    "vnp_TransactionType": "01",
    "vnp_TransactionStatus": "00",
    "vnp_OrderInfo": "Le phi",
}


class Gateway:
    """A gateway that does whatever a test puts into ``behave(handler, request)``."""

    def __init__(self):
        self.requests: list[dict] = []
        self.behave = None
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.requests.append(body)
                gateway.behave(self, body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True)
        self.thread.start()
        self.config = GatewayConfig(
            "MOTCUA01", SECRET, "", f"http://127.0.0.1:{self.server.server_port}/api"
        )

    def says(self, content: bytes, status: int = 200, **headers):
        def behave(handler, body):
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(content)

        self.behave = behave

    def answers(self, *, secret=SECRET, signature=None, unsigned_changes=None, **changes):
        """Answer well-formed and signed; ``changes`` are signed, ``unsigned_changes`` are not."""

        def behave(handler, body):
            answer = {**ANSWER, "vnp_Command": body["vnp_Command"], **changes}
            names = SIGNED
            if body["vnp_Command"] == "querydr":
                names = [*SIGNED, "PromotionCode", "PromotionAmount"]
            texts = [str(answer.get(f"vnp_{name}", "")) for name in names]
            answer["vnp_SecureHash"] = signing.joined(texts, secret=secret)
            if signature is not None:
                answer["vnp_SecureHash"] = signature(answer["vnp_SecureHash"])
            self.says(json.dumps({**answer, **(unsigned_changes or {})}).encode())
            self.behave(handler, body)

        self.behave = behave


@pytest.fixture
def bank():
    """The gateway of one test."""
    server = Gateway()
    yield server
    server.server.shutdown()
    server.server.server_close()
    server.thread.join()


@pytest.fixture
def hurry(monkeypatch):
    """A time limit of 0.4 seconds instead of three."""
    monkeypatch.setattr(calls, "CALL_SECONDS", 0.4)


def ask(bank):
    return vnpay.query(QueryOrder("R1", "MC-1", NOW, "127.0.0.1"), config=bank.config, now=NOW)


def give_back(bank, amount_vnd=75_000):
    order = RefundOrder("R2", "MC-1", NOW, amount_vnd, True, "14000001", "Kế toán", "127.0.0.1")
    return vnpay.refund(order, config=bank.config, now=NOW)


def test_a_question_is_signed_as_prescribed(bank):
    bank.answers()
    ask(bank)

    (sent,) = bank.requests
    names = "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo"
    texts = [sent[f"vnp_{name}"] for name in names.split()]
    assert sent["vnp_SecureHash"] == signing.joined(texts, secret=SECRET)
    assert texts[:5] == ["R1", "2.1.0", "querydr", "MOTCUA01", "MC-1"]
    assert sent["vnp_TransactionDate"] == "20261122143200"


def test_a_refund_is_signed_as_prescribed(bank):
    bank.answers(vnp_TransactionType="02", vnp_TransactionStatus="05")
    outcome = give_back(bank)

    assert outcome.is_accepted
    assert outcome.amount_vnd == 75_000
    (sent,) = bank.requests
    names = (
        "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo "
        "TransactionDate CreateBy CreateDate IpAddr OrderInfo"
    )
    texts = [sent[f"vnp_{name}"] for name in names.split()]
    assert sent["vnp_SecureHash"] == signing.joined(texts, secret=SECRET)
    assert (sent["vnp_Amount"], sent["vnp_CreateBy"]) == ("7500000", "Ke toan")


def test_numbers_in_an_answer_are_read_like_texts(bank):
    bank.answers(vnp_Amount=7500000, vnp_TransactionNo=14000001, vnp_PayDate=20261122143205)

    outcome = ask(bank)

    assert outcome.is_paid
    assert (outcome.amount_vnd, outcome.gateway_number) == (75_000, "14000001")


def test_only_code_91_means_not_found(bank):
    bank.answers(vnp_ResponseCode="91")
    assert not ask(bank).is_found

    for code in ("02", "03", "94", "97", "99"):
        bank.answers(vnp_ResponseCode=code)
        with pytest.raises(OutcomeUnknown) as unknown:
            ask(bank)
        assert unknown.value.code == code


def test_a_refund_is_refused_for_certain_or_unknown(bank):
    for code in ("02", "03", "91", "95", "97"):
        bank.answers(vnp_ResponseCode=code)
        assert not give_back(bank).is_accepted
    for code in ("94", "99", "98"):
        bank.answers(vnp_ResponseCode=code)
        with pytest.raises(OutcomeUnknown):
            give_back(bank)


def test_a_refund_of_another_amount_is_unknown(bank):
    bank.answers(vnp_TransactionType="02", vnp_Amount="7500100")

    with pytest.raises(OutcomeUnknown):
        give_back(bank)


UNBELIEVABLE = {
    "another secret": {"secret": "another"},
    "no signature": {"signature": lambda good: ""},
    "upper case": {"signature": lambda good: good.upper()},
    "not ASCII": {"signature": lambda good: "é" * 128},
    "cut": {"signature": lambda good: good[:-1]},
    "status changed": {"unsigned_changes": {"vnp_TransactionStatus": "02"}},
    "amount changed": {"unsigned_changes": {"vnp_Amount": "7500100"}},
    "promotion added": {"unsigned_changes": {"vnp_PromotionAmount": "100"}},
    "null": {"unsigned_changes": {"vnp_Message": None}},
    "fraction": {"unsigned_changes": {"vnp_Amount": 7500000.0}},
    "list": {"unsigned_changes": {"vnp_Amount": [7500000]}},
    "truth value": {"unsigned_changes": {"vnp_X": True}},
    "another order": {"vnp_TxnRef": "MC-2"},
    "another merchant": {"vnp_TmnCode": "MOTCUA02"},
    "another command": {"vnp_Command": "refund"},
    "no code": {"vnp_ResponseCode": ""},
    "short code": {"vnp_ResponseCode": "0"},
    "half a dong": {"vnp_Amount": "7500050"},
    "no amount": {"vnp_Amount": ""},
    "no status": {"vnp_TransactionStatus": ""},
    "short type": {"vnp_TransactionType": "1"},
    "no date": {"vnp_PayDate": "20260231000000"},
}


@pytest.mark.parametrize("answer", list(UNBELIEVABLE.values()), ids=list(UNBELIEVABLE))
def test_an_answer_that_may_not_be_believed_is_unknown(bank, answer):
    bank.answers(**answer)

    with pytest.raises(OutcomeUnknown):
        ask(bank)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 200),
        (b"<html><h1>Maintenance</h1></html>", 200),
        (json.dumps(ANSWER).encode()[:-20], 200),
        (b"[]", 200),
        (b"null", 200),
        (b'{"vnp_ResponseCode":"00","vnp_ResponseCode":"00"}', 200),
        (b"[" * 60_000, 200),
        (b"\xff\xfe", 200),
        (b'{"a":"' + b"x" * 70_000 + b'"}', 200),
        (json.dumps(ANSWER).encode(), 500),
        (json.dumps(ANSWER).encode(), 302),
        (json.dumps(ANSWER).encode(), 201),
    ],
    ids=[
        "empty",
        "HTML",
        "cut",
        "list",
        "null",
        "twice",
        "deep",
        "bytes",
        "long",
        "500",
        "302",
        "201",
    ],
)
def test_what_is_no_answer_is_unknown(bank, content, status):
    bank.says(content, status, Location=bank.config.api_url)

    with pytest.raises(OutcomeUnknown):
        ask(bank)
    assert len(bank.requests) == 1  # no redirect is followed, nothing is repeated


def test_a_connection_that_is_cut_is_unknown(bank):
    def behave(handler, body):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"vnp_')
        handler.close_connection = True

    bank.behave = behave

    with pytest.raises(OutcomeUnknown):
        ask(bank)


def test_a_gateway_that_is_not_there_is_unknown(bank):
    gone = GatewayConfig("MOTCUA01", SECRET, "", "http://127.0.0.1:9/api")

    with pytest.raises(OutcomeUnknown):
        vnpay.query(QueryOrder("R1", "MC-1", NOW, "127.0.0.1"), config=gone, now=NOW)


@pytest.mark.parametrize("drip", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n{"])
def test_a_gateway_that_drips_does_not_hold_us_up(bank, hurry, drip):
    """Each byte comes in time; all of them together do not."""
    ended = threading.Event()

    def behave(handler, body):
        try:
            handler.wfile.write(drip)
            for _ in range(40):
                handler.wfile.write(b"X")
                time.sleep(0.1)
        except OSError:
            pass
        finally:
            handler.close_connection = True
            ended.set()

    bank.behave = behave
    begin = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        ask(bank)

    assert time.monotonic() - begin < 2
    assert ended.wait(5)


def test_a_silent_gateway_is_unknown_in_time(bank, hurry):
    bank.behave = lambda handler, body: time.sleep(1)
    begin = time.monotonic()

    with pytest.raises(OutcomeUnknown):
        ask(bank)

    assert time.monotonic() - begin < 0.9
