"""What a token is, says and may do, and exactly why not."""
