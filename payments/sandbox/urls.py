from django.urls import path

from payments.sandbox import api, console, views

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", views.live, name="live"),
    # The protocol's own addresses
    path("paymentv2/vpcpay.html", views.enter, name="enter"),
    path("paymentv2/Payment/Error.html", views.error, name="error"),
    path("merchant_webapi/api/transaction", api.transaction_api, name="transaction-api"),
    path("qrpayauth/api/merchant/get_bank_list", api.bank_list, name="bank-list"),
    # The bank's pages
    path("pay/<slug:token>/", views.choose, name="choose"),
    path("pay/<slug:token>/otp/", views.password, name="password"),
    path("pay/<slug:token>/cancel/", views.cancel, name="cancel"),
    path("pay/<slug:token>/run-out/", views.run_out, name="run-out"),
    # For demo people
    path("console/", console.payments, name="console"),
    path("console/requests/", console.requests, name="console-requests"),
    path("console/<int:number>/", console.payment, name="console-payment"),
]
handler404 = views.not_found
handler500 = views.broken
