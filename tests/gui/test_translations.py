"""Every word of the window is there in Korean, and English has its plurals."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from photofind import errors
from photofind.errors import SENTENCES, Reason, UnreadablePhoto
from photofind.gui import errorwords, words
from photofind.gui.application import translate_application
from photofind.protocol import Failed
from photofind.resources import resource
from tests.gui import translations

# Of the core: what they say may be shown by the window.
ROOMS = ("scan", "library", "encoder", "images", "catalog", "index")
MODULES = ("worker", "client", "search", "disk", "thumbnails", "protocol")
PLACEHOLDER = re.compile(r"\{\w+\}|%L?n")


def messages(language: str) -> list[ElementTree.Element]:
    file = resource("translations", f"photofind_{language}.ts")
    return list(ElementTree.parse(file).getroot().iter("message"))


def forms(message: ElementTree.Element) -> list[str]:
    translation = message.find("translation")
    assert translation is not None
    if message.get("numerus"):
        return [form.text or "" for form in translation.iter("numerusform")]
    return [translation.text or ""]


def spoken_words() -> set[str]:
    """The words in every call of `tr` and `translate`, and in every list to be translated, read
    from the sources themselves."""
    found: set[str] = set()
    for file in sorted(translations.SOURCES.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            called = ast.unparse(call.func)
            if called.endswith(".tr"):
                word = call.args[0]
            elif called in ("translate", "QCoreApplication.translate", "QT_TRANSLATE_NOOP"):
                word = call.args[1]
            else:
                continue
            assert isinstance(word, ast.Constant), f"{file.name}:{call.lineno} is no literal"
            found.add(word.value)
    return found


def said(file: Path) -> set[tuple[str, str | None, bool]]:
    """What stands in a file to be translated: context, words, whether with a number."""
    return {
        (context.findtext("name") or "", message.findtext("source"), bool(message.get("numerus")))
        for context in ElementTree.parse(file).getroot().iter("context")
        for message in context.iter("message")
    }


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_files_are_up_to_date_with_the_sources(language: str, tmp_path: Path) -> None:
    file = resource("translations", f"photofind_{language}.ts")
    (tmp_path / file.name).write_bytes(file.read_bytes())
    collected = translations.collect(tmp_path, language)
    assert said(collected) == said(file), "python -m tests.gui.translations brings them up to date"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_loaded_is_what_was_translated(language: str) -> None:
    file = resource("translations", f"photofind_{language}.ts")
    loaded = QTranslator()
    assert loaded.load(str(file.with_suffix(".qm")))
    for context in ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            place = (context.findtext("name") or "", message.findtext("source") or "")
            expected = forms(message)
            if message.get("numerus"):
                assert loaded.translate(*place, "", 1) == expected[0], place
                assert loaded.translate(*place, "", 2) == expected[-1], place
            else:
                assert loaded.translate(*place) == expected[0], place


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_is_left_to_translate(language: str) -> None:
    for message in messages(language):
        source = message.findtext("source") or ""
        assert message.find("translation").get("type") is None, source  # type: ignore[union-attr]
        assert all(form.strip() for form in forms(message)), source


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_translation_keeps_the_places_of_names_and_numbers(language: str) -> None:
    for message in messages(language):
        source = message.findtext("source") or ""
        for form in forms(message):
            places = set(PLACEHOLDER.findall(form))
            if form == forms(message)[0] and len(forms(message)) > 1:
                places |= {"%n", "%Ln"} & set(PLACEHOLDER.findall(source))  # "the folder" is one
            assert places == set(PLACEHOLDER.findall(source)), source


def test_no_word_of_the_window_escapes_the_translators() -> None:
    collected = {message.findtext("source") for message in messages("ko")}
    assert spoken_words() - collected == set()


def test_errors_of_the_window_itself_speak_the_person_s_language() -> None:
    """Those of the start have no window yet."""
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    for file in sorted(
        set(translations.SOURCES.glob("*.py")) - {translations.SOURCES / "__init__.py"}
    ):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in kinds:
                plain = [argument for argument in call.args if isinstance(argument, ast.Constant)]
                assert not plain, f"{file.name}:{call.lineno} is not translated"


def core_sentences() -> set[str]:
    """What the core says when something is wrong, where the window has no words for the kind."""
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    kinds |= {"ProtocolError", "Unavailable"}
    kinds -= {"DiskFull", "LibraryReadOnly", "CatalogTooNew", "CatalogDamaged", "Cancelled"}
    package = translations.SOURCES.parent
    files = [package / f"{name}.py" for name in MODULES]
    for room in ROOMS:
        files += (package / room).glob("*.py")
    return {sentence for file in files for sentence in raised(file, kinds)}


def raised(file: Path, kinds: set[str]) -> set[str]:
    """The sentences of errors of these kinds in a file."""
    found: set[str] = set()
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and call.args and ast.unparse(call.func) in kinds:
            sentence = call.args[0]
            if isinstance(sentence, ast.Constant):
                found.add(sentence.value)
            else:  # a reason, or what another error said
                made = isinstance(sentence, ast.JoinedStr | ast.BinOp)
                assert not made, f"{file.name}:{call.lineno} cannot be translated"
    return found


def test_what_the_core_says_is_known_to_the_window() -> None:
    assert core_sentences() == {*errorwords.OF_THE_WORK, *errorwords.OF_MODELS}


def test_every_sentence_with_a_number_has_plurals() -> None:
    plural = {m.findtext("source") for m in messages("ko") if m.get("numerus")}
    assert plural == {word for word in spoken_words() if "%n" in word or "%Ln" in word}
    assert plural == {m.findtext("source") for m in messages("en")}


def test_every_reason_has_its_sentence_in_the_window_too() -> None:
    for reason in Reason:
        assert words.reason_sentence(reason.value) == SENTENCES[reason]


def test_errors_keep_their_english_words() -> None:
    missing = errors.FolderMissing("There is no folder {folder}.", folder="/a/{b}")
    assert str(missing) == "There is no folder /a/{b}."
    assert errorwords.error_sentence(missing) == str(missing)
    large = UnreadablePhoto(Reason.TOO_LARGE, "9 x 9 pixels")
    assert str(large) == SENTENCES[Reason.TOO_LARGE] + " (9 x 9 pixels)"
    assert errorwords.error_sentence(large) == str(large)


@pytest.fixture
def language_left(qapp: QApplication) -> object:
    """Puts the application's language back."""
    before = QLocale()
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


