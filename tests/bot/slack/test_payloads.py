"""What a form was opened with comes back with what was filled in."""

from bot.slack.payloads import from_view, values_of


def test_a_form_carries_its_channel_and_what_it_was_opened_with() -> None:
    view = {
        "id": "V1",
        "callback_id": "ship",
        "private_metadata": "C1\nshop staging - -",
        "state": {"values": {"reason": {"reason": {"selected_option": {"value": "It repairs an incident"}}}}},
    }
    ask = from_view({"view": view, "user": {"id": "U1"}, "team": {"id": "T1"}})
    assert ask.channel == "C1"
    assert values_of(view) == {"carried": "shop staging - -", "reason": "It repairs an incident"}
    plain = {**view, "private_metadata": "C1"}
    assert from_view({"view": plain, "user": {"id": "U1"}}).channel == "C1"
    assert "carried" not in values_of(plain)
