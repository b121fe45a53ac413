"""Pseudonymised events, anonymous figures and reports from the patches of a MongoDB."""
