"""Sample photos that come with scikit-image and scikit-learn, for a first look.

They are indexed where they lie, in a library of their own, so that a demonstration never mixes with
a person's photos.
"""

import importlib.util
from pathlib import Path

from photofind.errors import PhotoFindError
from photofind.paths import LibraryPaths, absolute, library_paths

QUERIES = ("a cat", "a rocket", "a motorcycle", "a page of text", "a temple by a lake")
_PLACES = (("skimage", "data"), ("sklearn", "datasets", "images"))


class NoSamples(PhotoFindError):
    """The packages that carry the sample photos are not installed."""

    code = "no-samples"


def sample_folders() -> list[bytes]:
    """The folders of sample photos. Raises NoSamples."""
    folders: list[bytes] = []
    for package, *below in _PLACES:
        found = importlib.util.find_spec(package)
        for root in (found.submodule_search_locations or ()) if found else ():
            folder = Path(root, *below)
            if folder.is_dir():
                folders.append(absolute(folder))
    if not folders:
        raise NoSamples(
            "The sample photos are not installed; `pip install photofind[demo]` brings them."
        )
    return folders


def demo_library() -> LibraryPaths:
    """A library beside the person's own."""
    return LibraryPaths(library_paths().root.with_name("demo"))
