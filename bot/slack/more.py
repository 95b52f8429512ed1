"""What does not stand first in a row stands in its menu: which press was chosen there."""

MORE = "more"  # the action of every such menu; a choice carries the press and its value


def folded(action: str, value: str) -> str:
    """What a choice of the menu carries."""
    return f"{action} {value}"


def unfolded(action: str, value: str) -> tuple[str, str]:
    """The press that was meant, and its value. Two of one kind in a row are told apart by a number behind a colon."""
    if action == MORE:
        action, _, value = value.partition(" ")
    return action.partition(":")[0], value
