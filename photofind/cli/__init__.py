"""The command line: the same core as the window, without Qt.

Standard output carries answers and nothing else; progress, notes and errors go to standard error.
With `--json` there is exactly one object on standard output (for `search -` one object a line).
Exit status: 0 done, 1 failed with one clear line, 2 wrong usage. Paths are shown by
`paths.shown_path`, which keeps each on one line and can be turned back.
"""

import argparse
import codecs
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NoReturn

from photofind.cli.indexing import Interrupted, index_folders
from photofind.cli.streams import answer, give_up_output, prepare_streams, speaks_unicode
from photofind.cli.words import COMMANDS, labels_of, parse
from photofind.client import Client
from photofind.errors import PhotoFindError, UsageError, WorkerUnavailable
from photofind.paths import LibraryPaths, absolute, library_paths, shown_path, valid_text
from photofind.protocol import Classified, Classify, Search, SearchDone, shortened

__all__ = ["COMMANDS", "main"]

_NOTHING_READ = (
    "photofind: no photo was read with this model yet; `photofind index FOLDER` reads them, with "
    "--model if the model is not the library's"
)

OpenWindow = Callable[[LibraryPaths, Sequence[bytes], str | None, str | None], int]


def main(words: Sequence[str], open_window: OpenWindow) -> int:
    """Carry out one command line; returns the exit status.

    `open_window` shows the window (library, folders to add, model, device) until it is closed: the
    command line knows no Qt.
    """
    prepare_streams()
    try:
        chosen = parse(list(words))
        paths = library_paths(chosen.library)
        signal.signal(signal.SIGINT, _interrupt)
        if chosen.command == "window":
            return _window(chosen, paths, open_window)
        signal.signal(signal.SIGTERM, _interrupt)
        if chosen.command == "demo" and chosen.window:
            return _demo_window(chosen, paths, open_window)
        carry_out = {
            "index": _index,
            "search": _search,
            "status": _status,
            "doctor": _doctor,
            "classify": _classify,
            "demo": _demo,
        }[chosen.command]
        return carry_out(chosen, paths)
    except PhotoFindError as error:
        _say(f"photofind: {error}")
        return error.exit_status
    except Interrupted as stop:
        _say("photofind: stopped; what was finished is kept")
        return 128 + stop.number
    except BrokenPipeError:
        give_up_output()  # who read our answer has heard enough
        return 0


def _interrupt(number: int, _frame: object) -> NoReturn:
    raise Interrupted(number)


def _say(text: str) -> None:
    line = " ".join(text.splitlines())
    with contextlib.suppress(OSError):  # nobody is there to hear it
        print(valid_text(line), file=sys.stderr)


def _print_json(value: object) -> None:
    answer(json.dumps(value, ensure_ascii=not speaks_unicode()))


# ---------------------------------------------------------------------------------- commands


def _window(chosen: argparse.Namespace, paths: LibraryPaths, open_window: OpenWindow) -> int:
    for folder in chosen.folders:
        if not os.path.isdir(folder):
            raise UsageError(f"There is no folder {folder}; see photofind --help for commands.")
    folders = [absolute(folder) for folder in chosen.folders]
    return open_window(paths, folders, chosen.model, chosen.device)


def _index(chosen: argparse.Namespace, paths: LibraryPaths) -> int:
    done = index_folders(
        paths,
        [absolute(path) for path in chosen.paths],
        model=chosen.model,
        device=chosen.device,
        exclude=tuple(chosen.exclude),
    )
    for folder in done.offline:
        _say(f"photofind: {shown_path(folder)} is offline or empty; its photos are kept")
    for folder in done.unreadable:
        _say(f"photofind: {shown_path(folder)} may not be read; what was known of it is kept")
    if done.cancelled:
        _say("photofind: stopped from elsewhere; what was finished is kept")
    if chosen.json:
        fields = ("found", "indexed", "unchanged", "moved", "removed", "failed")
        told: dict[str, object] = {field: getattr(done, field) for field in fields}
        told |= {
            "seconds": round(done.seconds, 3),
            "photos_per_second": round(done.indexed / max(done.seconds, 1e-6), 2),
            "model": done.model,
            "device": done.device,
        }
        _print_json(told)
    else:
        answer(
            f"{done.found} found: {done.indexed} indexed, {done.unchanged} unchanged, "
            f"{done.moved} moved, {done.failed} set aside; {done.removed} removed "
            f"({done.seconds:.1f} s)"
        )
        if done.failed:
            _say("photofind status lists the files that were set aside, with the reasons")
    return 1 if done.cancelled else 0


def _search(chosen: argparse.Namespace, paths: LibraryPaths) -> int:
    opened = partial(Client.open, paths, model=chosen.model, device=chosen.device, passing=True)
    client = opened()
    try:
        told = False
        for query in _lines() if chosen.query == "-" else (chosen.query,):
            try:
                done = _asked(chosen, client, query)
            except WorkerUnavailable:
                if not client.died:
                    raise
                client.close()
                client = opened()
                done = _asked(chosen, client, query)
            _answer(chosen, done, query)
            if not done.searched and not told:  # said once, not for each line
                told = True
                _say(_NOTHING_READ)
            if chosen.query == "-" and not chosen.json:
                answer("")  # an empty line ends each answer
    finally:
        client.close()
    return 0


