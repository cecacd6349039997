"""The soak's cluster: what watchers are told leads to what a list says, whenever they come back."""

from __future__ import annotations

import time

import msgspec

from tests.bench import objects
from tests.bench.objects import SIZES
from tests.bench.turnover import EVENTS, KEPT, PODS, TTL, Turnover

SIZE = SIZES["XS"]
Known = dict[str, bytes]


def fold(known: Known, lines: bytes) -> None:
    for line in filter(None, lines.splitlines()):
        change = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        uid = uid_of(bytes(change["object"]))
        if bytes(change["type"]) == b'"DELETED"':
            del known[uid]
        elif bytes(change["type"]) in (b'"ADDED"', b'"MODIFIED"'):
            known[uid] = bytes(change["object"])


def uid_of(thing: bytes) -> str:
    return str(msgspec.json.decode(thing)["metadata"].get("uid", ""))


def test_told_and_listed_are_the_same() -> None:
    turnover = Turnover(SIZE, 1.0, time.time())
    pods = [objects.pod(number, SIZE) for number in range(SIZE.pods)]
    known = {uid_of(pod): pod for pod in pods}
    began = set(known)
    seen: Known = {}
    version = turnover.move(pods, 1, 700)
    for path, lines in turnover.take(version):
        fold({PODS: known, EVENTS: seen}[path], lines)
    assert sorted(known.values()) == sorted(pods)
    assert sorted(seen.values()) == sorted(turnover.events(""))
    assert not began & set(known)  # 70 of 30 pods were replaced, each at least once


def test_a_watch_goes_on_where_it_was_left_or_is_expired() -> None:
    turnover = Turnover(SIZE, 1.0, time.time())
    pods = [objects.pod(number, SIZE) for number in range(SIZE.pods)]
    left = turnover.move(pods, 1, 50)
    list(turnover.take(left))
    known = {uid_of(pod): pod for pod in pods}
    list(turnover.take(turnover.move(pods, left, 50)))
    fold(known, turnover.since(PODS, left))
    assert sorted(known.values()) == sorted(pods)
    list(turnover.take(turnover.move(pods, 1000, KEPT)))
    assert b'"code":410' in turnover.since(PODS, left)


def test_events_expire_on_the_faster_clock() -> None:
    turnover = Turnover(SIZE, 1.0, time.time())
    pods = [objects.pod(number, SIZE) for number in range(SIZE.pods)]
    list(turnover.take(turnover.move(pods, 1, 20)))
    seen = {uid_of(event): event for event in turnover.events("")}
    assert len(seen) == 10
    turnover.clock = turnover.clock._replace(epoch=turnover.clock.epoch - TTL - 1, faster=2.0)
    (_, lines), *_ = [told for told in turnover.take(turnover.move(pods, 99, 0)) if told[0] == EVENTS]
    fold(seen, lines)
    assert not seen
    assert b'"resourceVersion":"109"' in lines.splitlines()[-1]  # the version of its end, not of its beginning
    assert not turnover.events("")
