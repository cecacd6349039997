"""Numbers with their nouns."""

import pytest

from tui.words import counted, plural


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("pod", "pods"),
        ("ingress", "ingresses"),
        ("networkpolicy", "networkpolicies"),
        ("entry", "entries"),
        ("gateway", "gateways"),
        ("endpoints", "endpoints"),
        ("switch", "switches"),
        ("y", "ys"),
    ],
)
def test_plurals_of_kinds_and_labels(noun: str, many: str) -> None:
    assert plural(noun) == many
    assert (counted(0, noun), counted(1, noun), counted(2, noun)) == (f"0 {many}", f"1 {noun}", f"2 {many}")
