"""The one entry: the window, the command line, or (for ourselves) the worker.

Imports are late, so that each of them pays only for what it uses.
"""

import signal
import sys
from collections.abc import Sequence
from multiprocessing import freeze_support
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photofind.paths import LibraryPaths


def main(arguments: Sequence[str] | None = None) -> int:
    """Run PhotoFind; returns the exit status."""
    # Until somebody says what Ctrl-C means it ends us without a word, not with a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    freeze_support()  # a frozen program starts its decoders through this same entry
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--worker"]:
        return _worker(words[1:])
    if words[:1] == ["--examine"]:
        from photofind.examine import main as examine

        return examine(words[1:])
    from photofind.cli import main as command_line

    return command_line(words, _open_window)


def _open_window(
    paths: "LibraryPaths", folders: Sequence[bytes], model: str | None, device: str | None
) -> int:
    from photofind.gui import run

    return run(paths, folders, model=model, device=device)


def _worker(words: Sequence[str]) -> int:
    """The background process that a client starts; not for people."""
    import argparse
    import gc

    # Starting makes some 250,000 objects that stay. Looking through them for garbage again and
    # again takes a sixth of the start; the worker begins to look when its model is there.
    gc.disable()

    parser = argparse.ArgumentParser(prog="photofind --worker")
    parser.add_argument("--library", required=True)
    parser.add_argument("--model")
    parser.add_argument("--device")
    parser.add_argument("--passing", action="store_true")
    chosen = parser.parse_args(words)

    from photofind.paths import library_paths
    from photofind.worker import main as work

    return work(library_paths(chosen.library), chosen.model, chosen.device, passing=chosen.passing)


if __name__ == "__main__":
    sys.exit(main())
