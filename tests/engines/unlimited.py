"""The misfortunes on a system that, like macOS and Windows, does not limit a process's memory."""

from photofind.images import child
from tests.engines import misfortunes

child._limit_memory = lambda limit: False
carry_out = misfortunes.carry_out
