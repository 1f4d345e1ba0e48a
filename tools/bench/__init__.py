"""What a request costs, as ratios in one run: against the same code shipped the stock way, and bare handlers."""
