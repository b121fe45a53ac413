"""What the pipeline costs, held against what PostgreSQL alone costs: `make bench`."""
