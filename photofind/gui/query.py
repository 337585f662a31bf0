"""What a person looks for: words, a photo of the library, or a picture from anywhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """Exactly one of `text`, `photo_id`, `image_path`, `image_bytes` is set. With `folder_id` only
    the photos of that folder are looked through."""

    text: str | None = None
    photo_id: int | None = None
    image_path: bytes | None = None
    image_bytes: bytes | None = None  # an encoded picture, as pasted
    folder_id: int | None = None

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture that was brought along (not words, not a photo of ours)."""
        return self.image_path is not None or self.image_bytes is not None
