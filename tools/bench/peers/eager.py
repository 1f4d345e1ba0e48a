"""Imports before the handler whatever it could ever need, as a file with all its imports at the top does."""

import importlib
import pkgutil

import aws_lambda_powertools
import aws_lambda_powertools.event_handler
import aws_lambda_powertools.metrics
import botocore.config
import botocore.session
import jwt
import pydantic

import vocespace

__all__ = ["aws_lambda_powertools", "botocore", "jwt", "pydantic", "vocespace"]

for _found in pkgutil.walk_packages(vocespace.__path__, "vocespace."):
    importlib.import_module(_found.name)
