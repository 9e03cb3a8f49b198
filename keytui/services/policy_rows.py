"""The policy as it stands in the database: its newest row, or what holds where there is none."""

from keytui.domain.policy import Policy
from keytui.storage.models import PolicyRow

BEFORE_ANY = Policy()
"""What holds until an administrator says otherwise: by default 90 days, and whatever is asked for."""


def newest() -> PolicyRow | None:
    """Return the row that counts, inside the caller's transaction."""
    return PolicyRow.select().order_by(PolicyRow.id.desc()).first()


def of(row: PolicyRow | None) -> Policy:
    """Return what a row says."""
    if row is None:
        return BEFORE_ANY
    return Policy(row.default_days, row.longest_days, bool(row.no_end))
