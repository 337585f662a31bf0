"""Which photos' vectors lie nearest to a query's. Hides hnswlib.

A cache: the catalog has every vector, and whatever is lost here is built again from it.
"""

from photofind.index.cachefile import examine_file
from photofind.index.vector_index import VectorIndex

__all__ = ["VectorIndex", "examine_file"]
