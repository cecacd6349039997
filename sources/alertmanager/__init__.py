"""The Alertmanager source (API v2): alerts with what mutes them, groups, silences, status."""

from sources.alertmanager.source import AlertmanagerConfig, AlertmanagerSource, AlertmanagerStatus
from sources.alertmanager.wire import AlertGroup

__all__ = ["AlertGroup", "AlertmanagerConfig", "AlertmanagerSource", "AlertmanagerStatus"]
