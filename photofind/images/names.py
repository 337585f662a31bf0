"""Which files count as photos, told from their names alone. Opens nothing."""

import os
from typing import Final

# Camera RAW, by maker: Adobe, Canon, Nikon, Sony, Fuji, Olympus, Panasonic/Leica, Pentax, Samsung,
# Kodak, Hasselblad, Epson, Mamiya, Leaf, Phase One, Minolta, Sigma.
# fmt: off
RAW_SUFFIXES: Final = frozenset((
    ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".raf",
    ".orf", ".rw2", ".rwl", ".pef", ".srw", ".kdc", ".dcr", ".k25", ".3fr", ".fff",
    ".erf", ".mef", ".mos", ".iiq", ".mrw", ".x3f",
))

# Pillow reads more, but some of those suffixes mostly mean something else: .pcd is a point cloud,
# .vst an audio plug-in, .dds the textures of a game.
SUFFIXES: Final = RAW_SUFFIXES | frozenset((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".png", ".apng", ".webp", ".gif",
    ".tif", ".tiff", ".bmp", ".dib", ".heic", ".heif", ".hif", ".heics", ".heifs",
    ".avif", ".avifs", ".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c", ".ppm", ".pgm",
    ".pbm", ".pnm", ".pfm", ".tga", ".pcx", ".psd", ".qoi",
))
# fmt: on


def suffix_of(path: bytes) -> str:
    """The lower-case suffix of a path with its dot; empty where there is none."""
    return os.path.splitext(path)[1].decode("ascii", "replace").lower()


def is_photo_name(name: bytes) -> bool:
    """Whether a file of this name counts as a photo: by its suffix; hidden and `._*` files do not.

    A hidden name such as `.jpg` alone has no suffix, and the AppleDouble files that macOS leaves on
    foreign drives (`._photo.jpg`) begin with a dot like any hidden file.
    """
    return not name.startswith(b".") and suffix_of(name) in SUFFIXES
