"""The looks: words and marks carry every state, colours only help."""

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment

from keytui.domain.records import Actor
from keytui.services import api_keys
from keytui.settings import Look
from keytui.tui.screens.action_menu import ActionMenu
from tests.tui.everywhere import ADMINISTRATOR_WAYS, USER_WAYS, Way, go
from tests.tui.support import Tui, new_key, running

READABLE = 4.5
"""The contrast that WCAG 2.2 §1.4.3 asks for."""


def luminance(color: RichColor) -> float:
    """Return the relative luminance of WCAG."""
    parts = [part / 255 for part in color.get_truecolor()]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(segment: Segment) -> float:
    """Return the contrast between the text of a segment and what is behind it."""
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    light, dark = sorted((luminance(style.color), luminance(style.bgcolor)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faint(tui: Tui) -> list[str]:
    """Return the texts on the top screen that are hard to read."""
    box = tui.app.screen.query("#box").first() if tui.app.screen.query("#box") else None
    found = []
    strips = tui.strips
    if box is not None:
        inside = box.region
        rows = strips[inside.y + 1 : inside.bottom - 1]
        strips = [strip.crop(inside.x, inside.right) for strip in rows]
    for strip in strips:
        found += [
            f"{segment.text.strip()!r} {contrast(segment):.1f}"
            for segment in strip
            if segment.text.strip(" │╭╮╰╯─") and contrast(segment) < READABLE
        ]
    return found


def coloured(tui: Tui) -> set[str]:
    """Return the colours of the screen that are no grey."""
    colours = set()
    for strip in tui.strips:
        for segment in strip:
            for color in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                if color is not None and len(set(color.get_truecolor())) > 1:
                    colours.add(color.name)
    return colours


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("way", USER_WAYS, ids=str)
async def test_a_user_can_read_everything(maria: Actor, way: Way, look: Look) -> None:
    """No text of any screen has less contrast than WCAG asks for, in either look."""
    new_key(maria)
    api_keys.deactivate_key(maria, new_key(maria, "phone").key_id, "lost")
    async with running("maria", look=look) as tui:
        await go(tui, way)
        if "ctrl+p" not in way.keys:
            assert faint(tui) == []


@pytest.mark.parametrize("look", Look)
async def test_an_administrator_can_read_everything(adam: Actor, maria: Actor, look: Look) -> None:
    """Nor do the administrators' screens."""
    new_key(maria)
    async with running("adam", look=look) as tui:
        for way in ADMINISTRATOR_WAYS:
            if "ctrl+p" in way.keys or way.kind.__name__ == "Reveal":
                continue
            await go(tui, way, about="maria")
            assert faint(tui) == [], way
            await tui.press("escape", "escape", "1")
            await tui.calm()


@pytest.mark.parametrize("look", Look)
async def test_a_complaint_can_be_read(maria: Actor, look: Look) -> None:
    """What did not work stands out, and stays readable."""
    async with running("maria", look=look) as tui:
        await tui.press("2")
        await tui.shows("Only an administrator manages users.")
        assert faint(tui) == []


@pytest.mark.parametrize("look", Look)
async def test_the_look_is_the_one_asked_for(maria: Actor, look: Look) -> None:
    """The setting decides, and the palette's command changes to the other."""
    async with running("maria", look=look) as tui:
        assert tui.app.theme == f"keytui-{look}"
        assert tui.app.current_theme.dark is (look is Look.DARK)
        tui.app.action_look()
        await tui.pilot.pause()
        assert tui.app.current_theme.dark is (look is Look.LIGHT)
        tui.app.action_look()
        assert tui.app.theme == f"keytui-{look}"


@pytest.mark.parametrize("colour", [True, False])
async def test_the_selected_row_is_marked_twice(
    maria: Actor, monkeypatch: pytest.MonkeyPatch, colour: bool
) -> None:
    """With and without colours the selected row is reversed and begins with a >."""
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    new_key(maria, "one")
    new_key(maria, "two")
    async with running("maria") as tui:
        assert (coloured(tui) == set()) is not colour
        assert tui.cursor_line.startswith(" > two")
        row = [segment for segment in tui.cursor_strip if segment.text.strip()]
        assert all(segment.style and segment.style.reverse for segment in row)


async def test_without_colours_every_state_is_a_word(
    maria: Actor, adam: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deactivated key, the focused button and a refused action are told by words or reverse."""
    monkeypatch.setenv("NO_COLOR", "1")
    api_keys.deactivate_key(maria, new_key(maria).key_id, "lost")
    async with running("maria") as tui:
        assert "deactivated" in tui.cursor_line
        await tui.press("n", "tab")
        reversed_text = "".join(
            segment.text
            for strip in tui.strips
            for segment in strip
            if segment.style and segment.style.reverse
        )
        assert "[ Create ]" in reversed_text
        assert "[ Cancel ]" not in reversed_text
    async with running("adam") as tui:
        await tui.press("a")
        await tui.on(ActionMenu)
        await tui.press("home")
        await tui.shows("Administrators cannot create keys: separation of duties.")
