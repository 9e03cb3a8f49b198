"""The floors of the house: imports go down only, and every library has its place."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import keytui
from keytui.storage.database import close_database, open_database
from tests.support import python

ROOT = Path(keytui.__file__).parent
LONGEST = 350

FLOORS = {
    "keytui.domain": 0,
    "keytui.storage": 1,
    "keytui.services": 2,
    "keytui.tui": 3,
    "keytui.gateway": 3,
    "keytui.telling": 3,
    "keytui.ssh_host": 3,
    "keytui.cli": 4,
    "keytui.__main__": 5,
}
# Values and helpers of the front door: they know the domain, only doors know them.
BESIDE = {"keytui.settings", "keytui.origin", "keytui.crash"}

# A door may name, open and close the database; all else about it is the services'.
OPENING = {
    "keytui.storage.database": {"open_database", "close_database", "audit_key_path"},
    "keytui.storage.location": {"canonical"},
    "keytui.storage.drivers": {"import_peewee_alone"},
}

# library: where it may be imported.
PLACES = {
    "peewee": ("keytui.storage", "keytui.services"),
    "playhouse": ("keytui.storage",),
    "sqlite3": ("keytui.storage",),
    "psycopg": ("keytui.storage",),
    "textual": ("keytui.tui",),
    "rich": ("keytui.tui",),
    "pyperclip": ("keytui.tui",),
    "argon2": ("keytui.domain.passwords",),
    "click": ("keytui.cli",),
    "platformdirs": ("keytui.settings",),
    "prometheus_client": ("keytui.telling", "keytui.cli.serve"),
}


@dataclass(frozen=True)
class Import:
    """One import statement: who imports what, and where it says so."""

    by: str
    module: str
    names: frozenset[str]
    line: int

    def __str__(self) -> str:
        """Write it as a sentence that leads to the place."""
        return f"{self.by}:{self.line} imports {self.module}"


def name_of(path: Path) -> str:
    """Return the dotted name of the module in ``path``."""
    parts = ("keytui", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def imports(module: str) -> Iterator[Import]:
    """Yield what a module imports, at its top or anywhere inside."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, frozenset(), node.lineno)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield Import(
                    module,
                    whole if whole in MODULES else node.module,
                    frozenset({alias.name}),
                    node.lineno,
                )


EVERY_IMPORT = [one for module in MODULES for one in imports(module)]


def within(module: str, package: str) -> bool:
    """Tell whether ``module`` is ``package`` or lies in it."""
    return module == package or module.startswith(package + ".")


def floor(module: str) -> int | None:
    """Return on which floor a module is; ``None`` for one beside or above all."""
    return next((FLOORS[name] for name in FLOORS if within(module, name)), None)


def test_every_module_has_a_floor() -> None:
    """A new package is given its place here before it is built."""
    assert [
        module for module in MODULES if floor(module) is None and module not in {"keytui", *BESIDE}
    ] == []


def test_imports_go_down_only() -> None:
    """Doors import services, services storage, storage the domain, and never the other way."""
    wrong = []
    for one in EVERY_IMPORT:
        mine, theirs = floor(one.by), floor(one.module)
        # The package itself holds the version alone: anybody may import it.
        if mine is None or theirs is None or mine >= theirs:
            continue
        wrong.append(str(one))
    assert wrong == []


def test_the_domain_knows_the_domain_alone() -> None:
    """Of keytui the domain imports nothing but itself."""
    assert [
        str(one)
        for one in EVERY_IMPORT
        if within(one.by, "keytui.domain")
        and within(one.module, "keytui")
        and not within(one.module, "keytui.domain")
    ] == []


def test_what_stands_beside_knows_the_domain_alone() -> None:
    """Settings, origin and crash reports import the domain at most, and only doors import them."""
    wrong = [
        str(one)
        for one in EVERY_IMPORT
        if one.by in BESIDE
        and within(one.module, "keytui")
        and one.module != "keytui"
        and not within(one.module, "keytui.domain")
    ]
    wrong += [
        str(one)
        for one in EVERY_IMPORT
        if one.module in BESIDE and floor(one.by) not in (3, 4) and one.by not in BESIDE
    ]
    assert wrong == []


