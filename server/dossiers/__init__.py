"""Dossiers: what is imported of them, what the hall's form counts, and the little that a wall may say.

This is not the system of record: it reads what that system exports. Citizens have no field here.
"""
