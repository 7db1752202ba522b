import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments.sandbox.merchants import register_new_merchant


class Command(BaseCommand):
    help = "Register a merchant; prints one line of JSON: tmn_code, secret, pay_url, api_url."

    def add_arguments(self, parser):
        parser.add_argument("--ipn-url", default="", help="where results are sent (HTTP GET)")
        parser.add_argument("--name", default="Merchant", help="shown to payers")

    def handle(self, *args, **options):
        ipn_url = options["ipn_url"]
        if ipn_url and not ipn_url.startswith(("http://", "https://")):
            raise CommandError("The IPN address starts with http:// or https://")
        merchant = register_new_merchant(name=options["name"], ipn_url=ipn_url)
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
