"""The README's pictures show what the app draws."""

import pytest

from tests.pictures.make import FOLDER, PICTURES, picture, text


@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_shows_what_the_app_draws_now(name: str) -> None:
    """Its text is the app's text; if not, run python -m tests.pictures.make."""
    drawn = text(await picture(*PICTURES[name]))
    kept = text((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))
    assert drawn == kept
