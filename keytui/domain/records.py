"""The values that services hand out: frozen, without a digest or a hash in them."""

from dataclasses import dataclass

from keytui.domain import clock, key_text
from keytui.domain.permissions import Role
from keytui.domain.policy import SOON_DAYS
from keytui.domain.states import KeyState, Status, state_of


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something, as they were when they signed in.

    Services read role and status anew inside every transaction; what stands
    here is for screens to draw by.

    Attributes:
        row_id: the person's row, or ``None`` for the host's own account.
        user_id: their User ID, or ``host:NAME``.
        role: their role at sign-in.
        epoch: the number of their sign-in series; a reset starts a new one
            and so ends every sign-in of the old.
        origin: where they sit: ``local`` or ``ssh 10.0.4.17``, and the
            fingerprint of the SSH key they came with.
        ssh_key_id: the SSH key they came with; its removal ends this sign-in.
    """

    row_id: int | None
    user_id: str
    role: Role
    epoch: int
    origin: str
    ssh_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person, as Manage Users shows them. Times in microseconds UTC."""

    row_id: int
    user_id: str
    role: Role
    status: Status
    active_keys: int
    oldest_key_at: int | None
    last_sign_in_at: int | None
    last_sign_in_from: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class SshKey:
    """A public SSH key that a person signs in with. Times in microseconds UTC."""

    ssh_key_id: int
    user_id: str
    type: str
    fingerprint: str
    label: str
    added_at: int
    last_used_at: int | None
    removed_at: int | None
    removed_by: str | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key's record: everything but what would recognise it. Times in microseconds UTC.

    ``confirmed_at`` is when its owner pressed OK on its text. ``as_of`` is when
    it was read: what :attr:`state` says was so then. ``replaces`` and
    ``replaced_by`` are the keys before and after it in its family; ``late_uses``
    counts how often it was tried after such a rotation and its end.
    """

    key_id: int
    user_id: str
    owner_status: Status
    label: str
    last_four: str
    created_at: int
    expires_at: int | None
    confirmed_at: int | None
    last_used_at: int | None
    last_used_from: str | None
    deactivated_at: int | None
    deactivated_by: str | None
    deactivation_reason: str | None
    as_of: int
    replaces: int | None = None
    replaced_by: int | None = None
    replaced_at: int | None = None
    late_uses: int = 0
    late_used_at: int | None = None
    late_used_from: str | None = None

    @property
    def masked(self) -> str:
        """The only form in which the key is ever shown."""
        return key_text.mask(self.last_four)

    @property
    def state(self) -> KeyState:
        """Why it works or does not."""
        return state_of(
            self.deactivated_at,
            self.expires_at,
            self.owner_status,
            self.as_of,
            replaced=self.replaced_by is not None,
        )

    @property
    def confirmed(self) -> bool:
        """Whether its text is known to have arrived: its owner said so, or it was used."""
        return self.confirmed_at is not None or self.last_used_at is not None

    @property
    def state_shown(self) -> str:
        """What a list says of it: its state, or that nobody may have its text, or that it ends soon."""
        if self.state is not KeyState.ACTIVE:
            return self.state
        if not self.confirmed:
            return "not confirmed"
        soon = self.expires_at is not None and self.expires_at <= self.as_of + SOON_DAYS * clock.DAY
        return "expiring" if soon else self.state

    @property
    def status(self) -> Status:
        """Whether it works: the report's column."""
        return Status.ACTIVE if self.state.works else Status.INACTIVE

    def age_days(self, present: int) -> int:
        """Count its whole days of life: until now, or until it was deactivated."""
        return clock.days(self.created_at, self.deactivated_at or present)
