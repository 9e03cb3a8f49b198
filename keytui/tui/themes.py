"""The two looks, dark and light. Words carry every state; colours only help."""

from typing import Final

from textual.theme import Theme

from keytui.settings import Look

_VARIABLES: Final = {
    "button-focus-text-style": "reverse",
    "input-cursor-text-style": "reverse",
}

THEMES: Final = (
    Theme(
        name="keytui-dark",
        dark=True,
        primary="#7aa2c9",
        secondary="#9aa5b1",
        accent="#d0a85c",
        foreground="#d6dbe1",
        background="#14181d",
        surface="#1b2027",
        panel="#262d36",
        success="#86b37a",
        warning="#d0a85c",
        error="#e0796f",
        variables=_VARIABLES,
    ),
    Theme(
        name="keytui-light",
        dark=False,
        primary="#245a8d",
        secondary="#56606b",
        accent="#8a5a00",
        foreground="#1d2329",
        background="#fbfbf9",
        surface="#f2f2ee",
        panel="#e2e4e0",
        success="#2f6b2a",
        warning="#8a5a00",
        error="#a8281c",
        variables=_VARIABLES,
    ),
)


def name(look: Look) -> str:
    """Return the theme's name for a look."""
    return f"keytui-{look}"


def other(theme: str) -> str:
    """Return the name of the other theme."""
    return name(Look.LIGHT if theme == name(Look.DARK) else Look.DARK)
