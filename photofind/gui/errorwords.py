"""What stopped or went wrong, in the person's language.

The core words its errors in English, as the command line prints them. An error carries its sentence
with {places} and what stands in them, also over the socket; here those sentences are named once
more, to be translated. One that is not named here (of another PhotoFind) stays in English.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from photofind import errors
from photofind.errors import SENTENCES, PhotoFindError, Reason
from photofind.gui.words import reason_sentence

translate = QCoreApplication.translate
translate_named = QCoreApplication.translate  # for words that stand in a list below

OF_THE_WORK = (
    QT_TRANSLATE_NOOP("Error", "There is no folder {folder}."),
    QT_TRANSLATE_NOOP("Error", "{file} is not a folder; give the folder that it lies in."),
    QT_TRANSLATE_NOOP("Error", "{file} is not a folder; name the folder that it is in."),
    QT_TRANSLATE_NOOP("Error", "{folder} is not there; check the path, or connect its drive."),
    QT_TRANSLATE_NOOP("Error", "{folder} does not answer; check its drive and try again."),
    QT_TRANSLATE_NOOP("Error", "You may not read {folder}; change its permissions and try again."),
    QT_TRANSLATE_NOOP(
        "Error", "{folder} cannot be read ({detail}); check its drive and try again."
    ),
    QT_TRANSLATE_NOOP("Error", "There is no file {file}."),
    QT_TRANSLATE_NOOP("Error", "This photo has not been read yet; try again in a moment."),
    QT_TRANSLATE_NOOP("Error", "A search needs words or a picture."),
    QT_TRANSLATE_NOOP("Error", "The search failed because of a mistake in PhotoFind."),
    QT_TRANSLATE_NOOP("Error", "PhotoFind made a mistake ({kind}); {log} says more."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The library could not be opened because of a mistake in PhotoFind; {log} says more.",
    ),
    QT_TRANSLATE_NOOP("Error", "The background worker has ended."),
    QT_TRANSLATE_NOOP("Error", "The background worker does not answer."),
    QT_TRANSLATE_NOOP("Error", "The background worker ended before it answered."),
    QT_TRANSLATE_NOOP("Error", "The background worker {detail} and was ended; try again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The background worker did not start; {log} may say why, and `photofind doctor` looks at "
        "what it needs.",
    ),
    QT_TRANSLATE_NOOP("Error", "A newer PhotoFind has this library open; close it first."),
    QT_TRANSLATE_NOOP("Error", "The worker was sent something it does not understand: {detail}"),
    QT_TRANSLATE_NOOP("Error", "The worker sent something unknown: {detail}"),
    QT_TRANSLATE_NOOP(
        "Error",
        "The process that decodes pictures does not start; install PhotoFind again. {detail}",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The disk reported an error at {file} ({detail}). Look at the disk, then try again.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "{file} cannot be opened ({detail}). See that you may read and write it and its folder.",
    ),
    QT_TRANSLATE_NOOP(
        "Error", "Another program keeps {file} busy. Close it, or wait, then try again."
    ),
    QT_TRANSLATE_NOOP("Error", "{file} cannot be used: {detail}."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The library cannot be at {place}: something else is in that place. Choose another folder "
        "with --library, or move what is there.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The catalog {file} is from an older PhotoFind. It is brought up to date the next time "
        "folders are indexed; then try again.",
    ),
)
OF_MODELS = (
    QT_TRANSLATE_NOOP(
        "Error",
        "The built-in model is missing from this installation; install PhotoFind again, or name "
        "another model with --model.",
    ),
    QT_TRANSLATE_NOOP("Error", "open_clip is not installed; install PhotoFind again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "{package} cannot be imported; install PhotoFind again in a fresh environment ({detail}).",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "This model's words need the package transformers: pip install transformers sentencepiece.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "Models are not fetched from the Hugging Face hub; download the model's folder and name "
        "it as {kind}:FOLDER.",
    ),
    QT_TRANSLATE_NOOP(
        "Error", "There is no model architecture named {architecture}. Did you mean {near}?"
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "There is no model architecture named {architecture}. See open_clip's list of "
        "architectures.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "{architecture} has no pretrained weights named {source}, and there is no such file. "
        "Known: {known}.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "There is no model folder {folder}; check its path, connect its drive, or choose another "
        "model.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "{folder} is not an open_clip model: it has no {config}. Name a folder that has one "
        "beside its weights.",
    ),
    QT_TRANSLATE_NOOP("Error", "{file} is a folder; a model's folder is named as {kind}:{file}."),
    QT_TRANSLATE_NOOP(
        "Error",
        "There is no model file {file}; check its path, connect its drive, or choose another "
        "model.",
    ),
    QT_TRANSLATE_NOOP("Error", "The model folder {folder} has no weights in it."),
    QT_TRANSLATE_NOOP("Error", "The model configuration {file} cannot be read: {detail}."),
    QT_TRANSLATE_NOOP("Error", "The model configuration {file} is not a table of settings."),
    QT_TRANSLATE_NOOP("Error", "The model configuration in {folder} describes no network."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The weights of {model} are not on this computer. Fetch the model first, or name a "
        "checkpoint file as {architecture}:FILE.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The vocabulary of {model} is not on this computer, and no part of its weights: fetch "
        "{vocabulary} from Hugging Face into its cache first.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The vocabulary of {model} cannot be read; the files of its tokenizer are missing or "
        "damaged ({detail}).",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "What {model} asks to be done with pictures makes no sense; see preprocess_cfg in its "
        "{config} ({detail}).",
    ),
    QT_TRANSLATE_NOOP("Error", "Models for pictures of {width} x {height} are not supported."),
    QT_TRANSLATE_NOOP("Error", "The network of {model} cannot be built: {detail}."),
    QT_TRANSLATE_NOOP("Error", "The model file {file} cannot be read: {detail}."),
    QT_TRANSLATE_NOOP(
        "Error", "The model file {file} is damaged or incomplete; fetch it again ({detail})."
    ),
    QT_TRANSLATE_NOOP("Error", "The model file {file} is damaged or incomplete; fetch it again."),
    QT_TRANSLATE_NOOP(
        "Error",
        "The model file {file} is damaged, or holds more than weights and is not opened for "
        "safety; use a safetensors file.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The model file {file} is a TorchScript program, not only weights, and is not run for "
        "safety; use a safetensors file.",
    ),
    QT_TRANSLATE_NOOP(
        "Error",
        "The weights in {file} are not those of {architecture}; name the architecture that they "
        "were made for ({detail}).",
    ),
    QT_TRANSLATE_NOOP(
        "Error", "The model's weights give no usable vectors; its file is damaged or incomplete."
    ),
    QT_TRANSLATE_NOOP("Error", "There is no device {device}; choose one of {known}."),
    QT_TRANSLATE_NOOP("Error", "{detail} Use --device cpu, or auto."),
    QT_TRANSLATE_NOOP(
        "Error", "The device {device} gives other vectors than the CPU; use --device cpu."
    ),
    QT_TRANSLATE_NOOP(
        "Error", "The graphics card has too little memory for this model; use --device cpu."
    ),
)


def error_sentence(error: BaseException) -> str:
    """What happened and what to do, in the person's language: in the window's own words where the
    kind of error says it all, else in those of the error."""
    if isinstance(error, errors.DiskFull):
        return translate(
            "Error",
            "There is no space left on the disk of the library. Make room, then try again.",
        )
    if isinstance(error, errors.LibraryReadOnly):
        return translate(
            "Error",
            "The library may not be written by you. Photos can be looked at and searched, "
            "but nothing new is added.",
        )
    if isinstance(error, errors.CatalogTooNew):
        return translate(
            "Error",
            "This library was made by a newer PhotoFind. Install the newest version to open it.",
        )
    if isinstance(error, errors.CatalogDamaged):
        return translate(
            "Error",
            "The library's catalog is damaged. Your photos are untouched; "
            "“photofind doctor” in a terminal says what can be done.",
        )
    if isinstance(error, PhotoFindError):
        return sentence_of(error.sentence, error.names) or str(error)
    return translate(
        "Error", "PhotoFind made a mistake ({kind}). It goes on; the log says more."
    ).format(kind=type(error).__name__)


def sentence_of(sentence: str, names: dict[str, str]) -> str:
    """An error's sentence with what stands in its places; empty without a sentence."""
    if not sentence:
        return ""
    translated = _of_pictures().get(sentence) or translate_named("Error", sentence)
    return translated.format(**names) if names else translated


def _of_pictures() -> dict[str, str]:
    """Why a picture cannot be looked for, that is a file or was pasted. The detail is what the
    decoder says, in English."""
    return {
        before + SENTENCES[reason] + after: before + reason_sentence(reason) + after
        for reason in Reason
        for before in ("", "{file}: ")
        for after in ("", " ({detail})")
    }
