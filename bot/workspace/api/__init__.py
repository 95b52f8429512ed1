"""Slack's Web API. One file for each family of methods; `calls.py` is how a method is declared and what it is given."""

from . import apps, chat, conversations, files, marks, usergroups, users, views
from .calls import METHODS

__all__ = ["METHODS", "apps", "chat", "conversations", "files", "marks", "usergroups", "users", "views"]
