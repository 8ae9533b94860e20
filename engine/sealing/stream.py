"""Encrypting a capsule into a sealed one and back, chunk by chunk.

The layout authenticates neither the header nor the number of chunks: the official reader opens a file that
was cut between two chunks without complaint. Here the size in the header has to be met exactly, and what
comes out has to be a capsule. Every encryption takes a new salt, because the nonces of two streams under
one key would differ in four bytes only.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from engine.errors import DamagedFile, FormatError, NotACapsule, WrongPassword
from engine.format.header import MAGIC
from engine.format.sealed import NONCE_SIZE, SALT_SIZE, SealedHeader
from engine.limits import MAX_SEALED_BYTES, MAX_SEALED_CHUNK, MIB

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE: Final = 32
TAG_SIZE: Final = 16
CHUNK_SIZE: Final = MIB
"""Plain bytes of a chunk, as the official writer cuts them."""

ARGON2_MEMORY_KIB: Final = 65_536
ARGON2_PASSES: Final = 3
ARGON2_LANES: Final = 4

Progress = Callable[[int, int], None]
"""Called with plain bytes done and in all after each chunk; what it raises ends the work."""

_LENGTH: Final = struct.Struct("<I")
_NONCE_PREFIX: Final = 4
_ONE_CALL: Final = 2**31 - 1
"""What the cipher takes at once, bytes; larger capsules are written in chunks."""


def derive_key(password: str, salt: bytes) -> bytes:
    """The 32-byte key; takes 0.15 s and 64 MiB on purpose. Raises WrongPassword for lone surrogates."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        secret = password.encode("utf-8")
    except UnicodeEncodeError:
        raise WrongPassword("The password holds characters that cannot be written as UTF-8.") from None
    kdf = Argon2id(
        salt=salt,
        length=KEY_SIZE,
        iterations=ARGON2_PASSES,
        lanes=ARGON2_LANES,
        memory_cost=ARGON2_MEMORY_KIB,
    )
    return kdf.derive(secret)


def probe(data: bytes | bytearray | memoryview) -> SealedHeader:
    """What the first 64 bytes say. Raises NotACapsule, DamagedFile or UnsupportedVersion."""
    return SealedHeader.decode(data)


def seal_bytes(data: bytes, password: str) -> bytes:
    """A whole capsule, sealed."""
    out = io.BytesIO()
    encrypt([data], len(data), password, write=out.write)
    return out.getvalue()


def open_sealed(data: bytes, password: str) -> bytes:
    """The capsule in a whole sealed one; raises what `decrypt` raises."""
    return decrypt(data, password)


def encrypt(
    chunks: Iterable[bytes | bytearray | memoryview],
    plain_size: int,
    password: str,
    *,
    write: Callable[[bytes], object],
    progress: Progress | None = None,
) -> None:
    """Seal a capsule of ``plain_size`` bytes that comes in pieces; ``write`` gets header and chunks.

    Raises NotACapsule when the bytes are no capsule, FormatError when they are not ``plain_size`` many or too
    many. What was written until then is of no use.
    """
    if plain_size > MAX_SEALED_BYTES:
        raise FormatError("sealed capsule", f"at most {MAX_SEALED_BYTES} bytes", f"{plain_size} bytes")
    header = SealedHeader(os.urandom(SALT_SIZE), os.urandom(NONCE_SIZE), plain_size)
    cipher = _cipher(password, header.salt)
    write(header.encode())
    done = 0
    for index, chunk in enumerate(_rechunk(chunks)):
        if index == 0 and bytes(chunk[: len(MAGIC)]) != MAGIC:
            raise NotACapsule("data to seal", "a capsule", repr(bytes(chunk[: len(MAGIC)])))
        sealed = cipher.encrypt(_nonce(header, index), chunk, None)
        write(_LENGTH.pack(len(sealed)))
        write(sealed)
        done += len(chunk)
        if progress is not None:
            progress(done, plain_size)
    if done == 0:
        raise NotACapsule("data to seal", "a capsule", "nothing")
    if done != plain_size:
        raise FormatError("data to seal", f"{plain_size} bytes", f"{done} bytes")


