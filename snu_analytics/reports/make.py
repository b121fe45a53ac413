"""A report as blocks: the public edition in the role of a reader, the restricted one with more."""

import psycopg

from snu_analytics.questions import as_reader, require_published
from snu_analytics.reports.blocks import Report
from snu_analytics.reports.content import closing_blocks, public_blocks
from snu_analytics.reports.language import words
from snu_analytics.reports.model import Request
from snu_analytics.reports.restricted import restricted_blocks


def make_report(connection: psycopg.Connection, request: Request) -> Report:
    """The report that is asked for.

    Raises QuestionError where its days are not published, or the login may not take the role of a
    reader.
    """
    own = words(request.language)
    restricted = request.edition == "restricted"
    with as_reader(connection):
        require_published(connection, request.days.first, request.days.last)
        blocks = public_blocks(connection, request, own)
    if restricted:
        blocks += restricted_blocks(connection, request, own)
    return Report(
        title=own(f"title.{request.period}", day=request.last, month=own.month(request.last)),
        subtitle=own("subtitle", campaign=own.campaign(request.campaign)),
        edition=own(f"edition.{request.edition}"),
        restricted=restricted,
        language=request.language,
        day=request.last,
        blocks=[*blocks, *closing_blocks(own)],
    )
