"""Everything keytui says no with, named for what the caller can do about it.

    KeytuiError                 never raised itself
    ├── BadInput                what was typed does not fit: correct it
    ├── Refused                 the rules say no: ask somebody who may
    ├── Conflict                somebody else was first: look again
    ├── Cancelled               the person stopped it: nothing was done
    ├── SignInFailed            wrong User ID, password or code: try again
    │   └── TooManyAttempts     wait ``seconds``, then try again
    ├── SignedOut               this sign-in is no longer good: sign in again
    └── DatabaseUnusable        the database cannot be used: mend it first
        └── DatabaseBusy        somebody else is writing: simply try again

``str(error)`` is one whole sentence for the person: what happened and what to
do. It never holds a key text, a password or a sign-in code.
"""


class KeytuiError(Exception):
    """The root of the tree: catch it at a door, raise one of its leaves."""


class BadInput(KeytuiError):
    """Text from a person does not fit its grammar. Nothing was changed."""


class Refused(KeytuiError):
    """A rule of the product forbids the act. The attempt is on record."""


class Conflict(KeytuiError):
    """The thing changed since it was shown. Nothing was changed by this act."""


class Cancelled(KeytuiError):
    """The person stopped what was under way. Nothing is left of it."""


class SignInFailed(KeytuiError):
    """User ID, password or sign-in code is wrong; it is not said which."""


class TooManyAttempts(SignInFailed):
    """Guessing is slowed down: the attempt was not even looked at.

    Attributes:
        seconds: how long to wait before an attempt is looked at again.
    """

    def __init__(self, seconds: int) -> None:
        """Word the wait of ``seconds`` seconds."""
        super().__init__(f"Too many failed attempts: wait {seconds} s, then try again.")
        self.seconds = seconds


class SignedOut(KeytuiError):
    """The actor may no longer do anything under this sign-in."""


class DatabaseUnusable(KeytuiError):
    """The database cannot be used as it is. What was there is untouched."""


class DatabaseBusy(DatabaseUnusable):
    """Another process held the database for too long. Nothing was changed."""
