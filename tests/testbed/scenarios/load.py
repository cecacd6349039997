"""Too little of something while nothing crashes, or nearly nothing: readiness, CPU, replicas, volume."""

from tests.testbed.content.statuses import Object, container_status
from tests.testbed.content.workloads import container, deployment, resources, stateful_set
from tests.testbed.scenarios.play import BY_HAND, ON_KWOK, Player
from tests.testbed.usage import CPU


def failing_readiness(play: Player) -> None:
    """All pods of a service run, and their readiness probe fails."""
    app, number = "gateway", 3
    small = resources("50m", "64Mi", "200m", "128Mi")
    play.apply(
        deployment(play.namespace, app, number, [container(app, "gateway:1.12.1", resources=small)], **ON_KWOK)
    )
    for pod in play.running(app, number):
        state = {"running": {"startedAt": pod["metadata"]["creationTimestamp"]}}
        play.write(pod, "Running", [container_status(app, state)])
        play.tell(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", count=14)
    play.until("Deployment", "apps/v1", app, "Available", "False")


def _busy(play: Player, app: str, replicas: int, use: int, wanted: Object) -> None:
    made = deployment(play.namespace, app, replicas, [container(app, f"{app}:1", resources=wanted)], **ON_KWOK)
    made["spec"]["template"]["metadata"]["annotations"] = {CPU: str(use)}
    play.apply(made)
    play.running(app, replicas)


def cpu_throttling(play: Player) -> None:
    """The pods use all that their CPU limit allows; only a kubelet could count the throttled periods."""
    _busy(play, "fraud-scorer", 3, 397, resources("400m", "256Mi", "400m", "512Mi"))


def hpa_at_max(play: Player) -> None:
    """The real autoscaler reads the metrics API, scales to its maximum, and would like more."""
    app = "query"
    _busy(play, app, 2, 190, resources("100m", "128Mi", "400m", "256Mi"))
    target = {"type": "Utilization", "averageUtilization": 60}
    play.apply(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": app, "namespace": play.namespace},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": app},
                "minReplicas": 2,
                "maxReplicas": 4,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            },
        }
    )
    play.until("HorizontalPodAutoscaler", "autoscaling/v2", app, "ScalingLimited", "True")


def pvc_full(play: Player) -> None:
    """A claim, bound by the real controller, and the database that finds its volume full."""
    app = "postgres"
    name = f"data-{app}-0"
    size = {"storage": "20Gi"}
    claim: Object = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "resources": {"requests": size},
        "volumeName": f"{play.namespace}-{name}",
    }
    volume: Object = {
        "capacity": size,
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "hostPath": {"path": f"/var/lib/{app}"},
        "claimRef": {"namespace": play.namespace, "name": name},
    }
    meta = {"name": claim["volumeName"]}
    play.apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": volume})
    meta = {"name": name, "namespace": play.namespace}
    made = play.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": claim})
    database = container(app, "postgres:17.6", resources=resources("200m", "256Mi", "1", "512Mi"))
    data = {"name": "data", "persistentVolumeClaim": {"claimName": name}}
    play.apply(stateful_set(play.namespace, app, 1, [database], volumes=[data], **BY_HAND))
    pod = play.placed(app, 1)[0]
    says = 'PANIC: could not write to file "pg_wal/xlogtemp.29": No space left on device'
    waiting = {
        "waiting": {
            "reason": "CrashLoopBackOff",
            "message": f"back-off 2m40s restarting failed container={app} pod={pod['metadata']['name']}",
        }
    }
    last = {"terminated": play.clock.ended(1, "Error", seconds=40) | {"message": says}}
    play.write(pod, "Running", [container_status(app, waiting, restarts=6, lastState=last)])
    play.tell(pod, "BackOff", f"Back-off restarting failed container {app} in pod postgres-0", count=11)
    text = "volume is full: 0 bytes available of 20Gi"
    play.tell(made, "VolumeConditionAbnormal", text)
