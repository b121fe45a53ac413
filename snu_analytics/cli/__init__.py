"""The command line: `main`, what its commands share, and a module a command.

May import everything below it; a command's module is imported when the command is called. Holds no
logic of the pipeline: it calls, prints and sets exit statuses. Nothing imports it but `__main__`.
"""
