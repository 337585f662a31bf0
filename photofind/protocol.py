"""What crosses between a client (window, command line) and the worker. Pure: no socket, no thread.

Requests go from client to worker, events come back. Both are tagged msgspec structs in MessagePack.
Every request carries an `id` chosen by its client and ends with exactly one terminal event that
bears the same id: `Done`, `Failed`, `SearchDone`, `Classified`, `Indexed`, `ModelList` or
`StateDone`. Events with `id` 0 go to every client. A field that is added has a default and needs no
new version; any other change raises `PROTOCOL_VERSION`.

Paths are bytes (`os.fsencode`, absolute), times are seconds, scores are cosines.
"""

from typing import Final

import msgspec

from photofind.errors import PhotoFindError

PROTOCOL_VERSION: Final = 3
# No text tower reads as much, and CLIP's tokenizer needs a minute for a word of 50,000 letters.
TEXT_LIMIT_CHARACTERS: Final = 4000
MESSAGE_LIMIT_BYTES: Final = 64 * 2**20  # a pasted picture is the largest thing ever sent


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, array_like=False):
    """The base of all requests and events."""


# ------------------------------------------------------------------------------------- requests


class Request(Message, frozen=True, kw_only=True):
    """From client to worker. `id` is positive and unique within its connection."""

    id: int = 0


class Hello(Request, frozen=True, kw_only=True):
    """The first message of a connection. Answered by `Welcome`, or by `Failed` and the end; while
    the library is being opened, which may take minutes, by `Progress` as a sign of life."""

    token: str
    protocol: int
    judges: bool = False  # will ask which hits mean something, as a window does


class Index(Request, frozen=True, kw_only=True):
    """Look at these folders, adding those not yet in the library, and embed what is new.

    No paths: look at every folder again. Progress comes as `Progress` events with this id, the end
    as `Indexed`.
    """

    paths: tuple[bytes, ...] = ()
    model: str | None = None  # chosen for the library from now on; None keeps its model
    device: str | None = None
    exclude: tuple[str, ...] = ()  # patterns added to the library's own


class RemoveFolder(Request, frozen=True, kw_only=True):
    """Take a folder and its photos out of the library. The files themselves are never touched.

    What was read of them is kept for a while, for the folder to be brought back by adding it again,
    unless `forget` is set: then it is gone when this is done.
    """

    folder_id: int
    forget: bool = False


class Search(Request, frozen=True, kw_only=True):
    """Exactly one of `text`, `image_path`, `image_bytes`, `photo_id`. A later one cancels a former
    one of the same connection when `supersede` is set."""

    text: str | None = None
    image_path: bytes | None = None
    image_bytes: bytes | None = None  # an encoded picture (PNG, JPEG ...), as pasted
    photo_id: int | None = None
    top: int = 20
    folder_ids: tuple[int, ...] | None = None  # None: the whole library
    with_paths: bool = False
    judged: bool = (
        True  # whether `matches` is wanted; it costs the first search of a model a second
    )
    supersede: bool = False
    model: str | None = None  # for this search only; None takes the library's model
    device: str | None = None


class Classify(Request, frozen=True, kw_only=True):
    """Which of some labels fits a picture: zero-shot classification. Answered by `Classified`."""

    image_path: bytes
    labels: tuple[str, ...]
    ensemble: bool = False  # CLIP's 80 prompt templates instead of one
    model: str | None = None
    device: str | None = None


class Prioritise(Request, frozen=True, kw_only=True):
    """These photos are on screen: read them first. Replaces the list before."""

    photo_ids: tuple[int, ...]


class Pause(Request, frozen=True, kw_only=True):
    """Rest after the batch in hand, until `Resume`."""


class Resume(Request, frozen=True, kw_only=True):
    """Go on with indexing."""


class Cancel(Request, frozen=True, kw_only=True):
    """End a running request of this connection (`job` its id), or, with 0, all indexing."""

    job: int = 0


class Retry(Request, frozen=True, kw_only=True):
    """Read files that were set aside again; no ids: all of them."""

    file_ids: tuple[int, ...] = ()


class SetExclusions(Request, frozen=True, kw_only=True):
    """The library's patterns of files and folders to skip, in place of those before."""

    patterns: tuple[str, ...]


class ChooseModel(Request, frozen=True, kw_only=True):
    """Use this model and device for the library from now on."""

    model: str | None = None
    device: str | None = None


class ListModels(Request, frozen=True, kw_only=True):
    """Which models there are to choose from. Answered by `ModelList`."""


class GetState(Request, frozen=True, kw_only=True):
    """What the worker is doing. Answered by `StateDone`."""


class Shutdown(Request, frozen=True, kw_only=True):
    """End the worker; what is in hand is committed first."""


# --------------------------------------------------------------------------------------- events


class Event(Message, frozen=True, kw_only=True):
    """From worker to client. `id` is that of the request, or 0 for everybody."""

    id: int = 0


class Welcome(Event, frozen=True, kw_only=True):
    """The connection stands."""

    pid: int
    protocol: int
    version: str


class Done(Event, frozen=True, kw_only=True):
    """A request without an answer of its own was carried out."""


class Failed(Event, frozen=True, kw_only=True):
    """A request, or with id 0 the worker's own work, failed. `message` is a sentence to show;
    `sentence` and `names` are those of the error, for a window that speaks another language."""

    code: str
    message: str
    sentence: str = ""
    names: dict[str, str] = {}

    @classmethod
    def of(cls, error: PhotoFindError, request_id: int = 0) -> "Failed":
        return cls(
            id=request_id,
            code=error.code,
            message=str(error),
            sentence=error.sentence,
            names=error.names,
        )

    def error(self) -> PhotoFindError:
        return PhotoFindError.from_wire(self.code, self.message, self.sentence, self.names)


