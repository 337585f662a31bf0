"""A worker that goes on living but does nothing any more, when it is asked for a certain thing.

    python -m tests.engines.stuck --library DIR [--model NAME]

Started by tests in place of the product's own worker; everything else in it is the product.
"""

import sys
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photofind.__main__ import main
from photofind.encoder import Encoder

WORDS = "a stuck query"


def encode_texts(self: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Stand still as a deadlock in a library of C does: this thread only."""
    if WORDS in texts:
        threading.Event().wait()
    return _encode_texts(self, texts)


_encode_texts = Encoder.encode_texts
Encoder.encode_texts = encode_texts  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
