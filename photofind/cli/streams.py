"""The standard streams as a shell, a script or a service may leave them: closed, full, or without
the characters that are to be written."""

import io
import os
import sys

from photofind.errors import OutputLost


def prepare_streams() -> None:
    """Let every stream be there, and standard output take any character.

    Python has None for a stream that was closed before it started. Each gets its number back: the
    next file or socket that is opened would get it else, and whatever a library prints with it.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115 (for as long as the process lives)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console or a pipe of Windows, or a terminal of old, need not know Hangul.
        sys.stdout.reconfigure(errors="backslashreplace")


def speaks_unicode() -> bool:
    """Whether standard output takes every character as it is."""
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")


def answer(text: str) -> None:
    """Write to standard output, at once. Raises BrokenPipeError; OutputLost for any other fault."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        give_up_output()
        raise OutputLost(
            f"The answer could not be written ({error.strerror}); look at where it goes."
        ) from error


def give_up_output() -> None:
    """Let nothing more be written; the interpreter must not complain when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
