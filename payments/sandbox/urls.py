from django.urls import include, path

from payments.sandbox import api, console, logos, platform, qr, settlement, switchboard, views

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", views.live, name="live"),
    # VNPAY's own addresses
    path("paymentv2/vpcpay.html", views.enter, name="enter"),
    path("paymentv2/Payment/Error.html", views.error, name="error"),
    path("paymentv2/images/bank/<slug:code>.svg", logos.logo, name="logo"),
    path("merchant_webapi/api/transaction", api.transaction_api, name="transaction-api"),
    path("qrpayauth/api/merchant/get_bank_list", api.bank_list, name="bank-list"),
    # The national portal's platform
    path("platform/", include(platform)),
    # The bank's pages
    path("pay/<slug:token>/", views.choose, name="choose"),
    path("pay/<slug:token>/otp/", views.password, name="password"),
    path("pay/<slug:token>/qr/", qr.show, name="qr"),
    path("pay/<slug:token>/wallet/", views.wallet, name="wallet"),
    path("pay/<slug:token>/cancel/", views.cancel, name="cancel"),
    path("pay/<slug:token>/run-out/", views.run_out, name="run-out"),
    path("qr/<slug:qr_token>/", qr.scan, name="scan"),
    # For merchants' books
    path("settlement/<slug:tmn_code>/<str:day>.csv", settlement.fetch, name="settlement"),
    # For demo people
    path("console/", console.payments, name="console"),
    path("console/requests/", console.requests, name="console-requests"),
    path("console/requests/<int:pk>/", console.request_page, name="console-request"),
    path("console/switches", switchboard.switch, name="switchboard"),
    path("console/merchants/<slug:tmn_code>/", console.merchant, name="console-merchant"),
    path(
        "console/merchants/<slug:tmn_code>/settlement/<str:day>.csv",
        console.settlement_file,
        name="console-settlement",
    ),
    path("console/<int:number>/", console.payment, name="console-payment"),
]
handler404 = views.not_found
handler500 = views.broken
