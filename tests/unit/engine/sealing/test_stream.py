"""Sealing and opening, and everything that can be wrong with a sealed capsule."""

from __future__ import annotations

import hashlib
import io
import itertools
import struct

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import DamagedFile, EngineError, FormatError, NotACapsule, WrongPassword
from engine.format.sealed import SealedHeader
from engine.limits import MAX_SEALED_BYTES, MAX_SEALED_CHUNK, MIB
from engine.sealing import stream
from engine.sealing.stream import decrypt, derive_key, encrypt, open_sealed, probe, seal_bytes
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_

PASSWORD = "correct horse battery"
SALT = bytes(range(32))
NONCE = bytes(range(100, 112))


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that are derived in no time."""
    monkeypatch.setattr(stream, "ARGON2_MEMORY_KIB", 32)
    monkeypatch.setattr(stream, "ARGON2_PASSES", 1)


def capsule(size: int) -> bytes:
    return (b"MV2\0" + bytes(range(256)) * (size // 256 + 1))[:size]


def sealed_by_hand(chunks: list[bytes], plain_size: int | None = None) -> bytes:
    """A chunk stream of any chunks, with whatever size in its header."""
    size = sum(map(len, chunks)) if plain_size is None else plain_size
    cipher = AESGCM(derive_key(PASSWORD, SALT))
    parts = [SealedHeader(SALT, NONCE, size).encode()]
    for index, chunk in enumerate(chunks):
        sealed = cipher.encrypt(NONCE[:4] + struct.pack(">Q", index), chunk, None)
        parts += (struct.pack("<I", len(sealed)), sealed)
    return b"".join(parts)


def one_shot(plain: bytes, plain_size: int | None = None) -> bytes:
    header = SealedHeader(SALT, NONCE, len(plain) if plain_size is None else plain_size, one_shot=True)
    return header.encode() + AESGCM(derive_key(PASSWORD, SALT)).encrypt(NONCE, plain, None)


def test_a_capsule_sealed_by_the_official_writer_opens():
    plain = open_sealed(samples.load("locked.mv2e"), PASSWORD)
    assert plain == samples.load("small.mv2")
    assert hashlib.sha256(plain).hexdigest().startswith("c1a45829287210")


def test_a_wrong_password_is_told_at_once():
    with pytest.raises(WrongPassword):
        open_sealed(samples.load("locked.mv2e"), "wrong")


def test_the_header_is_read_without_a_password():
    assert probe(samples.load("locked.mv2e")[:64]).plain_size == 120_941


@pytest.mark.usefixtures("quick_keys")
class TestStream:
    @pytest.mark.parametrize("size", [4, 5, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 7])
    def test_what_is_sealed_comes_back(self, size):
        plain = capsule(size)
        sealed = seal_bytes(plain, "pass wörd")
        assert len(sealed) == 64 + size + 20 * -(-size // MIB)
        assert open_sealed(sealed, "pass wörd") == plain
        assert decrypt(io.BytesIO(sealed), "pass wörd") == plain
        assert decrypt(memoryview(sealed), "pass wörd") == plain

    @given(sizes=st.lists(st.integers(0, 3 * MIB // 2), min_size=1, max_size=5))
    @example(sizes=[MIB // 2, MIB // 2, 5, 2 * MIB])
    @settings(max_examples=10)
    def test_pieces_of_any_size_give_the_same_chunks(self, sizes):
        plain = capsule(sum(sizes) + 4)
        ends = list(itertools.accumulate(sizes, initial=4))
        view = memoryview(plain)
        pieces = [view[:4], *(view[a:b] for a, b in itertools.pairwise(ends))]
        out = io.BytesIO()
        encrypt(pieces, len(plain), PASSWORD, write=out.write)
        assert len(out.getvalue()) == 64 + len(plain) + 20 * -(-len(plain) // MIB)
        assert decrypt(out.getvalue(), PASSWORD) == plain

    def test_a_key_is_never_used_twice(self):
        first, second = (SealedHeader.decode(seal_bytes(capsule(100), PASSWORD)) for _ in range(2))
        assert first.salt != second.salt
        assert first.nonce != second.nonce

    def test_the_older_layout_opens(self):
        plain = capsule(5000)
        assert open_sealed(one_shot(plain), PASSWORD) == plain

    @pytest.mark.parametrize("sizes", [[4, 100], [3 * MIB, 5], [MIB, 1, 1]])
    def test_chunks_of_other_sizes_open(self, sizes):
        plain = capsule(sum(sizes))
        cuts = list(itertools.accumulate(sizes, initial=0))
        chunks = [plain[a:b] for a, b in itertools.pairwise(cuts)]
        assert decrypt(sealed_by_hand(chunks), PASSWORD) == plain

    def test_progress_is_told_and_can_stop_the_work(self):
        plain = capsule(2 * MIB + 10)
        seen: list[tuple[int, int]] = []
        out = io.BytesIO()

        def note(done: int, total: int) -> None:
            seen.append((done, total))

        encrypt([plain], len(plain), PASSWORD, write=out.write, progress=note)
        steps = [(MIB, len(plain)), (2 * MIB, len(plain)), (len(plain), len(plain))]
        assert seen == steps
        seen.clear()
        decrypt(out.getvalue(), PASSWORD, progress=note)
        assert seen == steps

        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            decrypt(out.getvalue(), PASSWORD, progress=stop)

    # ---------------------------------------------------------------------------------------- what is wrong

    def test_a_cut_anywhere_is_damage(self):
        whole = sealed_by_hand([capsule(300), b"x" * 200])
        border = 64 + 4 + 316
        for size in (*range(64, 110), border - 1, border, border + 3, border + 4, len(whole) - 1):
            with pytest.raises(DamagedFile):
                decrypt(whole[:size], PASSWORD)

    def test_a_cut_between_two_chunks_is_damage(self):
        whole = sealed_by_hand([capsule(MIB), b"x" * 200])
        with pytest.raises(
            DamagedFile, match=r"1048776 bytes of content, found 1048576\. The end of the file is missing"
        ):
            decrypt(whole[: 64 + 4 + MIB + 16], PASSWORD)

    def test_a_chunk_too_many_is_damage(self):
        chunks = [capsule(100), b"x"]
        with pytest.raises(DamagedFile, match="expected the end, found a chunk of 17 bytes"):
            decrypt(sealed_by_hand(chunks, plain_size=100), PASSWORD)
        with pytest.raises(DamagedFile, match="sealed chunk 0 at offset 64: expected a length up to 115"):
            decrypt(sealed_by_hand(chunks, plain_size=99), PASSWORD)

    def test_exchanged_chunks_are_damage(self):
        chunks = [capsule(100), b"a" * 100, b"b" * 100]
        whole = sealed_by_hand(chunks)
        first, second, third = (whole[64 + n * 120 : 64 + (n + 1) * 120] for n in range(3))
        with pytest.raises(
            DamagedFile, match="sealed chunk 1 at offset 184: expected bytes as they were sealed"
        ):
            decrypt(whole[:64] + first + third + second, PASSWORD)

    def test_damage_in_the_first_chunk_looks_like_a_wrong_password(self):
        whole = bytearray(sealed_by_hand([capsule(100)]))
        whole[100] ^= 1
        with pytest.raises(WrongPassword, match="wrong, or the sealed capsule is damaged"):
            decrypt(whole, PASSWORD)

    def test_damage_in_a_later_chunk_is_damage(self):
        whole = bytearray(sealed_by_hand([capsule(100), b"x" * 50]))
        whole[-1] ^= 1
        with pytest.raises(DamagedFile, match="sealed chunk 1"):
            decrypt(whole, PASSWORD)

    @pytest.mark.parametrize("length", [0, 16, MAX_SEALED_CHUNK + 17, 2**32 - 1])
    def test_an_absurd_chunk_length_is_refused_before_it_is_read(self, length):
        class Endless(io.RawIOBase):
            """Gives what is asked for, and remembers how much that was."""

            most = 0

            def read(self, size: int = -1) -> bytes:
                Endless.most = max(Endless.most, size)
                return {64: head, 4: struct.pack("<I", length)}.get(size, bytes(size))

        head = SealedHeader(SALT, NONCE, MAX_SEALED_BYTES).encode()
        with pytest.raises(DamagedFile, match=f"found a chunk of {length} bytes"):
            decrypt(Endless(), PASSWORD)  # type: ignore[arg-type]
        assert Endless.most == 64

    def test_a_capsule_too_large_to_open_in_memory_is_refused(self):
        for form in (False, True):
            head = SealedHeader(SALT, NONCE, MAX_SEALED_BYTES + 1, one_shot=form).encode()
            with pytest.raises(FormatError, match="at most 4294967296 bytes"):
                decrypt(head, PASSWORD)
        head = SealedHeader(SALT, NONCE, 2**31, one_shot=True).encode()
        with pytest.raises(FormatError, match="in one piece"):
            decrypt(head, PASSWORD)

    @pytest.mark.parametrize("content", [b"not a capsule", b"MV2E" + bytes(60), b"M"])
    def test_what_is_no_capsule_inside_is_refused(self, content):
        with pytest.raises(NotACapsule, match="content of the sealed capsule"):
            decrypt(sealed_by_hand([content]), PASSWORD)
        with pytest.raises(NotACapsule):
            decrypt(one_shot(content), PASSWORD)

    def test_nothing_inside_is_refused(self):
        with pytest.raises(NotACapsule):
            decrypt(sealed_by_hand([]), PASSWORD)

    @pytest.mark.parametrize("change", [-1, 1])
    def test_the_older_layout_has_to_have_its_size(self, change):
        whole = one_shot(capsule(100))
        with pytest.raises(DamagedFile, match="116 bytes behind the header"):
            decrypt(whole[:-1] if change < 0 else whole + b"x", PASSWORD)
        with pytest.raises(DamagedFile):
            decrypt(one_shot(capsule(100), plain_size=100 + change), PASSWORD)

    def test_the_older_layout_with_a_wrong_password(self):
        with pytest.raises(WrongPassword):
            decrypt(one_shot(capsule(100)), "wrong")

    @pytest.mark.parametrize(
        ("pieces", "size", "error"),
        [
            ([], 0, NotACapsule),
            ([b"", b""], 4, NotACapsule),
            ([b"something else"], 14, NotACapsule),
            ([b"MV2\0abc"], 8, FormatError),
            ([b"MV2\0abc"], 6, FormatError),
            ([b"MV2\0abc"], MAX_SEALED_BYTES + 1, FormatError),
        ],
    )
    def test_only_whole_capsules_are_sealed(self, pieces, size, error):
        with pytest.raises(error):
            encrypt(pieces, size, PASSWORD, write=io.BytesIO().write)

    def test_passwords_are_text(self):
        for work in (
            lambda: seal_bytes(capsule(9), "\udcff"),
            lambda: open_sealed(one_shot(capsule(9)), "\udcff"),
        ):
            with pytest.raises(WrongPassword, match="UTF-8"):
                work()

    @given(data=st.data())
    def test_any_bytes_give_a_capsule_or_an_error_of_ours(self, data):
        whole = sealed_by_hand([capsule(60), b"x" * 40])
        bad = data.draw(any_.damaged(whole) | st.binary(max_size=100).map(lambda junk: whole[:64] + junk))
        try:
            plain = decrypt(bad, PASSWORD)
        except EngineError:
            return
        assert plain == capsule(60) + b"x" * 40
