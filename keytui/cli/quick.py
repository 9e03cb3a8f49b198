"""Commands that are over before click would be loaded, found by their first words."""

from collections.abc import Sequence


def words_of(arguments: Sequence[str], *command: str) -> list[str] | None:
    """Return the words behind ``command`` when it is what was asked for, else ``None``.

    ``--database PATH`` may stand before it, and stands before the words then.
    """
    before: list[str] = []
    rest = list(arguments)
    if rest[:1] == ["--database"] and len(rest) > 1:
        before, rest = rest[:2], rest[2:]
    named = len(command)
    return [*before, *rest[named:]] if tuple(rest[:named]) == command else None
