"""What a library holds and whether it is well: `photofind status` and `photofind doctor`.

Both work while a worker is running and while none can. The doctor's look at torch, the model and
the index happens in a process of its own (`photofind.examine`): a broken installation must not keep
the doctor from speaking.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from photofind.catalog import CatalogReader
from photofind.catalog.records import FolderRow, Ledger, SetAside
from photofind.client import own_environment, own_program
from photofind.errors import SENTENCES, Reason
from photofind.paths import LibraryPaths, shown_path

EXAMINE_SECONDS = 180
SET_ASIDE_AT_ONCE = 10_000

Finding = dict[str, object]


@dataclass(frozen=True, slots=True)
class LibraryReport:
    """Counts, folders, model and sizes of a library, as `status` shows them."""

    library: Path
    ledger: Ledger
    folders: list[FolderRow]
    set_aside: list[SetAside]
    model: str | None
    device: str | None
    catalog_bytes: int
    index_bytes: int

    def as_json(self) -> dict[str, object]:
        """The documented object of `status --json`."""
        return {
            "photos": self.ledger.photos,
            "embedded": self.ledger.embedded,
            "failed": [
                {"path": shown_path(file.path), "reason": reason_text(file)}
                for file in self.set_aside
            ],
            "folders": [
                {"path": shown_path(f.path), "files": f.files, "online": f.online}
                for f in self.folders
            ],
            "model": self.model,
            "device": self.device,
            "catalog_bytes": self.catalog_bytes,
            "index_bytes": self.index_bytes,
            "files": {
                "all": self.ledger.files,
                "done": self.ledger.done,
                "waiting": self.ledger.waiting,
                "set_aside": self.ledger.set_aside,
                "offline": self.ledger.offline,
                "online_only": self.ledger.online_only,
            },
            "library": shown_path(os.fsencode(self.library)),
        }

    def as_text(self) -> str:
        """The same for people."""
        ledger = self.ledger
        lines = [
            f"library   {shown_path(os.fsencode(self.library))}",
            f"photos    {ledger.photos}, of which {ledger.embedded} can be found by words",
            f"files     {ledger.files}: {ledger.done} done, {ledger.waiting} waiting, "
            f"{ledger.set_aside} set aside, {ledger.offline} offline, "
            f"{ledger.online_only} online only",
            f"model     {self.model or 'not used yet'}, on {self.device or 'no device yet'}",
            f"catalog   {_megabytes(self.catalog_bytes)}, index {_megabytes(self.index_bytes)}",
        ]
        for folder in self.folders:
            state = "" if folder.online else "   (offline)"
            lines.append(f"folder    {shown_path(folder.path)}   {folder.files} files{state}")
        lines += [f"set aside {shown_path(f.path)}: {reason_text(f)}" for f in self.set_aside]
        return "\n".join(lines)


def reason_text(file: SetAside) -> str:
    """Why a file was set aside, as a sentence."""
    sentence = SENTENCES[Reason(file.reason)]
    return f"{sentence} ({file.detail})" if file.detail else sentence


def library_report(paths: LibraryPaths) -> LibraryReport:
    """Read the catalog. Raises CatalogDamaged, CatalogTooNew, LibraryUnusable."""
    reader = CatalogReader.open(paths.catalog)
    if reader is None:
        empty = Ledger(
            photos=0, files=0, done=0, waiting=0, set_aside=0, offline=0, online_only=0, embedded=0
        )
        return LibraryReport(paths.root, empty, [], [], None, None, 0, 0)
    with reader:
        return LibraryReport(
            library=paths.root,
            ledger=reader.ledger(),
            folders=reader.folders(),
            set_aside=_all_set_aside(reader),
            model=reader.setting("model_used"),
            device=reader.setting("device_used"),
            catalog_bytes=_size(paths.catalog) + _size(Path(f"{paths.catalog}-wal")),
            index_bytes=sum(_size(file) for file in paths.index.glob("*")),
        )


def _all_set_aside(reader: CatalogReader) -> list[SetAside]:
    files: list[SetAside] = []
    while some := reader.set_aside(limit=SET_ASIDE_AT_ONCE, offset=len(files)):
        files += some
    return files


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def examine(paths: LibraryPaths, model: str | None, device: str | None) -> list[Finding]:
    """The doctor's findings: {"check", "ok", "finding", "advice"}, in a fixed order."""
    command = [*own_program(), "--examine", "--library", str(paths.root)]
    command += ["--model", model] if model else []
    command += ["--device", device] if device else []
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=EXAMINE_SECONDS,
            cwd=os.path.abspath(os.sep),
            env=own_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [_unfinished(f"no answer within {EXAMINE_SECONDS} seconds")]
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    # Libraries print what they like beside our lines.
    findings: list[Finding] = [json.loads(line) for line in lines if line.startswith("{")]
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()
        findings.append(_unfinished(last[-1] if last else f"exit status {done.returncode}"))
    return findings


def _unfinished(why: str) -> Finding:
    return {
        "check": "doctor",
        "ok": False,
        "finding": f"the examination itself did not end well: {why}",
        "advice": "Install PhotoFind again in a fresh environment.",
    }
