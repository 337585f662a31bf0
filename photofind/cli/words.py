"""The words of the command line: which commands and options there are."""

import argparse
from collections.abc import Sequence

from photofind import __version__
from photofind.errors import UsageError
from photofind.paths import absolute_model

COMMANDS = ("index", "search", "status", "doctor", "classify", "demo")
DEVICES = ("auto", "cpu", "cuda", "mps")
MOST_HITS = 1_000_000_000  # more than any library holds; the protocol's numbers end somewhere


def parse(words: list[str]) -> argparse.Namespace:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--library",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="the folder that holds everything of one library (also: PHOTOFIND_LIBRARY)",
    )
    shared.add_argument(
        "--model",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="the model: a name, ARCH:TAG, ARCH:FILE or local-dir:DIR (default: the built-in one)",
    )
    shared.add_argument(
        "--device", choices=DEVICES, default=argparse.SUPPRESS, help="where the model runs"
    )
    shared.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print one JSON object on standard output",
    )
    parser = argparse.ArgumentParser(
        prog="photofind",
        description="Find a photo from a sentence, on your own computer.",
        epilog=f"Commands: {', '.join(COMMANDS)}; photofind COMMAND --help tells more. "
        "Without a command the window opens and adds the folders that are named.",
        parents=[shared],
    )
    parser.add_argument("--version", action="version", version=f"PhotoFind {__version__}")
    if not _names_a_command(words):
        parser.add_argument("folders", metavar="PATH", nargs="*", help="folders of photos to add")
        chosen = parser.parse_args(words)
        chosen.command = "window"
        return _with_defaults(chosen)

    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    index = commands.add_parser("index", parents=[shared], help="index folders and wait")
    index.add_argument("paths", metavar="PATH", nargs="+", help="a folder of photos")
    index.add_argument(
        "--exclude",
        metavar="PATTERN",
        action="append",
        default=[],
        help="skip files and folders with such a name, now and later",
    )
    search = commands.add_parser("search", parents=[shared], help="the photos that fit best")
    search.add_argument("query", nargs="?", help="words; - reads a query from each line of input")
    search.add_argument("--image", metavar="FILE", help="find photos that look like this picture")
    search.add_argument("--top", metavar="N", type=_positive, default=20, help="how many (20)")
    commands.add_parser("status", parents=[shared], help="what the library holds")
    commands.add_parser("doctor", parents=[shared], help="look for what is wrong; say what to do")
    classify = commands.add_parser(
        "classify", parents=[shared], help="which of some labels fits a picture"
    )
    classify.add_argument("image", metavar="IMAGE")
    classify.add_argument("--labels", required=True, metavar="A,B,C", help="separated by commas")
    classify.add_argument(
        "--ensemble",
        action="store_true",
        help="average CLIP's 80 prompt templates instead of using one",
    )
    demo = commands.add_parser("demo", parents=[shared], help="the main job on sample photos")
    demo.add_argument("--window", action="store_true", help="show them in the window")
    chosen = _with_defaults(parser.parse_args(words))
    # An empty path would be the current folder: what a script asks for whose variable is not set.
    if chosen.command == "index" and not all(chosen.paths):
        index.error("a PATH is empty")
    if chosen.command == "search" and chosen.image == "":
        search.error("the FILE of --image is empty")
    if chosen.command == "classify" and not chosen.image:
        classify.error("the IMAGE is empty")
    if chosen.command == "search":
        given = (chosen.query is not None) + (chosen.image is not None)
        if given != 1 or (chosen.query is not None and not chosen.query.strip()):
            search.error("give a query, or --image FILE")
    if chosen.command == "classify" and not labels_of(chosen):
        classify.error("--labels needs at least one label")
    for pattern in chosen.exclude if chosen.command == "index" else ():
        if not _is_unicode(pattern):
            index.error("--exclude: write ? for each byte that is no valid UTF-8")
    if chosen.command == "classify" and not _is_unicode(chosen.labels):
        classify.error("--labels is no valid UTF-8")
    return chosen


def _names_a_command(words: Sequence[str]) -> bool:
    """Whether the first word that is no option of the program itself is a command."""
    rest = iter(words)
    for word in rest:
        if word in ("--library", "--model", "--device"):
            next(rest, None)
        elif not word.startswith("--"):
            return word in COMMANDS
    return False


def _with_defaults(chosen: argparse.Namespace) -> argparse.Namespace:
    for name, default in (("library", None), ("model", None), ("device", None), ("json", False)):
        if not hasattr(chosen, name):
            setattr(chosen, name, default)
    if chosen.library == "":  # the person's own would be a surprise
        raise UsageError("The DIR of --library is empty; name a folder, or leave the option out.")
    if chosen.model is not None:
        if not _is_unicode(chosen.model):
            raise UsageError("--model is no valid UTF-8; rename the file or folder of the model.")
        chosen.model = absolute_model(chosen.model)
    return chosen


def _is_unicode(text: str) -> bool:
    """Whether an argument was valid text: bytes that are none come as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return min(number, MOST_HITS)


def labels_of(chosen: argparse.Namespace) -> list[str]:
    return [label.strip() for label in chosen.labels.split(",") if label.strip()]
