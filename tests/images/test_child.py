"""What a decoder process says reaches the other side as it was meant."""

from dataclasses import replace

import pytest

from photofind.images import read_picture
from photofind.images.child import Hashed, Photo, decode_answer, encode
from tests.images.encoded import CLIP
from tests.pictures import jpeg

SECOND_NS = 10**9


@pytest.mark.parametrize(
    "mtime_ns",
    [0, -1, 1_700_000_000_123_456_789, 2**63 * SECOND_NS - 1, -(2**63) * SECOND_NS],
    ids=["epoch", "before", "today", "last", "first"],
)
def test_a_photo_of_any_time_that_a_file_system_knows_comes_back(mtime_ns: int) -> None:
    photo = replace(read_picture(jpeg(1), CLIP), mtime_ns=mtime_ns)
    back = decode_answer(encode(Photo.of(photo)))
    assert isinstance(back, Photo)
    assert back.read_photo().mtime_ns == mtime_ns
    hashed = decode_answer(encode(Hashed.of(b"content", 7, mtime_ns)))
    assert isinstance(hashed, Hashed)
    assert hashed.mtime.time_ns == mtime_ns
