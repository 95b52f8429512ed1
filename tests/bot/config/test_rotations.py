"""What config.yaml can say about who is on call."""

from bot.config import Rotation
from bot.config.rotations import OnlyWithin, Part


def test_office_hours_are_nine_to_five_on_working_days_where_nothing_else_is_said() -> None:
    hours = OnlyWithin()
    assert (hours.begin, hours.end) == ("09:00", "17:00")
    assert (len(hours.days), hours.days[0], hours.days[-1]) == (5, "monday", "friday")


def test_everybody_of_a_rotation_that_follows_the_sun_is_named_once() -> None:
    parts = (
        Part(people=("ann@example.com", "bob@example.com"), zone="Asia/Tokyo"),
        Part(people=("bob@example.com", "cy@example.com"), zone="Europe/Berlin"),
    )
    rotation = Rotation(name="world", sun=parts)
    assert rotation.everybody == ("ann@example.com", "bob@example.com", "cy@example.com")