def test_the_window_speaks_korean(qapp: QApplication, language_left: object) -> None:
    translate_application(qapp, "ko")
    assert words.results_title("해변", 1234) == "“해변” 사진 1,234장"
    assert words.time_left(720) == "10분 남음"
    assert words.reason_sentence("empty") == "파일이 비어 있습니다."


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            errors.FolderMissing("There is no folder {folder}.", folder="/a/{b}"),
            "/a/{b} 폴더가 없습니다.",
        ),
        (UnreadablePhoto(Reason.EMPTY), "파일이 비어 있습니다."),
        (
            UnreadablePhoto("{file}: " + SENTENCES[Reason.EMPTY], file="/a.jpg"),
            "/a.jpg: 파일이 비어 있습니다.",
        ),
        (
            UnreadablePhoto("{file}: " + SENTENCES[Reason.EMPTY] + " ({detail})", "bad", file="/a"),
            "/a: 파일이 비어 있습니다. (bad)",
        ),
        (errors.ModelError("Of a newer {kind}.", kind="table"), "Of a newer table."),
        (errors.PhotoFindError("Only a sentence."), "Only a sentence."),
    ],
)
def test_errors_of_the_worker_speak_korean(
    qapp: QApplication, language_left: object, error: errors.PhotoFindError, told: str
) -> None:
    translate_application(qapp, "ko")
    assert errorwords.error_sentence(Failed.of(error).error()) == told


def test_the_window_counts_in_english(qapp: QApplication, language_left: object) -> None:
    translate_application(qapp, "en")
    assert words.results_title("beach", 1) == "1 photo for “beach”"
    assert (
        words.results_title("beach", 1420, "Pictures") == "1,420 photos for “beach” in “Pictures”"
    )
    assert words.similar_title(2) == "2 photos like this one"
    assert words.results_title("{x} %1 %n", 3) == "3 photos for “{x} %1 %n”"
    assert words.results_title("qwzx", 0) == "Nothing here looks like “qwzx”."
