"""The simulation as the commands `simulate` and `demo` show it."""

from datetime import date

from snu_analytics.days import DayRange

# Two campaigns, so that one can be held against the other.
DEMO = DayRange(date(2022, 10, 1), date(2024, 6, 30))
