"""What can be in the way of measuring."""

from __future__ import annotations


class InstanceFailedError(Exception):
    """A handler or server did not start, or did not answer as it should; what was measured would mean nothing."""


class NodeMissingError(Exception):
    """What the peer in Node.js needs is not there; the message says in a few words what."""


class DynamoDBMissingError(Exception):
    """What DynamoDB Local needs is not there; the message says in a few words what."""


class EmulatorMissingError(Exception):
    """What Lambda's emulator needs is not there; the message says in a few words what."""
