"""How word of others arrives: one file a sender, which only translates.

    verify(headers, body, secrets)   whether the sender is who it says it is
    parse(headers, body)             what it says, as plain data, of which only what is used is kept

`headers` have their names in small letters. Neither raises for anything that a sender may send.
"""
