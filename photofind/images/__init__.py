"""Any photo file -> upright sRGB image, facts, thumbnail and encoder input.

Hides Pillow, pillow-heif and rawpy from everybody else. `DecodePool` (in `images.pool`) does the
same in child processes that may hang or die.
"""

from photofind.images.decoding import default_pixel_limit
from photofind.images.facts import Facts
from photofind.images.files import content_hash
from photofind.images.names import SUFFIXES, is_photo_name
from photofind.images.photo import ReadPhoto, open_upright, read_photo, read_picture
from photofind.images.preprocessing import Preprocessing

__all__ = [
    "SUFFIXES",
    "Facts",
    "Preprocessing",
    "ReadPhoto",
    "content_hash",
    "default_pixel_limit",
    "is_photo_name",
    "open_upright",
    "read_photo",
    "read_picture",
]
