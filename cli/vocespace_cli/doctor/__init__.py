"""`vocespace doctor`: whether a deployment is as it should be, check by check."""
