"""Masks are judged by an attacker who shares no code with what chooses them."""
