"""What runs print where they are started: a line per fault, without a stack.

Dagster's own console logger prints a line per event, and for each failing step 40 lines of stack.
"""

import logging

import dagster as dg

_STACK = "\n\nStack Trace:"
_FORMAT = "%(asctime)s %(levelname)s %(message)s"


@dg.logger(
    config_schema={
        "log_level": dg.Field(str, default_value="ERROR", is_required=False),
    },
    description="Faults of runs, a line each; everything else stands on the run's page.",
)
def run_log(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger to standard error, of the configured level."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine(_FORMAT))
    logger = logging.Logger("snu_analytics.runs", context.logger_config["log_level"])
    logger.addHandler(handler)
    return logger


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, up to where its stack begins."""
        return " ".join(super().format(record).partition(_STACK)[0].split())
