"""The nginx story: a real nginx, a real client, a program behind it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from tests.verification.behind_nginx import NGINX, Site, guarded
from tests.verification.support import Ring, deactivate
from tests.verification.wire import Line, ask, bearer

CURL: Final = shutil.which("curl")

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture
def site(ring: Ring) -> Iterator[Site]:
    """Set everything up as the README says, on paths and ports of the test's own."""
    with guarded(ring) as opened:
        yield opened


def test_the_whole_story(site: Site) -> None:
    """A key opens the door, is deactivated, opens it no more, and the report tells of its use."""
    ring = site.ring
    assert site.report()[str(ring.valid.key_id)]["last_used"] == "never"
    reply = ask(site.address, bearer(ring.valid.text), path="/reports/7?x=1")
    assert (reply.status, reply.body) == (200, b"welcome\n")
    assert site.seen[-1]["x-keytui-user"] == "maria"
    deactivate(ring, ring.valid)
    assert ask(site.address, bearer(ring.valid.text), path="/reports/7?x=1").status == 401
    assert len(site.seen) == 1
    assert site.server.stop() == 0
    line = site.report()[str(ring.valid.key_id)]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["last_used"])
    assert line["last_used_from"] == "127.0.0.1"
    assert (line["status"], line["state"]) == ("inactive", "deactivated")


@pytest.mark.skipif(CURL is None, reason="curl is not installed")
def test_curl_gets_the_same(site: Site) -> None:
    """The README's own command line: 200 with a good key, 401 without."""
    host, port = site.address

    def curl(*arguments: str) -> str:
        command = [str(CURL), "-s", "-o", "-", "-w", "%{http_code}", *arguments]
        url = f"http://{host}:{port}/"
        return subprocess.run(
            [*command, url], capture_output=True, text=True, timeout=20, check=True
        ).stdout

    assert curl("-H", bearer(site.ring.valid.text)) == "welcome\n200"
    assert curl("-H", f"X-API-Key: {site.ring.valid.text}") == "welcome\n200"
    assert curl("-H", bearer(site.ring.expired.text)).endswith("401")
    assert curl("-d", "a=b", "-H", bearer(site.ring.valid.text)) == "welcome\n200"


def test_nobody_smuggles_a_name_of_their_own_through(site: Site) -> None:
    """A client's ``X-Keytui-User`` is overwritten, in any spelling, twice, with any method."""
    key = bearer(site.ring.valid.text)
    for method in ("GET", "POST"):
        for smuggled in (
            ("X-Keytui-User: root",),
            ("x-KEYTUI-user: root", "X-Keytui-User: root"),
            ("X_Keytui_User: root", "X-Keytui_User: root"),
        ):
            body = b"x" * 100_000 if method == "POST" else b""
            assert (
                ask(site.address, key, *smuggled, method=method, path="/", body=body).status == 200
            )
            seen = site.seen[-1]
            assert seen["x-keytui-user"] == "maria"
            assert "root" not in seen.values()


def test_a_name_without_a_key_opens_nothing(site: Site) -> None:
    """Without a good key the program behind hears nothing at all."""
    for headers in (("X-Keytui-User: root",), (bearer(site.ring.unknown.text), "X-Keytui-User: a")):
        reply = ask(site.address, *headers, path="/")
        assert reply.status == 401
        assert reply.headers["www-authenticate"] == 'Bearer realm="keytui"'
    assert site.seen == []


def test_the_key_itself_stays_in_front(site: Site) -> None:
    """The program behind learns who it is, not the key."""
    ask(site.address, bearer(site.ring.valid.text), path="/")
    ask(site.address, f"X-API-Key: {site.ring.valid.text}", path="/")
    assert len(site.seen) == 2
    assert not any(site.ring.valid.text in value for seen in site.seen for value in seen.values())


def test_the_subrequest_cannot_be_asked_for(site: Site) -> None:
    """The location of the check is internal: from outside it is not there."""
    assert ask(site.address, bearer(site.ring.valid.text), path="/_keytui").status == 404


def test_two_keys_or_no_keytui_are_never_a_yes(site: Site) -> None:
    """400 and a dead keytui are an error of nginx; the program behind hears nothing."""
    one, two = bearer(site.ring.valid.text), f"X-API-Key: {site.ring.spare.text}"
    assert ask(site.address, one, two, path="/").status == 500
    site.server.kill()
    assert ask(site.address, one, path="/").status in (500, 502)
    assert site.seen == []


def test_connections_are_kept(site: Site) -> None:
    """Many requests over one connection of a client, bodies and all, keep their order."""
    with Line(site.address) as line:
        for number in range(50):
            good = number % 2 == 0
            key = bearer(site.ring.valid.text if good else site.ring.expired.text)
            body = b"x" * number
            assert line.ask(key, method="POST", path="/", body=body).status == (
                200 if good else 401
            )
