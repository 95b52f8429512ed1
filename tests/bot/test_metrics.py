"""What is counted: names as Prometheus wants them, and nothing about persons."""

from prometheus_client import generate_latest

from bot import metrics

PERSONAL = {"user", "person", "email", "name", "who", "by", "channel", "text"}


def test_every_name_begins_with_grail_and_is_told_in_words() -> None:
    found = list(metrics.REGISTRY.collect())
    assert found
    for each in found:
        assert each.name.startswith("grail_")
        assert each.documentation


def test_no_label_says_anything_about_a_person() -> None:
    for collector in set(metrics.REGISTRY._collector_to_names):
        assert not PERSONAL & set(getattr(collector, "_labelnames", ()))


def test_there_is_nothing_in_it_but_what_is_ours() -> None:
    assert b"python_info" not in generate_latest(metrics.REGISTRY)
