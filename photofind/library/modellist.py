"""The models that a library can be read with, one line each, for those who choose.

Beside the table of known models stand those that were named by a file or folder once: the one in
use, and those that this library was read with before, as long as their files are there. Going back
to one of them costs nothing.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from photofind.encoder import BUILTIN, ModelSpec, is_here, known_models, resolve
from photofind.errors import ModelError
from photofind.protocol import ModelLine

_log = logging.getLogger(__name__)

MEGABYTE = 1_000_000  # bytes


def model_lines(own: str | None, former: Iterable[str]) -> tuple[ModelLine, ...]:
    """The lines; `own` is the library's model, `former` what it was read with before."""
    in_use = _spec(own or BUILTIN)
    own_name = in_use.name if in_use is not None else own or BUILTIN
    lines = [
        ModelLine(
            name=model.name,
            title=model.title,
            languages=model.languages,
            licence=model.licence,
            megabytes=model.megabytes,
            sentence=model.sentence,
            basic=model.name == BUILTIN,
            here=_is_here(_spec(model.name)),
            in_use=model.name == own_name,
        )
        for model in known_models()
    ]
    known = {line.name for line in lines}
    for name in dict.fromkeys((own_name, *former)):
        spec = _spec(name)
        here = _is_here(spec)
        if name not in known and (here or name == own_name):
            lines.append(
                ModelLine(
                    name=name,
                    title=_title(name),
                    languages=spec.languages if spec is not None else (),
                    megabytes=_megabytes(spec),
                    here=here,
                    in_use=name == own_name,
                )
            )
    return tuple(lines)


def _spec(name: str) -> ModelSpec | None:
    try:
        return resolve(name)
    except ModelError as error:  # its file has gone
        _log.info("the model %s is not offered: %s", name, error)
        return None


def _is_here(spec: ModelSpec | None) -> bool:
    try:
        return spec is not None and is_here(spec)
    except (ModelError, OSError) as error:
        _log.warning("the model %s cannot be looked for: %s", spec and spec.name, error)
        return False


def _title(name: str) -> str:
    """What tells a model of a file or folder: its architecture, and the last part of the path."""
    architecture, _, source = name.partition(":")
    last = Path(source).name if source else ""
    return last if architecture == "local-dir" else " · ".join(filter(None, (architecture, last)))


def _megabytes(spec: ModelSpec | None) -> int:
    if spec is None or not isinstance(spec.source, Path):
        return 0
    try:
        return max(1, round(spec.source.stat().st_size / MEGABYTE))
    except OSError:
        return 0
