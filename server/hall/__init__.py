"""The rules of a hall: tickets, numbering, calling, waiting. Pure: no I/O, no clock, no randomness.

`decide(site, state, command, now)` answers with events or raises `Refusal`; `apply(state, event)` is the only
thing that changes state. The same events, applied in order, give the same state on any machine.
"""
