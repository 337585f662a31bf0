"""Pictures and sentences -> vectors of one space. Hides torch, open_clip and safetensors.

Importing this package costs nothing: torch and open_clip are imported when an encoder is opened.
"""

from photofind.encoder.encoder import Encoder, open_encoder
from photofind.encoder.models import BUILTIN, KnownModel, ModelSpec, known_models, resolve
from photofind.encoder.runtime import give_back_memory
from photofind.encoder.weights import is_here

__all__ = [
    "BUILTIN",
    "Encoder",
    "KnownModel",
    "ModelSpec",
    "give_back_memory",
    "is_here",
    "known_models",
    "open_encoder",
    "resolve",
]
