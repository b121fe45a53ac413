"""`python -m snu_analytics` is `snu-analytics`."""

from snu_analytics.cli.main import main

main()
