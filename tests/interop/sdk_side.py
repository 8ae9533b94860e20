"""What runs inside the SDK's own process: ``python -m tests.interop.sdk_side FUNCTION``, arguments as JSON on stdin.

Nothing of ours is imported here. The answer goes to stdout as the last line, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ["MEMVID_TELEMETRY"] = "0"

import memvid_sdk

K = 100
"""How many hits are asked for; the SDK examines four times as many."""


def deep_status(path: str) -> str:
    report = memvid_sdk.Memvid.verify(path, deep=True)
    failed = [check for check in report["checks"] if check["status"] not in ("passed", "skipped")]
    return "passed" if report["overall_status"] == "passed" else f"{report['overall_status']}: {failed}"


def find(capsule: Any, query: str) -> list[dict[str, Any]]:
    """Hits; the SDK answers with an error where its own later check throws all of them out (facts 16, P5)."""
    try:
        hits = capsule.find(query, k=K, mode="lex")["hits"]
    except memvid_sdk.LexIndexDisabledError:
        return []
    return [{"frame": hit["frame_id"], "title": hit.get("title"), "uri": hit.get("uri")} for hit in hits]


def timeline(capsule: Any) -> list[dict[str, Any]]:
    return [
        {
            "frame": entry["frame_id"],
            "timestamp": entry["timestamp"],
            "uri": entry.get("uri"),
            "preview": entry["preview"],
            "children": list(entry.get("child_frames") or ()),
        }
        for entry in capsule.timeline(limit=100_000)
    ]


def look(
    path: str, words: Sequence[str] = (), uris: Sequence[str] = (), vectors: Sequence[Sequence[float]] = ()
) -> dict[str, Any]:
    """Open read-only and say everything there is to say."""
    out: dict[str, Any] = {"verify": deep_status(path)}
    capsule = memvid_sdk.use("basic", path, mode="open", read_only=True)
    try:
        out["timeline"] = timeline(capsule)
        out["find"] = {word: find(capsule, word) for word in words}
        out["frames"] = {uri: _plain(capsule.frame(uri)) for uri in uris}
        out["blobs"] = {uri: _digest(capsule.blob(uri)) for uri in uris}
        out["memories"] = _plain(capsule.memories_stats())
        out["entities"] = sorted(capsule.memory_entities()) if hasattr(capsule, "memory_entities") else []
        out["sessions"] = _plain(capsule.session_list())
        out["near"] = [
            [hit["frame_id"] for hit in capsule.find("x", k=5, mode="sem", query_embedding=list(v))["hits"]]
            for v in vectors
        ]
        out["stats"] = _plain(capsule.stats())
    finally:
        capsule.close()
    return out


def add(
    path: str, texts: Sequence[str] = (), remove: Sequence[int] = (), words: Sequence[str] = ()
) -> dict[str, Any]:
    """Open for writing, put, remove, seal, close; what was found meanwhile, and the deep check at the end."""
    capsule = memvid_sdk.use("basic", path, mode="open")
    out: dict[str, Any] = {}
    try:
        out["ids"] = [
            int(capsule.put(text=text, title=f"From outside {n}", timestamp=1_700_000_900 + n))
            for n, text in enumerate(texts)
        ]
        for frame_id in remove:
            capsule.remove(frame_id)
        capsule.seal()
        out["find"] = {word: find(capsule, word) for word in words}
        out["timeline"] = timeline(capsule)
    finally:
        capsule.close()
    out["verify"] = deep_status(path)
    return out


def add_to_each(paths: Sequence[str], text: str, words: Sequence[str] = ()) -> dict[str, Any]:
    """`add` for several files; what goes wrong with one does not keep the others from their turn."""
    out: dict[str, Any] = {}
    for path in paths:
        try:
            out[path] = add(path, [text], words=words)
        except Exception as error:  # noqa: BLE001 - the tests look at it
            out[path] = {"error": f"{type(error).__name__}: {error}"}
    return out


def create(path: str, documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A capsule of the SDK's own making; many documents go in in batches of less than a hundred."""
    capsule = memvid_sdk.create(path)
    try:
        if len(documents) < 20:
            for document in documents:
                capsule.put(**document, auto_tag=False, extract_dates=False)
        else:
            for start in range(0, len(documents), 90):
                capsule.put_many([{"label": "", **document} for document in documents[start : start + 90]])
        capsule.seal()
    finally:
        capsule.close()
    return {"verify": deep_status(path)}


def words_found(path: str, words: Sequence[str]) -> dict[str, Any]:
    capsule = memvid_sdk.use("basic", path, mode="open", read_only=True)
    try:
        return {word: find(capsule, word) for word in words}
    finally:
        capsule.close()


def words_found_in_each(paths: Sequence[str], words: Sequence[str]) -> dict[str, Any]:
    return {path: {"verify": deep_status(path), "find": words_found(path, words)} for path in paths}


def unlock(path: str, out: str, password: str, words: Sequence[str]) -> dict[str, Any]:
    memvid_sdk.unlock(path, password=password, output=out)
    return {"verify": deep_status(out), "find": words_found(out, words)}


def lock(path: str, out: str, password: str) -> str:
    memvid_sdk.lock(path, password=password, output=out)
    return out


def hold(path: str) -> None:
    """Keep the file open for writing until stdin ends, after one commit has put a new inode in its place."""
    capsule = memvid_sdk.use("basic", path, mode="open")
    capsule.put(text="held by somebody else", title="Held")
    print("holding", flush=True)
    sys.stdin.read()
    capsule.close()


def fill(path: str, count: int) -> None:
    """Put until killed; each id is printed once the SDK has said it is there."""
    capsule = memvid_sdk.use("basic", path, mode="open")
    for number in range(count):
        said = capsule.put(
            text=f"agent note {number} about cobalt",
            title=f"Agent {number}",
            auto_tag=False,
            extract_dates=False,
        )
        print(said, flush=True)
        time.sleep(0.001)


def _digest(content: bytes | None) -> list[Any]:
    content = content or b""
    return [len(content), hashlib.sha256(content).hexdigest()]


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


if __name__ == "__main__":
    function: Callable[..., Any] = globals()[sys.argv[1]]
    if sys.argv[1] in ("hold", "fill"):
        function(*sys.argv[2:3], *map(int, sys.argv[3:]))
        sys.exit()
    print("\n" + json.dumps(function(**json.loads(Path("/dev/stdin").read_text()))))
