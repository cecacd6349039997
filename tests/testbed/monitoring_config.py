"""Configuration of the Prometheus servers and the Alertmanager, and their rules."""

from pathlib import Path
from typing import Any

import yaml

from tests.testbed import files
from tests.testbed.content.nodes import LOST

Object = dict[str, Any]
# Prometheus matches the whole name.
HEAVY = (
    "(apiserver_(admission|watch|storage|response|request_(sli|body|size)|flowcontrol|cel)"
    "|etcd|workqueue).*_bucket"
)


def _alert(name: str, expr: str, severity: str, summary: str, wait: str = "", **labels: str) -> Object:
    rule: Object = {"alert": name, "expr": expr}
    if wait:
        rule["for"] = wait
    rule["labels"] = {"severity": severity, **labels}
    rule["annotations"] = {"summary": summary, "runbook_url": f"https://runbooks.example/{name}"}
    return rule


def rules() -> Object:
    """Alerting rules in every state (firing, pending, inactive; silenced, inhibited) and recording rules."""
    alerts = [
        _alert("Watchdog", "vector(1)", "none", "Always fires; its absence means alerting is broken."),
        _alert(
            "TestBedPodCrashLooping",
            "vector(17)",
            "critical",
            "Pod {{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value }} times.",
            namespace="shop",
            pod="payments-0",
            container="payments",
        ),
        _alert("TestBedNodeNotReady", "vector(1)", "critical", "Node {{ $labels.node }} is not ready.", node=LOST),
        _alert("TestBedNodeUnreachable", "vector(1)", "warning", "Inhibited by TestBedNodeNotReady.", node=LOST),
        _alert("TestBedDiskFilling", "vector(0.07)", "warning", "Silenced.", namespace="shop", pod="postgres-1"),
        _alert("TestBedSlowRollout", "vector(1)", "warning", "Stays pending.", wait="30d", namespace="team-a"),
        _alert("TestBedNever", "vector(1) > 2", "warning", "Never fires."),
        _alert("TestBedScrapeDown", "up == 0", "warning", "{{ $labels.instance }} cannot be scraped."),
    ]
    records = [
        {
            "record": "instance:node_cpu_utilisation:rate1m",
            "expr": '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[1m]))',
        },
        # Two series on both sides: the server reports this rule as unhealthy, with the reason.
        {"record": "testbed:broken", "expr": "up * on (cluster) up"},
    ]
    return {
        "groups": [
            {"name": "testbed-alerts", "interval": "5s", "rules": alerts},
            {"name": "testbed-records", "interval": "15s", "rules": records},
        ]
    }


def alertmanager() -> Object:
    """One receiver that drops everything, one inhibition."""
    return {
        "route": {
            "receiver": "nobody",
            "group_by": ["alertname", "namespace"],
            "group_wait": "1s",
            "group_interval": "10s",
            "routes": [{"receiver": "on-call", "matchers": ['severity = "critical"']}],
        },
        "receivers": [{"name": "nobody"}, {"name": "on-call"}],
        "inhibit_rules": [
            {
                "source_matchers": ['alertname = "TestBedNodeNotReady"'],
                # `equal` also holds where neither alert has the label, so the label must be there.
                "target_matchers": ['severity = "warning"', 'node != ""'],
                "equal": ["node"],
            },
        ],
    }


def prometheus(ports: dict[str, int], state: Path, replica: str) -> Object:
    """Scrapes the servers of the bed. Both generations are one pair: the same external labels but `replica`,
    which is dropped from what the Alertmanager gets, so that it sees each alert once."""

    def job(name: str, *targets: str, **more: Any) -> Object:
        return {"job_name": name, "static_configs": [{"targets": list(targets)}], **more}

    certificates = state / "certificates"
    tls = {
        "ca_file": str(certificates / "ca.crt"),
        "cert_file": str(certificates / "admin.crt"),
        "key_file": str(certificates / "admin.key"),
    }
    return {
        "global": {
            "scrape_interval": "5s",
            "evaluation_interval": "5s",
            "external_labels": {"cluster": "testbed", "replica": replica},
        },
        "rule_files": [str(state / "monitoring" / "rules.yml")],
        "alerting": {
            "alert_relabel_configs": [{"regex": "replica", "action": "labeldrop"}],
            "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{ports['alertmanager']}"]}]}],
        },
        "scrape_configs": [
            job("node", f"127.0.0.1:{ports['node-exporter']}"),
            job("prometheus", f"127.0.0.1:{ports['prometheus']}", f"127.0.0.1:{ports['prometheus-old']}"),
            job("alertmanager", f"127.0.0.1:{ports['alertmanager']}"),
            job(
                "apiserver",
                f"127.0.0.1:{ports['kube-apiserver']}",
                scheme="https",
                tls_config=tls,
                scrape_interval="30s",
                # Its histograms are tens of thousands of series, for two servers on a small machine.
                metric_relabel_configs=[{"source_labels": ["__name__"], "regex": HEAVY, "action": "drop"}],
            ),
            job("gone", "127.0.0.1:9", scrape_interval="30s"),  # a target that is always down
        ],
    }


def write(ports: dict[str, int], state: Path) -> bool:
    """Write all configuration files; whether any of them changed."""
    folder = state / "monitoring"
    contents = {
        "rules.yml": rules(),
        "alertmanager.yml": alertmanager(),
        "prometheus.yml": prometheus(ports, state, "new"),
        "prometheus-old.yml": prometheus(ports, state, "old"),
    }
    changed = [
        files.write(folder / name, yaml.safe_dump(content, sort_keys=False)) for name, content in contents.items()
    ]
    return any(changed)
