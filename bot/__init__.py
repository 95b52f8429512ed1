"""Grail, from top to bottom, each room importing only from those below it.

`__main__` is the command line, `chores` what it does with all that is remembered, and `processes` how each process
lives; `app` puts Grail together. `web` (the HTTP routes) and `jobs` (what is taken from the streams) are its two sides.
`slack` is how we speak, `services` what Grail does. Below them stand side by side `drivers` (how a deploy runs),
`sources` (how word of others arrives) and `store` (what Grail remembers, in Redis); then `clients` (whom we call),
`domain` (what we mean, pure), and at the bottom `config`, `settings`, `errors`, `clock`, `metrics` and `logs`. The top
level's `handlers` (what people can say) stands between `jobs` and `slack`. Beside all of it stand `workspace`, a Slack
look-alike that judges Grail and shares no code with it, and `acme`, the example company.
"""
