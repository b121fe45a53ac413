"""What a run prints where it was started."""

import logging

import dagster as dg

from snu_analytics.orchestration.run_log import run_log


def test_a_fault_is_a_line_without_its_stack(capsys):
    logger = run_log(dg.build_init_logger_context(logger_config={}))
    logger.info("STEP_START")
    logger.error('Execution of step "a" failed.\n\nFailure: mend this\n\nStack Trace:\n  File "b"')
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith('ERROR Execution of step "a" failed. Failure: mend this')
    assert logger.level == logging.ERROR
