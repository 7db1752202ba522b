from django.urls import path

from portal.simulator import views

app_name = "demo"

urlpatterns = [
    path("persona/", views.persona, name="persona"),
    path("clock/", views.move_clock, name="clock"),
    path("bank/", views.switch_bank, name="bank"),
    path("mail/", views.mail, name="mail"),
    path("mail/<int:pk>/", views.message, name="message"),
    path("effects/", views.effects, name="effects"),
]
