"""Acme, the example company: a git repository with three small services, and the front that they stand behind.

Nothing here is Grail; it is what Grail deploys. `make run` creates the repository (data/acme/repository.git, the
same commits everywhere), starts the front and, behind it, what was deployed before. The recipe in config.yaml runs
the scripts in `ops/` of that repository. They reach the front at the address in ACME_FRONT:

    recipes:
      acme:
        pass_env: [ACME_FRONT]
        prepare:
          - {name: test, run: [python3, ops/test.py, "{service}"], timeout: 2m}
        deploy:
          - {name: start, run: [python3, ops/start.py, "{service}", "{environment}", "{commit}"], timeout: 30s}
          - {name: switch, run: [python3, ops/switch.py, "{service}", "{environment}", "{commit}"], timeout: 15s}
        check:
          - {name: check, run: [python3, ops/check.py, "{service}", "{environment}", "{commit}"], timeout: 30s}
          - {name: retire, run: [python3, ops/retire.py, "{service}", "{environment}"], timeout: 15s}
        rollback:
          - {name: back, run: [python3, ops/back.py, "{service}", "{environment}"], timeout: 30s}
        actions:
          restart:
            - {name: restart, run: [python3, ops/restart.py, "{service}", "{environment}", "{commit}"], timeout: 30s}

`start` starts the new version on a free port beside the old one and waits for its health; `switch` turns the front
over to it; `check` asks through the front; `retire` ends the old version; `back` turns the front to the old version
again, wherever the deploy stopped, and ends the new one.
"""
