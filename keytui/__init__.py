"""keytui: a team's API-key authority that lives in a terminal.

People create and deactivate their own API keys; administrators oversee
all of them and can create none. The floors, from the top; imports go down only:

    doors      ``tui/``, ``cli/``, ``gateway.py`` and, for Python programs, :class:`Verifier`
    services   what a person may do: check, act, record, in one transaction
    storage    how it is kept: models, connection, migrations
    domain     what things are: pure Python, no I/O
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keytui.domain.errors import DatabaseUnusable
    from keytui.services.verification import Code, Verdict, Verifier
else:

    def __getattr__(name: str) -> object:
        # The Python door, by its first use (PEP 562): the app has no need of it.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from keytui.domain.errors import DatabaseUnusable
        from keytui.services.verification import Code, Verdict, Verifier

        globals().update(
            Code=Code, DatabaseUnusable=DatabaseUnusable, Verdict=Verdict, Verifier=Verifier
        )
        return globals()[name]


__all__ = ["Code", "DatabaseUnusable", "Verdict", "Verifier", "__version__"]
__version__ = "0.1.0"
