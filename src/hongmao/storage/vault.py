"""Secrets at rest: sealed with a key that lies in a file beside the database, never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from hongmao.storage.errors import VaultKeyWrong
from hongmao.storage.key_file import key_in

if TYPE_CHECKING:
    from pathlib import Path


class Vault:
    """Seals and opens. A copy of the database without the key file tells no secret."""

    def __init__(self, key_file: Path) -> None:
        """Read the key; on the first start make one that only the owner may read."""
        self._path = key_file
        try:
            self._fernet = Fernet(key_in(key_file, Fernet.generate_key))
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
