"""What is counted, for `GET /metrics`. Names and label values say nothing about persons."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

SLACK_REQUESTS = Counter(
    "grail_slack_requests_total",
    "What Slack sent, by the status it was answered with",
    ["status"],
    registry=REGISTRY,
)
SLACK_REQUEST_SECONDS = Histogram(
    "grail_slack_request_seconds",
    "From a request of Slack to its answer",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 3),
    registry=REGISTRY,
)
ASKS = Counter(
    "grail_asks_total", "What people asked, by way and outcome", ["how", "outcome"], registry=REGISTRY
)
REPEATED = Counter("grail_repeated_total", "Asks that were the same as one before", registry=REGISTRY)
JOBS = Counter("grail_jobs_total", "Work done, by kind and outcome", ["kind", "outcome"], registry=REGISTRY)
DEAD_LETTERS = Counter("grail_dead_letters_total", "Work given up, by kind", ["kind"], registry=REGISTRY)
UNDELIVERED = Counter("grail_undelivered_total", "Messages that Slack refused for good", registry=REGISTRY)
DEPLOYS = Counter(
    "grail_deploys_total",
    "Deploys that ended, by state",
    ["service", "environment", "state"],
    registry=REGISTRY,
)
HOOKS = Counter(
    "grail_hooks_total",
    "Webhooks that came, by source and what became of them",
    ["source", "outcome"],
    registry=REGISTRY,
)
HEARD = Counter(
    "grail_hooks_heard_total", "What webhooks told of our deploys, by source and outcome", ["source", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
UP = Gauge(
    "grail_up_since_seconds", "When this process was ready, in seconds since the epoch", registry=REGISTRY
)
