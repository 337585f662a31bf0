"""An open_clip model from its configuration and a checkpoint: on this computer, fast, checked.

open_clip's `create_model` initialises every weight with random numbers, then copies the file's over
them. Here initialisation is switched off and the tensors of a safetensors file are used where they
lie, memory-mapped: a tower costs nothing until it is run. The layers, the conversion of foreign
checkpoints and the resizing of position embeddings are open_clip's.
"""

import hashlib
import importlib
import os
import pickle
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from photofind.encoder.models import CONFIG_NAME, LOCAL_DIR, ModelSpec, read_config
from photofind.encoder.runtime import import_open_clip, import_timm, import_transformers
from photofind.errors import ModelError
from photofind.images import Preprocessing

# What open_clip's conversions and torch's loading raise on tensors that they do not expect.
_NOT_FITTING: Final = (
    RuntimeError,
    AssertionError,
    KeyError,
    AttributeError,
    TypeError,
    ValueError,
    StopIteration,
)
DIGEST_BYTES: Final = 16 << 20  # read and digested at once
_VOCABULARIES: Final = (  # any of them makes a tokenizer
    "tokenizer.json",
    "sentencepiece.bpe.model",
    "spiece.model",
    "vocab.txt",
    "vocab.json",
)
_RESIZE_MODES: Final = ("shortest", "longest", "squash")
_URL_CACHE: Final = Path("~/.cache/clip")  # where open_clip keeps weights that come from a URL


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An open_clip model in float32 on the CPU, its weights still those of the file."""

    model: Any  # CustomTextCLIP or CoCa: .visual, .text, .logit_scale
    tokenize: Callable[[list[str]], Any]  # -> int64 tensor (n, context length)
    preprocessing: Preprocessing
    digest: "Future[str]"  # sha256 of the weights' file, hexadecimal
    architecture: str  # part of the encoder key: the same for the same network anywhere


def load(spec: ModelSpec) -> Checkpoint:
    """Build the network and attach its weights. Raises ModelError."""
    early = _digest(spec.source) if isinstance(spec.source, Path) else None
    open_clip = import_open_clip()
    file, hints = _weights(open_clip, spec)
    digest = early or _digest(file)
    config, preprocessing_config, architecture = _configuration(open_clip, spec, hints)
    if _needs_transformers(config):
        import_transformers()
        _require_vocabulary(config, spec)
    if "timm_model_name" in config["vision_cfg"]:
        import_timm()
    model = _network(open_clip, config, spec)
    _attach(open_clip, model, file, spec)
    model.eval()
    return Checkpoint(
        model=model,
        tokenize=_tokenizer(open_clip, config["text_cfg"], spec),
        preprocessing=_checked_preprocessing(
            open_clip, preprocessing_config, model.visual.image_size, spec
        ),
        digest=digest,
        architecture=architecture,
    )


# ---------------------------------------------------------------------------- which file


def is_here(spec: ModelSpec) -> bool:
    """Whether the files of a model are on this computer. Looks at the disk, asks no network.

    For a pretrained tag open_clip must say where it would be kept, which imports torch: seconds,
    unless a model was loaded before in this process. Raises ModelError when open_clip is broken.
    """
    if isinstance(spec.source, Path):
        return spec.source.is_file()
    open_clip = import_open_clip()
    tags = open_clip.list_pretrained_tags_by_model(spec.architecture)
    candidates = [spec.source] if spec.source else tags
    found = any(
        _cached(open_clip.get_pretrained_cfg(spec.architecture, tag)) is not None
        for tag in candidates
        if tag in tags
    )
    return found and _has_vocabulary(open_clip.get_model_config(spec.architecture))


def _has_vocabulary(config: dict[str, Any]) -> bool:
    """Vocabularies other than CLIP's own are fetched apart from the weights."""
    repository = _vocabulary_of(config)
    if not repository:
        return True
    from huggingface_hub import try_to_load_from_cache

    return any(isinstance(try_to_load_from_cache(repository, name), str) for name in _VOCABULARIES)


def _vocabulary_of(config: dict[str, Any]) -> str:
    """The repository of a vocabulary that is fetched apart; empty for CLIP's own."""
    text = config["text_cfg"]
    return str(text.get("hf_tokenizer_name") or text.get("hf_model_name") or "")


def _require_vocabulary(config: dict[str, Any], spec: ModelSpec) -> None:
    """Raises ModelError, before transformers would, which advises to check the network."""
    if not spec.architecture.startswith(f"{LOCAL_DIR}:") and not _has_vocabulary(config):
        raise ModelError(
            "The vocabulary of {model} is not on this computer, and no part of its weights:"
            " fetch {vocabulary} from Hugging Face into its cache first.",
            model=spec.name,
            vocabulary=_vocabulary_of(config),
        )


