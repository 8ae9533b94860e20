"""From bytes to a history: read, continued after others were there, or worked out from the frames alone."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from engine.format.enums import Role, Status
from engine.format.footer import Footer
from engine.format.frame import DocMetadata, Frame
from engine.format.header import Header
from engine.format.metadata import ChunkManifest
from engine.format.toc import Toc
from engine.format.wal import FrameOperation, encode_entry, encode_record
from engine.limits import HEADER_SIZE
from engine.store.container import Container
from engine.store.frames import CHANGE_KEY, HISTORY_MIME, LOG_MIME, ChangeNote
from engine.store.history import ESTIMATED, EXTERNAL
from engine.store.verify import verify
from engine.types import Operation
from tests.conftest import FORMATS
from tests.unit.engine.store.capsules import (
    START_MS,
    delete,
    documents,
    in_memory,
    log,
    paged,
    put,
    reopened,
    restore,
    ticking,
    update,
    whole_past,
)

SECOND = 1_700_000_000
SAMPLES = FORMATS / "samples"


def foreign(frames: Sequence[Frame], payloads: Sequence[bytes] = (), **header: Any) -> bytes:
    """A capsule as another program could have written it: these frames, no history."""
    ring = 65_536
    at = HEADER_SIZE + ring
    made: list[Frame] = []
    area = b""
    for number, given in enumerate(frames):
        payload = payloads[number] if number < len(payloads) else b""
        frame = given
        if payload:
            frame = replace(
                given,
                payload_offset=at + len(area),
                payload_length=len(payload),
                canonical_length=len(payload),
                checksum=blake3(payload).digest(),
            )
            area += payload
        made.append(replace(frame, id=number))
    toc = Toc(frames=made).encode()
    head = Header(
        footer_offset=at + len(area), wal_offset=HEADER_SIZE, wal_size=ring, toc_checksum=toc[-32:], **header
    )
    return head.encode() + bytes(ring) + area + toc + Footer(len(toc), blake3(toc).digest(), 7).encode()


def note(text: str, timestamp: int, **fields: Any) -> Frame:
    return Frame(id=0, timestamp=timestamp, uri="mv2://x", search_text=text, **fields)


class TestWithoutHistory:
    def test_frames_in_their_order_at_the_running_maximum_of_their_times(self) -> None:
        container = in_memory(foreign([note("a", 100), note("b", 50), note("c", 200)]))
        assert log(container) == [
            (100_000, "put", 0, "", 0), (100_000, "put", 1, "", 0), (200_000, "put", 2, "", 0),
        ]  # fmt: skip
        assert {container.ledger.history.entry(r).flags for r in (1, 2, 3)} == {ESTIMATED | EXTERNAL}

    def test_no_time_is_later_than_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "future.mv2"
        path.write_bytes(foreign([note("next week", SECOND * 3), note("now", SECOND)]))
        container = reopened(path)
        changed = path.stat().st_mtime_ns // 1_000_000
        assert [entry[0] for entry in log(container)] == [changed, changed]

    def test_deletions_come_last(self) -> None:
        frames = [note("a", 100, status=Status.DELETED), note("b", 200)]
        container = in_memory(foreign(frames))
        assert [entry[1:3] for entry in log(container)] == [("put", 0), ("put", 1), ("delete", 0)]
        assert [set(state) for state in whole_past(container)] == [set(), {0}, {0, 1}, {1}]

    def test_a_newer_version_ends_the_older_one(self) -> None:
        frames = [note("a", 100, status=Status.SUPERSEDED, superseded_by=1), note("b", 200, supersedes=0)]
        container = in_memory(foreign(frames))
        assert [entry[1:3] for entry in log(container)] == [("put", 0), ("update", 1)]
        assert [set(state) for state in whole_past(container)] == [set(), {0}, {1}]
        assert container.ledger.newest_version(0) == 1

    def test_stays_the_same_when_it_is_written_down(self, tmp_path: Path) -> None:
        path = Path(shutil.copy(SAMPLES / "deletes.mv2", tmp_path))
        container = reopened(path, clock=ticking(2 * START_MS))
        known, entries = whole_past(container), log(container)
        put(container, "ours")
        container.close()
        again = reopened(path)
        assert log(again)[: len(entries)] == entries
        assert whole_past(again)[: len(known)] == known
        assert verify(again, deep=True).overall_status == "passed"
        again.close()

    def test_the_first_change_after_undated_deletions_is_committed_at_once(self) -> None:
        """Were it only in the ring, another program's replay would put it before them."""
        container = in_memory(foreign([note("a", 100, status=Status.DELETED), note("b", 200)]))
        put(container, "ours")
        assert not container.dirty
        assert [entry[1] for entry in log(container)] == ["put", "put", "delete", "put"]
        put(container, "second")
        assert container.dirty

    @pytest.mark.parametrize("timestamp", [-(2**63), 2**63 - 1, 0, -1])
    def test_any_timestamp(self, timestamp: int) -> None:
        container = in_memory(foreign([note("a", timestamp), note("b", 5, status=Status.DELETED)]))
        assert container.ledger.revision == 3
        put(container, "ours")
        assert whole_past(in_memory(container.store.pread(0, container.store.size()))) == whole_past(
            container
        )

    def test_links_that_make_no_sense(self) -> None:
        frames = [
            note("a", 1, supersedes=0),
            note("b", 2, supersedes=2),
            note("c", 3, supersedes=99, superseded_by=99),
            Frame(id=0, timestamp=4, role=Role.DOCUMENT_CHUNK, parent_id=99, search_text="piece"),
            Frame(id=0, timestamp=5, role=Role.DOCUMENT_CHUNK, parent_id=4, search_text="piece of itself"),
            Frame(id=0, timestamp=6, role=Role.DOCUMENT_CHUNK, search_text="piece of nothing"),
        ]
        container = in_memory(foreign(frames))
        assert set(documents(container)) == {0, 1, 2, 5}
        put(container, "ours")
        container.commit()
        assert set(documents(in_memory(container.store.pread(0, container.store.size())))) >= {0, 1, 2, 5}


