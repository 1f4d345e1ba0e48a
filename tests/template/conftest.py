"""The template that these tests look at."""

from __future__ import annotations

import pytest

from local.template import Template
from tests.support.stack import PARAMETERS, TEMPLATE


@pytest.fixture(name="template", scope="session")
def _template() -> Template:
    return Template.load(TEMPLATE, PARAMETERS)
