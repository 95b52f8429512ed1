"""What a service needs: all of it, the nearest first, each once."""

from bot.domain.timeline import needs


def test_what_a_service_needs_is_found_through_others_and_once_though_they_need_each_other() -> None:
    depends_on = {
        "gateway": ["shop", "search"],
        "shop": ["search", "stock"],
        "stock": ["gateway"],
        "search": [],
    }
    assert needs("gateway", depends_on) == ["shop", "search", "stock"]
    assert needs("stock", depends_on) == ["gateway", "shop", "search"]
    assert needs("search", depends_on) == []
    assert needs("nowhere", depends_on) == []