class SearchDone(Event, frozen=True, kw_only=True):
    """Hits, best first. The first `matches` of them are above the cut, the rest are weaker."""

    photo_ids: tuple[int, ...]
    scores: tuple[float, ...]
    paths: tuple[bytes, ...] = ()  # parallel to `photo_ids` when asked for
    matches: int = 0
    searched: int = 0  # how many photos were looked through
    seconds: float = 0.0
    model: str = ""
    superseded: bool = False  # a newer search of the same connection made this one pointless
    foreign: bool = False  # asked in a language that the model does not know


class Classified(Event, frozen=True, kw_only=True):
    """The labels' probabilities, in the order asked; they add up to one."""

    probabilities: tuple[float, ...]
    model: str


class Indexed(Event, frozen=True, kw_only=True):
    """An `Index` request is done. All counts are of files."""

    found: int = 0
    indexed: int = 0
    unchanged: int = 0
    moved: int = 0
    removed: int = 0
    failed: int = 0
    online_only: int = 0
    seconds: float = 0.0
    model: str = ""
    device: str = ""
    cancelled: bool = False
    offline: tuple[bytes, ...] = ()  # folders that were not there or unexpectedly empty
    unreadable: tuple[bytes, ...] = ()  # folders below the roots that may not be read


class ModelLine(msgspec.Struct, frozen=True, kw_only=True):
    """A model that can be chosen, or could be if its files were here."""

    name: str  # for `ChooseModel`
    title: str
    languages: tuple[str, ...]  # ISO 639-1 codes; ("*",) is many; () is not known
    licence: str = ""  # "" is not known
    megabytes: int = 0  # of 1,000,000 bytes, on the disk; 0 is not known
    sentence: str = ""
    basic: bool = False  # the small built-in model
    here: bool = False  # its files are on this computer
    in_use: bool = False


class ModelList(Event, frozen=True, kw_only=True):
    """The answer to `ListModels`: the table of known models, the built-in one first, then those
    of files that this library knows, and always the one in use."""

    models: tuple[ModelLine, ...]


class Progress(Event, frozen=True, kw_only=True):
    """How far the work is. At most ten a second."""

    stage: str  # "scanning", "loading", "indexing", "paused", "idle"
    done: int = 0
    total: int = 0
    rate: float = 0.0  # photos a second, a moving average
    remaining: float | None = None  # seconds, None while it cannot be said
    folder: bytes = b""


class LibraryChanged(Event, frozen=True, kw_only=True):
    """The catalog holds something new; readers should look again. At most two a second.

    `layout` says that photos came, went or changed their date; otherwise only thumbnails and
    embeddings of `photo_ids` came (empty: many).
    """

    layout: bool = True
    photo_ids: tuple[int, ...] = ()


class EncoderState(Event, frozen=True, kw_only=True):
    """Which model is in use and how far it is loaded."""

    state: str  # "none", "loading", "text-ready", "ready", "failed"
    model: str = ""
    encoder_key: str = ""
    device: str = ""
    basic: bool = False  # the small built-in model: the window says so once
    languages: tuple[str, ...] = ("en",)
    message: str = ""  # why it failed
    sentence: str = ""  # the same with {places}, as in `Failed`
    names: dict[str, str] = {}


class StateDone(Event, frozen=True, kw_only=True):
    """The answer to `GetState`."""

    progress: Progress
    encoder: EncoderState
    paused: bool
    pid: int
    query_seconds: float = 0.0  # since the query in hand was begun; 0 while there is none
    engine_seconds: float = 0.0  # since the engine's last sign of life; 0 while it has no work


TERMINAL: Final = (Done, Failed, SearchDone, Classified, Indexed, ModelList, StateDone, Welcome)

AnyRequest = (
    Hello
    | Index
    | RemoveFolder
    | Search
    | Classify
    | Prioritise
    | Pause
    | Resume
    | Cancel
    | Retry
    | SetExclusions
    | ChooseModel
    | ListModels
    | GetState
    | Shutdown
)
AnyEvent = (
    Welcome
    | Done
    | Failed
    | SearchDone
    | Classified
    | Indexed
    | ModelList
    | Progress
    | LibraryChanged
    | EncoderState
    | StateDone
)

_encoder = msgspec.msgpack.Encoder()
_request_decoder: msgspec.msgpack.Decoder[AnyRequest] = msgspec.msgpack.Decoder(AnyRequest)
_event_decoder: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)


class ProtocolError(PhotoFindError):
    """Bytes that are no message of ours."""

    code = "protocol"


def shortened(text: str) -> str:
    """The part of a query that a text tower may read: a whole page pasted into the search field,
    or a file without line breaks, must hold up nobody."""
    if len(text) <= TEXT_LIMIT_CHARACTERS:
        return text
    return " ".join(text[: 4 * TEXT_LIMIT_CHARACTERS].split())[:TEXT_LIMIT_CHARACTERS]


def encode(message: Message) -> bytes:
    """A message as bytes."""
    return _encoder.encode(message)


def decode_request(data: bytes) -> AnyRequest:
    """Raises ProtocolError."""
    try:
        return _request_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise ProtocolError(
            "The worker was sent something it does not understand: {detail}", detail=error
        ) from None


def decode_event(data: bytes) -> AnyEvent:
    """Raises ProtocolError."""
    try:
        return _event_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise ProtocolError("The worker sent something unknown: {detail}", detail=error) from None
