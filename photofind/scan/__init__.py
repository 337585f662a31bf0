"""Walk a folder, compare what is there with what is known, and plan. Opens and changes no file.

One thought decides every doubtful case: a photo is called missing only when the place where it was
could be looked at and it was not there. Whatever could not be looked at stays as it is, and
whatever may lie on a drive that is not there is called offline.
"""

from photofind.scan.plan import KnownFile, ScanPlan, scan, unanswered
from photofind.scan.rules import passes_over
from photofind.scan.walk import FoundFile

__all__ = [
    "FoundFile",
    "KnownFile",
    "ScanPlan",
    "passes_over",
    "scan",
    "unanswered",
]
