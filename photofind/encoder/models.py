"""What a model's name means, without importing torch.

A name is one of
* nothing, or `builtin`: the model that ships with PhotoFind,
* `ARCH:TAG`: an architecture and pretrained weights that open_clip knows; `ARCH` alone takes the
  tag that PhotoFind recommends, or the first one whose files are on this computer,
* `ARCH:FILE`: an architecture with a checkpoint file (safetensors, or a torch file of tensors),
* `local-dir:FOLDER`: a folder with `open_clip_config.json` and weights.
"""

import difflib
import importlib.util
import json
import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from photofind.errors import ModelError
from photofind.paths import is_weights_file
from photofind.resources import resource

BUILTIN: Final = "builtin"
LOCAL_DIR: Final = "local-dir"
CONFIG_NAME: Final = "open_clip_config.json"
EVERY_LANGUAGE: Final = "*"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model, found by name. `resolve(spec.name)` gives the same spec again."""

    name: str
    architecture: str  # open_clip's name, or "local-dir:FOLDER"
    source: Path | str  # checkpoint file, or pretrained tag; "" takes any tag that is here
    basic: bool  # the small built-in model
    languages: tuple[str, ...]  # ISO 639-1 codes; ("*",) is many; () is not known


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A line of the table of models that people can choose from."""

    name: str
    title: str
    languages: tuple[str, ...]
    licence: str
    megabytes: int
    sentence: str


@cache
def known_models() -> tuple[KnownModel, ...]:
    """The table, the built-in model first."""
    table = tomllib.loads(resource("models.toml").read_text("utf-8"))
    return tuple(
        KnownModel(**{**row, "languages": tuple(row["languages"])}) for row in table["model"]
    )


def resolve(name: str | None) -> ModelSpec:
    """The model that a name means. Raises ModelError with what to do."""
    if not name or name == BUILTIN:
        return _builtin()
    architecture, _, source = name.partition(":")
    if architecture == LOCAL_DIR:
        return _local_dir(source)
    if architecture == "hf-hub":
        raise ModelError(
            "Models are not fetched from the Hugging Face hub; download the model's folder and"
            " name it as {kind}:FOLDER.",
            kind=LOCAL_DIR,
        )
    if architecture not in architectures():
        raise _unknown(architecture)
    if not source:
        tag = next((tag for known, tag in _recommended() if known == architecture), "")
        return _of_tag(architecture, tag)
    if is_weights_file(source):
        return _of_file(architecture, source)
    return _of_tag(architecture, source)


@cache
def architectures() -> frozenset[str]:
    """The architectures that open_clip carries a configuration of."""
    return frozenset(path.stem for path in _configs().glob("*.json"))


def _configs() -> Path:
    package = importlib.util.find_spec("open_clip")  # finds, does not import
    if package is None or not package.submodule_search_locations:
        raise ModelError("open_clip is not installed; install PhotoFind again.")
    return Path(package.submodule_search_locations[0]) / "model_configs"


def _builtin() -> ModelSpec:
    folder = resource("models", BUILTIN)
    if not (folder / CONFIG_NAME).is_file():
        raise ModelError(
            "The built-in model is missing from this installation; install PhotoFind again, or"
            " name another model with --model."
        )
    return ModelSpec(
        BUILTIN,
        f"{LOCAL_DIR}:{folder}",
        find_weights(folder),
        True,
        _table_languages(BUILTIN) or ("en",),
    )


def _local_dir(given: str) -> ModelSpec:
    folder = Path(os.path.abspath(Path(given).expanduser()))
    if not given or not folder.is_dir():
        raise ModelError(
            "There is no model folder {folder}; check its path, connect its drive, or choose"
            " another model.",
            folder=folder if given else "(none named)",
        )
    if not (folder / CONFIG_NAME).is_file():
        raise ModelError(
            "{folder} is not an open_clip model: it has no {config}. Name a folder that has one"
            " beside its weights.",
            folder=folder,
            config=CONFIG_NAME,
        )
    architecture = f"{LOCAL_DIR}:{folder}"
    languages = _languages(_text_config(folder / CONFIG_NAME))
    return ModelSpec(architecture, architecture, find_weights(folder), False, languages)


