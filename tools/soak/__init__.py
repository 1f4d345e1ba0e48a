"""`make soak`: the API under load while its key ring turns, rotations are killed, and Secrets Manager goes away."""
