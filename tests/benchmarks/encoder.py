"""How fast the encoder is beside open_clip as it comes, in one run.

    python tests/benchmarks/encoder.py [--model NAME] [--device auto|cpu|cuda|mps] [--rounds R]

Without a model, ViT-B-32-256 with random weights and then the built-in model. Both sides get the
same pictures, already resized, and take turns; "core" counts the seconds that the processor
worked, which other programs disturb less than the clock. Cosines are to open_clip's float32.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.encoder import Encoder, open_encoder, resolve
from photofind.encoder.runtime import import_open_clip, start_torch

ARCHITECTURE = "ViT-B-32-256"
PICTURES = 64
QUERY = "a dog running on the beach"
COLD = """
import sys, time
began = time.perf_counter()
from photofind.encoder import open_encoder
open_encoder(sys.argv[1], sys.argv[2]).encode_texts([sys.argv[3]])
print(time.perf_counter() - began)
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--model")
    words.add_argument("--device", default="auto")
    words.add_argument("--rounds", type=int, default=5)
    chosen = words.parse_args()
    start_torch()
    with tempfile.TemporaryDirectory() as folder:
        names = [chosen.model] if chosen.model else [random_weights(Path(folder)), "builtin"]
        for name in names:
            measure(name, chosen.device, chosen.rounds)


def random_weights(folder: Path) -> str:
    open_clip = import_open_clip()
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = open_clip.CLIP(**open_clip.get_model_config(ARCHITECTURE))
    file = folder / "random.safetensors"
    save_file({name: value.clone() for name, value in model.state_dict().items()}, file)
    return f"{ARCHITECTURE}:{file}"


def measure(name: str, device: str, rounds: int) -> None:
    encoder = open_encoder(name, device)
    began = time.perf_counter()
    encoder.load_images()
    loaded = time.perf_counter() - began
    pixels = pictures(encoder.preprocessing.size)
    plain = plain_open_clip(name, encoder)
    product = lambda: encoder.encode_images(pixels)  # noqa: E731
    cosines = (unit(plain()) * product()).sum(axis=1)
    taken: dict[str, list[tuple[float, float]]] = {"open_clip": [], "photofind": []}
    for _ in range(rounds):
        taken["open_clip"].append(seconds(plain))
        taken["photofind"].append(seconds(product))
    print(f"\n{name.partition(':')[0]} on {encoder.device}, {encoder.preprocessing.size} pixels")
    rates = {}
    for who, both in taken.items():
        clock = PICTURES / statistics.median(wall for wall, _ in both)
        core = PICTURES / statistics.median(work for _, work in both)
        rates[who] = (clock, core)
        print(f"  {who:10} {clock:8.1f} photos/s   {core:8.1f} photos/core second")
    clock, core = (ours / theirs for ours, theirs in zip(*reversed(rates.values()), strict=True))
    print(f"  ratio      {clock:8.2f}            {core:8.2f}")
    print(f"  cosine to float32: mean {cosines.mean():.5f}, least {cosines.min():.5f}")
    query = [seconds(lambda: encoder.encode_texts([QUERY]))[0] for _ in range(4 * rounds)]
    print(
        f"  a query {1000 * statistics.median(query):.1f} ms, image tower ready in {loaded:.2f} s"
    )
    cold = [
        float(subprocess.check_output([sys.executable, "-c", COLD, name, device, QUERY]))
        for _ in range(3)
    ]
    print(f"  cold process to a text vector {min(cold):.2f} s, at best of {len(cold)}")


def plain_open_clip(name: str, encoder: Encoder) -> Callable[[], NDArray[np.float32]]:
    """open_clip's own model in float32 on the CPU, on the same pixels."""
    import torch

    spec = resolve(name)
    source = None if spec.architecture.startswith("local-dir") else str(spec.source)
    model: Any = import_open_clip().create_model(spec.architecture, pretrained=source).eval()
    preprocessing = encoder.preprocessing
    mean = torch.tensor(preprocessing.mean).view(1, 3, 1, 1)
    std = torch.tensor(preprocessing.std).view(1, 3, 1, 1)
    pixels = torch.from_numpy(pictures(preprocessing.size)).permute(0, 3, 1, 2)

    def encode() -> NDArray[np.float32]:
        rows = []
        with torch.inference_mode():
            for start in range(0, PICTURES, 16):
                batch = (pixels[start : start + 16].float() / 255 - mean) / std
                rows.append(model.encode_image(batch).numpy())
        return np.concatenate(rows)

    return encode


def pictures(size: int) -> NDArray[np.uint8]:
    """Soft shapes with grain: their values are spread like those of photos."""
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (PICTURES, 8, 8, 3), np.uint8)
    soft = coarse.repeat(-(-size // 8), axis=1).repeat(-(-size // 8), axis=2)[:, :size, :size]
    return np.clip(soft + random.normal(0, 12, soft.shape), 0, 255).astype(np.uint8)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of the processor."""
    clock, core = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - core


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


if __name__ == "__main__":
    main()
