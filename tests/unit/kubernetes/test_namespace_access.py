"""What somebody sees who may not see everything."""

from __future__ import annotations

import pytest

from sources.contract import Status
from sources.kubernetes.access import Access
from sources.kubernetes.api import NODES
from sources.kubernetes.standing import merged
from tests.unit.kubernetes.fakes import REFUSED, Live, listing, pod, refusal, settle

ALL, NAMESPACES = "/api/v1/pods", "/api/v1/namespaces"


def pods_in(namespace):
    return f"/api/v1/namespaces/{namespace}/pods"


def allow(rig, namespace, *names):
    body = listing(*(pod(name, namespace=namespace) for name in names))
    for what in ("count", "list"):
        rig.api.script(f"{what} {pods_in(namespace)}", body)


def forbid(rig, *paths):
    for path in paths:
        for what in ("count", "list"):
            rig.api.script(f"{what} {path}", refusal(403, "Forbidden"))


def names(*found):
    return listing(*({"metadata": {"name": name}} for name in found), kind="NamespaceList")


@pytest.fixture
def limited(rig):
    forbid(rig, ALL)
    rig.api.script(NAMESPACES, refusal(403, "Forbidden"))
    rig.api.script("watch", Live())
    return rig


@pytest.mark.fault(11)
async def test_only_the_own_namespace(limited):
    allow(limited, "shop", "a", "b")
    limited.start_scoped(Access(own="shop"))
    await settle(200)
    assert limited.sink.names == ["shop/a", "shop/b"]
    assert [s.scope for s in limited.sink.snapshots] == ["shop"]
    assert limited.sink.status.state == "partial"
    assert limited.sink.status.missing == ("list pods cluster-wide; showing namespaces shop",)


@pytest.mark.fault(44)
async def test_nothing_but_what_fits_is_looked_at_until_somebody_wants_all(rig):
    for what in ("count", "list"):
        rig.api.script(f"{what} {ALL}", listing(pod("a", namespace="shop"), pod("b", namespace="blog")))
    allow(rig, "shop", "a")
    rig.api.script("watch", Live())
    access = Access()
    rig.start_scoped(access)
    await settle(200)
    assert rig.sink.names == ["blog/b", "shop/a"]
    access.narrow(("shop",))
    await settle(200)
    assert rig.sink.names == ["shop/a"]
    assert [(s.scope, len(s.objects)) for s in rig.sink.snapshots[-2:]] == [("", 0), ("shop", 1)]
    assert (rig.sink.status.state, rig.sink.status.missing) == ("partial", ("only shop looked at",))
    access.narrow(())
    await settle(200)
    assert rig.sink.names == ["blog/b", "shop/a"]
    assert rig.sink.status.state == "live"


async def test_the_listed_namespaces_that_are_allowed(limited):
    limited.api.script(NAMESPACES, names("default", "blog", "secret", "shop"))
    allow(limited, "shop", "a")
    allow(limited, "blog", "b")
    forbid(limited, pods_in("secret"), pods_in("default"))
    limited.start_scoped(Access())
    await settle(300)
    assert limited.sink.names == ["blog/b", "shop/a"]
    missing = limited.sink.status.missing
    assert missing == ("list pods cluster-wide; showing namespaces blog, shop", "list pods in default")
    watched = [request.path for request in limited.api.asked("watch")]
    assert sorted(watched) == [pods_in("blog"), pods_in("shop")]


async def test_one_that_somebody_asks_for_comes_in(limited):
    allow(limited, "shop", "a")
    allow(limited, "blog", "b")
    access = Access(own="shop")
    limited.start_scoped(access)
    await settle(200)
    access.include("blog")
    await settle(200)
    assert limited.sink.names == ["blog/b", "shop/a"]
    assert limited.sink.status.missing == ("list pods cluster-wide; showing namespaces shop, blog",)


async def test_nothing_allowed_is_denied_with_the_rights_named(limited):
    forbid(limited, pods_in("default"))
    limited.start_scoped(Access())
    await settle(200)
    status = limited.sink.status
    assert status.state == "denied"
    assert status.missing == ("list pods cluster-wide", "list pods in default")
    assert status.retry_at == pytest.approx(limited.clock.now() + 30)
    before = len(limited.api.requests)
    await limited.clock.advance(29)
    assert len(limited.api.requests) == before


async def test_a_right_given_later_shows_everything(limited):
    allow(limited, "shop", "a")
    limited.start_scoped(Access(own="shop"))
    await settle(200)
    for what in ("count", "list"):
        limited.api.script(f"{what} {ALL}", listing(pod("a"), pod("z", namespace="other")))
    await limited.clock.advance(301)
    assert limited.sink.names == ["other/z", "shop/a"]
    assert limited.sink.status.state == "live"
    assert limited.sink.status.missing == ()


