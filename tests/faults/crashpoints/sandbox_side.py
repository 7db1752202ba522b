"""The gateway's flows, killed at every step: run as ``python -m`` under the sandbox's settings, on its database.

Prints a line of JSON for each flow. Imports nothing of the portal.
"""

import json
import sys
import threading
import time
from dataclasses import asdict
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import django
from django.db import connection
from django.utils import timezone

CARD = "9704198526191432198"

# Each must find nothing.
NEVER = {
    "an end without a notice": """
        SELECT t.number, t.state FROM sandbox_transaction t WHERE t.state <> 'open'
        AND NOT EXISTS (SELECT FROM sandbox_notification n WHERE n.transaction_id = t.id)
    """,
    "a notice of what has not ended": """
        SELECT t.number FROM sandbox_transaction t JOIN sandbox_notification n ON n.transaction_id = t.id
        WHERE t.state = 'open'
    """,
    "one result in two notices": """
        SELECT transaction_id, count(*) FROM sandbox_notification GROUP BY 1 HAVING count(*) > 1
    """,
    "calls that were not counted": """
        SELECT n.id, n.calls_made, count(c.id) FROM sandbox_notification n
        LEFT JOIN sandbox_call c ON c.notification_id = n.id GROUP BY n.id HAVING n.calls_made <> count(c.id)
    """,
    "delivered without an answer": """
        SELECT n.id FROM sandbox_notification n WHERE n.state = 'delivered' AND NOT EXISTS (
            SELECT FROM sandbox_call c WHERE c.notification_id = n.id AND c.rsp_code IN ('00', '02'))
    """,
}


class Merchant:
    """Answers every notice with 00 and remembers the orders it was told of."""

    def __init__(self):
        self.told = []
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                merchant.told.append(parse_qs(self.path.partition("?")[2])["vnp_TxnRef"][0])
                content = b'{"RspCode":"00","Message":"ok"}'
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:  # the sender was killed meanwhile
                    pass

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        self.ipn_url = f"http://127.0.0.1:{server.server_port}/ipn"


def main():
    django.setup()
    from payments.sandbox import actions, cards, orders, sender, urls
    from payments.sandbox.merchants import register_configured_merchant
    from payments.sandbox.models import Merchant as MerchantRow
    from payments.sandbox.models import Notification, Transaction
    from tests.faults.crashpoints import campaign

    known = Merchant()
    register_configured_merchant()
    MerchantRow.objects.update(ipn_url=known.ipn_url)
    numbers = iter(range(1, 100_000))

    class Charge:
        """The payer's one-time password: money taken and the merchant owed a notice, or neither."""

        name = "sandbox charge"

        def prepare(self):
            now = timezone.now()
            self.txn_ref = f"CP-{next(numbers)}"
            payment = actions.open_payment(
                orders.Order(
                    protocol="vnpay",
                    merchant=MerchantRow.objects.get(),
                    txn_ref=self.txn_ref,
                    order_day=now.date(),
                    create_date=f"{now:%Y%m%d%H%M%S}",
                    amount_vnd=75_000,
                    order_info="Le phi",
                    order_type="other",
                    locale="vn",
                    ip_addr="127.0.0.1",
                    return_url="http://localhost/back/",
                    expires_at=now + timedelta(minutes=15),
                    request_hash=self.txn_ref,
                )
            )
            actions.choose_card(payment.token, cards.find(CARD), "NCB")
            self.token = payment.token

        def before_fork(self):
            pass

        def run(self):
            actions.pay(self.token, cards.ONE_TIME_PASSWORD)

        again = run

        def done(self):
            payment = Transaction.objects.get(token=self.token)
            return payment.state == "paid" and payment.notifications.count() == 1

        def violations(self):
            found = {}
            with connection.cursor() as cursor:
                for name, query in NEVER.items():
                    cursor.execute(query)
                    if rows := cursor.fetchall():
                        found[name] = rows
            return found

    class Send(Charge):
        """The sender tells the merchant: at least once, and knows it."""

        name = "sandbox IPN sender"

        def prepare(self):
            super().prepare()
            actions.pay(self.token, cards.ONE_TIME_PASSWORD)

        def run(self):
            sender.send_all()

        def again(self):
            # The pause after a call that was cut off is over.
            Notification.objects.filter(state="due").update(due_at=timezone.now())
            time.sleep(0.001)
            sender.send_all()

        def done(self):
            notice = Notification.objects.get(transaction__token=self.token)
            return notice.state == "delivered" and self.txn_ref in known.told

    assert urls.urlpatterns  # what registers the drivers
    for kind in (Charge, Send):
        report = campaign.every_point(kind())
        print(json.dumps(asdict(report)), flush=True)
        Notification.objects.filter(state="due").update(state="given_up", due_at=None)


if __name__ == "__main__":
    sys.exit(main())
