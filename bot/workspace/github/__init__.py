"""GitHub, played by the workspace at `<workspace>/github/`: enough of it to deploy with, over real HTTP.

front.py    who may ask, the weather, limits, ETags, and the published contract that both sides are held to
routes.py   each address and what it does
apps.py     GitHub Apps: who may ask besides the holder of the token
shapes.py   how each thing looks as JSON
things.py   repositories, workflows, runs, deployments, checks: what there is
moves.py    how a run goes forward, by itself over the clock or as told
git.py      commits, refs and differences, of a real git repository where there is one
hooks.py    signed webhooks to the app
fire.py     what programs do at /control/fire
"""

from .fire import Fire
from .front import Front

__all__ = ["Fire", "Front"]
