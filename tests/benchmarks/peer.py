"""PhotoFind beside rclip: the same weights, the same photos, one run, alternating.

    python tests/benchmarks/peer.py --rclip RCLIP [--photos N] [--rounds R] [--size 500x375|12mp]

RCLIP is the executable of rclip 3.3.0 in an environment of its own. ViT-B-32-256 with random
weights (the arithmetic does not depend on their values); exported to ONNX for rclip, which then
never asks its hub. Needs `onnx` in this environment. Prints wall and CPU seconds and their ratios;
only ratios of one run mean anything on a busy machine.

Both programs pay for their start. What is compared is the difference between indexing many photos
and indexing one, each in a fresh library, so that the start cancels out.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

ARCHITECTURE = "ViT-B-32-256"
RCLIP_MODEL = "ViT-B-32-256-datacomp_s34b_b86k"
SIZES = {"500x375": (500, 375), "12mp": (4000, 3000)}


def make_weights(folder: Path) -> Path:
    """Random weights as safetensors for us and as two ONNX files for rclip."""
    from photofind.encoder.runtime import import_open_clip

    open_clip = import_open_clip()
    import torch
    from safetensors.torch import save_file

    weights = folder / "weights.safetensors"
    target = folder / "rclip" / RCLIP_MODEL
    target.mkdir(parents=True)
    torch.manual_seed(0)
    torch.backends.mha.set_fastpath_enabled(False)
    model = open_clip.create_model(ARCHITECTURE).eval()
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, weights)

    class Tower(torch.nn.Module):
        def __init__(self, encode: Callable[[torch.Tensor], torch.Tensor]) -> None:
            super().__init__()
            self.model = model
            self.encode = encode

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return self.encode(given)

    given = {
        "visual": (model.encode_image, torch.zeros(1, 3, 256, 256)),
        "textual": (model.encode_text, torch.ones(1, 77, dtype=torch.int64)),
    }
    with torch.no_grad():
        for name, (encode, example) in given.items():
            torch.onnx.export(
                Tower(encode),
                (example,),
                str(target / f"{name}.onnx"),
                input_names=["input"],
                output_names=["output"],
                dynamic_axes={"input": {0: "n"}, "output": {0: "n"}},
                opset_version=17,
                dynamo=False,
            )
    tokenizer = folder / "rclip" / "tokenizer"
    tokenizer.mkdir()
    vocabulary = Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
    shutil.copy(vocabulary, tokenizer)
    return weights


def make_photos(folder: Path, count: int, size: tuple[int, int]) -> None:
    """Photos that compress like photos: smooth shapes with some grain, all different."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(count):
        coarse = random.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        picture = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))
        grain = random.normal(0, 6, (size[1], size[0], 1))
        noisy = np.clip(picture + grain, 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number:04d}.jpg", quality=88)


def timed(command: list[str], *, cwd: Path, env: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of a command and its waited-for children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rclip", required=True)
    parser.add_argument("--photofind", default=str(Path(sys.executable).with_name("photofind")))
    parser.add_argument("--photos", type=int, default=160)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", choices=SIZES, default="500x375")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        weights = make_weights(folder)
        make_photos(folder / "many", chosen.photos, SIZES[chosen.size])
        make_photos(folder / "one", 1, SIZES[chosen.size])
        env = {**os.environ, "RCLIP_DATADIR": str(folder / "rclip")}
        rates: dict[str, list[float]] = {"photofind": [], "rclip": []}
        for _ in range(chosen.rounds):
            for name in rates:
                seconds = {}
                for which in ("one", "many"):
                    photos = folder / which
                    if name == "rclip":
                        for old in (folder / "rclip").glob("db.sqlite3*"):
                            old.unlink()
                        command = [chosen.rclip, "-t", "1", "-f", "a cat"]
                    else:
                        shutil.rmtree(folder / "library", ignore_errors=True)
                        command = [chosen.photofind, "index", str(photos), "--library"]
                        command += [str(folder / "library")]
                        command += ["--model", f"{ARCHITECTURE}:{weights}", "--device", "cpu"]
                    seconds[which] = timed(command, cwd=photos, env=env)[0]
                rates[name].append((chosen.photos - 1) / (seconds["many"] - seconds["one"]))
        for name, found in rates.items():
            shown = " ".join(f"{rate:.1f}" for rate in found)
            print(f"{name:10} photos a second: {shown}  median {statistics.median(found):.1f}")
        ratios = [a / b for a, b in zip(rates["photofind"], rates["rclip"], strict=True)]
        print(f"ratio, median of {chosen.rounds} rounds: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
