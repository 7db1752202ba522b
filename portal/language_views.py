from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal import language


@require_POST
def switch(request):
    """Read on in the language posted as ``language``, on the page named by ``next``.

    The choice is kept in the browser and, for who is signed in, in the account. An unknown language or a
    foreign address changes nothing and leads home.
    """
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    if code := language.known(request.POST.get("language")):
        language.remember(response, code)
        keep_in_account(request.user, code)
    return response


def keep_in_account(user, code):
    """Write to this person in ``code`` from now on, where the account has room for a language."""
    if user.is_authenticated and hasattr(user, "language") and user.language != code:
        user.language = code
        user.save(update_fields=["language"])
