"""The header of a sealed capsule (`.mv2e`): readable without the password."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from engine.errors import DamagedFile, FormatError, UnsupportedVersion
from engine.format.header import SEALED_MAGIC, check_magic
from engine.format.reader import ByteReader, ByteWriter

VERSION: Final = 1
KDF_ARGON2ID: Final = 1
CIPHER_AES_256_GCM: Final = 1
SALT_SIZE: Final = 32
NONCE_SIZE: Final = 12
CHUNK_STREAM: Final = 1


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """What the key is made from, and how much is inside.

    ``one_shot`` capsules (older) are one ciphertext under the nonce; otherwise chunks follow, each with its
    length, whose nonces are derived from it. Nothing here is authenticated.
    """

    salt: bytes
    nonce: bytes
    plain_size: int
    one_shot: bool = False

    LAYOUT: ClassVar[struct.Struct] = struct.Struct(f"<4sHBB{SALT_SIZE}s{NONCE_SIZE}sQB3x")
    SIZE: ClassVar[int] = 64

    def encode(self) -> bytes:
        """The 64 bytes."""
        if len(self.salt) != SALT_SIZE or len(self.nonce) != NONCE_SIZE:
            found = f"{len(self.salt)} and {len(self.nonce)} bytes"
            raise FormatError("sealed header", f"salt and nonce of {SALT_SIZE} and {NONCE_SIZE} bytes", found)
        out = ByteWriter("sealed header")
        out.pack(
            self.LAYOUT,
            SEALED_MAGIC,
            VERSION,
            KDF_ARGON2ID,
            CIPHER_AES_256_GCM,
            self.salt,
            self.nonce,
            self.plain_size,
            0 if self.one_shot else CHUNK_STREAM,
        )
        return out.getvalue()

    @classmethod
    def decode(cls, data: bytes | bytearray | memoryview) -> Self:
        """Read the first 64 bytes of a file. Raises NotACapsule, DamagedFile or UnsupportedVersion."""
        head = bytes(data[: cls.SIZE])
        check_magic(head, SEALED_MAGIC)
        if len(head) < cls.SIZE:
            raise DamagedFile("sealed header", f"{cls.SIZE} bytes", f"{len(head)} bytes")
        _, version, kdf, cipher, salt, nonce, plain_size, form = ByteReader(head, "sealed header").unpack(
            cls.LAYOUT
        )
        if (version, kdf, cipher) != (VERSION, KDF_ARGON2ID, CIPHER_AES_256_GCM):
            raise UnsupportedVersion(
                "sealed header",
                "version 1 with Argon2id (1) and AES-256-GCM (1)",
                f"version {version}, key derivation {kdf}, cipher {cipher}",
            )
        return cls(salt, nonce, plain_size, form != CHUNK_STREAM)
