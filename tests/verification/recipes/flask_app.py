"""Flask: a decorator that lets only good keys in."""

import os
from functools import wraps

from flask import Flask, abort, g, request

from keytui import Verifier

verifier = Verifier(os.environ["KEYTUI_DATABASE"])
app = Flask(__name__)


def needs_key(view):
    """Answer 401 without a good key in ``Authorization: Bearer``."""

    @wraps(view)
    def guarded(*args, **kwargs):
        given = request.authorization
        verdict = verifier.verify(given.token if given else "", request.remote_addr)
        if not verdict:
            abort(401)
        g.key_holder = verdict
        return view(*args, **kwargs)

    return guarded


@app.get("/whoami")
@needs_key
def whoami():
    return {"user_id": g.key_holder.user_id}
