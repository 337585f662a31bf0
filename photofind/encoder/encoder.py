"""The encoder: what everybody else sees of a model.

`open_encoder` returns as soon as sentences can be encoded; the image tower is made ready, and the
text tower as fast as it gets, by `load_images`, before the first pictures. Both towers may run at
once, from different threads.
"""

import logging
import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from photofind.encoder.models import ModelSpec, resolve
from photofind.errors import DeviceError
from photofind.images import Preprocessing

if TYPE_CHECKING:
    import torch

    from photofind.encoder.towers import ImageTower
    from photofind.encoder.weights import Checkpoint

Vectors = NDArray[np.float32]
_log = logging.getLogger(__name__)

BATCH_SIZES: Final = {"cpu": 16, "mps": 32, "cuda": 128}  # pictures at once
TEXTS_AT_ONCE: Final = 32


def open_encoder(name: str | None = None, device: str = "auto") -> "Encoder":
    """Load a model; see `models` for names. Its text tower is ready when this returns.

    Raises ModelError and DeviceError. With device "auto" a graphics processor that does not
    compute, or computes something else than the CPU, is passed over.
    """
    spec = resolve(name)

    from photofind.encoder.weights import load

    checkpoint = load(spec)  # imports torch, as it must be done, beside reading the file
    from photofind.encoder.devices import choose_device

    chosen = choose_device(device)
    try:
        return Encoder(spec, checkpoint, chosen, alternative=device == "auto")
    except DeviceError as error:
        if device != "auto" or chosen == "cpu":
            raise
        _log.warning("%s", error)
        return Encoder(spec, checkpoint, "cpu", alternative=False)


class Encoder:
    """A model's two towers. Vectors are float32, C-contiguous, of unit length."""

    def __init__(
        self, spec: ModelSpec, checkpoint: "Checkpoint", device: str, *, alternative: bool
    ) -> None:
        from photofind.encoder.towers import TextTower

        self.name = spec.name
        self.basic = spec.basic
        self.languages = spec.languages
        self.preprocessing: Preprocessing = checkpoint.preprocessing
        self.device = device
        self._may_use_cpu = alternative
        self._checkpoint = checkpoint
        self._text = TextTower(checkpoint.model.text, checkpoint.tokenize, device)
        checkpoint.model.text = None  # the tower may replace its weights: no others are kept
        self._images: ImageTower | None = None
        self._images_lock = threading.Lock()
        # The factor before the softmax over cosines; about 100 for a fully trained CLIP.
        self.logit_scale = math.exp(float(checkpoint.model.logit_scale.detach().float().max()))
        self.dimension = self._text.dimension

    @property
    def key(self) -> str:
        """The space of the vectors: equal keys, comparable vectors. Text for the catalog."""
        weights = self._checkpoint.digest.result()[:16]
        return f"{self._checkpoint.architecture}/{weights}/{self.preprocessing.fingerprint()}"

    @property
    def batch_size(self) -> int:
        """How many pictures at once are computed fastest."""
        return BATCH_SIZES[self.device]

    def load_images(self) -> None:
        """Make ready for long work, both towers. Any thread; done once."""
        self._image_tower()
        self._text.settle()

    def encode_images(self, pixels: NDArray[np.uint8]) -> Vectors:
        """uint8 (n, S, S, 3) to (n, d). Rows of pictures that give no numbers are NaN."""
        size = self.preprocessing.size
        if pixels.dtype != np.uint8 or pixels.shape[1:] != (size, size, 3):
            raise ValueError(
                f"pixels are {pixels.dtype} {pixels.shape}, not (n, {size}, {size}, 3)"
            )
        tower = self._image_tower()
        rows = [
            _unit(self._in_memory(tower, pixels[start : start + self.batch_size]))
            for start in range(0, len(pixels), self.batch_size)
        ]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *rows])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """(n, d). Any thread, also while pictures are encoded."""
        if len(texts) > TEXTS_AT_ONCE:
            self._text.settle()
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Texts of like length together: a batch is as long as its longest one.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), TEXTS_AT_ONCE):
            places = order[start : start + TEXTS_AT_ONCE]
            vectors[places] = _unit(self._text([texts[place] for place in places]))
        return vectors

    def _image_tower(self) -> "ImageTower":
        with self._images_lock:
            if self._images is None:
                self._images = self._load_images()
            return self._images

    def _load_images(self) -> "ImageTower":
        from photofind.encoder.towers import ImageTower

        visual = self._checkpoint.model.visual
        try:
            return ImageTower(visual, self.preprocessing, self.device)
        except DeviceError as error:
            if not self._may_use_cpu or self.device == "cpu":
                raise
            _log.warning("%s", error)
            self.device = "cpu"
            return ImageTower(visual, self.preprocessing, "cpu")

    def _in_memory(self, tower: "ImageTower", pixels: NDArray[np.uint8]) -> "torch.Tensor":
        """A batch, halved until it fits into the graphics card's memory."""
        import torch

        try:
            return tower(pixels)
        except torch.OutOfMemoryError as error:
            if len(pixels) == 1:
                raise DeviceError(
                    "The graphics card has too little memory for this model; use --device cpu."
                ) from error
        torch.cuda.empty_cache()
        half = len(pixels) // 2
        return torch.cat(
            [self._in_memory(tower, pixels[:half]), self._in_memory(tower, pixels[half:])]
        )


def _unit(vectors: Any) -> Vectors:
    """float32 rows of unit length; what cannot be brought there is NaN."""
    rows: Vectors = vectors.numpy()
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = rows / lengths
    unit[~np.isfinite(unit).all(axis=1)] = np.nan
    return np.ascontiguousarray(unit, dtype=np.float32)
