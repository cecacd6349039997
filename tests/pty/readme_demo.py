"""Runs the README's demo command in a terminal, as a newcomer would, and leaves with `q`.

python -m tests.pty.readme_demo CLONE HOME COMMAND
"""

import shlex
import sys

from tests.pty.harness import Pty


def main(clone: str, home: str, command: str) -> int:
    env = {"HOME": home, "TERM": "xterm-256color"}
    env |= dict.fromkeys(("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), "")
    script = f"cd {shlex.quote(clone)} && {command}"
    with Pty(["bash", "-ec", script], columns=120, rows=36, env=env) as pty:
        pty.wait_for("faulty", timeout=300)
        pty.send("q")
        code = pty.wait_exit()
    print(f"the demo started and ended with {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
