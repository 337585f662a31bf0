"""Bringing torch and open_clip into the process: quickly, quietly and beside a broken torchvision.

open_clip asks for torchvision (a few transforms, one class), timm, huggingface_hub and
transformers. Imported plainly that takes as long as torch itself and fails beside a torchvision
built for another torch ("operator torchvision::nms does not exist"), the most common broken
installation there is. What is done:

* torchvision's `__init__`, which registers its compiled operators, is not run while open_clip is
  imported: an empty package stands in its place, below which the real, pure Python modules that
  open_clip uses are found. Afterwards they are open_clip's alone: whoever imports torchvision later
  gets it whole.
* `torch.compiler.disable`, a decorator that timm uses at import, imports torch's compiler (a second
  and 100 MB) to say that something is not to be compiled. Nothing here compiles: it is the identity
  for that moment.
* timm and transformers, which open_clip imports when they are installed, are left out until a model
  needs them, and huggingface_hub always: it fetches, and nothing here does. Together they cost more
  than all the rest of open_clip.

If any of this fails with another release, everything is imported plainly, with the missing
operators declared. It may go when open_clip no longer needs torchvision.
"""

import ctypes
import importlib
import importlib.util
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from photofind.errors import ModelError

_log = logging.getLogger(__name__)
_lock = threading.Lock()

# Of mallopt(3): the freed memory from which on it is given back, how many blocks are mapped by
# themselves, and how many heaps there are (those of threads are too small for large blocks).
_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8
_MALLOC_OPTIONS: Final = ((_TRIM_THRESHOLD, 2**31 - 1), (_MMAP_MAX, 0), (_ARENA_MAX, 1))

_PULLED_IN: Final = ("timm", "torchvision")  # by open_clip; the second also by timm


def start_torch() -> None:
    """Import torch. Before its first import in a process, because of what is set here."""
    if "torch" not in sys.modules:
        _let_threads_sleep()
        _keep_freed_memory()
    importlib.import_module("torch")


def _let_threads_sleep() -> None:
    """OpenMP's threads spin while they wait, for milliseconds or for ever.

    Beside other work on the same cores (decoding, the other tower) that costs most of the speed:
    measured with 2 threads on 2 busy cores, 10 photos a second spinning, 92 sleeping. But to wake
    one takes longer than a small layer. GNU's, which torch brings along on Linux, can spin for ten
    microseconds and sleep then: with the built-in model 165 photos a second instead of 153, a query
    in 2.6 ms instead of 4.7, and beside other work no less than asleep at once.
    """
    short = _openmp_is_gnu()
    # "passive" would let them spin no more once two threads have had a team of them each.
    os.environ.setdefault("OMP_WAIT_POLICY", "active" if short else "passive")
    if short:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def _openmp_is_gnu() -> bool:
    """Whether torch, not yet imported, brings GNU's OpenMP along."""
    torch = importlib.util.find_spec("torch")
    places = torch.submodule_search_locations if torch is not None else None
    return any(any(Path(place, "lib").glob("libgomp*")) for place in places or ())


def _keep_freed_memory() -> None:
    """Let glibc keep what torch frees, instead of giving it back and asking for it again.

    Every layer's result is some megabytes, which glibc by default maps anew and which the kernel
    must then fill with zeros: a third of the time of a convolutional tower. Measured with
    EfficientNet-Lite0, photos per core second: 44 as it is, 60 with this; 70,000 page faults a
    second against 2,000. Other systems keep such memory by themselves.
    """
    libc = _glibc()
    for option, value in _MALLOC_OPTIONS if libc else ():
        if not libc.mallopt(option, value):
            _log.info("malloc option %d is not accepted", option)


def give_back_memory() -> None:
    """Give what was freed to the system, when there is nothing to do for a while."""
    libc = _glibc()
    if libc:
        libc.malloc_trim(0)


