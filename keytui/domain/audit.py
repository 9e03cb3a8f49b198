"""The words of the audit trail: what can be done, and with what outcome.

An action is written ``subject:action``. Both lists are closed: an event that
is not named here cannot be recorded, and a name is never given another
meaning.
"""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What somebody did, or tried to do. Alphabetised within each subject."""

    AUDIT_CHECK = "audit:check"
    AUDIT_NEW_KEY = "audit:new_key"
    AUDIT_READ = "audit:read"

    DATABASE_BACK_UP = "database:back_up"
    DATABASE_COPY = "database:copy"
    DATABASE_RESTORE = "database:restore"

    KEY_CONFIRM = "api_key:confirm"
    KEY_CREATE = "api_key:create"
    KEY_DEACTIVATE = "api_key:deactivate"
    KEY_EDIT_LABEL = "api_key:edit_label"
    KEY_LIST = "api_key:list"
    KEY_ROTATE = "api_key:rotate"
    KEY_USE_AFTER_ROTATION = "api_key:use_after_rotation"

    POLICY_CHANGE = "policy:change"

    REPORT_EXPORT = "report:export"

    REVIEW_CLOSE = "review:close"
    REVIEW_DECIDE = "review:decide"
    REVIEW_LIST = "review:list"
    REVIEW_OPEN = "review:open"
    REVIEW_REPORT = "review:report"

    SESSION_COMMAND = "session:command"

    SSH_KEY_ADD = "ssh_key:add"
    SSH_KEY_EDIT_LABEL = "ssh_key:edit_label"
    SSH_KEY_LIST = "ssh_key:list"
    SSH_KEY_REMOVE = "ssh_key:remove"

    USER_CHANGE_PASSWORD = "user:change_password"  # noqa: S105 - the name of an act
    USER_CHANGE_ROLE = "user:change_role"
    USER_CHOOSE_PASSWORD = "user:choose_password"  # noqa: S105 - the name of an act
    USER_CREATE = "user:create"
    USER_DEACTIVATE = "user:deactivate"
    USER_LIST = "user:list"
    USER_OFFBOARD = "user:offboard"
    USER_RESET_SIGN_IN = "user:reset_sign_in"
    USER_SIGN_IN = "user:sign_in"
    USER_SIGN_OUT = "user:sign_out"
    USER_UNLOCK = "user:unlock"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    FAILED = "failed"
    """A wrong password or code: counted by the slow-down."""
    REFUSED = "refused"
    """A rule said no."""


class Family(StrEnum):
    """Events that are read together."""

    ALL = "all"
    SIGN_INS = "sign-ins"
    """Who came in, from where, by what, and who was refused."""
    KEYS = "keys"
    """What became of API keys."""
    ADMINISTRATION = "administration"
    """Everything else."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what, to what, with what outcome, when, from where.

    Attributes:
        event_id: its number; the order of events is the order of numbers.
        at: when, in microseconds UTC.
        actor: the User ID of whoever did it, or ``host:NAME`` for the account
            that owns the database, or ``-`` for somebody not signed in.
        action: what was done; a plain string is none of keytui's words, and
            was put there by another program.
        outcome: how it ended; likewise.
        target: to what: a User ID, ``key 17``, ``SSH key 3``, ``unknown:3fa2`` for a User ID
            that nobody has, or empty.
        detail: what else is worth knowing, one line; never a secret.
        origin: from where: ``local`` or ``ssh 10.0.4.17``, and the fingerprint of
            the SSH key that the actor came with.
    """

    event_id: int
    at: int
    actor: str
    action: Action | str
    outcome: Outcome | str
    target: str
    detail: str
    origin: str
