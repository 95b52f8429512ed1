"""What Grail remembers. Redis is spoken here and nowhere else.

connection.py, embedded.py   how we reach Redis, and the one that we bring along
keys.py, scripts.py          every key once; the Lua scripts that stand beside their typed fronts
inbox.py                     what was received, stored before it is acknowledged
streams.py, worker.py        the work that waits for a worker, and the worker
timers.py, schedules.py      what is due later, and again and again
dead.py                      what no worker could do
epoch.py, backup.py          whether the server is still the same one; everything in one file
"""
