"""The audit key: 32 random bytes in a private file that is not in the database.

With it the hashes of the audit chain are made and checked. It is made once,
with the database, and never replaced unless somebody says so: a key that is
missing or not the right one stops everything that would be recorded, because
what cannot be recorded must not happen.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from keytui.domain.errors import DatabaseUnusable

LENGTH: Final = 32
"""Bytes of a key: as many as SHA-256 gives (RFC 2104 §3 asks for no fewer)."""

ENDING: Final = ".audit-key"
"""What is put behind the database's name, unless another place is set."""

_WHAT_TO_DO: Final = (
    "put back the one you keep with your backups, "
    "or start a new chain with keytui audit new-key --reason REASON"
)


class KeyFile:
    """The file of one audit key. Reading it again is cheap while it does not change."""

    def __init__(self, path: str, database: str) -> None:
        """Name the file and the database file it belongs to, both absolute; ``""`` for a server's."""
        self.path = path
        self._account = "the account that owns the database" if database else "this account"
        self._database = database
        self._seen: tuple[int, int, int] | None = None
        self._key = b""
        self.fingerprint = b""
        """Of the key that was read last."""

    def read(self) -> bytes:
        """Return the key.

        Raises:
            DatabaseUnusable: it is missing, readable by others, or no key.
        """
        try:
            now = _signature(os.stat(self.path, follow_symlinks=False))
            if now != self._seen:
                # Late: the first look reads no key.
                from keytui.domain.audit_chain import fingerprint

                self._key = self._read()
                self.fingerprint = fingerprint(self._key)
                self._seen = now
        except FileNotFoundError as error:
            raise DatabaseUnusable(
                f"The audit key {self.path} is missing: {_WHAT_TO_DO}."
            ) from error
        except OSError as error:
            raise DatabaseUnusable(
                f"The audit key {self.path} cannot be read ({error.strerror}): "
                f"make it a file of {self._account}."
            ) from error
        return self._key

    def must_be(self, expected: bytes | None) -> None:
        """Go on only if the key that was read has this fingerprint.

        Raises:
            DatabaseUnusable: it has another.
        """
        if expected != self.fingerprint:
            right = self.find(expected)
            raise DatabaseUnusable(
                f"The audit key {self.path} is not the one of this database: "
                + (f"put back {right.path}, which is." if right else f"{_WHAT_TO_DO}.")
            )

    def find(self, expected: bytes | None) -> "KeyFile | None":
        """Return the key that has this fingerprint: this one, which need not be there, or an old one.

        Those that were in use before lie beside it, under dated names.
        """
        import glob  # late: a key in its place needs none of it

        old = sorted(glob.glob(f"{glob.escape(self.path)}.until-*"), reverse=True)
        for path in (self.path, *old):
            file = KeyFile(path, self._database)
            if file.is_usable() and file.fingerprint == expected:
                return file
        return None

    def is_usable(self) -> bool:
        """Tell whether there is a private file with a key in it."""
        try:
            self.read()
        except DatabaseUnusable:
            return False
        return True

    def create(self) -> bool:
        """Make a key, unless there is a file already; tell whether one was made.

        Raises:
            OSError: it cannot be written.
        """
        try:
            write_new(self.path, self._database)
        except FileExistsError:
            return False
        return True

    def _read(self) -> bytes:
        handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(handle)
            key = os.read(handle, LENGTH + 1) if stat.S_ISREG(found.st_mode) else b""
        finally:
            os.close(handle)
        if len(key) != LENGTH:
            raise DatabaseUnusable(f"The audit key {self.path} is no key of keytui: {_WHAT_TO_DO}.")
        if found.st_mode & 0o077 or found.st_uid not in (os.geteuid(), _owner(self._database)):
            raise DatabaseUnusable(
                f"The audit key {self.path} is open to other accounts: "
                f"give it to {self._account}, with mode 0600."
            )
        return key


def write_new(path: str, database: str, key: bytes = b"") -> None:
    """Write a key to a file that must not be there yet: 0600, on the disk when this returns.

    Args:
        path: the file.
        database: whose owner becomes the file's, should root make it.
        key: the key; a new one by default.

    Raises:
        OSError: it is there already, or cannot be written.
    """
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        owner = _owner(database)
        if owner not in (None, os.geteuid()):
            os.fchown(handle, owner, -1)
        os.write(handle, key or os.urandom(LENGTH))
        os.fsync(handle)
    except BaseException:
        os.unlink(path)
        raise
    finally:
        os.close(handle)
    sync_folder(path)


@contextmanager
def renewing(stamp: str) -> Iterator[Callable[[], str]]:
    """Hand over what puts a new key in the place of the one in use.

    It returns where the old key is kept, or ``""`` where there was none. If the
    block fails, the old one is put back.

    Args:
        stamp: goes into the name of the old one.

    Raises:
        DatabaseUnusable: the file cannot be written.
    """
    file = in_use()
    kept = next(
        name
        for name in (
            f"{file.path}.until-{stamp}{end}" for end in ("", *map(".{}".format, range(2, 100)))
        )
        if not os.path.lexists(name)
    )
    new = f"{file.path}.new"
    moved: list[str] = []
    placed = False

    def place() -> str:
        nonlocal placed
        with suppress(FileNotFoundError):
            os.unlink(new)
        write_new(new, file._database)  # noqa: SLF001 - of the same module
        with suppress(FileNotFoundError):
            os.link(file.path, kept, follow_symlinks=False)
            moved.append(kept)
        os.replace(new, file.path)
        placed = True
        sync_folder(file.path)
        file.read()
        return "".join(moved)

    try:
        yield place
    except BaseException as error:
        with suppress(OSError):
            os.unlink(new)
        if moved:
            os.replace(kept, file.path)
        elif placed:
            os.unlink(file.path)
        if isinstance(error, OSError):
            raise DatabaseUnusable(
                f"The audit key {file.path} cannot be written ({error.strerror}): nothing was changed."
            ) from error
        raise


def sync_folder(path: str) -> None:
    """Have the name of the file ``path`` on the disk, not only its bytes."""
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _signature(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _owner(path: str) -> int | None:
    try:
        return os.stat(path).st_uid
    except OSError:
        return None


_in_use: list[KeyFile] = []


def use(path: str, database: str) -> KeyFile:
    """Use the key in ``path`` for the database file, or ``""``, from now on."""
    _in_use[:] = [KeyFile(path, database)]
    return _in_use[0]


def in_use() -> KeyFile:
    """Return the key file of the open database."""
    return _in_use[0]
