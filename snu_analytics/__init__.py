"""Anonymised event tables, daily figures and reports from a MongoDB application's patch history."""