def announced(operation: Operation, target: int, ms: int) -> tuple[Frame, bytes]:
    frame = Frame(id=0, timestamp=ms // 1000, role=Role.EXTRACTED_IMAGE, metadata=DocMetadata(mime=LOG_MIME))
    return frame, ChangeNote(ms, operation, "Ana", 0, target).encode().encode()


class TestReplayedByAnother:
    """Our pending changes became frames of another program's commit: they still say what they are."""

    def test_changes_have_their_times_and_authors(self) -> None:
        first = note(
            "a", 100, extra_metadata={CHANGE_KEY: ChangeNote(5000, Operation.PUT, "Ana", 0).encode()}
        )
        log_frame, payload = announced(Operation.TAG, 2, 6000)
        version = note("a", 100, supersedes=0, tags=("t",))
        gone, gone_payload = announced(Operation.DELETE, 2, 7000)
        frames = [
            replace(first, status=Status.SUPERSEDED),
            log_frame,
            replace(version, status=Status.DELETED),
            gone,
        ]
        container = in_memory(foreign(frames, [b"", payload, b"", gone_payload]))
        assert log(container) == [
            (5000, "put", 0, "Ana", 0), (6000, "tag", 2, "Ana", 0), (7000, "delete", 2, "Ana", 0),
        ]  # fmt: skip
        assert [set(state) for state in whole_past(container)] == [set(), {0}, {2}, set()]

    def test_what_was_announced_and_not_done_did_not_happen(self) -> None:
        """The power went between the log carrier and the record behind it."""
        log_frame, payload = announced(Operation.DELETE, 0, 9000)
        version, version_payload = announced(Operation.TAG, 3, 9500)
        frames = [note("a", 1), log_frame, version, note("of somebody else", 10)]
        container = in_memory(foreign(frames, [b"", payload, version_payload]))
        assert [entry[1:4] for entry in log(container)] == [("put", 0, ""), ("put", 3, "")]
        assert set(documents(container)) == {0, 3}

    def test_a_parent_given_to_a_carrier_means_nothing(self) -> None:
        log_frame, payload = announced(Operation.DELETE, 9, 9000)
        adopted = replace(log_frame, role=Role.DOCUMENT_CHUNK, parent_id=0, chunk_index=0)
        container = in_memory(foreign([note("a", 1), adopted], [b"", payload]))
        assert documents(container)[0].parts == ()
        put(container, "b")
        container.commit()
        assert documents(container)[0].parts == ()

    def test_guessed_times_are_not_later_than_what_follows(self) -> None:
        ours = note("b", 1, extra_metadata={CHANGE_KEY: ChangeNote(5000, Operation.PUT, "", 0).encode()})
        container = in_memory(foreign([note("a", 9999), ours, note("c", 9999)]))
        assert [entry[0] for entry in log(container)] == [5000, 5000, 9_999_000]

    def test_pending_changes_keep_their_times(self) -> None:
        """The file's own time, which dates what nothing dates, is later than theirs: it was written with them."""
        data = foreign([note("a", SECOND * 2), note("b", 1, status=Status.DELETED)])
        container = in_memory(data, clock=ticking(START_MS))
        put(container, "settled")
        container = in_memory(container.store.pread(0, container.store.size()), clock=ticking(START_MS * 3))
        put(container, "ours")
        entries = log(container)
        assert (
            log(in_memory(container.store.pread(0, container.store.size()), clock=ticking(START_MS * 4)))
            == entries
        )


class TestDamage:
    def filled(self) -> Container:
        container = in_memory(clock=ticking())
        put(container, "a")
        put(container, paged(b"%PDF", ["one"]))
        update(container, 0, "b")
        delete(container, 1)
        restore(container, 1)
        container.commit()
        return container

    def flip(self, container: Container, offset: int) -> bytes:
        data = bytearray(container.store.pread(0, container.store.size()))
        data[offset] ^= 1
        return bytes(data)

    def test_of_the_history(self) -> None:
        container = self.filled()
        known = documents(container)
        carrier = next(f for f in container.toc.frames if f.metadata and f.metadata.mime == HISTORY_MIME)
        for offset in (0, 3, 60, carrier.payload_length - 5):
            again = in_memory(self.flip(container, carrier.payload_offset + offset))
            assert documents(again) == known
            assert "history" in " ".join(again.damage)
            assert verify(again, deep=False).overall_status == "failed"
            put(again, "goes on")
            again.commit()
            mended = in_memory(again.store.pread(0, again.store.size()))
            assert len(documents(mended)) == len(known) + 1
            assert mended.damage == []

    def test_of_the_sketches(self) -> None:
        container = self.filled()
        track = container.toc.sketch_track
        assert track is not None
        again = in_memory(self.flip(container, track.offset))
        assert documents(again) == documents(container)
        put(again, "goes on")
        again.commit()
        mended = in_memory(again.store.pread(0, again.store.size()))
        assert verify(mended, deep=True).overall_status == "passed"

    def test_of_a_document(self) -> None:
        container = self.filled()
        frame = next(f for f in container.toc.frames if f.payload_length == 1)
        again = in_memory(self.flip(container, frame.payload_offset))
        report = verify(again, deep=True)
        assert report.overall_status == "failed"
        assert f"frame {frame.id}" in " ".join(check.details for check in report.checks)
        put(again, "goes on")
        again.commit()
        assert frame.id in {f.id for f in again.toc.frames}


def test_a_repair_starts_counting_anew() -> None:
    """The official repair empties the ring and sets its numbers back; what is written then is pending all the same."""
    container = in_memory()
    for number in range(5):
        put(container, f"before {number}")
    container.commit()
    data = bytearray(container.store.pread(0, container.store.size()))
    header = replace(Header.decode(data[:HEADER_SIZE]), wal_sequence=0, wal_checkpoint_pos=0)
    data[:HEADER_SIZE] = header.encode()
    ring = header.wal_offset
    data[ring : ring + header.wal_size] = bytes(header.wal_size)
    entry = encode_entry(FrameOperation(timestamp=9, search_text="after the repair", uri="mv2://after"))
    data[ring : ring + 48 + len(entry)] = encode_record(1, entry)
    again = in_memory(bytes(data))
    assert [found.uri for found in documents(again).values()][-1] == "mv2://after"
    assert len(documents(again)) == 6
    put(again, "and ours")
    assert len(documents(in_memory(again.store.pread(0, again.store.size())))) == 7


@pytest.mark.parametrize("encoding", [0, 1])
def test_a_chunked_document_keeps_its_pieces_through_every_change(encoding: int) -> None:
    """Whatever the empty parent says its encoding is (facts 6.4: zstd makes the official reader join the pieces)."""
    manifest = ChunkManifest(1200, ((0, 5), (5, 10)))
    parent = Frame(
        id=0,
        timestamp=1,
        uri="mv2://x",
        search_text="first",
        chunk_manifest=manifest,
        canonical_encoding=encoding,
    )
    text = DocMetadata(mime="text/plain")
    pieces = [
        Frame(id=0, timestamp=1, role=Role.DOCUMENT_CHUNK, parent_id=0, chunk_index=index, metadata=text)
        for index in range(2)
    ]
    container = in_memory(foreign([parent, *pieces], [b"", b"first", b"secon"]))
    assert documents(container)[0].text == "firstsecon"
    newer = update(container, 0, tags=["t"])
    assert documents(container)[newer].text == "firstsecon"
    delete(container, newer)
    back = restore(container, 0)
    for _ in range(2):
        assert documents(container)[back].text == "firstsecon"
        assert documents(in_memory(container.store.pread(0, container.store.size()))) == documents(container)
        container.commit()
    assert verify(container, deep=True).overall_status == "passed"
