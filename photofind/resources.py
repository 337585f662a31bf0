"""Where the files that ship and are no code lie: icons, translations, models.

In a wheel or a bundle they are `photofind/_resources`; in a checkout or an editable install they
are the `resources` folder beside the package (hatchling's force-include does not act there).
"""

from functools import cache
from pathlib import Path


@cache
def resources() -> Path:
    """The folder of shipped resources."""
    package = Path(__file__).resolve().parent
    shipped = package / "_resources"
    return shipped if shipped.is_dir() else package.parent / "resources"


def resource(*parts: str) -> Path:
    """One shipped file or folder, by its parts below the resources folder."""
    return resources().joinpath(*parts)
