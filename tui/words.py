"""How many of something, in words: "1 pod", "3 policies"."""

from __future__ import annotations


def plural(noun: str) -> str:
    """The plural of an English noun; kinds of Kubernetes and names of labels are such nouns."""
    if noun.endswith("endpoints"):  # the one kind that is a plural itself
        return noun
    if noun.endswith("y") and noun[-2:-1] not in ("", *"aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def counted(number: int, noun: str) -> str:
    """ "1 restart", "2 restarts"."""
    return f"{number} {noun if number == 1 else plural(noun)}"
