"""Only the cells that became different are sent, and the terminal shows what it would after a whole frame."""

from itertools import pairwise
from random import Random

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.terminal.frames import Shown

CONSOLE = Console(color_system="truecolor", force_terminal=True, width=40)
PLAIN, RED, BAR = Style(), Style(color="red"), Style(bgcolor="blue", bold=True)


def strip(*pieces: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in pieces])


def whole(*lines: Strip, width: int = 40) -> LayoutUpdate:
    return LayoutUpdate([[line] for line in lines], Region(0, 0, width, len(lines)))


def part(y: int, x1: int, x2: int, x: int, line: Strip) -> ChopsUpdate:
    return ChopsUpdate([{} for _ in range(y)] + [{x: line}], [(y, x1, x2)], [[]] * y + [[x + line.cell_length]])


def sent(shown: Shown, frame: LayoutUpdate | ChopsUpdate) -> str:
    return shown.changes(frame, CONSOLE)[0]


def test_the_same_frame_again_sends_nothing() -> None:
    shown = Shown()
    assert "hello" in sent(shown, whole(strip(("hello", RED), (" " * 35, PLAIN))))
    assert sent(shown, whole(strip(("hello", RED), (" " * 35, PLAIN)))) == ""
    assert sent(shown, part(0, 0, 40, 0, strip(("hello", RED), (" " * 35, PLAIN)))) == ""


def test_only_changed_cells_are_sent() -> None:
    shown = Shown()
    sent(shown, whole(strip((" Pods ", BAR), ("-" * 28, PLAIN), ("9s ago", RED))))
    text = sent(shown, part(0, 0, 40, 0, strip((" Pods ", BAR), ("-" * 28, PLAIN), ("8s ago", RED))))
    assert text.startswith("\x1b[1;35H")
    assert "8" in text
    assert "-" not in text
    assert "s ago" not in text


def test_another_style_alone_is_a_change() -> None:
    shown = Shown()
    sent(shown, whole(strip(("0123456789", PLAIN))))
    assert "345" in sent(shown, whole(strip(("012", PLAIN), ("345", RED), ("6789", PLAIN))))


def test_a_line_with_wide_characters_is_sent_whole() -> None:
    shown = Shown()
    sent(shown, whole(strip(("노드 ready", PLAIN), (" 1s", PLAIN))))
    text = sent(shown, whole(strip(("노드 ready", PLAIN), (" 2s", PLAIN))))
    assert "노드 ready" in text
    assert sent(shown, whole(strip(("노드 ready", PLAIN), (" 2s", PLAIN)))) == ""
    # ... also when nothing wide is left, and then by the cell again.
    assert "node ready  3s" in sent(shown, whole(strip(("node ready  3s", PLAIN)))).replace("\x1b[0m", "")
    assert "node" not in sent(shown, whole(strip(("node ready  4s", PLAIN))))


def test_forgetting_and_another_size_send_all() -> None:
    shown = Shown()
    frame = whole(strip(("hello", PLAIN)))
    sent(shown, frame)
    shown.forget()
    assert "hello" in sent(shown, frame)
    assert "hello" in sent(shown, whole(strip(("hello", PLAIN)), width=41))


@pytest.mark.parametrize("seed", range(20))
def test_the_terminal_shows_what_whole_frames_would_show(seed: int) -> None:
    random = Random(seed)
    shown = Shown()
    terminal, oracle = pyte.Screen(40, 4), pyte.Screen(40, 4)
    streams = pyte.Stream(terminal), pyte.Stream(oracle)
    region = Region(0, 0, 40, 4)
    lines = [line_of_widgets(random) for _ in range(4)]
    for step in range(60):
        if step == 0 or random.random() < 0.2:
            # A layout: the widgets of some lines have other edges.
            lines = [line_of_widgets(random) if random.random() < 0.5 else line for line in lines]
            update: LayoutUpdate | ChopsUpdate = LayoutUpdate([*lines], region)
        else:
            y = random.randrange(4)
            place = random.randrange(len(lines[y]))
            x = sum(each.cell_length for each in lines[y][:place])
            new = line_of(random, lines[y][place].cell_length)
            lines[y][place] = new
            update = part(y, x + random.randrange(new.cell_length), x + new.cell_length, x, new)
        streams[0].feed(sent(shown, update))
        streams[1].feed(LayoutUpdate([*lines], region).render_segments(CONSOLE))
        assert terminal.display == oracle.display
        assert cells(terminal) == cells(oracle)


def line_of_widgets(random: Random) -> list[Strip]:
    edges = [0, *sorted(random.sample(range(1, 40), random.randrange(4))), 40]
    return [line_of(random, end - start) for start, end in pairwise(edges)]


def cells(screen: pyte.Screen) -> list[list[object]]:
    """What stands in each cell and how it looks."""
    return [[screen.buffer[y][x] for x in range(40)] for y in range(4)]


def line_of(random: Random, size: int) -> Strip:
    pieces: list[tuple[str, Style]] = []
    while size:
        wide = size > 1 and random.random() < 0.1
        piece = "노" if wide else random.choice(["a", "b", " ", "──", "    ", "xyz"])[:size]
        pieces.append((piece, random.choice([PLAIN, RED, BAR])))
        size -= 2 if wide else len(piece)
    return strip(*pieces)


def test_what_answers_a_key_is_drawn_first_and_what_finds_no_room_is_left_out() -> None:
    shown = Shown()
    frame = whole(*(strip((f"line {y}", PLAIN)) for y in range(4)))
    first = [Region(0, 2, 40, 1)]
    text, left = shown.changes(frame, CONSOLE, first, (None, 10))
    assert text.startswith("\x1b[3;1H")
    assert "line 2" in text
    assert "line 1" not in text
    assert [region.y for region in left] == [0, 1, 3]
    text, left = shown.changes(frame, CONSOLE, first)
    assert text.index("line 0") < text.index("line 1") < text.index("line 3")
    assert "line 2" not in text, "it is there already"
    assert left == []
