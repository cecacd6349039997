"""Finds what belongs to an object, by reading only: its owners and theirs, and lists of its namespace, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from sources.contract import Denied, NotFound, Objects, SourceError
from sources.model import ObjectRef
from sources.rules.related import Raw, Relation, Search, named, owners, ref_of, searches
from sources.rules.standing import standing

DEEP = 5
"""Owners of owners that are followed."""
MOST_LISTED = 500
"""Objects of one kind that are looked through."""
MOST_SHOWN = 40
"""Relations of one role that are kept."""
MOST_CLAIMS = 10
"""Claims of one pod that are asked for one by one."""


class Related(Struct, frozen=True, gc=False):
    """What was found. `unseen` says in a line each what could not be looked for, and which right is missing."""

    relations: tuple[Relation, ...] = ()
    unseen: tuple[str, ...] = ()


async def find_related(objects: Objects, raw: Raw) -> Related:
    """Everything that belongs to the object; what fails is said in `unseen`, never raised."""
    unseen: list[str] = []
    chain = await _chain(objects, raw, unseen)
    own = named(raw)
    claims = [one for one in own if one.ref.kind == "PersistentVolumeClaim" and one.role == "claim"][:MOST_CLAIMS]
    wanted = searches(raw, [one.ref for one in chain])
    claimed, found = await asyncio.gather(
        asyncio.gather(*(_looked_up(objects, one, unseen) for one in claims)),
        asyncio.gather(*(_search(objects, one, unseen) for one in wanted)),
    )
    known = {before.ref: after for before, after in zip(claims, claimed, strict=True)}
    relations = [*chain, *(known.get(one.ref, one) for one in own)]
    for group in found:
        relations += group
    return Related(tuple(relations), tuple(dict.fromkeys(unseen)))


async def _chain(objects: Objects, raw: Raw, unseen: list[str]) -> list[Relation]:
    """The owner, its owner, and so on."""
    chain: list[Relation] = []
    seen = {ref_of(raw)}
    while len(chain) < DEEP and (above := owners(raw)):
        owner = above[0]
        if owner in seen:  # a circle: somebody wrote these references by hand
            break
        seen.add(owner)
        relation, found = await _look(objects, Relation("owner", owner), unseen)
        chain.append(relation)
        if found is None:
            break
        raw = found
    return chain


async def _looked_up(objects: Objects, relation: Relation, unseen: list[str]) -> Relation:
    return (await _look(objects, relation, unseen))[0]


async def _look(objects: Objects, relation: Relation, unseen: list[str]) -> tuple[Relation, Raw | None]:
    ref = relation.ref
    try:
        raw = await objects.get_object(ref.kind, ref.namespace, ref.name)
    except NotFound:
        return relation._replace(note="does not exist", trouble=True), None
    except SourceError as error:
        unseen.append(_why(ref.kind, error))
        return relation, None
    how = standing(raw)
    return relation._replace(note=how.note, trouble=how.trouble), raw


async def _search(objects: Objects, search: Search, unseen: list[str]) -> Sequence[Relation]:
    try:
        page = await objects.list_objects(search.kind, search.namespace, MOST_LISTED)
    except SourceError as error:
        unseen.append(_why(search.kind, error))
        return ()
    found = []
    for raw in page.items:
        if search.fits(raw):
            how = standing(raw)
            ref = ref_of(raw, search.kind)
            found.append(Relation(search.role, ObjectRef(ref.kind, ref.name, search.namespace), *how))
    if page.more:
        unseen.append(f"{search.kind}: only the first {len(page.items)} in {search.namespace} were looked through")
    if len(found) > MOST_SHOWN:
        unseen.append(f"{search.kind}: {len(found) - MOST_SHOWN} more belong to it")
    return found[:MOST_SHOWN]


def _why(kind: str, error: SourceError) -> str:
    if isinstance(error, Denied):
        return f"{kind}: the right is missing: {error.missing or error}"
    return f"{kind}: {error}"
