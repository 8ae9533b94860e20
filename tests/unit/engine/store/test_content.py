"""Content is what was put in, also where another program wrote down something else about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import ChecksumError, FormatError
from engine.format.enums import Encoding, Role
from engine.format.metadata import ChunkManifest
from engine.format.wal import FrameOperation, decode_entry, encode_entry, encode_record, scan
from engine.limits import HEADER_SIZE
from engine.store.container import Container, empty_capsule
from engine.store.copying import document_of
from engine.store.verify import verify
from tests.unit.engine.store.capsules import delete, documents, in_memory, noise, paged, put, restore, update

LONG = "the river and the weir. " * 200


class TestEncoding:
    @pytest.mark.parametrize("committed", [False, True], ids=["pending", "committed"])
    @pytest.mark.parametrize("kind", ["tag", "title", "restore"])
    def test_of_shared_content_is_in_the_record(self, kind: str, committed: bool) -> None:
        """The official program believes the record at replay, not the frame whose content it shares."""
        container = in_memory()
        frame_id = put(container, LONG)
        if committed:
            container.commit()
        if kind == "restore":
            delete(container, frame_id)
            restore(container, frame_id)
        else:
            update(container, frame_id, **({"tags": ["x"]} if kind == "tag" else {"title": "x"}))
        header = container.header
        found = scan(container.store.pread(header.wal_offset, header.wal_size))
        entry = decode_entry(found.records[-1].payload)
        assert isinstance(entry, FrameOperation)
        assert entry.reuse_payload_from == frame_id
        assert entry.canonical_encoding == Encoding.ZSTD
        assert entry.canonical_length == len(LONG)

    @pytest.mark.parametrize("committed", [False, True], ids=["pending", "committed"])
    def test_that_was_lost_is_seen_from_the_bytes(self, committed: bool) -> None:
        container = in_memory()
        frame_id = put(container, LONG)
        if committed:
            container.commit()
        ledger = container.ledger
        ledger.set_frame(frame_id, replace(ledger.frames[frame_id], canonical_encoding=Encoding.PLAIN))
        assert documents(container)[frame_id].text == LONG
        assert document_of(ledger, frame_id).blob.encoding == Encoding.ZSTD
        newer = update(container, frame_id, tags=["x"])
        container.commit()
        assert documents(container)[newer].text == LONG

    def test_is_believed_where_it_can_be_true(self) -> None:
        container = in_memory()
        frame_id = put(container, LONG)
        ledger = container.ledger
        compressed = ledger.stored(frame_id)
        claimed = replace(
            ledger.frames[frame_id], canonical_encoding=Encoding.PLAIN, canonical_length=len(compressed)
        )
        ledger.set_frame(frame_id, claimed)
        assert ledger.content(frame_id) == compressed

    def test_neither_plain_nor_compressed_is_damage(self) -> None:
        container = in_memory()
        frame_id = put(container, "plain")
        ledger = container.ledger
        ledger.set_frame(frame_id, replace(ledger.frames[frame_id], canonical_length=99))
        with pytest.raises(FormatError, match="99 bytes"):
            ledger.content(frame_id)


class TestMoved:
    """Another program makes the ring larger, in the file that we have open."""

    def capsule(self) -> Container:
        container = in_memory()
        put(container, LONG)
        put(container, paged(noise(3000), ["page one", "page two"]))
        container.commit()
        return in_memory(container.store.pread(0, container.store.size()))

    def grow(self, container: Container, times: int) -> None:
        """As the official program does it; the header comes last and is left out here."""
        header, store = container.header, container.store
        end = header.wal_offset + header.wal_size
        behind = store.pread(end, store.size() - end)
        growth = (times - 1) * header.wal_size
        store.pwrite(end, bytes(growth) + behind)

    @pytest.mark.parametrize("times", [2, 4, 16])
    def test_content_is_found(self, times: int) -> None:
        container = self.capsule()
        before = documents(container)
        self.grow(container, times)
        assert documents(container) == before

    def test_damaged_content_is_not(self) -> None:
        container = self.capsule()
        offset = container.ledger.frames[0].payload_offset
        container.store.pwrite(offset, b"?")
        self.grow(container, 2)
        assert container.ledger.content(1) == noise(3000)
        with pytest.raises(ChecksumError, match="frame 0"):
            container.ledger.content(0)


class TestOnlyParts:
    """The official program keeps a long text as its pieces alone."""

    def pending(self) -> bytes:
        texts = ("the first piece. " * 3, "the second piece. " * 3)
        spans = ((0, len(texts[0])), (len(texts[0]), len(texts[0] + texts[1])))
        records = [
            FrameOperation(
                timestamp=1_700_000_000,
                uri="mv2://long",
                title="Long",
                chunk_manifest=ChunkManifest(1200, spans),
                chunk_count=2,
                search_text=texts[0],
                canonical_length=0,
            )
        ]
        records += [
            FrameOperation(
                timestamp=1_700_000_000,
                uri=f"mv2://long#page-{number + 1}",
                payload=text.encode(),
                canonical_length=len(text),
                search_text=text,
                role=Role.DOCUMENT_CHUNK,
                chunk_index=number,
                chunk_count=2,
                parent_sequence=1,
            )
            for number, text in enumerate(texts)
        ]
        ring = b"".join(
            encode_record(number, encode_entry(record)) for number, record in enumerate(records, 1)
        )
        data = empty_capsule()
        return data[:HEADER_SIZE] + ring + data[HEADER_SIZE + len(ring) :]

    def test_are_what_the_history_records(self) -> None:
        container = in_memory(self.pending())
        assert documents(container)[0].text == "the first piece. " * 3 + "the second piece. " * 3
        put(container, "ours")
        container.commit()
        again = in_memory(container.store.pread(0, container.store.size()))
        for one in (container, again):
            assert verify(one, deep=True).overall_status == "passed"
            assert one.ledger.history.entry(1).leaf == one.ledger.leaf(0)
        assert again.ledger.head_hash() == container.ledger.head_hash()
