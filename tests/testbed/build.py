"""Build the Go servers of the test bed once and keep them in the cache.

Nearly all come from one Go module, so that a package several servers need (gRPC, OpenTelemetry, client-go...)
is compiled once. That module requires `k8s.io/kubernetes`, which names its sibling modules by paths inside its own
repository; those are pointed at the published modules of the matching version instead.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from tests.testbed import toolchain, versions
from tests.testbed.errors import TestBedError
from tests.testbed.versions import Binary

KUBERNETES = "k8s.io/kubernetes"
ALERTMANAGER = "github.com/prometheus/alertmanager"
KUBE_STATE_METRICS = "k8s.io/kube-state-metrics/v2"
# kube-state-metrics takes one type of it; the version of the others is not to be had.
_STAGED = {"k8s.io/sample-controller": "v0.34.3"}


def binary_path(cache: Path, name: str) -> Path:
    """Where a built binary is (or will be)."""
    return cache / "bin" / name / versions.BY_NAME[name].version / name


def missing(cache: Path, names: list[str]) -> list[str]:
    """Those of `names` that are not built yet."""
    return [name for name in names if not binary_path(cache, name).exists()]


def ensure(cache: Path, names: list[str]) -> dict[str, Path]:
    """Build what is missing of `names` (in the order of `versions.BINARIES`) and give the path of each."""
    if missing(cache, names):
        with (cache / "build.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            wanted = [b for b in versions.BINARIES if b.name in missing(cache, names)]
            if wanted:
                go = toolchain.find_go(cache)
                for binary in wanted:
                    _build(go, cache, _module(go, cache, binary.module_set), binary)
    return {name: binary_path(cache, name) for name in names}


def _build(go: str, cache: Path, module: Path, binary: Binary) -> None:
    target = binary_path(cache, binary.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    flags = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in binary.stamps)])
    jobs = os.environ.get("TOPMAST_TESTBED_JOBS") or str(os.cpu_count() or 1)
    print(f"testbed: building {binary.name} {binary.version}", flush=True)
    command = [go, "build", "-mod=mod", "-buildvcs=false", "-trimpath", "-p", jobs, "-ldflags", flags]
    if binary.tags:
        command += ["-tags", binary.tags]
    started = time.monotonic()
    _go([*command, "-o", str(partial), binary.package], module, f"building {binary.name}")
    partial.replace(target)
    seconds = round(time.monotonic() - started)
    print(f"testbed: built {binary.name} in {seconds} s", flush=True)
    _note_time(cache, binary.name, seconds)


def _note_time(cache: Path, name: str, seconds: int) -> None:
    file = cache / "build-seconds.json"
    times = json.loads(file.read_text()) if file.exists() else {}
    times[name] = seconds
    file.write_text(json.dumps(times, indent=1))


def _go(command: list[str], folder: Path, what: str) -> str:
    result = subprocess.run(
        ["nice", "-n", "5", *command], cwd=folder, env=toolchain.environment(), capture_output=True, text=True
    )
    if result.returncode != 0:
        tail = "\n".join(result.stderr.strip().splitlines()[-15:])
        raise TestBedError(f"{what} failed ({' '.join(command[:2])} ended with {result.returncode}):\n{tail}")
    return result.stdout


def _download(go: str, folder: Path, module: str, version: str) -> dict[str, str]:
    """What `go mod download` says of one module: `Dir`, `GoMod`..."""
    spec = f"{module}@{version}"
    answer: dict[str, str] = json.loads(_go([go, "mod", "download", "-json", spec], folder, f"fetching {spec}"))
    return answer


def _module(go: str, cache: Path, module_set: str) -> Path:
    """The folder of the Go module a set is built from; its name depends on all versions of the set."""
    modules = versions.MODULE_SETS[module_set]
    pins = "\n".join(f"{name} {version}" for name, version in sorted(modules.items()))
    digest = hashlib.sha256((pins + versions.STAGING + str(_STAGED)).encode()).hexdigest()[:12]
    folder = cache / "build" / f"{module_set}-{digest}"
    if (folder / "go.mod").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    print(f"testbed: fetching the Go modules of {', '.join(modules)}", flush=True)
    replaced = []
    if KUBERNETES in modules:
        go_mod = Path(_download(go, folder, KUBERNETES, versions.KUBERNETES)["GoMod"]).read_text()
        staging = re.findall(r"^\s*(\S+) => \./staging/", go_mod, re.MULTILINE)
        replaced += [f"{name} => {name} {_STAGED.get(name, versions.STAGING)}" for name in staging]
    for name, adapt in ((ALERTMANAGER, _without_ui), (KUBE_STATE_METRICS, _for_newer_libraries)):
        if name in modules:
            adapt(_copied(go, folder, name, modules[name]))
            replaced.append(f"{name} => ./{name}")
    lines = ["module topmast.test/testbed", "", "go 1.26.0", ""]
    lines += [f"require {name} {version}" for name, version in modules.items()]
    lines += [f"replace {line}" for line in replaced]
    (folder / "go.mod.partial").write_text("\n".join(lines) + "\n")
    (folder / "go.mod.partial").replace(folder / "go.mod")
    return folder


def _copied(go: str, folder: Path, module: str, version: str) -> Path:
    """A copy of a published module that can be changed, below `folder` under its own name."""
    copy = folder / module
    if copy.exists():
        shutil.rmtree(copy)  # of a build that was cut off
    shutil.copytree(_download(go, folder, module, version)["Dir"], copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the module cache is read-only
    return copy


def _without_ui(alertmanager: Path) -> None:
    """Give Alertmanager an empty web page: the published module embeds files that only its own release build
    produces, and does not compile without them."""
    page = alertmanager / "ui" / "app" / "dist" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("<!doctype html><title>Alertmanager</title>no web page in the test bed\n")


def _for_newer_libraries(metrics: Path) -> None:
    """Let kube-state-metrics compile with the libraries of the others (a minute instead of ten): client-go's Store
    has two more methods by now, and automemlimit calls its function otherwise."""
    (metrics / "pkg" / "metrics_store" / "bookmark.go").write_text(
        "package metricsstore\n\n"
        "func (s *MetricsStore) Bookmark(_ string) {}\n\n"
        'func (s *MetricsStore) LastStoreSyncResourceVersion() string { return "" }\n'
    )
    server = metrics / "pkg" / "app" / "server.go"
    server.write_text(server.read_text().replace("memlimit.SetGoMemLimitWithOpts(", "memlimit.Set("))
