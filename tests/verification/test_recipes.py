"""The README's recipes, each run: a good key goes in, a bad one and none do not."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from tests.verification.support import Ring

RECIPES = Path(__file__).parent / "recipes"
BAD = ("deactivated", "expired", "owner_inactive", "unknown")
Load = Callable[[str], ModuleType]


@pytest.fixture
def recipe(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Load a recipe as the program that it is, for the ring's database."""
    monkeypatch.setenv("KEYTUI_DATABASE", str(ring.database))
    loaded: list[ModuleType] = []

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"recipe_{name}", RECIPES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(__import__("sys").modules, spec.name, module)
        spec.loader.exec_module(module)
        loaded.append(module)
        return module

    yield load
    for module in loaded:
        module.verifier.close()


def bad_headers(ring: Ring) -> list[dict[str, str]]:
    """Return what must not open anything."""
    bad = [{"Authorization": f"Bearer {getattr(ring, kind).text}"} for kind in BAD]
    return [
        *bad,
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic bWFyaWE6b2xpdmU="},
        {"Authorization": f"Basic {ring.valid.text}"},
    ]


def test_a_plain_function(ring: Ring, recipe: Load) -> None:
    """A User ID for a good key, None for a bad one and for none."""
    owner_of = recipe("plain").owner_of
    assert owner_of(ring.valid.text) == "maria"
    assert [owner_of(getattr(ring, kind).text) for kind in BAD] == [None] * 4
    assert owner_of("nonsense") is None
    assert owner_of(None) is None


async def test_a_fastapi_dependency(ring: Ring, recipe: Load) -> None:
    """200 with the owner for a good key, 401 with a challenge otherwise; the use says from where."""
    pytest.importorskip("fastapi")
    transport = httpx.ASGITransport(app=recipe("fastapi_app").app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        good = await client.get("/whoami", headers={"Authorization": f"Bearer {ring.valid.text}"})
        assert (good.status_code, good.json()) == (200, {"user_id": "maria"})
        for headers in bad_headers(ring):
            reply = await client.get("/whoami", headers=headers)
            assert reply.status_code == 401
            assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_a_flask_decorator(ring: Ring, recipe: Load) -> None:
    """200 with the owner for a good key, 401 otherwise."""
    pytest.importorskip("flask")
    client = recipe("flask_app").app.test_client()
    good = client.get("/whoami", headers={"Authorization": f"Bearer {ring.valid.text}"})
    assert (good.status_code, good.json) == (200, {"user_id": "maria"})
    for headers in bad_headers(ring):
        assert client.get("/whoami", headers=headers).status_code == 401


def test_a_django_decorator(ring: Ring, recipe: Load) -> None:
    """200 with the owner for a good key, 401 otherwise."""
    pytest.importorskip("django")
    import django
    from django.conf import settings
    from django.test import Client

    if not settings.configured:
        settings.configure(ROOT_URLCONF="recipe_django_app", ALLOWED_HOSTS=["testserver"])
        django.setup()
    recipe("django_app")
    client = Client()
    good = client.get("/whoami", headers={"Authorization": f"Bearer {ring.valid.text}"})
    assert (good.status_code, good.json()) == (200, {"user_id": "maria"})
    for headers in bad_headers(ring):
        assert client.get("/whoami", headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["plain", "fastapi_app", "flask_app", "django_app"])
def test_a_recipe_is_short(name: str) -> None:
    """What people copy fits on a screen."""
    lines = (RECIPES / f"{name}.py").read_text().splitlines()
    assert len(lines) <= 45
    assert all(len(line) <= 100 for line in lines)


def test_the_recipes_write_last_uses(ring: Ring, recipe: Load) -> None:
    """A use through a recipe is in the report, in time."""
    module = recipe("plain")
    assert module.owner_of(ring.valid.text)
    module.verifier.close()
    assert ring.is_written(ring.valid)
