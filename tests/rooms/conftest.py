"""One migrated home a session, copied for each test; a clock that is handed in; signatures without the wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hemei.rooms.pressroom import process
from hemei.seal import keys as sealing
from hemei.seal.errors import WrongPin
from tests.rooms.house import Clock, House, lay_foundations

_opened: dict[tuple[str, str, bytes], bytes | WrongPin] = {}
_open_private = sealing.open_private


def _remembered(sealed: str, pin: str, secret: bytes) -> bytes:
    """The same answer as the real one, which takes a tenth of a second each time and is asked thousands of times here."""
    name = (sealed, pin, secret)
    if name not in _opened:
        try:
            _opened[name] = _open_private(sealed, pin, secret)
        except WrongPin as error:
            _opened[name] = error
    found = _opened[name]
    if isinstance(found, WrongPin):
        raise WrongPin(str(found))
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the desk and of the press."""
    made = Clock()
    monkeypatch.setattr(process, "now", made)
    monkeypatch.setattr(sealing, "open_private", _remembered)
    return made


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated home with the cast and an empty first edition."""
    made = tmp_path_factory.mktemp("rooms") / "template"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "now", Clock())
        lay_foundations(made)
    return made


@pytest.fixture
def house(template: Path, clock: Clock) -> Iterator[House]:
    made = House(template, clock)
    yield made
    made.close()


@pytest.fixture
def open_house(template: Path, clock: Clock) -> Callable[[], House]:
    """For a test that needs many: another fresh house each time."""
    return lambda: House(template, clock)