def _glibc() -> Any:
    """The C library, if it is GNU's."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return libc if hasattr(libc, "gnu_get_libc_version") else None


def import_open_clip() -> Any:
    """open_clip, imported once; offline from then on. Raises ModelError when it is broken."""
    with _lock:
        # Read by huggingface_hub when it is imported: files in its cache are used, nobody is asked.
        os.environ["HF_HUB_OFFLINE"] = "1"
        if "open_clip" in sys.modules:
            return sys.modules["open_clip"]
        start_torch()
        return _import("open_clip", without=("timm", "transformers", "huggingface_hub"))


def import_timm() -> None:
    """Make timm known to open_clip, for models with its image towers.

    Raises ModelError when it is broken.
    """
    import_open_clip()
    with _lock:
        image_towers = importlib.import_module("open_clip.timm_model")
        if image_towers.timm is None:
            _import("timm", without=("transformers", "huggingface_hub"))
            # Left out at import; executed again in place, its classes see it.
            importlib.reload(image_towers)


def import_transformers() -> None:
    """Make transformers known to open_clip, for models with its text towers or tokenizers.

    Raises ModelError when it is not installed.
    """
    import_open_clip()
    with _lock:
        try:
            importlib.import_module("transformers")
        except ImportError:
            raise ModelError(
                "This model's words need the package transformers: pip install transformers"
                " sentencepiece."
            ) from None
        text_towers = importlib.import_module("open_clip.hf_model")
        if text_towers.transformers is None:
            importlib.reload(text_towers)


def _import(package: str, without: tuple[str, ...]) -> Any:
    """Import open_clip or timm the quick way, or else plainly. Raises ModelError."""
    try:
        with _without_what_is_not_needed(without):
            return importlib.import_module(package)
    except Exception as error:  # noqa: BLE001 (whatever it was, the plain import may do)
        _log.warning("%s is imported the slow way, because of %r", package, error)
        _forget((package, *_PULLED_IN))
    try:
        return _import_plainly(package)
    except Exception as error:
        _forget((package, *_PULLED_IN))
        raise ModelError(
            "{package} cannot be imported; install PhotoFind again in a fresh environment"
            " ({detail}).",
            package=package,
            detail=" ".join(str(error).split()),
        ) from error


@contextmanager
def _without_what_is_not_needed(without: tuple[str, ...]) -> Iterator[None]:
    import torch

    before = {name for name in sys.modules if _belongs(name, ("torchvision",))}
    standing_in: dict[str, ModuleType | None] = {}
    if not before:
        standing_in = _bare_torchvision()
    left_out = [name for name in without if name not in sys.modules]
    standing_in |= dict.fromkeys(left_out)  # importing them raises ImportError
    disable = torch.compiler.disable
    sys.modules.update(standing_in)  # type: ignore[arg-type]
    torch.compiler.disable = _leave_as_it_is  # type: ignore[assignment]
    try:
        yield
    finally:
        torch.compiler.disable = disable
        for name in left_out:
            sys.modules.pop(name, None)
        if not before:
            _forget(("torchvision",))


def _bare_torchvision() -> dict[str, ModuleType | None]:
    """Packages whose modules can be imported although their `__init__` was not run."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("torchvision is not installed")
    top = ModuleType("torchvision")
    top.__path__ = list(spec.submodule_search_locations)
    operators = ModuleType("torchvision.ops")
    operators.__path__ = [str(Path(path) / "ops") for path in top.__path__]
    # torchvision.models needs the compiled operators; timm does without it when it is not there.
    return {"torchvision": top, "torchvision.ops": operators, "torchvision.models": None}


def _leave_as_it_is(function: Any = None, *_: Any, **__: Any) -> Any:
    return function if function is not None else _leave_as_it_is


def _import_plainly(package: str) -> Any:
    import torch

    try:
        return importlib.import_module(package)
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
    # torchvision was built for another torch and has lost its operators; nothing here calls them,
    # but its Python side registers meta functions for these two when it is imported.
    # https://github.com/pytorch/vision/issues/8985
    _forget((package, *_PULLED_IN))
    torch.library.define(
        "torchvision::nms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    )
    torch.library.define(
        "torchvision::qnms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    )
    return importlib.import_module(package)


def _forget(packages: tuple[str, ...]) -> None:
    for name in [name for name in sys.modules if _belongs(name, packages)]:
        del sys.modules[name]


def _belongs(name: str, packages: tuple[str, ...]) -> bool:
    return name.partition(".")[0] in packages
