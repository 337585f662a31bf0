"""The one place where the parts of a library meet: scan, read, embed, remember, search.

`Library` belongs to the worker. Its engine thread is the only one that changes the catalog, the
thumbnails and the index; its query thread only reads. Below this package nobody knows of requests
and events; above it nobody knows of catalog, encoder or index.

The order of writing is what makes a kill at any moment harmless: thumbnails (a cache), then one
catalog transaction (the truth), then the index (a cache again, topped up from the catalog when it
is opened). Nothing flows from a cache to the catalog.
"""

from photofind.library.engine import Library
from photofind.library.queries import Asked

__all__ = ["Asked", "Library"]