async def test_a_server_that_refuses_everybody_while_it_starts_is_believed_for_half_a_minute(limited):
    forbid(limited, pods_in("default"))
    limited.start_scoped(Access())
    await settle(200)
    assert limited.sink.status.state == "denied"
    for what in ("count", "list"):
        limited.api.script(f"{what} {ALL}", listing(pod("a")))
    await limited.clock.advance(31)
    assert limited.sink.status.state == "live"


async def test_no_news_while_asking_for_the_cluster_changes_nothing(limited):
    allow(limited, "shop", "a")
    limited.start_scoped(Access(own="shop"))
    await settle(200)
    limited.api.script(f"count {ALL}", REFUSED)
    await limited.clock.advance(100)
    assert limited.sink.names == ["shop/a"]
    assert limited.sink.failure is None


async def test_an_explicit_namespace_that_refuses_is_asked_again_with_growing_pauses(rig):
    rig.api.script("watch", Live())
    forbid(rig, pods_in("blog"))
    rig.start_scoped(Access(["blog"]))
    await rig.clock.advance(29)
    assert len(rig.api.asked("list")) == 1
    await rig.clock.advance(400)
    assert 3 <= len(rig.api.asked("list")) <= 5
    allow(rig, "blog", "b")
    await rig.clock.advance(301)
    assert rig.sink.names == ["blog/b"]


async def test_explicit_namespaces_never_ask_for_the_cluster(rig):
    rig.api.script("watch", Live())
    allow(rig, "shop", "a")
    allow(rig, "blog", "b")
    rig.start_scoped(Access(["shop", "blog", "shop"]))
    await settle(200)
    assert rig.sink.names == ["blog/b", "shop/a"]
    assert rig.sink.status.state == "live"
    assert not [request for request in rig.api.requests if request.path in (ALL, NAMESPACES)]


async def test_one_explicit_namespace_forbidden_is_partial(rig):
    rig.api.script("watch", Live())
    allow(rig, "shop", "a")
    forbid(rig, pods_in("blog"))
    rig.start_scoped(Access(["shop", "blog"]))
    await settle(200)
    assert rig.sink.status.state == "partial"
    assert rig.sink.status.missing == ("list pods in blog",)


async def test_nodes_have_no_namespaces_to_fall_back_to(rig):
    rig.api.script("list", refusal(403, "Forbidden", missing="list nodes"))
    rig.start_scoped(Access(), NODES)
    await settle()
    assert (rig.sink.status.state, rig.sink.status.missing) == ("denied", ("list nodes",))
    await rig.clock.advance(29)
    assert len(rig.api.asked("list")) == 1
    await rig.clock.advance(300)
    assert len(rig.api.asked("list")) <= 12


async def test_a_namespace_that_disappears_takes_its_rows_along(limited):
    limited.api.script(NAMESPACES, names("shop", "blog"), names("shop"))
    for name in ("shop", "blog"):
        allow(limited, name, "a")
    forbid(limited, pods_in("default"))
    limited.start_scoped(Access())
    await settle(300)
    assert limited.sink.names == ["blog/a", "shop/a"]
    await limited.clock.advance(301)
    assert limited.sink.names == ["shop/a"]


async def test_trouble_while_looking_for_namespaces_is_tried_again(limited):
    limited.api.script(NAMESPACES, REFUSED, names("shop"))
    allow(limited, "shop", "a")
    forbid(limited, pods_in("default"))
    limited.start_scoped(Access())
    await settle(200)
    assert limited.sink.status.state == "failed"
    await limited.clock.advance(31)
    assert limited.sink.names == ["shop/a"]


class TestMerging:
    def test_the_worst_news_about_shown_rows_goes_first(self):
        live, stale = Status("live"), Status("stale", detail="gone", since=5.0, retry_at=9.0)
        loading = Status("loading", done=3, total=10)
        assert merged({"a": live, "b": live}).state == "live"
        assert merged({"a": live, "b": stale, "c": loading}).state == "stale"
        assert merged({"a": live, "b": stale}).since == 5.0
        assert merged({"a": Status("loading", done=2), "b": loading}).done == 5
        both = {name: Status("denied", missing=(name,)) for name in "xy"}
        assert (merged(both).state, merged(both).missing) == ("denied", ("x", "y"))

    def test_one_that_failed_beside_one_that_lives_is_partial(self):
        said = merged({"a": Status("live"), "b": Status("failed", detail="boom")})
        assert (said.state, said.missing) == ("partial", ("namespace b: boom",))
