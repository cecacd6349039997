"""The simulated link of the terminal tests: what it takes, when it arrives, what it holds."""

from tests.pty.link import PACKET, Way


def test_bytes_arrive_after_their_own_time_and_the_delay_in_order() -> None:
    way = Way(bits=8000, delay=0.5)
    way.put(b"a" * PACKET, 10.0)
    way.put(b"b", 10.0)
    assert way.arrived(10.75) == b""
    assert way.arrived(10.0 + PACKET / 1000 + 0.5) == b"a" * PACKET
    assert way.arrived(11.0) == b"b"
    assert way.next(11.0) is None


def test_it_takes_no_more_than_its_buffer_holds_until_something_has_left() -> None:
    way = Way(bits=8000, delay=5.0, buffer=1024)
    way.put(b"x" * 1024, 0.0)
    assert way.room(0.0) == 0
    assert way.room(0.3) == PACKET
    assert way.most == 1024
    assert way.arrived(0.3) == b""


def test_an_idle_time_gives_no_credit() -> None:
    way = Way(bits=8000, delay=0.0)
    way.put(b"x", 0.0)
    way.put(b"y" * 100, 50.0)
    assert way.arrived(50.05) == b"x"
    assert way.next(50.05) == 50.1
