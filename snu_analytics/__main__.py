"""`python -m snu_analytics` is `snu-analytics`."""

from snu_analytics.cli import main

main()
