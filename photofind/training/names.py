"""What labels are called: the concepts that labelled photos teach, each with its names.

A label in a data set is one word chosen by somebody; a person searching says another. Each
concept therefore has several names, and training draws one at a time. Hides WordNet's list.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Labels of the small sets, with what else people call the same thing.
PLAIN: dict[str, tuple[str, ...]] = {
    "buildings": ("buildings", "a building", "houses", "city buildings", "architecture"),
    "forest": ("forest", "trees", "woods", "a path in the forest"),
    "glacier": ("glacier", "ice and snow", "snowy mountains", "a frozen landscape"),
    "mountain": ("mountain", "mountains", "a mountain landscape", "hills"),
    "sea": ("sea", "the ocean", "the sea", "waves", "a beach", "the coast"),
    "street": ("street", "a street in a city", "a road in town", "an alley"),
    "sunrise": ("sunrise", "sunset", "the sun low over the horizon", "a red evening sky", "dusk"),
    "cloudy": ("cloudy sky", "clouds", "a grey sky", "an overcast day"),
    "shine": ("sunny sky", "sunshine", "a blue sky", "a sunny day"),
    "rain": ("rain", "a rainy day", "raindrops", "wet weather"),
    "t-shirt": ("t-shirt", "a tee shirt", "clothes"),
    "longsleeve": ("long-sleeved shirt", "a sweater", "a sweatshirt", "clothes"),
    "pants": ("pants", "trousers", "jeans"),
    "shirt": ("shirt", "a button-up shirt", "clothes"),
    "dress": ("dress", "a gown", "women's clothing"),
    "shorts": ("shorts", "short pants"),
    "shoes": ("shoes", "a pair of shoes", "sneakers", "footwear"),
    "outwear": ("jacket", "a coat", "outerwear"),
    "hat": ("hat", "a cap", "headgear"),
    "skirt": ("skirt", "women's clothing"),
    "cat": ("cat", "kitten", "a pet cat", "a kitty"),
    "dog": ("dog", "puppy", "a pet dog", "a doggy"),
    "flower": ("flower", "a flower", "flowers", "a blossom", "a flower in a garden"),
    "daisy": ("daisy", "daisies", "a white flower"),
    "dandelion": ("dandelion", "a yellow flower"),
    "rose": ("rose", "roses", "a red flower", "a pink flower"),
    "sunflower": ("sunflower", "sunflowers", "a large yellow flower"),
    "tulip": ("tulip", "tulips"),
    "document": ("document", "a page of text", "a printed page", "a letter", "paperwork"),
    "receipt": ("receipt", "a shop receipt", "a bill", "an invoice"),
    "screenshot": ("screenshot", "a computer screen", "a window on a computer screen", "software"),
    "phone screenshot": ("screenshot of a phone", "a chat on a phone", "messages on a screen"),
    "chart": ("chart", "a graph", "a diagram", "a bar chart"),
    "table": ("spreadsheet", "a table of numbers", "a list of numbers"),
    "code": ("source code", "program code on a screen", "a terminal window"),
    "qr code": ("QR code", "a barcode"),
    "slide": ("presentation slide", "a title slide", "a poster with text"),
    "sign": ("sign with text", "a notice", "a text sign"),
    "handwriting": ("handwriting", "handwritten notes", "a handwritten page"),
    "map": ("map", "a street map", "a city map"),
    "person": ("person", "a man", "a woman", "people"),
    "person's face": ("face", "a portrait", "a person's face", "a portrait of a person"),
    "airplane": ("airplane", "aeroplane", "a plane"),
    "motorbike": ("motorbike", "motorcycle"),
    "mobile phone": ("mobile phone", "cell phone", "smartphone"),
    "car seen from the side": ("car", "automobile", "a car seen from the side"),
    "beach": ("beach", "a sandy beach", "the seaside", "the seashore"),
    "coast": ("coast", "the seaside", "the coast by the sea"),
    "skyscraper": ("skyscraper", "a city skyline", "tall buildings", "high-rise buildings"),
    "tall building": ("tall building", "a skyscraper", "a high-rise"),
    "football match": ("football match", "a soccer game", "people playing soccer"),
    "swimming": ("swimming", "a swimmer in a pool", "people swimming"),
    "ski slope": ("ski slope", "skiing", "a snowy slope", "people skiing"),
    "playground": ("playground", "children's playground", "a swing and a slide"),
    "banquet hall": ("banquet hall", "a wedding reception", "tables set for a party"),
    "ballroom": ("ballroom", "people dancing", "a dance floor"),
    "stage": ("stage", "a concert", "a band on a stage"),
    "sand desert": ("desert", "sand dunes"),
    "living room": ("living room", "a sofa in a living room"),
    "office": ("office", "a desk with a computer"),
    "harbor": ("harbor", "boats in a harbour", "a marina"),
    "railroad track": ("railroad track", "railway tracks"),
}

# Labels whose photos are also those of a wider one. Without photos of its own the wider name would
# be a wrong answer for all of them, and for nothing the right one.
WIDER: dict[str, str] = {
    "daisy": "flower",
    "dandelion": "flower",
    "rose": "flower",
    "sunflower": "flower",
    "tulip": "flower",
    "lotus": "flower",
    "water lily": "flower",
}

# Labels in the sets that say nothing, or say it badly.
BETTER: dict[str, str | None] = {
    "image": None,
    "banana large": "bananas",
    "banana small": "bananas",
    "grapes red": "red grapes",
    "grapes green": "green grapes",
    "white raddish": "radish",
    "wood apple": None,
    "bell pepper mixed": "bell peppers",
    "capsicum green": "green bell peppers",
    "capsicum mixed": "bell peppers",
    "chilli mixed": "chili peppers",
    "chilli red": "red chili peppers",
    "lettuce cut": "lettuce",
    "peas packed": "peas",
    "pineappe": "pineapple",
    "poegranate": "pomegranate",
    "pomegranate bowl": "pomegranate",
    "soy bean": "soy beans",
}

_BINOMIAL = re.compile(r"^[A-Z][a-z]+ [a-z]+$")


@dataclass(frozen=True, slots=True)
class Concepts:
    """Concepts by number. The first thousand are the classifier's classes, in its order."""

    names: tuple[tuple[str, ...], ...]
    by_label: dict[str, int]

    def __len__(self) -> int:
        return len(self.names)


