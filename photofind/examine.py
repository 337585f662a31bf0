"""The doctor's examination, in a process of its own: one JSON object a line for each finding.

Each check stands alone; one that fails, even by an import that breaks, does not stop the next.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from photofind import __version__, disk
from photofind.errors import PhotoFindError
from photofind.paths import LibraryPaths, library_paths

PACKAGES = (
    "torch",
    "torchvision",
    "open_clip_torch",
    "hnswlib",
    "SQLAlchemy",
    "pillow",
    "pillow-heif",
    "rawpy",
    "PySide6-Essentials",
)
LOW_DISK_BYTES = 500 * 10**6
SIMILAR_ENOUGH = 0.99


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `advice` is what to do, empty where all is well."""

    ok: bool
    finding: str
    advice: str = ""


def main(words: Sequence[str]) -> int:
    """Make every check and print its finding."""
    parser = argparse.ArgumentParser(prog="photofind --examine")
    parser.add_argument("--library", required=True)
    parser.add_argument("--model")
    parser.add_argument("--device")
    chosen = parser.parse_args(words)
    paths = library_paths(chosen.library)
    _print("environment", _environment)
    _print("disk", lambda: _disk(paths))
    _print("catalog", lambda: _catalog(paths))
    _print("thumbnails", lambda: _thumbnails(paths))
    _print("model", lambda: _model(paths, chosen.model, chosen.device))
    _print("index", lambda: _index(paths))
    return 0


def _print(check: str, look: Callable[[], Finding]) -> None:
    try:
        finding = look()
    except PhotoFindError as error:
        finding = Finding(False, str(error))
    except Exception as error:  # noqa: BLE001 (a broken installation breaks in any way it likes)
        finding = Finding(
            False,
            f"{type(error).__name__}: {' '.join(str(error).split())}",
            "Install PhotoFind again in a fresh environment.",
        )
    told = {"check": check, "ok": finding.ok, "finding": finding.finding}
    if finding.advice:
        told["advice"] = finding.advice
    sys.stdout.write(json.dumps(told, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def _environment() -> Finding:
    versions, missing = [], []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
    python = f"PhotoFind {__version__}, Python {platform.python_version()}, {platform.system()}"
    if missing and not getattr(sys, "frozen", False):
        return Finding(
            False, f"{python}; not installed: {', '.join(missing)}", "pip install photofind"
        )
    return Finding(True, f"{python}; {', '.join(versions)}")


def _disk(paths: LibraryPaths) -> Finding:
    place = paths.root
    while not os.path.lexists(place):  # a link that leads nowhere is in the way, too
        place = place.parent
    if not place.is_dir():
        return Finding(False, f"{place} is no folder, so no library can be there", "Name a folder.")
    free = shutil.disk_usage(place).free
    told = f"{free / 1e9:.1f} GB free for the library at {paths.root}"
    if not os.access(place, os.W_OK):
        return Finding(False, f"the library at {paths.root} may not be written by you")
    if free < LOW_DISK_BYTES:
        return Finding(False, told, "Make room: thumbnails take about 20 KB a photo.")
    return Finding(True, told)


def _catalog(paths: LibraryPaths) -> Finding:
    from photofind.catalog import CatalogReader

    reader = CatalogReader.open(paths.catalog)
    if reader is None:
        return Finding(True, f"the catalog is not there yet ({paths.catalog})")
    with reader:
        wrong = reader.check()
        ledger = reader.ledger()
    if wrong:
        return Finding(
            False,
            f"the catalog contradicts itself: {'; '.join(wrong)}",
            "Close PhotoFind, move the catalog aside and index the folders again.",
        )
    return Finding(True, f"the catalog is sound: {ledger.photos} photos, {ledger.files} files")


def _thumbnails(paths: LibraryPaths) -> Finding:
    from photofind.thumbnails import ThumbnailReader

    if not disk.is_there(paths.thumbnails):
        return Finding(True, "no thumbnails yet")
    return Finding(True, f"{ThumbnailReader(paths.thumbnails).count()} thumbnails")


def _model(paths: LibraryPaths, model: str | None, device: str | None) -> Finding:
    import numpy as np

    from photofind.encoder import open_encoder

    encoder = open_encoder(model or _setting(paths, "model"), device or "auto")
    size = encoder.preprocessing.size
    grey = np.full((2, size, size, 3), 128, dtype=np.uint8)
    pictures, words = encoder.encode_images(grey), encoder.encode_texts(["a photo"])
    if not (np.isfinite(pictures).all() and np.isfinite(words).all()):
        return Finding(
            False,
            f"the model {encoder.name} gives numbers that are none on {encoder.device}",
            "Try --device cpu.",
        )
    if float(pictures[0] @ pictures[1]) < SIMILAR_ENOUGH:
        return Finding(False, f"the model {encoder.name} gives one picture two vectors")
    kind = "basic" if encoder.basic else "full"
    return Finding(
        True,
        f"model {encoder.name} ({kind}), {encoder.dimension} dimensions, on {encoder.device}",
    )


def _index(paths: LibraryPaths) -> Finding:
    from photofind.index import examine_file

    files = sorted(paths.index.glob("*.hnsw")) if disk.is_there(paths.index) else []
    damaged = [file.name for file in files if not examine_file(file)]
    if damaged:
        return Finding(
            True,
            f"index file {', '.join(damaged)} is damaged; it is rebuilt from the catalog "
            "when PhotoFind next runs, and searches are exact meanwhile",
        )
    return Finding(True, f"{len(files)} index files, all sound")


def _setting(paths: LibraryPaths, name: str) -> str | None:
    from photofind.catalog import CatalogReader

    try:
        reader = CatalogReader.open(paths.catalog)
    except PhotoFindError:
        return None  # the catalog's own check says what is wrong with it
    if reader is None:
        return None
    with reader:
        return reader.setting(name)
