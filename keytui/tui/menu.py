"""What can be done on a screen: one list feeds its keys, its action menu, its help and the palette."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from keytui.domain.permissions import Permission


@dataclass(frozen=True, slots=True)
class MenuAction:
    """One entry of a screen's action menu.

    Attributes:
        name: picking it calls the screen's method ``do_<name>``.
        key: the letter that picks it, in the menu and on the screen itself.
        label: what it says; ``{}`` stands for whom it is about, an ellipsis
            means that it asks something first.
        permission: what a person needs for it, if not everybody may.
        own: whether it touches only one's own things.
        on_row: whether it is about the selected row.
    """

    name: str
    key: str
    label: str
    permission: Permission | None = None
    own: bool = False
    on_row: bool = False


def bindings(actions: Iterable[MenuAction]) -> list[BindingType]:
    """Return the key bindings of a screen's actions."""
    return [
        Binding(
            action.key,
            f"pick('{action.name}')",
            action.label,
            show=False,
            id=action.name,
        )
        for action in actions
    ]