def wordnet(words: Path) -> dict[str, tuple[str, ...]]:
    """WordNet's noun synsets, id to names, from a ``words.txt`` of Tiny-ImageNet."""
    lines = (line.rstrip("\n") for line in words.open(encoding="utf-8"))
    return {wnid: tuple(names.split(", ")) for wnid, names in (line.split("\t") for line in lines)}


def concepts(
    classes: Sequence[str],
    synsets: Sequence[str],
    nouns: dict[str, tuple[str, ...]],
    labels: Iterable[str],
) -> Concepts:
    """The classifier's classes first, then every further label (plain word or WordNet id).

    ``classes``: open_clip's curated class names, in the classifier's order.
    """
    names = [
        _unique((name, *common_names(nouns[wnid])))
        for name, wnid in zip(classes, synsets, strict=True)
    ]
    by_label: dict[str, int] = {wnid: number for number, wnid in enumerate(synsets)}
    for label in sorted({*labels, *PLAIN}):
        if label in by_label:
            continue
        better = BETTER.get(label, label)
        if better is None:
            continue
        by_label[label] = len(names)
        names.append(_unique(common_names(nouns[label])) if label in nouns else plain(better))
    return Concepts(tuple(names), by_label)


def plain(label: str) -> tuple[str, ...]:
    """A plain label's names."""
    return PLAIN.get(label, (label,))


def common_names(names: Sequence[str]) -> tuple[str, ...]:
    """Without the Latin binomials, unless there is nothing else; at most three."""
    common = tuple(name for name in names if not _BINOMIAL.match(name))
    return (common or tuple(names))[:3]


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.lower(), name)
    return tuple(seen.values())


# What a phrase begins with, and what parts phrases from one another.
_STARTS = frozenset(("a", "an", "the", "two", "three", "four", "some", "several", "many"))
_STARTS |= {"his", "her", "their"}
_STOPS = frozenset(("a", "an", "the", "is", "are", "was", "and", "or", "while", "with", "who"))
_STOPS |= {"which", "that", "as", "at", "on", "in", "into", "by", "near", "over", "under"}
_STOPS |= {"through", "of", "to", "from", "for", "up", "down", "his", "her", "their", "its"}
_STOPS |= {"it", "he", "she", "they", "there"}


def phrases(caption: str) -> list[str]:
    """Short spans of a caption such as a person types: "a brown dog", "red hat", "dog running".

    >>> phrases("A brown dog runs through the tall grass .")
    ['a brown dog runs', 'brown dog runs', 'the tall grass', 'tall grass']
    """
    words = [word.strip(string.punctuation).lower() for word in caption.split()]
    words = [word for word in words if word]
    found: list[str] = []
    start = 0
    while start < len(words):
        end = start + (words[start] in _STARTS)
        while end < len(words) and words[end] not in _STOPS:
            end += 1
        span = words[start:end]
        bare = span[1:] if span and span[0] in _STARTS else span
        if 1 <= len(bare) <= 4:
            found.append(" ".join(span))
            if bare != span:
                found.append(" ".join(bare))
        start = max(end, start + 1)
    return found


def nonsense(rng: random.Random) -> str:
    """Letters without meaning, as a cat on the keyboard types them: "qwxz plorf"."""
    words = (
        "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(3, 8)))
        for _ in range(rng.randint(1, 3))
    )
    return " ".join(words)
