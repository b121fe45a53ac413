"""The command line: `main` with its set-up and faults, and a module a command.

May import everything below it, and does so when a command needs it, as `--help` must be fast. It
holds no logic of the pipeline: it asks, reports and sets exit statuses. Nothing imports it but
`__main__`.
"""
