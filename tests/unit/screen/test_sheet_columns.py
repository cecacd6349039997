"""Which columns of a table are shown."""

from __future__ import annotations

import pytest

from tui.sheets.choice import Choice, ColumnError, named
from tui.sheets.pods import PODS


def test_wide_columns_are_shown_when_they_are_asked_for() -> None:
    usual = [field.column.key for field in Choice().fields(PODS)]
    wide = [field.column.key for field in Choice(wide=True).fields(PODS)]
    assert "message" not in usual
    assert {"message", "nominated", "gates", "qos"} <= set(wide)
    assert [key for key in wide if key in usual] == usual


def test_named_columns_come_in_their_order_and_the_name_is_the_last_to_go() -> None:
    names = named("Memory+, name status", PODS)
    assert names == ("memory+", "name", "status")
    fields = Choice(names=names).fields(PODS)
    assert [field.column.key for field in fields] == list(names)
    by_priority = sorted(fields, key=lambda field: -field.column.priority)
    assert [field.column.key for field in by_priority] == ["name", "memory+", "status"]


def test_a_column_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(ColumnError, match=r"there is no column colour; known: trouble, namespace, name, ready"):
        named("name,colour", PODS)
