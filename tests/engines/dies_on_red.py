"""A worker whose encoder takes the whole process down when it is shown a red picture.

    python -m tests.engines.dies_on_red --library DIR [--model NAME]

Started by tests in place of the product's own worker; everything else in it is the product.
"""

import os
import signal
import sys

import numpy as np
from numpy.typing import NDArray

from photofind.__main__ import main
from photofind.encoder import Encoder


def encode(self: Encoder, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Die as a crashing GPU driver makes a process die."""
    means = pixels.reshape(len(pixels), -1, 3).mean(axis=1)
    if ((means[:, 0] > 200) & (means[:, 1] < 60) & (means[:, 2] < 60)).any():
        os.kill(os.getpid(), signal.SIGKILL)
    return _encode(self, pixels)


_encode = Encoder.encode_images
Encoder.encode_images = encode  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
