"""Dagster: assets, partitions, jobs, schedules, checks and resources. The only importer of Dagster
beside `definitions.py` and `cli/`.

Assets hold no logic of their own: they call the steps, tell Dagster what these counted, and turn
faults into sentences.
"""