def test_a_door_only_opens_and_closes_the_database() -> None:
    """Rows, queries and transactions stay below the services."""
    assert [
        str(one)
        for one in EVERY_IMPORT
        if floor(one.by) in (3, 4, 5)
        and within(one.module, "keytui.storage")
        and not one.names <= OPENING.get(one.module, set())
    ] == []


@pytest.mark.parametrize("library", PLACES)
def test_a_library_has_its_place(library: str) -> None:
    """Each library is imported where its job is done, and nowhere else."""
    found = [one for one in EVERY_IMPORT if within(one.module, library)]
    assert [
        str(one) for one in found if not any(within(one.by, place) for place in PLACES[library])
    ] == []


HEAVY = {"textual", "rich", "argon2", "pyperclip", "playhouse.migrations"}


@pytest.mark.parametrize(
    ("module", "late"),
    [
        ("keytui", HEAVY | {"peewee", "click", "keytui.cli"}),
        ("keytui.cli", HEAVY | {"peewee", "click"}),
        ("keytui.cli.commands", HEAVY),
        ("keytui.gateway", HEAVY | {"peewee", "click"}),
    ],
)
def test_a_door_loads_nothing_that_it_may_not_need(module: str, late: set[str]) -> None:
    """Starting is quick: what only some uses need is loaded by those uses."""
    ended = python(f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))")
    assert ended.stderr == ""
    loaded = set(json.loads(ended.stdout))
    assert module in loaded
    assert loaded & late == set()
    assert [name for name in loaded if within(name, "keytui.tui")] == []


def test_the_first_paint_waits_for_nothing_that_it_does_not_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sign-in is painted without Peewee, click, services or screens: they come after it."""
    path = tmp_path / "keytui.db"
    open_database(str(path))
    close_database()
    monkeypatch.setenv("KEYTUI_DATABASE", str(path))
    ended = python(
        "import sys, keytui.cli, keytui.cli.opening\n"
        "keytui.cli.opening.need_terminal = lambda: None\n"
        "from textual.app import App\n"
        "async def painted(pilot):\n"
        "    await pilot.pause()\n"
        "    print(*sys.modules, file=sys.__stdout__)\n"
        "    pilot.app.exit()\n"
        "run = App.run\n"
        "App.run = lambda self, **how: run(self, headless=True, auto_pilot=painted)\n"
        "keytui.cli.main()"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    loaded = set(ended.stdout.split())
    assert "keytui.tui.screens.entrance" in loaded
    late = {
        "argon2",
        "pyperclip",
        "peewee",
        "playhouse",
        "click",
        "psycopg",
        "keytui.cli.commands",
        "keytui.storage.models",
        *("hashlib", "json", "tomllib"),
    }
    assert loaded & late == set()
    assert {name for name in loaded if within(name, "keytui.services")} == {
        "keytui.services",
        "keytui.services.arrival",
        "keytui.services.boundary",
    }
    assert {name for name in loaded if within(name, "keytui.tui.screens")} == {
        "keytui.tui.screens",
        *(f"keytui.tui.screens.{name}" for name in ("dialog", "entrance", "form", "sized")),
    }


def test_what_the_first_paint_does_not_wait_for_is_loaded_after_it() -> None:
    """No key press has to wait for an import: the rest brings all that the app and its doors need."""
    late = {
        one.module
        for module in ("keytui.tui.app", "keytui.tui.screens.entrance")
        for one in EVERY_IMPORT
        if one.by == module and within(one.module, "keytui")
    }
    ended = python(
        "import sys, keytui.tui.app\nfor name in keytui.tui.app.REST: __import__(name)\n"
        "print(*sys.modules)"
    )
    assert late - set(ended.stdout.split()) == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short(module: str) -> None:
    """No module is longer than 350 lines."""
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is_for(module: str) -> None:
    """Every module begins with a docstring."""
    assert ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8")))
