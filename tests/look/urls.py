"""A small site around the look: every component on one page, and pages that go wrong.

The other rooms' addresses that the frame links to lead to the same page, so that these tests need no room
but their own.
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.http import require_POST

from portal import error_pages, language_views
from portal.errors import StalePage

ONE_MORNING = datetime(2022, 9, 14, 9, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class EveryQuestion(forms.Form):
    """One question of each shape; never satisfied."""

    name = forms.CharField(label="Họ và tên", help_text="Như ghi trên căn cước")
    area = forms.DecimalField(label="Diện tích xây dựng")
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea, required=False)
    sex = forms.ChoiceField(
        label="Giới tính", choices=[("m", "Nam"), ("f", "Nữ")], widget=forms.RadioSelect
    )
    wishes = forms.MultipleChoiceField(
        label="Cách nhận", choices=[("p", "Bưu điện")], widget=forms.CheckboxSelectMultiple
    )
    place = forms.ChoiceField(label="Nơi nộp", choices=[("", "Chọn một nơi"), ("h", "Hải Châu")])
    drawing = forms.FileField(label="Bản vẽ", required=False)
    sure = forms.BooleanField(label="Tôi cam đoan", help_text="Nội dung khai là đúng")
    nonce = forms.CharField(widget=forms.HiddenInput, initial="n")

    def clean(self):
        raise forms.ValidationError("Hồ sơ này đã gửi rồi")


GALLERY = (Path(__file__).parent / "gallery.html").read_text("utf-8")


def gallery(request):
    if "said" in request.GET:
        messages.success(request, "Đã lưu.")
        messages.error(request, "Không lưu được tệp.")
    form = EveryQuestion({} if "bad" in request.GET else None)
    context = {
        "form": form,
        "kinds": ["yours", "agency", "done", "no", "closed", "draft"],
        "clocks": [9, 1, 0, -2],
        "rows": [{"term": "Thửa đất", "value": "Thửa 118", "href": "/", "link": "Sửa"}],
        "figures": [
            {"label": "Đúng hạn", "value": "94,2%", "note": "10 trên 12", "note_href": "/"}
        ],
        "entries": [
            {"title": "Trả kết quả", "when": "Hẹn thứ Ba, 27/09/2022", "kind": "next"},
            {"title": "Dừng", "at": ONE_MORNING, "kind": "pause", "text": "Chờ bổ sung"},
            {"title": "Tiếp nhận", "at": ONE_MORNING, "kind": "past", "href": "/", "link": "Xem"},
        ],
        "page": Paginator(range(100), 10).get_page(request.GET.get("page", 5)),
    }
    return HttpResponse(engines["django"].from_string(GALLERY).render(context, request))


def explode(request):
    raise RuntimeError("secret of the code")


def forbid(request):
    raise PermissionDenied("secret of the code")


def refuse(request):
    raise StalePage()


@require_POST
def receive(request):
    return HttpResponse("received")


def room(name, *paths):
    return include((list(paths), name))


urlpatterns = [
    path("", gallery, name="home"),
    path("explode/", explode),
    path("forbid/", forbid),
    path("refuse/", refuse),
    path("receive/", receive),
    path("status/<int:status>/", error_pages.error_page),
    path("language/", language_views.switch, name="language"),
    path("accounts/", include("allauth.urls")),
    path("services/", room("catalogue", path("", gallery, name="search"))),
    path("dossiers/", room("dossiers", path("", gallery, name="list"))),
    path("metrics/", room("metrics", path("", gallery, name="home"))),
    path("payments/", room("payments", path("receipts/", gallery, name="verify"))),
    path("desk/", room("admin", path("", gallery, name="index"))),
    path(
        "demo/",
        room(
            "demo",
            path("persona/", receive, name="persona"),
            path("clock/", receive, name="clock"),
            path("mail/", gallery, name="mail"),
            path("effects/", gallery, name="effects"),
        ),
    ),
]

handler400 = "portal.error_pages.bad_request"
handler403 = "portal.error_pages.permission_denied"
handler404 = "portal.error_pages.page_not_found"
handler500 = "portal.error_pages.server_error"
