"""Who people are: staff accounts and sessions, sign-in through a provider, riders' phone codes.

Rule: what opens a door is kept as a hash only, what is guessed at is slowed down, and every door
can be shut at once. Redis holds it all; nothing of it is in a log, an event or a URL.
"""
