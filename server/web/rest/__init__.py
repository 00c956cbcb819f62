"""The interface for programs: one table of endpoints, from which routes, document and tests follow.

`endpoint` says what a row is; each area has a module with its rows; `table` is all of them.
"""
