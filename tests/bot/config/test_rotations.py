"""What config.yaml can say about who is on call."""

from pathlib import Path

from bot.config import Rotation, load
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


def test_the_rotations_in_the_documentation_are_ones_that_grail_takes(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    example = (root / "config.yaml").read_text()
    written = (root / "docs" / "rotations.md").read_text().split("```yaml\n")[1].split("```")[0]
    before, after = example.split("\nrotations:\n")[0], example.split("\n# A right is a word")[1]
    file = tmp_path / "config.yaml"
    file.write_text(f"{before}\nrotations:{written.split('rotations:')[1]}\n# A right is a word{after}")
    assert list(load(file).rotations) == ["storefront", "managers", "desk", "world", "payments"]
