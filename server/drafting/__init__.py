"""Editing a hall's document before it is in force: forms, drafts, differences, and files."""