def _weights(open_clip: Any, spec: ModelSpec) -> tuple[Path, dict[str, Any]]:
    """The checkpoint's file and what open_clip knows of its preprocessing."""
    if isinstance(spec.source, Path):
        return spec.source, _agreed_hints(open_clip, spec.architecture)
    tags = open_clip.list_pretrained_tags_by_model(spec.architecture)
    if spec.source and not open_clip.is_pretrained_cfg(spec.architecture, spec.source):
        raise ModelError(
            "{architecture} has no pretrained weights named {source}, and there is no such file."
            " Known: {known}.",
            architecture=spec.architecture,
            source=spec.source,
            known=", ".join(tags) or "none",
        )
    for tag in [spec.source] if spec.source else tags:
        hints = open_clip.get_pretrained_cfg(spec.architecture, tag)
        file = _cached(hints)
        if file is not None:
            return file, hints
    raise ModelError(
        "The weights of {model} are not on this computer. Fetch the model first, or name a"
        " checkpoint file as {architecture}:FILE.",
        model=spec.name,
        architecture=spec.architecture,
    )


def _cached(hints: dict[str, Any]) -> Path | None:
    """Where an earlier download put the weights; never asks the network."""
    from huggingface_hub import try_to_load_from_cache

    if hints.get("hf_hub"):
        repository, name = os.path.split(hints["hf_hub"])
        for candidate in _file_names(name):
            here = try_to_load_from_cache(repository, candidate)
            if isinstance(here, str):
                return Path(here)
    if hints.get("url"):
        path = _URL_CACHE.expanduser() / str(hints["url"]).rpartition("/")[2]
        if path.is_file():
            return path
    return None


def _file_names(name: str) -> list[str]:
    if not name:
        return ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]
    return [Path(name).with_suffix(".safetensors").name, name]


def _agreed_hints(open_clip: Any, architecture: str) -> dict[str, Any]:
    """A checkpoint file says nothing of its preprocessing: what all published weights of its
    architecture agree on is taken (SigLIP squashes, OpenAI's CLIP crops), else open_clip's own."""
    keys = ("mean", "std", "interpolation", "resize_mode")
    found = [
        {key: hints[key] for key in keys if hints.get(key)}
        for tag in open_clip.list_pretrained_tags_by_model(architecture)
        for hints in [open_clip.get_pretrained_cfg(architecture, tag)]
    ]
    return found[0] if found and all(hints == found[0] for hints in found) else {}


def _digest(file: Path) -> "Future[str]":
    """sha256 in a thread of its own: it runs beside the imports and reads the file ahead.

    In few large reads (`hashlib.file_digest` makes many small ones): after each the thread waits
    for the interpreter lock, which a thread that imports gives away every 5 ms at best.
    """

    def digest() -> str:
        sha256, part = hashlib.sha256(), memoryview(bytearray(DIGEST_BYTES))
        with file.open("rb", buffering=0) as opened:
            while size := opened.readinto(part):
                sha256.update(part[:size])
        return sha256.hexdigest()

    pool = ThreadPoolExecutor(1, thread_name_prefix="weights-digest")
    future = pool.submit(digest)
    pool.shutdown(wait=False)
    return future


# ---------------------------------------------------------------------------- configuration


def _configuration(
    open_clip: Any, spec: ModelSpec, hints: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """open_clip's settings of the network, of the preprocessing, and the network's name."""
    scheme, _, folder = spec.architecture.partition(":")
    if scheme != LOCAL_DIR:
        config = open_clip.get_model_config(spec.architecture)
        if hints.get("quick_gelu") and not config.get("quick_gelu"):
            # OpenAI's weights, and some others, were trained with another activation than the
            # architecture of their name has. open_clip loads them all the same, with a warning
            # that nobody would see here; what they were trained with is the architecture's twin.
            return {**config, "quick_gelu": True}, hints, f"{spec.architecture}-quickgelu"
        return config, hints, spec.architecture
    whole = read_config(Path(folder) / CONFIG_NAME)
    config = whole.get("model_cfg")
    described = (
        isinstance(config, dict)
        and "embed_dim" in config
        and all(isinstance(config.get(tower), dict) for tower in ("vision_cfg", "text_cfg"))
    )
    if not isinstance(config, dict) or not described:
        raise ModelError("The model configuration in {folder} describes no network.", folder=folder)
    name = hashlib.sha256(repr(_sorted(config)).encode()).hexdigest()[:8]
    return config, whole.get("preprocess_cfg") or {}, f"local-{name}"


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _sorted(inner)) for key, inner in value.items())
    return value


def _needs_transformers(config: dict[str, Any]) -> bool:
    return bool(_vocabulary_of(config))


def _checked_preprocessing(
    open_clip: Any, config: Any, size: int | Iterable[int], spec: ModelSpec
) -> Preprocessing:
    try:
        return _preprocessing(open_clip, config, size)
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise ModelError(
            "What {model} asks to be done with pictures makes no sense; see preprocess_cfg in its"
            " {config} ({detail}).",
            model=spec.name,
            config=CONFIG_NAME,
            detail=_line(error),
        ) from error


