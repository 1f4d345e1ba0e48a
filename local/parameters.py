"""The parameters of a template: their defaults, and what CloudFormation refuses before it makes anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local.intrinsics import PSEUDO_PARAMETERS, Resolver, TemplateError, Tree


def effective(document: Tree, given: Mapping[str, str]) -> dict[str, str]:
    """Returns the value of every parameter and of every pseudo parameter that was given.

    Raises:
        TemplateError: a parameter is unknown, has no value, or breaks a constraint of its own or a rule.
    """
    declared: Tree = document.get("Parameters", {})
    if unknown := given.keys() - declared.keys() - PSEUDO_PARAMETERS.keys():
        raise TemplateError(f"unknown parameter {', '.join(sorted(unknown))}")
    values = {name: text for name, text in given.items() if name in PSEUDO_PARAMETERS}
    for name, declaration in declared.items():
        value = given.get(name, declaration.get("Default"))
        if value is None:
            raise TemplateError(f"{name} has no default and was not given")
        values[name] = str(value)
        _check(name, values[name], declaration)
    _check_rules(document, values)
    return values


def _check(name: str, value: str, declaration: Mapping[str, Any]) -> None:
    # The value is not quoted: somebody may have pasted a secret into the wrong field.
    allowed = declaration.get("AllowedValues")
    if allowed is not None and value not in map(str, allowed):
        raise TemplateError(f"{name} must be one of {', '.join(map(str, allowed))}")
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, value):
        raise TemplateError(f"{name} {declaration.get('ConstraintDescription', f'must match {pattern}')}")
    if declaration["Type"] == "Number":
        least, most = declaration.get("MinValue", "-inf"), declaration.get("MaxValue", "inf")
        if not value.isdecimal() or not float(least) <= int(value) <= float(most):
            raise TemplateError(f"{name} must be a whole number from {least} to {most}")


def _check_rules(document: Tree, values: Mapping[str, str]) -> None:
    resolver = Resolver(document, values, {})
    for rule in document.get("Rules", {}).values():
        if "RuleCondition" not in rule or resolver.holds(rule["RuleCondition"]):
            for assertion in rule["Assertions"]:
                if not resolver.holds(assertion["Assert"]):
                    raise TemplateError(assertion["AssertDescription"])
