"""Nothing that comes from outside may steer the terminal or hide itself."""

import random
import unicodedata

import pytest
from rich.cells import cell_len

from sources.text import REPLACEMENT, clean, clean_multiline

FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def categories(text: str) -> set[str]:
    return {unicodedata.category(character) for character in text}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text [red]not markup[/]", "plain text [red]not markup[/]"),
        ("노드 준비됨 🚀 café 北京 ひらがな", "노드 준비됨 🚀 café 北京 ひらがな"),
        ("a\x1b[1;31mred\x1b[0m", "ared"),
        ("\x1b]0;title\x07x\x1b]8;;http://h\x1b\\link\x1b]8;;\x1b\\", "xlink"),
        ("\x1b]52;c;never ended", "␛]52;c;never ended"),
        ("\x1bc", "␛c"),
        ("\x9b31mred\x9d0;t\x9cx", "redx"),
        ("\x00\x07\x08\x7f", "␀␇␈␡"),
        ("\x80", REPLACEMENT),
        ("a\tb\nc\r\nd\u2028e\x0bf", "a b c d e f"),
        ("\u202eevil\u202c \u2066x\u2069", f"{REPLACEMENT}evil{REPLACEMENT} {REPLACEMENT}x{REPLACEMENT}"),
        ("pay\u200bpal", f"pay{REPLACEMENT}pal"),
        ("\ufeffa\u200eb\u200fc\u061cd\u00ade", "abcde"),
        ("⚠\ufe0f 👩\u200d💻 👍\U0001f3fd 🇰🇷", "⚠ 👩💻 👍 KR"),
        ("\ud800x\udfff", f"{REPLACEMENT}x{REPLACEMENT}"),
        ("\U000e0041tag", f"{REPLACEMENT}tag"),
        ("\u3164\u2800\u115f", REPLACEMENT * 3),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("e\u0301", "é"),
        ("\u0301x \u0302y", "x y"),
        ("a\u00a0b\u2003c", "a b c"),
        ("", ""),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_newline_can_be_shown() -> None:
    assert clean("a\r\nb\n\nc", newline="⏎") == "a⏎b⏎⏎c"


def test_marks_are_capped_and_do_not_hide_the_rest() -> None:
    text = clean("x" + "\u0336\u0489" * 500 + "y")
    assert text[0] == "x"
    assert text[-1] == "y"
    assert len(text) == 6


def test_scripts_that_need_marks_keep_them() -> None:
    for word in ("हिन्दी", "ภาษาไทย", "עִבְרִית", "العَرَبِيَّة", "Tiếng Việt"):
        assert clean(word) == unicodedata.normalize("NFC", word)


def test_multiline_keeps_lines_and_columns() -> None:
    assert clean_multiline("a\tb\r\n\x1b[31mc\x1b[0m\td\rx\u2028y") == "a       b\nc       d\nx\ny"


def test_a_sequence_does_not_reach_over_lines() -> None:
    assert clean_multiline("\x1b]0;start\nvisible\x07") == "␛]0;start\nvisible␇"


def test_every_code_point_is_safe_and_idempotent() -> None:
    # All of the planes that have characters, a sample of the empty and private ones.
    assigned = [*range(0x40000), *range(0xE0000, 0xE1000)]
    for codes in (assigned, range(0x40000, 0x110000, 251)):
        text = "".join(f"a{chr(code)}" for code in codes)
        cleaned = clean(text)
        assert not categories("".join(set(cleaned))) & FORBIDDEN
        assert clean(cleaned) == cleaned


def test_random_mixtures_are_safe() -> None:
    choose = random.Random(20240229)
    spice = [
        "\x1b[",
        "\x1b]",
        "\x1b\\",
        "\x9b",
        "\x07",
        "\r\n",
        "\u202e",
        "\u0301",
        "m",
        ";",
        "1",
        " ",
        "\ud800",
        "한",
    ]
    for _ in range(3000):
        text = "".join(
            choose.choice(spice) if choose.random() < 0.6 else chr(choose.randrange(0x110000))
            for _ in range(choose.randrange(1, 40))
        )
        for cleaned in (clean(text), clean_multiline(text).replace("\n", "")):
            assert not categories(cleaned) & FORBIDDEN, ascii(text)
            cleaned.encode()  # no surrogates
        assert cell_len(clean(text)) >= 0


def test_plain_ascii_is_returned_as_it_is() -> None:
    text = "kube-system/coredns-5d78c9869d-abcde"
    assert clean(text) is text
