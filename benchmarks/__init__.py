"""What a run costs and how long it takes, against a simulated endpoint."""
