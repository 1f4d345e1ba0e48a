"""What the service costs at AWS's list prices: by what was measured, and by the calls that a test counts."""
