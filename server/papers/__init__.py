"""The papers of a dossier: official forms as editable templates, filled in as DOCX and drawn as PDF."""
