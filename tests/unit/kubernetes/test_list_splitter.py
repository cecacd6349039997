"""Cutting lists while they download: any block boundary, any item, no item lost or invented."""

from __future__ import annotations

import itertools
import json
import random

import pytest

from sources.kubernetes import splitter as splitter_module
from sources.kubernetes.splitter import ListSplitter, NotAListError
from sources.rules.decode import Bytes, decode_pod
from sources.rules.wire import NotJsonError
from tests.unit.kubernetes.fakes import dump, listing, pod


def read(raw: Bytes) -> object:
    try:
        return json.loads(bytes(raw))
    except ValueError as error:
        raise NotJsonError(str(error)) from None


def split(body: bytes, cuts: list[int]) -> tuple[list[object], object]:
    splitter = ListSplitter(read)
    items = []
    for start, end in itertools.pairwise([0, *sorted(cuts), len(body)]):
        items += splitter.feed(body[start:end])
    last, meta = splitter.finish()
    return [*items, *last], meta


TRICKY = [
    pod("a"),
    pod('},{"metadata":{"name":"fake'),
    {"metadata": {"name": "text", "annotations": {"x": '{"items":[{"metadata":{}},{"metadata":{}}]}'}}},
    {"metadata": {"name": "ünï"}, "spec": {"templates": [{"metadata": {"name": "v1"}}, {"metadata": {}}]}},
    pod("z"),
]


@pytest.mark.parametrize("seed", range(25))
def test_any_cut_gives_the_same_items(seed):
    rng = random.Random(seed)
    items = rng.choices(TRICKY, k=rng.randint(0, 12))
    body = listing(*items, rv="42", token="next", remaining=7)
    found, meta = split(body, [rng.randrange(len(body)) for _ in range(rng.randint(0, 30))])
    assert found == items
    assert (meta.resource_version, meta.continue_, meta.remaining_item_count) == ("42", "next", 7)


def test_one_byte_at_a_time():
    body = listing(*TRICKY)
    assert split(body, list(range(len(body))))[0] == TRICKY


def test_items_come_before_the_end():
    splitter = ListSplitter(read)
    body = listing(*(pod(f"p{i}") for i in range(50)))
    early = splitter.feed(body[: len(body) // 2])
    assert 20 <= len(early) < 50


def test_custom_resources_begin_with_their_api_version():
    item = {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "containers": [],
        "metadata": {"ownerReferences": [{"apiVersion": "a/v1"}, {"apiVersion": "b/v1"}]},
    }
    body = listing(*[item] * 40, kind="PodMetricsList")
    splitter = ListSplitter(read)
    early = splitter.feed(body[: len(body) // 2])
    assert len(early) >= 15
    rest = [*splitter.feed(body[len(body) // 2 :]), *splitter.finish()[0]]
    assert len(early) + len(rest) == 40


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (dump({"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": None}), 0),
        (dump({"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": []}), 0),
        (dump({"items": [pod("a"), pod("b")], "kind": "PodList", "metadata": {"resourceVersion": "1"}}), 2),
        (json.dumps({"metadata": {"resourceVersion": "1"}, "items": [pod("a")] * 3}, indent=2).encode(), 3),
    ],
)
def test_unusual_shapes(body, count):
    items, meta = split(body, [5, 11, 40])
    assert len(items) == count
    assert meta.resource_version == "1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>login</html>",
        b"ok",
        b"[]",
        listing(pod("a"), pod("b"))[:-30],
        dump({"kind": "Status", "status": "Failure", "metadata": {}}),
        dump({"kind": "Pod", "metadata": {"name": "x"}}),
    ],
)
def test_what_is_no_whole_list_is_said(body):
    with pytest.raises(NotAListError):
        split(body, [])


@pytest.mark.fault(32)
@pytest.mark.parametrize("start", [b"", b'{"items":[', b'{"items":[{"metadata":{"name":"'])
def test_an_answer_without_an_end_is_not_kept_in_memory(start):
    splitter = ListSplitter(read, most=10_000)
    splitter.feed(start + b"x" * 9000)
    with pytest.raises(NotAListError, match="no complete item in 10000 bytes"):
        splitter.feed(b"x" * 1001)


def test_an_item_that_is_none_costs_itself_alone():
    body = listing(pod("a"), {"metadata": {"labels": 5}}, {"metadata": {}}, pod("b"), pod("c"))
    splitter = ListSplitter(decode_pod)
    found = [*splitter.feed(body), *splitter.finish()[0]]
    assert ([each.name for each in found], splitter.bad) == (["a", "b", "c"], 2)


def test_each_item_is_read_once():
    """At 150,000 pods to look at each twice would be seconds."""
    count = 0

    def counted(raw: Bytes) -> object:
        nonlocal count
        count += 1
        return read(raw)

    body = listing(*(pod(f"p{i}") for i in range(50)))
    splitter = ListSplitter(counted)
    for start in range(0, len(body), 1000):
        splitter.feed(body[start : start + 1000])
    splitter.finish()
    assert count == 50


@pytest.mark.parametrize("block", [7, 1000, 1 << 20])
def test_an_item_with_many_seams_is_told_by_what_follows_or_at_the_end(monkeypatch, block):
    monkeypatch.setattr(splitter_module, "_TRIES", 3)
    odd = {"metadata": {"name": "odd"}, "templates": [{"metadata": {}}] * 20}
    items = [pod("a"), odd, pod("b"), odd, pod("c")]
    body = listing(*items)
    assert split(body, list(range(block, len(body), block)))[0] == items
