"""What the pipeline costs, compared with what PostgreSQL alone costs: `make bench`."""
