"""The places behind the door: which there are for whom, and what each is.

Loaded after the first paint: with them come most of the screens and services.
"""

from collections.abc import Sequence

from keytui.domain.permissions import Permission, Role, refusal
from keytui.services.sign_in import SignedIn
from keytui.tui.screens.audit import Audit
from keytui.tui.screens.help import Help
from keytui.tui.screens.manage_users import ManageUsers
from keytui.tui.screens.place import Place
from keytui.tui.screens.profile import Profile

__all__ = ["Place", "help_of", "place", "titles"]


def titles(role: Role) -> Sequence[tuple[str, str]]:
    """Return the places where somebody of this role can be, each its key and title."""
    manage = [] if _why_not_manage(role) else [("2", ManageUsers.PLACE)]
    return [("1", Profile.PLACE), *manage, ("3", Audit.PLACE)]


def place(title: str, signed_in: SignedIn) -> Place | str:
    """Return the place of this title, or why it is not for this person."""
    if title == Profile.PLACE:
        return Profile(signed_in)
    if title == Audit.PLACE:
        return Audit(signed_in.actor)
    return _why_not_manage(signed_in.actor.role) or ManageUsers(signed_in.actor)


def help_of(here: Place) -> Help:
    """Return what explains the keys of a place."""
    return Help(here.PLACE, here.ACTIONS, here.HINT)


def _why_not_manage(role: Role) -> str | None:
    return refusal(role, Permission.MANAGE_USERS, own=False)
