"""python3 standing.py SERVICE ENVIRONMENT: the commit that visitors get; `none` where nothing answers them."""

import sys

import front

service, environment = sys.argv[1:3]
answer = front.ask(f"/{environment}/{service}/version")
commit = answer.get("commit")
if isinstance(commit, str):
    print(commit)
elif answer.get("why") == "nothing answers here":
    print("none")
else:
    sys.exit(f"the front says: {answer.get('why', answer)}")
