"""One class of tests for both codecs, then the choice between them and its bounds."""

from __future__ import annotations

import random
import struct
import threading
import tracemalloc

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from engine.codecs import choose, plain, zstd
from engine.errors import FormatError
from engine.format.enums import Encoding
from engine.format.search_text import normalise
from engine.limits import KIB, MAX_DECODED_BYTES, MIB
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def streamed(data: bytes) -> bytes:
    """A frame that does not say how large its content is."""
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("codec", [plain, zstd])
class TestCodec:
    @given(data=st.binary())
    def test_what_is_packed_comes_back(self, codec, data):
        assert codec.decompress(codec.compress(data), len(data)) == data

    @pytest.mark.parametrize("size", [1, 100, 2 * MIB])
    def test_the_limit_is_exact(self, codec, size):
        stored = codec.compress(noise(size))
        assert codec.decompress(stored, size) == noise(size)
        with pytest.raises(FormatError, match=f"at most {size - 1} bytes"):
            codec.decompress(stored, size - 1)


class TestZstd:
    @pytest.mark.parametrize("data", [b"", b"x", b"text " * 100, noise(3 * MIB), bytes(5 * MIB)])
    def test_frames_without_a_content_size_come_back(self, data):
        assert zstd.decompress(streamed(data), len(data)) == data

    def test_frames_behind_each_other_are_one_content(self):
        stored = zstd.compress(b"one ") + streamed(b"two ") + zstd.compress(b"three")
        assert zstd.decompress(stored, 100) == b"one two three"
        with pytest.raises(FormatError, match="at most 12 bytes"):
            zstd.decompress(stored, 12)

    def test_skippable_frames_are_skipped(self):
        skippable = struct.pack("<II", 0x184D2A50, 4) + b"abcd"
        assert zstd.decompress(skippable + zstd.compress(b"content"), 100) == b"content"

    @pytest.mark.parametrize("pack", [zstd.compress, streamed])
    def test_a_cut_frame_is_an_error_wherever_it_is_cut(self, pack):
        stored = pack(b"some text and some more text " * 20)
        for size in range(1, len(stored)):
            with pytest.raises(FormatError, match="zstd"):
                zstd.decompress(stored[:size], 10_000)

    @pytest.mark.parametrize(
        "stored", [b"not zstd at all", zstd.compress(b"text") + b"surplus", b"\x28\xb5\x2f\xfd"]
    )
    def test_what_is_no_frame_is_an_error(self, stored):
        with pytest.raises(FormatError, match="zstd payload"):
            zstd.decompress(stored, 10_000)

    def test_a_window_too_large_is_refused(self):
        parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=30)
        packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        stored = packer.compress(b"text") + packer.flush()
        with pytest.raises(FormatError, match="zstd payload"):
            zstd.decompress(stored, 10_000)

    @given(st.data())
    def test_any_bytes_give_content_or_a_format_error(self, data):
        whole = data.draw(st.sampled_from([zstd.compress, streamed]))(b"some text and more text " * 30)
        bad = data.draw(st.binary(max_size=60) | any_.damaged(whole))
        try:
            assert len(zstd.decompress(bad, 5000)) <= 5000
        except FormatError:
            pass

    def test_threads_do_not_disturb_each_other(self):
        wrong: list[bytes] = []

        def work(seed: int) -> None:
            data = str(seed).encode() * 5000
            wrong.extend(data for _ in range(50) if zstd.decompress(zstd.compress(data), len(data)) != data)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def bomb(size: int = 300 * MIB) -> bytes:
    """A few kilobytes that hold ``size`` zeros without saying so."""
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    piece = bytes(MIB)
    return b"".join(packer.compress(piece) for _ in range(size // MIB)) + packer.flush()


class TestBombs:
    @pytest.mark.parametrize("length", [0, 10, 100_000])
    def test_a_bomb_gets_no_further_than_the_length_it_should_have(self, length):
        stored = bomb(64 * MIB)
        tracemalloc.start()
        try:
            with pytest.raises(FormatError, match=f"at most {length} bytes of content, found more"):
                choose.decode(Encoding.ZSTD, stored, length)
            assert tracemalloc.get_traced_memory()[1] < 5 * MIB
        finally:
            tracemalloc.stop()

    def test_a_bomb_that_says_what_it_is_costs_nothing(self):
        stored = zstandard.ZstdCompressor(level=1).compress(bytes(MAX_DECODED_BYTES + 1))
        tracemalloc.start()
        try:
            with pytest.raises(FormatError, match="a claim of 268435457"):
                choose.decode(Encoding.ZSTD, stored)
            assert tracemalloc.get_traced_memory()[1] < 100_000
        finally:
            tracemalloc.stop()

    def test_a_claim_alone_allocates_nothing(self):
        # A frame header that names 200 MiB, with one small block behind it.
        stored = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", 200 * MIB) + b"\x21\x00\x00abcd"
        tracemalloc.start()
        try:
            with pytest.raises(FormatError):
                choose.decode(Encoding.ZSTD, stored)
            assert tracemalloc.get_traced_memory()[1] < MIB
        finally:
            tracemalloc.stop()


class TestChoice:
    @pytest.mark.parametrize("text", ["", "a", "hello"])
    def test_what_does_not_shrink_is_kept_as_it_is(self, text):
        assert choose.compress(text.encode()) == (Encoding.PLAIN, text.encode())

    def test_text_is_compressed(self):
        data = samples.FOLDER.joinpath("small.mv2.json").read_bytes()
        encoding, stored = choose.compress(data)
        assert encoding is Encoding.ZSTD
        assert len(stored) < len(data) / 4
        assert choose.decode(encoding, stored, len(data)) == data

    @pytest.mark.parametrize("size", [1000, 64 * KIB, 64 * KIB + 1, 2 * MIB])
    def test_noise_is_not(self, size):
        assert choose.compress(noise(size)) == (Encoding.PLAIN, noise(size))

    def test_a_readable_beginning_does_not_mislead(self):
        data = b"header: value\n" * 3000 + noise(2 * MIB)
        assert choose.compress(data)[0] is Encoding.PLAIN

    def test_a_noisy_beginning_does_not_mislead(self):
        data = noise(40 * KIB) + b"text that repeats itself\n" * 80_000
        encoding, stored = choose.compress(data)
        assert encoding is Encoding.ZSTD
        assert len(stored) < 60 * KIB

    @given(st.binary(max_size=300) | st.text(alphabet="ab ", max_size=3000).map(str.encode))
    def test_whatever_is_chosen_saves_five_per_cent_or_is_plain(self, data):
        encoding, stored = choose.compress(data)
        assert stored == data if encoding is Encoding.PLAIN else len(stored) <= 0.95 * len(data)
        assert choose.decode(encoding, stored, len(data)) == data


class TestDecoding:
    def test_the_payloads_of_a_sample(self):
        parts = samples.parts("chunked.mv2")
        checked = 0
        for frame in parts.toc.frames:
            stored = parts.range(frame.payload_offset, frame.payload_length)
            content = choose.decode(frame.canonical_encoding, stored, frame.canonical_length)
            if frame.payload_length:
                assert normalise(content.decode()) == frame.search_text
                checked += 1
        assert checked == 16

    def test_only_the_low_byte_of_an_encoding_counts(self):
        stored = zstd.compress(b"text")
        assert choose.decode(0x7F01, stored) == b"text"
        assert choose.decode(2, stored) == choose.decode(0x100, stored) == stored

    @pytest.mark.parametrize("encoding", Encoding)
    def test_nothing_stored_is_nothing(self, encoding):
        assert choose.decode(encoding, b"") == choose.decode(encoding, b"", 0) == b""
        with pytest.raises(FormatError, match="expected 5 bytes of content, found 0"):
            choose.decode(encoding, b"", 5)

    @pytest.mark.parametrize("length", [0, 3, 5])
    @pytest.mark.parametrize(("encoding", "stored"), [(0, b"text"), (1, zstd.compress(b"text"))])
    def test_another_length_than_noted_is_an_error(self, encoding, stored, length):
        with pytest.raises(FormatError):
            choose.decode(encoding, stored, length)

    def test_more_than_the_limit_is_an_error(self):
        with pytest.raises(FormatError, match="at most 3 bytes of content, found 4"):
            choose.decode(0, b"text", 4, limit=3)
        with pytest.raises(FormatError, match="at most 3 bytes"):
            choose.decode(0, b"text", limit=3)
