"""What reading a photo costs, here and in decoder processes. Prints figures, asserts nothing.

    python -m tests.benchmarks.decoding [--size 256] [--photos 64]

The photos are those that scikit-image carries, as JPEGs of 500 x 375 and, enlarged and with grain,
of 12 megapixels. Processor time is what to compare on a machine that does other things too.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import skimage.data
from PIL import Image

from photofind.images import Preprocessing, read_photo
from photofind.images.pool import DecodePool

SIZES = {"500 x 375": (500, 375), "12 megapixels": (4000, 3000)}
WARM = 8  # photos read before the clock starts


def write_photos(folder: Path, size: tuple[int, int], count: int) -> list[bytes]:
    """JPEGs of a size; grain gives the large ones the bytes that a camera's would have."""
    random = np.random.default_rng(0)
    names = ("astronaut", "chelsea", "coffee", "rocket")
    paths = []
    for number in range(count):
        image = Image.fromarray(getattr(skimage.data, names[number % len(names)])())
        pixels = np.asarray(image.resize(size, Image.Resampling.BICUBIC), np.int16)
        grain = random.integers(-7, 8, pixels.shape, np.int16)
        path = folder / f"{size[0]}-{number}.jpg"
        Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(path, quality=85)
        paths.append(bytes(path))
    return paths


def processor_seconds() -> float:
    """Of this process and its children so far."""
    this = psutil.Process()
    processes = [this, *this.children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--photos", type=int, default=64)
    asked = parser.parse_args()
    encoder = Preprocessing(asked.size, "shortest", "bicubic", (0.5,) * 3, (0.5,) * 3)

    began = time.perf_counter()
    with DecodePool(1) as pool:
        pool.hash(bytes(Path(__file__))).result()
        print(f"a decoder process starts in {time.perf_counter() - began:.2f} s")
    for label, size in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            count = asked.photos if size[0] < 1000 else max(8, asked.photos // 4)
            paths = write_photos(Path(folder), size, count)
            length = sum(Path(path.decode()).stat().st_size for path in paths) / count
            print(f"{label}: {count} photos of {length / 1000:.0f} kB")
            for path in paths[:WARM]:
                read_photo(path, encoder)
            worked, began = time.process_time(), time.perf_counter()
            for path in paths:
                read_photo(path, encoder)
            report(
                "in this process", time.perf_counter() - began, time.process_time() - worked, count
            )
            for processes in (1, psutil.cpu_count() or 2):
                with DecodePool(processes) as pool:
                    for future in [pool.read(path, encoder) for path in paths[:WARM]]:
                        future.result()
                    worked, began = processor_seconds(), time.perf_counter()
                    for future in [pool.read(path, encoder) for path in paths]:
                        future.result()
                    spent = time.perf_counter() - began
                    report(f"in {processes} child(ren)", spent, processor_seconds() - worked, count)


def report(where: str, spent: float, worked: float, count: int) -> None:
    """One line: milliseconds a photo."""
    each = 1000 / count
    print(f"  {where:18} {spent * each:7.2f} ms a photo   processor {worked * each:7.2f} ms")


if __name__ == "__main__":
    main()
