"""The window's list of models, with a worker held in the hand."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QSize, Qt, QTranslator
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from photofind.encoder import known_models
from photofind.gui import modelwords
from photofind.gui.application import translate_application
from photofind.gui.bridge import Bridge, Link
from photofind.gui.modelchoice import ModelChoice
from photofind.gui.modelsdialog import LEAST_LIST_HEIGHT, ModelsDialog
from photofind.gui.scrolled import Scrolled
from photofind.paths import LibraryPaths
from photofind.protocol import (
    ChooseModel,
    Done,
    Failed,
    Index,
    ListModels,
    ModelLine,
    ModelList,
)
from tests.gui.fakes import FakeClient, FakeWorkers

Key = Qt.Key
Open = Callable[[], ModelsDialog]

TABLE = tuple(
    ModelLine(
        name=model.name,
        title=model.title,
        languages=model.languages,
        licence=model.licence,
        megabytes=model.megabytes,
        sentence=model.sentence,
        basic=model.name == "builtin",
        here=model.name == "builtin",
        in_use=model.name == "builtin",
    )
    for model in known_models()
)
OWN = ModelLine(
    name="ViT-B-32-256:/models/mine.safetensors",
    title="ViT-B-32-256 · mine.safetensors",
    languages=("en",),
    megabytes=605,
    here=True,
)


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


@pytest.fixture
def workers() -> FakeWorkers:
    return FakeWorkers()


@pytest.fixture
def bridge(workers: FakeWorkers, tmp_path, qtbot: QtBot) -> Iterator[Bridge]:
    made = Bridge(LibraryPaths(tmp_path / "library"), open_client=workers.open)
    made.start()
    qtbot.waitUntil(lambda: made.link is Link.CONNECTED)
    yield made
    made.close()


@pytest.fixture
def client(bridge: Bridge, workers: FakeWorkers) -> FakeClient:
    return workers.client


@pytest.fixture
def open_dialog(bridge: Bridge, client: FakeClient, qtbot: QtBot) -> Open:
    """Opens the dialog with what the worker told."""
    window = QWidget()
    qtbot.addWidget(window)
    choice = ModelChoice(bridge, window)

    def open_it() -> ModelsDialog:
        before = len(client.of(ListModels))
        made = ModelsDialog(choice, window)
        made.open()
        qtbot.waitUntil(lambda: len(client.of(ListModels)) > before)
        tell(client, (*TABLE, OWN))
        qtbot.waitUntil(lambda: bool(made.rows.models))
        return made

    return open_it


def tell(client: FakeClient, models: tuple[ModelLine, ...]) -> None:
    client.hear(ModelList(id=client.of(ListModels)[-1].id, models=models))


def spoken(dialog: ModelsDialog, row: int) -> str:
    return str(dialog.rows.index(row).data(Qt.ItemDataRole.AccessibleTextRole))


def chosen(client: FakeClient) -> list[ChooseModel]:
    return client.of(ChooseModel)  # type: ignore[return-value]


def choose_own(dialog: ModelsDialog, client: FakeClient, qtbot: QtBot) -> ChooseModel:
    """With the keys alone."""
    qtbot.keyClick(dialog.list, Key.Key_Down)
    qtbot.keyClick(dialog.list, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(chosen(client)))
    return chosen(client)[-1]


# ---------------------------------------------------------------------------------------- shown


def test_every_model_is_a_row_and_those_that_are_here_come_first(open_dialog: Open) -> None:
    dialog = open_dialog()
    assert dialog.rows.models == [TABLE[0], OWN, *TABLE[1:]]
    assert dialog.list.currentIndex().row() == 0


def test_a_row_tells_all_that_is_known(open_dialog: Open) -> None:
    dialog = open_dialog()
    size = TABLE[0].megabytes  # of the weights of today
    assert spoken(dialog, 0) == (
        f"Built-in model, basic. In use, English, {size} MB, Apache-2.0. Comes with PhotoFind:"
        " small and fast, finds everyday things, knows few names."
    )
    assert spoken(dialog, 1).startswith("ViT-B-32-256 · mine.safetensors. On this computer, Eng")
    large = next(n for n, model in enumerate(dialog.rows.models) if "SO400M" in model.name)
    assert "Not on this computer, Many languages, 4.5 GB, Apache-2.0." in spoken(dialog, large)


@pytest.mark.parametrize("dark", [False, True])
def test_only_the_model_in_use_has_a_tick_and_only_the_built_in_one_a_badge(
    open_dialog: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, dark: bool, qapp: QApplication
) -> None:
    from photofind.gui import modelsdialog

    ticks: list[float] = []
    badges: list[int] = []
    monkeypatch.setattr(
        modelsdialog,
        "paint_icon",
        lambda _painter, _name, square, _colour: ticks.append(square.y()),
    )
    monkeypatch.setattr(
        modelsdialog._Delegate,
        "_paint_badge",
        lambda _self, _painter, _palette, place: badges.append(place.y()),
    )
    dialog = open_dialog()
    if dark:
        dialog.setPalette(QPalette(Qt.GlobalColor.black))
    qtbot.wait(1)
    ticks.clear()
    badges.clear()
    dialog.list.viewport().grab()
    first = dialog.list.visualRect(dialog.rows.index(0))
    assert [first.contains(1, int(y)) for y in (*ticks, *badges)] == [True, True]


def test_long_sentences_are_broken_into_lines_in_a_narrow_dialog(
    open_dialog: Open, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.resize(680, 600)
    qtbot.waitUntil(lambda: dialog.list.viewport().width() > 500)
    high = dialog.list.visualRect(dialog.rows.index(0)).height()
    dialog.resize(dialog.minimumSizeHint().expandedTo(dialog.minimumSize()).width(), 600)
    dialog.list.setFixedWidth(260)
    qtbot.waitUntil(lambda: dialog.list.visualRect(dialog.rows.index(0)).height() > high)


def test_the_words_of_the_table_are_those_of_the_window() -> None:
    for model in TABLE:
        assert modelwords.model_sentence(model) == model.sentence
    later = ModelLine(name="new", title="New", languages=("de", "ko"), sentence="Of tomorrow.")
    assert modelwords.model_sentence(later) == "Of tomorrow."
    assert modelwords.languages(later) == "Deutsch, 한국어"


def test_every_sentence_of_the_table_is_there_in_korean(qapp: QApplication) -> None:
    translate_application(qapp, "ko")
    for model in TABLE:
        assert modelwords.model_sentence(model) != model.sentence
        assert QCoreApplication.translate("Model", model.sentence) != model.sentence
    assert modelwords.spoken(TABLE[0]).startswith("내장 모델, 간이. 사용 중, 영어, ")


def test_the_command_names_the_architecture_of_a_model_that_is_not_here(
    open_dialog: Open, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    assert dialog.command.text().endswith("--model ARCHITECTURE:FILE")
    for _ in range(2):
        qtbot.keyClick(dialog.list, Key.Key_Down)
    assert dialog.command.text() == "photofind index ~/Pictures --model ViT-B-32-256:FILE"
    assert not dialog.use_button.isEnabled()


# ------------------------------------------------------------------------------------- choosing


def test_a_model_that_is_here_is_chosen_with_the_keys_and_photos_are_read_again(
    open_dialog: Open, client: FakeClient, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    assert not dialog.use_button.isEnabled()  # it is in use
    looked = len(client.of(Index))
    asked = choose_own(dialog, client, qtbot)
    assert asked.model == OWN.name
    assert "Loading" in spoken(dialog, 1)
    assert not dialog.use_button.isEnabled()
    client.hear(Done(id=asked.id))
    qtbot.waitUntil(lambda: dialog.said.shown is not None)
    assert "read again" in dialog.said.shown.text
    assert "is kept" in dialog.said.shown.text
    qtbot.waitUntil(lambda: len(client.of(Index)) == looked + 1)
    qtbot.waitUntil(lambda: len(client.of(ListModels)) == 2)
    tell(client, (ModelLine(name="builtin", title="", languages=(), here=True), in_use(OWN)))
    qtbot.waitUntil(lambda: dialog.rows.models[1].in_use)
    assert dialog.list.currentIndex().row() == 1  # where it was


def in_use(model: ModelLine) -> ModelLine:
    import msgspec

    return msgspec.structs.replace(model, in_use=True)


def test_a_button_and_a_double_click_choose_too(
    open_dialog: Open, client: FakeClient, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.list.setCurrentIndex(dialog.rows.index(1))
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    dialog.list.doubleClicked.emit(dialog.rows.index(1))  # one at a time
    qtbot.waitUntil(lambda: bool(chosen(client)))
    client.hear(Done(id=chosen(client)[0].id))
    qtbot.waitUntil(lambda: dialog.said.shown is not None)
    dialog.list.doubleClicked.emit(dialog.rows.index(1))
    qtbot.waitUntil(lambda: len(chosen(client)) == 2)


def test_enter_on_a_model_that_is_not_here_does_nothing(
    open_dialog: Open, client: FakeClient, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.list.setCurrentIndex(dialog.rows.index(3))
    qtbot.keyClick(dialog.list, Key.Key_Return)
    qtbot.wait(50)
    assert not chosen(client)
    assert dialog.isVisible()


def test_a_model_that_cannot_be_loaded_is_said_in_words(
    open_dialog: Open, client: FakeClient, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    asked = choose_own(dialog, client, qtbot)
    looked = len(client.of(Index))
    client.hear(Failed(id=asked.id, code="model", message="The model file is damaged."))
    qtbot.waitUntil(lambda: dialog.said.shown is not None)
    assert dialog.said.shown.text == "The model was not changed. The model file is damaged."
    assert dialog.use_button.isEnabled()
    assert "Loading" not in spoken(dialog, 1)
    assert len(client.of(Index)) == looked


def test_a_model_that_ends_the_worker_is_not_asked_of_the_next_one(
    open_dialog: Open, client: FakeClient, workers: FakeWorkers, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    choose_own(dialog, client, qtbot)
    client.die()
    qtbot.waitUntil(lambda: dialog.said.shown is not None)
    assert "ended while it loaded this model" in dialog.said.shown.text
    qtbot.waitUntil(lambda: workers.client is not client and bool(workers.client.of(Index)))
    assert not workers.client.of(ChooseModel)


def test_a_model_goes_on_loading_when_the_dialog_is_closed(
    open_dialog: Open, client: FakeClient, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    asked = choose_own(dialog, client, qtbot)
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog_is_there())
    again = open_dialog()
    assert "Loading" in spoken(again, 1)
    looked = len(client.of(Index))
    client.hear(Done(id=asked.id))
    qtbot.waitUntil(lambda: len(client.of(Index)) == looked + 1)
    assert again.said.shown is not None


def dialog_is_there() -> bool:
    return any(
        isinstance(w, ModelsDialog) and w.isVisible() for w in QApplication.topLevelWidgets()
    )


def test_the_list_is_asked_of_the_next_worker_when_one_dies(
    open_dialog: Open, bridge: Bridge, client: FakeClient, workers: FakeWorkers, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog._choice.look()
    client.die()
    qtbot.waitUntil(lambda: workers.client is not client and bool(workers.client.of(ListModels)))


def test_nothing_lies_upon_the_list_on_a_small_screen(
    open_dialog: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Small:
        def availableSize(self) -> QSize:
            return QSize(640, 360)

    monkeypatch.setattr(Scrolled, "screen", lambda _self: Small())
    dialog = open_dialog()
    dialog.resize(QSize(0, 0))
    QApplication.processEvents()
    assert dialog.height() <= 360 * 0.9
    labels = [label for label in dialog._notes if label.isVisible()]
    assert len(labels) == 3
    for label in labels:
        assert label.height() >= label.heightForWidth(label.width())
        assert not label.geometry().intersects(dialog.list.geometry())
    assert dialog.list.height() >= LEAST_LIST_HEIGHT
