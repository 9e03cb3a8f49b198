"""Django: a decorator that lets only good keys in."""

import os
from functools import wraps

from django.http import HttpResponse, JsonResponse
from django.urls import path

from keytui import Verifier

verifier = Verifier(os.environ["KEYTUI_DATABASE"])


def needs_key(view):
    """Answer 401 without a good key in ``Authorization: Bearer``."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        presented = given.strip() if scheme.lower() == "bearer" else ""
        verdict = verifier.verify(presented, request.META.get("REMOTE_ADDR"))
        if not verdict:
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        request.key_holder = verdict
        return view(request, *args, **kwargs)

    return guarded


@needs_key
def whoami(request):
    return JsonResponse({"user_id": request.key_holder.user_id})


urlpatterns = [path("whoami", whoami)]