def _preprocessing(
    open_clip: Any, config: dict[str, Any], size: int | Iterable[int]
) -> Preprocessing:
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if sides[0] != sides[1]:
        raise ModelError(
            "Models for pictures of {width} x {height} are not supported.",
            width=sides[1],
            height=sides[0],
        )
    if config.get("resize_mode") not in (None, *_RESIZE_MODES):
        raise ValueError(f"resize_mode {config['resize_mode']}")
    return Preprocessing(
        size=sides[0],
        resize=config.get("resize_mode") or "shortest",
        interpolation="bilinear" if config.get("interpolation") == "bilinear" else "bicubic",
        mean=_three(config.get("mean") or open_clip.OPENAI_DATASET_MEAN),
        std=_three(config.get("std") or open_clip.OPENAI_DATASET_STD),
        fill=int(config.get("fill_color") or 0),
    )


def _three(values: float | Iterable[float]) -> tuple[float, float, float]:
    if isinstance(values, int | float):
        return (float(values),) * 3
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _tokenizer(
    open_clip: Any, config: dict[str, Any], spec: ModelSpec
) -> Callable[[list[str]], Any]:
    own = any(key.startswith(("hf_", "tokenizer")) for key in config)
    if not own and "siglip" not in spec.architecture.lower():
        # CLIP's vocabulary, which open_clip has read when it was imported; `get_tokenizer` would
        # read it once more, a tenth of a second.
        return partial(open_clip.tokenize, context_length=config.get("context_length", 77))
    try:
        tokenizer: Callable[[list[str]], Any] = open_clip.get_tokenizer(spec.architecture)
    except Exception as error:
        raise ModelError(
            "The vocabulary of {model} cannot be read; the files of its tokenizer are missing or"
            " damaged ({detail}).",
            model=spec.name,
            detail=_line(error)[:200],
        ) from error
    return tokenizer


# ---------------------------------------------------------------------------- network and weights


def _network(open_clip: Any, config: dict[str, Any], spec: ModelSpec) -> Any:
    """The network without weights: as `create_model` builds it, its text tower always apart."""
    config = {key: value for key, value in config.items() if key != "custom_text"}
    config["vision_cfg"] = {**config["vision_cfg"]}
    if "timm_model_name" in config["vision_cfg"]:
        config["vision_cfg"]["timm_model_pretrained"] = False
    if "hf_model_name" in config["text_cfg"]:
        config["text_cfg"] = {**config["text_cfg"], "hf_model_pretrained": False}
    kind = open_clip.CoCa if "multimodal_cfg" in config else open_clip.CustomTextCLIP
    try:
        with _without_initialisation()():
            return kind(**config)
    except Exception as error:
        raise ModelError(
            "The network of {model} cannot be built: {detail}.",
            model=spec.name,
            detail=_line(error),
        ) from error


def _without_initialisation() -> Any:
    """A context in which random fills leave memory as it is; for this thread alone.

    It acts through torch's function modes, not by patching: other threads are not touched.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    fills = {
        torch.Tensor.normal_,
        torch.Tensor.uniform_,
        torch.Tensor.erfinv_,
        torch.nn.init.normal_,
        torch.nn.init.uniform_,
        torch.nn.init.trunc_normal_,
        torch.nn.init.kaiming_uniform_,
    }

    class WithoutInitialisation(TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if function in fills:
                return args[0] if args else next(iter(kwargs.values()))
            return function(*args, **(kwargs or {}))

    return WithoutInitialisation


def _attach(open_clip: Any, model: Any, file: Path, spec: ModelSpec) -> None:
    safetensors = importlib.import_module("safetensors")
    # The file's tensors become the parameters, instead of being copied into them.
    model.load_state_dict = partial(model.load_state_dict, assign=True)
    try:
        open_clip.load_checkpoint(model, str(file), strict=True, weights_only=True)
    except OSError as error:
        raise ModelError(
            "The model file {file} cannot be read: {detail}.", file=file, detail=error.strerror
        ) from error
    except (safetensors.SafetensorError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            "The model file {file} is damaged or incomplete; fetch it again ({detail}).",
            file=file,
            detail=_line(error),
        ) from error
    except pickle.UnpicklingError as error:
        raise ModelError(
            "The model file {file} is damaged, or holds more than weights and is not opened for"
            " safety; use a safetensors file.",
            file=file,
        ) from error
    except _NOT_FITTING as error:
        if "PytorchStreamReader" in str(error) or "zip archive" in str(error):
            raise ModelError(
                "The model file {file} is damaged or incomplete; fetch it again.", file=file
            ) from error
        if "TorchScript" in str(error):
            raise ModelError(
                "The model file {file} is a TorchScript program, not only weights, and is not run"
                " for safety; use a safetensors file.",
                file=file,
            ) from error
        raise ModelError(
            "The weights in {file} are not those of {architecture}; name the architecture that"
            " they were made for ({detail}).",
            file=file,
            architecture=spec.architecture,
            detail=_line(error)[:200],
        ) from error
    finally:
        del model.load_state_dict


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
