"""Secrets at rest: sealed with a key that lies in a file beside the database, never in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from hongmao.storage.errors import VaultKeyWrong

if TYPE_CHECKING:
    from pathlib import Path


class Vault:
    """Seals and opens. A copy of the database without the key file tells no secret."""

    def __init__(self, key_file: Path) -> None:
        """Read the key; on the first start make one that only the owner may read."""
        self._path = key_file
        try:
            self._fernet = Fernet(_key(key_file))
        except ValueError:
            raise VaultKeyWrong(path=str(key_file)) from None

    def seal(self, secret: bytes) -> bytes:
        """Encrypt and authenticate."""
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """Give a secret back; `VaultKeyWrong` where it was sealed with another key or tampered with."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise VaultKeyWrong(path=str(self._path)) from None


def _key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and linked into place: of two processes that start together, both read the key of one.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