def _lines() -> Iterator[str]:
    for number, line in enumerate(sys.stdin.buffer):
        if number == 0:
            line = line.removeprefix(codecs.BOM_UTF8)  # which editors of Windows begin a file with
        query = line.decode("utf-8", "replace").rstrip("\r\n")
        if query.strip():
            yield query


def _asked(chosen: argparse.Namespace, client: Client, query: str | None) -> SearchDone:
    return search_once(
        client,
        query,
        image=chosen.image,
        top=chosen.top,
        model=chosen.model,
        device=chosen.device,
    )


def _answer(chosen: argparse.Namespace, done: SearchDone, query: str | None) -> None:
    shown = [(shown_path(path), score) for path, score in zip(done.paths, done.scores, strict=True)]
    if chosen.json:
        asked = chosen.image if query is None else query
        _print_json(
            {
                "query": valid_text(asked or ""),
                "model": done.model,
                "results": [{"path": path, "score": round(score, 6)} for path, score in shown],
                "seconds": round(done.seconds, 6),
            }
        )
    else:
        print_hits(shown)


def search_once(
    client: Client,
    query: str | None,
    *,
    image: str | None = None,
    top: int = 20,
    model: str | None = None,
    device: str | None = None,
) -> SearchDone:
    """One search by words or by a picture file, with the paths of its hits."""
    done = client.call(
        Search(
            id=client.new_id(),
            text=None if query is None else valid_text(shortened(query)),
            image_path=None if image is None else absolute(image),
            top=top,
            with_paths=True,
            judged=False,
            model=model,
            device=device,
        )
    )
    assert isinstance(done, SearchDone)
    return done


def print_hits(hits: Iterable[tuple[str, float]]) -> None:
    """score<TAB>path, a line for each hit."""
    lines = [f"{score:.4f}\t{path}" for path, score in hits]
    if lines:
        answer("\n".join(lines))


def _status(chosen: argparse.Namespace, paths: LibraryPaths) -> int:
    from photofind.report import library_report

    report = library_report(paths)
    if chosen.json:
        _print_json(report.as_json())
    else:
        answer(report.as_text())
    return 0


def _doctor(chosen: argparse.Namespace, paths: LibraryPaths) -> int:
    from photofind.report import examine

    findings = examine(paths, chosen.model, chosen.device)
    well = all(finding["ok"] for finding in findings)
    if chosen.json:
        _print_json({"ok": well, "checks": findings})
    else:
        for finding in findings:
            mark = "ok  " if finding["ok"] else "BAD "
            answer(f"{mark}{finding['check']:12} {finding['finding']}")
            if finding.get("advice"):
                answer(f"    {'':12} {finding['advice']}")
    if not well:
        _say("photofind: the doctor found something wrong")
    return 0 if well else 1


def _classify(chosen: argparse.Namespace, paths: LibraryPaths) -> int:
    labels = labels_of(chosen)
    client = Client.open(paths, model=chosen.model, device=chosen.device, passing=True)
    try:
        done = client.call(
            Classify(
                id=client.new_id(),
                image_path=absolute(chosen.image),
                labels=tuple(labels),
                ensemble=chosen.ensemble,
                model=chosen.model,
                device=chosen.device,
            )
        )
    finally:
        client.close()
    assert isinstance(done, Classified)
    shares = sorted(zip(labels, done.probabilities, strict=True), key=lambda pair: -pair[1])
    if chosen.json:
        told = [{"label": label, "probability": round(share, 6)} for label, share in shares]
        image = shown_path(absolute(chosen.image))
        _print_json({"image": image, "model": done.model, "labels": told})
    else:
        for label, share in shares:
            answer(f"{share:.4f}\t{label}")
    return 0


def _demo_window(chosen: argparse.Namespace, paths: LibraryPaths, open_window: OpenWindow) -> int:
    from photofind.demo import demo_library, sample_folders

    own = demo_library() if chosen.library is None else paths
    return open_window(own, sample_folders(), chosen.model, chosen.device)


def _demo(chosen: argparse.Namespace, paths: LibraryPaths) -> int:
    from photofind.demo import QUERIES, demo_library, sample_folders

    own = demo_library() if chosen.library is None else paths
    folders = sample_folders()
    done = index_folders(own, folders, model=chosen.model, device=chosen.device)
    answer(f"{done.found} sample photos, {done.indexed} indexed now in {done.seconds:.1f} s")
    client = Client.open(own, model=chosen.model, device=chosen.device)
    try:
        for query in QUERIES:
            began = time.perf_counter()
            found = search_once(client, query, top=3, model=chosen.model, device=chosen.device)
            took = (time.perf_counter() - began) * 1000
            answer(f"\nphotofind search {json.dumps(query)}    ({took:.0f} ms)")
            print_hits(zip(map(shown_path, found.paths), found.scores, strict=True))
    finally:
        client.close()
    return 0
