"""What a rule's level is called on each platform.

Splunk: ``alert.severity`` of savedsearches.conf.spec (1 debug, 2 info, 3 warn, 4 error, 5 severe,
6 fatal). Kibana: ``severity`` is low to critical, informational is none; the risk scores are those
that Elastic's own rules use (elastic/detection-rules).
"""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT = "medium"
SPLUNK_SEVERITY: Mapping[str, int] = {
    "informational": 2,
    "low": 3,
    "medium": 4,
    "high": 5,
    "critical": 6,
}
KIBANA_SEVERITY: Mapping[str, str] = {
    "informational": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
}
RISK_SCORE: Mapping[str, int] = {
    "informational": 5,
    "low": 21,
    "medium": 47,
    "high": 73,
    "critical": 99,
}