def decrypt(
    source: bytes | bytearray | memoryview | BinaryIO, password: str, *, progress: Progress | None = None
) -> bytes:
    """The capsule in a sealed one; ``source`` is its bytes, or a file positioned at its start.

    Raises WrongPassword when the first chunk does not open (which may also be damage there), DamagedFile when
    anything is missing, surplus or changed behind it, NotACapsule, UnsupportedVersion or FormatError.
    """
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    header = SealedHeader.decode(stream.read(SealedHeader.SIZE))
    if header.plain_size > MAX_SEALED_BYTES:
        found = f"{header.plain_size} bytes"
        raise FormatError("sealed header at offset 52", f"at most {MAX_SEALED_BYTES} bytes", found)
    plain = (
        _decrypt_whole(stream, header, password)
        if header.one_shot
        else _decrypt_chunks(stream, header, password, progress)
    )
    if not plain.startswith(MAGIC):
        raise NotACapsule("content of the sealed capsule", "a capsule", repr(plain[: len(MAGIC)]))
    return plain


def _decrypt_chunks(
    stream: BinaryIO, header: SealedHeader, password: str, progress: Progress | None
) -> bytes:
    cipher: AESGCM | None = None
    plain = io.BytesIO()
    done = index = 0
    at = SealedHeader.SIZE
    while prefix := stream.read(_LENGTH.size):
        where = f"sealed chunk {index} at offset {at}"
        if len(prefix) < _LENGTH.size:
            raise _cut(where, f"{_LENGTH.size} bytes of length", f"{len(prefix)}")
        (length,) = _LENGTH.unpack(prefix)
        left = header.plain_size - done
        if not TAG_SIZE < length <= TAG_SIZE + min(left, MAX_SEALED_CHUNK):
            wanted = f"a length up to {TAG_SIZE + min(left, MAX_SEALED_CHUNK)}" if left else "the end"
            raise DamagedFile(where, wanted, f"a chunk of {length} bytes")
        sealed = stream.read(length)
        if len(sealed) < length:
            raise _cut(where, f"{length} bytes", f"{len(sealed)}")
        if cipher is None:
            cipher = _cipher(password, header.salt)
        done += plain.write(_open_chunk(cipher, _nonce(header, index), sealed, where, first=index == 0))
        at += _LENGTH.size + length
        index += 1
        if progress is not None:
            progress(done, header.plain_size)
    if done != header.plain_size:
        raise _cut(f"sealed capsule at offset {at}", f"{header.plain_size} bytes of content", f"{done}")
    return plain.getvalue()


def _decrypt_whole(stream: BinaryIO, header: SealedHeader, password: str) -> bytes:
    """The older layout: one ciphertext behind the header."""
    wanted = header.plain_size + TAG_SIZE
    if wanted > _ONE_CALL:
        raise FormatError(
            "sealed header at offset 52", f"at most {_ONE_CALL} bytes in one piece", f"{wanted}"
        )
    sealed = _read_up_to(stream, wanted + 1)
    if len(sealed) != wanted:
        raise _cut("sealed capsule", f"{wanted} bytes behind the header", f"{len(sealed)}")
    cipher = _cipher(password, header.salt)
    return _open_chunk(cipher, header.nonce, sealed, "sealed capsule", first=True)


def _open_chunk(cipher: AESGCM, nonce: bytes, sealed: bytes, where: str, *, first: bool) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(nonce, sealed, None)
    except InvalidTag:
        if first:
            raise WrongPassword("The password is wrong, or the sealed capsule is damaged.") from None
        raise DamagedFile(where, "bytes as they were sealed", "changed ones") from None


def _cipher(password: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derive_key(password, salt))


def _nonce(header: SealedHeader, index: int) -> bytes:
    return header.nonce[:_NONCE_PREFIX] + index.to_bytes(NONCE_SIZE - _NONCE_PREFIX, "big")


def _cut(where: str, wanted: str, found: str) -> DamagedFile:
    return DamagedFile(where, wanted, found, hint="The end of the file is missing; get a whole copy of it.")


def _read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes, which is a claim: in steps, so that a short file costs no more than it has."""
    out = io.BytesIO()
    while size and (piece := stream.read(min(size, CHUNK_SIZE))):
        size -= out.write(piece)
    return out.getvalue()


def _rechunk(chunks: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes | bytearray | memoryview]:
    """The same bytes in pieces of `CHUNK_SIZE`, the last one shorter."""
    waiting = bytearray()
    for chunk in chunks:
        view = memoryview(chunk).cast("B")
        at = 0
        if waiting:
            at = min(CHUNK_SIZE - len(waiting), len(view))
            waiting += view[:at]
            if len(waiting) < CHUNK_SIZE:
                continue
            yield bytes(waiting)
            waiting.clear()
        while len(view) - at >= CHUNK_SIZE:
            yield view[at : at + CHUNK_SIZE]
            at += CHUNK_SIZE
        waiting += view[at:]
    if waiting:
        yield bytes(waiting)
