"""The whole service on this machine (`make run`): API Gateway, Lambda and AWS stand-ins on loopback. Never deployed."""
