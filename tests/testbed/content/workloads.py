"""Workloads that run well on the simulated nodes, about sixty pods, plus a job that comes every minute."""

from typing import Any

Object = dict[str, Any]

NAMESPACES = ("team-a", "team-b", "shop", "monitoring")


def resources(cpu: str, memory: str, cpu_limit: str = "", memory_limit: str = "") -> Object:
    """A container's requests and limits; empty strings leave a limit out."""
    limits = {key: value for key, value in (("cpu", cpu_limit), ("memory", memory_limit)) if value}
    found: Object = {"requests": {"cpu": cpu, "memory": memory}}
    if limits:
        found["limits"] = limits
    return found


def container(name: str, image: str, **more: Any) -> Object:
    """A container of a pod."""
    return {"name": name, "image": f"registry.example/{image}", **more}


def _template(app: str, containers: list[Object], **spec: Any) -> Object:
    labels = {"app.kubernetes.io/name": app}
    return {"metadata": {"labels": labels}, "spec": {"containers": containers, **spec}}


def _owner(kind: str, namespace: str, app: str, template: Object, **spec: Any) -> Object:
    body: Object = {"selector": {"matchLabels": {"app.kubernetes.io/name": app}}, "template": template, **spec}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": app, "namespace": namespace, "labels": {"app.kubernetes.io/name": app}},
        "spec": body,
    }


def deployment(namespace: str, app: str, replicas: int, containers: list[Object], **spec: Any) -> Object:
    """A Deployment."""
    return _owner("Deployment", namespace, app, _template(app, containers, **spec), replicas=replicas)


def stateful_set(namespace: str, app: str, replicas: int, containers: list[Object], **spec: Any) -> Object:
    """A StatefulSet that starts its pods all at once."""
    template = _template(app, containers, **spec)
    return _owner(
        "StatefulSet", namespace, app, template, replicas=replicas, serviceName=app, podManagementPolicy="Parallel"
    )


def _daemon_set(namespace: str, app: str, containers: list[Object], everywhere: bool) -> Object:
    tolerations = [{"operator": "Exists"}] if everywhere else []
    selector = {"type": "kwok"}  # nobody would run its pods on the others
    template = _template(app, containers, nodeSelector=selector, tolerations=tolerations)
    return _owner("DaemonSet", namespace, app, template)


def namespaces() -> list[Object]:
    """The namespaces beyond those every cluster has."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"testbed": "true"}}}
        for name in NAMESPACES
    ]


def workloads() -> list[Object]:
    """Deployments, StatefulSets, DaemonSets, a Job and a CronJob."""
    small, medium = resources("50m", "64Mi"), resources("250m", "256Mi", "500m", "512Mi")
    log_agent = container("log-agent", "log-agent:4.2", restartPolicy="Always", resources=small)
    migrate = container("migrate", "migrate:2.0", resources=small)
    return [
        deployment("kube-system", "coredns", 2, [container("coredns", "coredns:1.13", resources=medium)]),
        _daemon_set("kube-system", "kube-proxy", [container("main", "kube-proxy:1.37", resources=small)], True),
        _daemon_set("kube-system", "node-agent", [container("node-agent", "node-agent:0.9")], False),
        deployment("shop", "frontend", 8, [container("web", "frontend:5.1.0", resources=medium)]),
        deployment(
            "shop",
            "api",
            6,
            [container("api", "api:5.1.0", resources=medium), container("proxy", "proxy:1.30", resources=small)],
        ),
        deployment("shop", "checkout", 4, [container("checkout", "checkout:3.3", resources=medium)],
                   initContainers=[log_agent, migrate]),
        stateful_set("shop", "postgres", 3, [container("postgres", "postgres:18", resources=medium)]),
        deployment("team-a", "web", 5, [container("web", "web:1.4", resources=medium)]),
        stateful_set("team-a", "cache", 3, [container("redis", "redis:8", resources=small)]),
        deployment("team-b", "worker", 7, [container("worker", "worker:0.3", resources=small)]),
        deployment("team-b", "best-effort", 2, [container("main", "best-effort:1")]),
        deployment("team-b", "trainer", 1, [container("trainer", "trainer:1", resources=resources("8", "32Gi"))],
                   nodeSelector={"node-role.kubernetes.io/gpu": ""},
                   tolerations=[{"key": "dedicated", "operator": "Exists"}]),
        deployment("default", "hello", 2, [container("hello", "hello:latest", resources=small)]),
        _job("team-a", "import-2031", completions=2),
        _cron_job("team-b", "heartbeat"),
    ]  # fmt: skip


def _job_spec(app: str) -> Object:
    template = _template(app, [container("task", f"{app}:1", resources=resources("10m", "16Mi"))])
    template["spec"]["restartPolicy"] = "Never"
    return {"template": template}


def _job(namespace: str, name: str, completions: int) -> Object:
    spec = {**_job_spec("import"), "completions": completions, "parallelism": completions}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def _cron_job(namespace: str, name: str) -> Object:
    """Every minute a pod comes, completes and later goes: the cluster never stands still."""
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "schedule": "* * * * *",
            "successfulJobsHistoryLimit": 3,
            "jobTemplate": {"spec": _job_spec(name)},
        },
    }
