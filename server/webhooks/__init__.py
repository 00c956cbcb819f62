"""Telling other programs what happened in the hall, by HTTP, in order, signed, until they have it.

The hall's log is the queue: each subscription has a durable place in it, so that nothing is lost over a
restart and nothing is sent that did not happen.
"""
