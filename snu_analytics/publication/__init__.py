"""What is published: figures masked so that nothing masked can be got back, and their revisions.

Knows the catalogue, the warehouse and what the pipeline has loaded; not Dagster. What may be shown
is decided in `disclosure`, which knows no database.
"""

from snu_analytics.publication.publish import Published, publish

__all__ = ["Published", "publish"]
