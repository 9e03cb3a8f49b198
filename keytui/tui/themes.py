"""The two looks, dark and light. Words carry every state; colours only help."""

from typing import Final

from textual.app import App
from textual.driver import Driver
from textual.theme import Theme

from keytui.settings import Look

_VARIABLES: Final = {
    "button-focus-text-style": "reverse",
    "input-cursor-text-style": "reverse",
}

_THEMES: Final = (
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

_BY_NAME: Final = {theme.name: theme for theme in _THEMES}


class ThemedApp(App[None]):
    """An app in one of the two looks."""

    def __init__(self, look: Look, driver: type[Driver]) -> None:
        """Begin with ``look``."""
        # Before Textual reads it: changed later, all styles would be parsed a second time.
        self.set_reactive(ThemedApp.theme, _name(look))
        super().__init__(driver_class=driver)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The two looks, by name."""
        return _BY_NAME

    def action_look(self) -> None:
        """Change between dark and light."""
        self.theme = _name(Look.LIGHT if self.current_theme.dark else Look.DARK)


def _name(look: Look) -> str:
    return f"keytui-{look}"
