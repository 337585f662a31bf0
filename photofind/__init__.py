"""PhotoFind finds a photo from a sentence, on the person's own computer."""

__version__ = "0.1.0"
