"""Commands that go to another cluster."""

from __future__ import annotations

from tui.commands.command import Command

CONTEXTS: tuple[Command, ...] = (
    Command(
        ("ctx", "context", "contexts"),
        "[NAME]",
        "look at the cluster of another kubeconfig context",
        lambda screen, rest: screen.contexts.go(rest),
        lambda screen, _: screen.contexts.names,
    ),
    Command(
        ("reload",),
        "",
        "read the kubeconfig again and look at the same cluster as it stands there now",
        lambda screen, _: screen.contexts.reload(),
    ),
)
