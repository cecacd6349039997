"""Parts of the driver that need no terminal: decoding keys, writing to what is gone, drawing in ASCII."""

import io

import pytest
from rich.cells import cell_len

from tui.terminal.ascii_output import ascii_for, use_ascii
from tui.terminal.driver import LenientDecoder, SafeWriterThread, TerminalLostError


def test_decoder_replaces_what_is_invalid_and_joins_what_is_split() -> None:
    decoder = LenientDecoder()
    assert decoder.decode(b"a\xffb\xed\x95") == "a�b"
    assert decoder.decode(b"\x9c") == "한"
    assert decoder.decode(b"\xf0\x9f", final=True) == "�"


def test_an_escape_that_begins_nothing_is_a_key_of_its_own() -> None:
    decode = LenientDecoder().decode
    assert decode(b"\x1bj/web\r\x1b:q") == "\x1b[27uj/web\r\x1b[27u:q"
    for whole in (
        b"\x1b",
        b"\x1b[A",
        b"\x1bOP",
        b"\x1b\x1b[24~",
        b"\x1bb",
        b"\x1b\x7f",
        b"\x1b\t",
        b"\x1b]11;x\x1b\\",
    ):
        assert decode(whole) == whole.decode()


def test_an_escape_in_a_paste_is_left_out_wherever_a_read_ends() -> None:
    sent = b"j\x1b[200~a\x1b[31mq\x1bc\r\x1b[20~\x1b[201~\x1bj\x1b[200~\x1b\x1b[201~\x1b"
    meant = "j\x1b[200~a[31mqc\r[20~\x1b[201~\x1b[27uj\x1b[200~\x1b[201~\x1b"
    assert LenientDecoder().decode(sent) == meant
    for place in range(1, len(sent)):
        decode = LenientDecoder().decode
        # An Esc at the end of a read is typed alone: what comes later begins something else.
        later = meant.replace("\x1b[27u", "\x1b") if sent[place - 2 : place + 1] == b"~\x1bj" else meant
        assert decode(sent[:place]) + decode(sent[place:]) == later, place


def test_decoder_reports_the_end_of_input() -> None:
    with pytest.raises(TerminalLostError):
        LenientDecoder().decode(b"")
    assert LenientDecoder().decode(b"", final=True) == ""


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_writer_without_a_terminal_keeps_taking_and_tells_once() -> None:
    told: list[str] = []
    writer = SafeWriterThread(Gone())
    writer.on_lost = lambda: told.append("lost")
    writer.start()
    for _ in range(100):  # more than its queue holds: a writer that had died would block here
        writer.write("frame")
    writer.stop()
    assert not writer.is_alive()
    assert told == ["lost"]


def test_ascii_has_the_same_width() -> None:
    text = "┌─┐│▊ 노드 é ▁▅█ ⣿⠁ … ● ↑ x"
    drawn = ascii_for(text)
    assert drawn.isascii()
    assert cell_len(drawn) == cell_len(text)
    assert drawn.startswith("+-+|# ????")


def test_stream_writes_ascii_for_what_it_cannot_encode() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1")
    use_ascii(stream)
    stream.write("é ─ 노")
    stream.flush()
    assert raw.getvalue() == b"\xe9 - ??"

    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    use_ascii(stream, force=True)
    stream.write("é ─ 노")
    stream.flush()
    assert raw.getvalue() == b"? - ??"
