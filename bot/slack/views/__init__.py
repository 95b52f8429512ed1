"""Block Kit: pure functions, a result in, a Message out. One file a noun."""
