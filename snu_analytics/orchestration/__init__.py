"""Dagster: assets, partitions, jobs, schedules, checks and resources. The only importer of Dagster
beside `definitions.py` and `cli/`.

Assets hold no logic and no SQL: they call pipeline, figures, publication and privacy, report their
counts as metadata, and turn faults into sentences.
"""
