"""What is known of the object that is looked at, besides the World."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sources.model import ObjectRef
from sources.related import Related
from sources.rules.alerts import DisplayAlert

Raw: TypeAlias = Mapping[str, Any]


class Seen(NamedTuple):
    """`raw` and `related` are None until they have been fetched, and on their way while `loading`. `pods` are the
    keys of the pods that belong to it, `alerts` those that name it; `unfolded` shows long lists whole."""

    ref: ObjectRef
    raw: Raw | None = None
    related: Related | None = None
    pods: Sequence[str] = ()
    alerts: Sequence[DisplayAlert] = ()
    unfolded: bool = False
    loading: bool = False
