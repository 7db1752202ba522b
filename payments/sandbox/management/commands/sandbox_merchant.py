import json
import re

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments.sandbox.merchants import register_new_merchant

ADDRESS = re.compile(r"(?=.{10,255}$)https?://[!-~]+")


class Command(BaseCommand):
    help = "Register a merchant; prints one line of JSON: tmn_code, secret, pay_url, api_url."

    def add_arguments(self, parser):
        parser.add_argument("--ipn-url", default="", help="where results are sent (HTTP GET)")
        parser.add_argument(
            "--confirm-url", default="", help="where the platform's protocol sends results"
        )
        parser.add_argument(
            "--return-url", default="", help="where the platform's protocol sends browsers"
        )
        parser.add_argument("--name", default="Merchant", help="shown to payers")

    def handle(self, *args, **options):
        addresses = {name: options[name] for name in ("ipn_url", "confirm_url", "return_url")}
        for name, address in addresses.items():
            if address and not ADDRESS.fullmatch(address):
                words = name.removesuffix("_url").replace("ipn", "IPN")
                raise CommandError(
                    f"The {words} address starts with http:// or https:// and has at most "
                    "255 plain characters"
                )
        merchant = register_new_merchant(name=options["name"] or "Merchant", **addresses)
        here = f"http://localhost:{settings.PORT}"
        self.stdout.write(
            json.dumps(
                {
                    "tmn_code": merchant.tmn_code,
                    "secret": merchant.secret,
                    "pay_url": f"{here}/paymentv2/vpcpay.html",
                    "api_url": f"{here}/merchant_webapi/api/transaction",
                }
            )
        )
