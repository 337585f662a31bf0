"""One log file for each process of a library: `log/worker.log`, `log/window.log`.

A full or read-only disk costs the log, never the work: then records go to standard error alone.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_SIZE_BYTES = 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


def start_log(folder: Path, name: str, *, level: int = logging.INFO) -> None:
    """Send this process's log records to `folder/name.log`; two files of a megabyte are kept."""
    # A record that cannot be written must not become a second error on standard error.
    logging.raiseExceptions = False
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / f"{name}.log", maxBytes=_SIZE_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