def _of_file(architecture: str, given: str) -> ModelSpec:
    file = Path(os.path.abspath(Path(given).expanduser()))
    if file.is_dir():
        raise ModelError(
            "{file} is a folder; a model's folder is named as {kind}:{file}.",
            file=file,
            kind=LOCAL_DIR,
        )
    if not file.is_file():
        raise ModelError(
            "There is no model file {file}; check its path, connect its drive, or choose another"
            " model.",
            file=file,
        )
    languages = _architecture_languages(architecture)
    return ModelSpec(f"{architecture}:{file}", architecture, file, False, languages)


def _of_tag(architecture: str, tag: str) -> ModelSpec:
    name = f"{architecture}:{tag}" if tag else architecture
    languages = _table_languages(name) or _architecture_languages(architecture)
    return ModelSpec(name, architecture, tag, False, languages)


def find_weights(folder: Path) -> Path:
    """The checkpoint of a model folder; open_clip's own names come before others."""
    preferred = [
        f"{stem}.{suffix}"
        for suffix in ("safetensors", "bin", "pth")
        for stem in ("open_clip_model", "open_clip_pytorch_model", "model", "pytorch_model")
    ]
    for path in (folder / name for name in preferred):
        if path.is_file():
            return path
    others = sorted(
        path for suffix in (".safetensors", ".bin", ".pth") for path in folder.glob(f"*{suffix}")
    )
    if not others:
        raise ModelError("The model folder {folder} has no weights in it.", folder=folder)
    return next((path for path in others if path.suffix == ".safetensors"), others[0])


def _unknown(architecture: str) -> ModelError:
    lower = {known.lower(): known for known in architectures()}
    near = difflib.get_close_matches(architecture.lower(), lower, n=3, cutoff=0.5)
    shown = ", ".join(lower[match] for match in near)
    if not near:
        return ModelError(
            "There is no model architecture named {architecture}. See open_clip's list of"
            " architectures.",
            architecture=architecture,
        )
    return ModelError(
        "There is no model architecture named {architecture}. Did you mean {near}?",
        architecture=architecture,
        near=shown,
    )


def _recommended() -> list[tuple[str, str]]:
    pairs = (model.name.partition(":") for model in known_models())
    return [(architecture, tag) for architecture, _, tag in pairs if tag]


def _table_languages(name: str) -> tuple[str, ...]:
    return next((model.languages for model in known_models() if model.name == name), ())


def _architecture_languages(architecture: str) -> tuple[str, ...]:
    for model in known_models():
        if model.name.partition(":")[0] == architecture:
            return model.languages
    return _languages(_text_config(_configs() / f"{architecture}.json"))


def _languages(text_config: dict[str, Any]) -> tuple[str, ...]:
    """CLIP's own vocabulary was made from English; what others know cannot be told from here."""
    foreign_vocabulary = text_config.get("hf_tokenizer_name") or text_config.get("hf_model_name")
    return () if foreign_vocabulary else ("en",)


def _text_config(path: Path) -> dict[str, Any]:
    """Empty where there is none: whoever loads the model says that its configuration is odd."""
    config = read_config(path)
    network = config.get("model_cfg", config)
    text = network.get("text_cfg") if isinstance(network, dict) else None
    return text if isinstance(text, dict) else {}


def read_config(path: Path) -> dict[str, Any]:
    """A model's JSON configuration. Raises ModelError."""
    try:
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            "The model configuration {file} cannot be read: {detail}.", file=path, detail=error
        ) from None
    if not isinstance(config, dict):
        raise ModelError("The model configuration {file} is not a table of settings.", file=path)
    return config
