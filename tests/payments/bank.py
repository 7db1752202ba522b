"""A payment gateway for tests: a small HTTP server on loopback with books of its own, written apart from both the
client and the sandbox.

    bank.owes(attempt)                     # the payer paid; the portal has not been told
    bank.payments["…"].status = "07"       # under suspicion
    bank.lose_answers = 1                  # act, then hang up
    bank.refuse_with("95")                 # the next refunds are refused
"""

import contextlib
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.payments import settlement

SECRET = "BANK-SECRET-FOR-TESTS-0123456789AB"
TMN_CODE = "MOTCUA01"
SIGNED = {
    "querydr": "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo",
    "refund": "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo TransactionDate "
    "CreateBy CreateDate IpAddr OrderInfo",
}
ANSWER_SIGNED = (
    "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo TransactionType "
    "TransactionStatus OrderInfo"
)


@dataclass
class Payment:
    amount: int  # VND
    number: str
    status: str = "00"  # 00 paid · 01 open · 02 failed · 07 under suspicion
    refunded: int = 0
    refunded_before: int = 0  # before the latest refund, of which alone the bank speaks
    refunds: int = 0
    refund_status: str = "05"  # 05 taken on · 09 refused by the bank


class Bank:
    """The gateway's side. ``requests`` is everything that was asked, in order."""

    def __init__(self):
        self.payments, self.requests, self.request_numbers = {}, [], set()
        self.lose_answers = 0
        self.lose_requests = 0
        self.refund_code = None
        self.settlement_rows = None  # see tests/payments/settlement.py
        self.before_answering = None  # called with the body, in the thread of the server
        self.garbage_for = set()
        self.lock = threading.Lock()
        bank = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = bank.answer(body)
                if answer is None:
                    return
                content = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                content, headers = settlement.answer(bank, self.path)
                self.send_response(200 if headers is not None else 404)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True)
        self.thread.start()

    @property
    def config(self):
        """``settings.GATEWAY`` for this bank."""
        address = f"http://127.0.0.1:{self.server.server_port}"
        return {
            "tmn_code": TMN_CODE,
            "secret": SECRET,
            "pay_url": f"{address}/pay",
            "api_url": f"{address}/api",
        }

    def owes(self, attempt, *, status="00", amount=None):
        """Enter the payment of ``attempt`` into the bank's books."""
        payment = Payment(amount or attempt.amount, str(14_000_000 + attempt.pk), status)
        self.payments[attempt.txn_ref] = payment
        return payment

    def refuse_with(self, code):
        self.refund_code = code

    def turn_down(self, attempt):
        """The payer's bank refuses a refund that the gateway had taken on: the money is still here."""
        self.payments[attempt.txn_ref].refund_status = "09"

    def asked(self, command):
        return [body for body in self.requests if body["vnp_Command"] == command]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # How it answers --------------------------------------------------------------------

    def answer(self, body):
        command = body["vnp_Command"]
        with self.lock:
            self.requests.append(body)
            if self.lose_requests:
                self.lose_requests -= 1
                return None
            expected = signature([body.get(f"vnp_{name}", "") for name in SIGNED[command].split()])
            if body["vnp_SecureHash"] != expected:
                return self.say(body, "97")
            if body["vnp_TxnRef"] in self.garbage_for:
                return {"vnp_ResponseCode": "00"}
            answer = self.look(body) if command == "querydr" else self.give_back(body)
        if self.before_answering:
            self.before_answering(body)
        if self.lose_answers:
            self.lose_answers -= 1
            return None
        return answer

    def look(self, body):
        payment = self.payments.get(body["vnp_TxnRef"])
        if payment is None:
            return self.say(body, "91")
        if payment.refunded:
            return self.say(
                body,
                "00",
                payment,
                amount=payment.refunded - payment.refunded_before,
                kind="02" if payment.refunded == payment.amount else "03",
                status=payment.refund_status,
            )
        return self.say(
            body, "00", payment, amount=payment.amount, kind="01", status=payment.status
        )

    def give_back(self, body):
        if body["vnp_RequestId"] in self.request_numbers:
            return self.say(body, "94")
        self.request_numbers.add(body["vnp_RequestId"])
        payment = self.payments.get(body["vnp_TxnRef"])
        if payment is None:
            return self.say(body, "91")
        if self.refund_code:
            return self.say(body, self.refund_code)
        amount = int(body["vnp_Amount"]) // 100
        if payment.refund_status == "09":
            payment.refunded, payment.refund_status = payment.refunded_before, "05"
        if payment.refunded + amount > payment.amount:
            return self.say(body, "94")
        payment.refunded_before, payment.refunded = payment.refunded, payment.refunded + amount
        payment.refunds += 1
        kind = body["vnp_TransactionType"]
        return self.say(body, "00", payment, amount=amount, kind=kind, status="05")

    def say(self, body, code, payment=None, *, amount=0, kind="", status=""):
        answer = {
            "vnp_ResponseId": f"{len(self.requests):032d}",
            "vnp_Command": body["vnp_Command"],
            "vnp_ResponseCode": code,
            "vnp_Message": "said",
            "vnp_TmnCode": body["vnp_TmnCode"],
            "vnp_TxnRef": body["vnp_TxnRef"],
        }
        if payment is not None:
            answer |= {
                "vnp_Amount": str(amount * 100),
                "vnp_BankCode": "NCB",
                "vnp_PayDate": "20261122143205",
                "vnp_TransactionNo": payment.number
                if kind == "01"
                else f"9{payment.refunds}{payment.number}",
                "vnp_TransactionType": kind,
                "vnp_TransactionStatus": status,
                "vnp_OrderInfo": "Le phi",
            }
        names = ANSWER_SIGNED.split()
        if body["vnp_Command"] == "querydr":
            names += ["PromotionCode", "PromotionAmount"]
        return answer | {
            "vnp_SecureHash": signature([answer.get(f"vnp_{name}", "") for name in names])
        }


def signature(texts):
    return hmac.new(SECRET.encode(), "|".join(texts).encode(), hashlib.sha512).hexdigest()


@contextlib.contextmanager
def open_bank(settings):
    """A bank for one test, at which the portal is a merchant."""
    bank = Bank()
    settings.GATEWAY = bank.config
    try:
        yield bank
    finally:
        bank.close()
