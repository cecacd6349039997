"""Write small files so that a reader in another process never sees half of one."""

from pathlib import Path


def write(path: Path, text: str, mode: int = 0o600) -> bool:
    """Replace the content in one step. False when the file said so already and was left alone."""
    if path.exists() and path.read_text() == text and path.stat().st_mode & 0o777 == mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text)
    partial.chmod(mode)
    partial.replace(path)
    return True
