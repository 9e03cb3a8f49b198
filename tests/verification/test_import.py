"""What ``import keytui`` brings into other people's programs: little, and typed."""

import importlib.resources
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import python
from tests.verification.support import Ring

HEAVY = (
    "textual", "rich", "argon2", "peewee", "playhouse", "click", "platformdirs", "pyperclip",
    "logging", "asyncio", "uvicorn", "prometheus_client", "pathlib", "inspect", "ctypes", "json",
    "subprocess", "secrets",
)  # fmt: skip
TYPED = Path(__file__).parent / "programs" / "typed.py"


def loaded(code: str, *arguments: str | Path) -> set[str]:
    """Return which of the heavy modules are loaded after ``code``."""
    ended = python(f"{code}\nimport sys\nprint(*sys.modules)", *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    return set(HEAVY) & set(ended.stdout.split())


def test_importing_keytui_loads_nothing_heavy() -> None:
    """Neither the terminal app nor Argon2 nor Peewee nor a framework comes along."""
    alone = loaded("")
    assert loaded("import keytui\nfrom keytui import Verifier, Verdict, Code") <= alone


def test_verifying_loads_nothing_heavy(ring: Ring) -> None:
    """Nor does the first verification, of a good key or of a bad one."""
    code = (
        "import sys\nfrom keytui import Verifier\nverifier = Verifier(sys.argv[1])\n"
        "verifier.verify(sys.argv[2])\nverifier.verify('kt_no')"
    )
    assert loaded(code, ring.database, ring.valid.text) <= loaded("")


def test_importing_has_no_side_effects_on_signals() -> None:
    """An import alone installs no signal handler and starts no thread."""
    ended = python(
        "import keytui, signal, threading\n"
        "print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, threading.active_count())"
    )
    assert ended.stdout == "True 1\n"


def test_the_package_says_that_it_is_typed() -> None:
    """PEP 561: type checkers look for this file."""
    assert importlib.resources.files("keytui").joinpath("py.typed").is_file()


def test_what_is_exported_is_documented() -> None:
    """Every public name of the Python door has a docstring, and is all there is."""
    import keytui

    assert set(keytui.__all__) == {
        "Code",
        "DatabaseUnusable",
        "Verdict",
        "Verifier",
        "__version__",
    }
    for name in ("verify", "check", "flush", "close", "problem"):
        assert getattr(keytui.Verifier, name).__doc__
    assert keytui.Verdict.__doc__
    assert keytui.Code.__doc__
    assert keytui.DatabaseUnusable.__doc__


def test_a_typed_program_passes_a_strict_type_checker(tmp_path: Path) -> None:
    """``mypy --strict`` knows every type that the door hands out."""
    pytest.importorskip("mypy")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", ""),
            *("--cache-dir", tmp_path / "cache", TYPED),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.stdout == "Success: no issues found in 1 source file\n", ended.stderr
