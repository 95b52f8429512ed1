"""PagerDuty, played by the workspace at `<workspace>/pagerduty/`: enough of it to be paged by, over real HTTP.

front.py     who may ask, the weather, limits, and the published contract that both sides are held to
routes.py    each address and what it does; acts.py: those that do more than change a state; asked.py: one request
shapes.py    how each thing looks as JSON, in answers and in webhooks
things.py    people, services, escalation policies, incidents: what there is
moves.py     how an incident changes, whoever changes it
rota.py      who is on call
hooks.py     signed webhooks to the app, tried again as PagerDuty does
fire.py      what programs do at /control/fire
"""

from .fire import Fire
from .front import Front

__all__ = ["Fire", "Front"]
