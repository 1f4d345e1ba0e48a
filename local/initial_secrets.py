"""The secrets of a stack as CloudFormation makes them, before anybody has edited one."""

from __future__ import annotations

from local.template import Template, random_text

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type of resources


def initial_secrets(template: Template) -> dict[str, str]:
    """The first value of every secret of a template, by logical id."""
    return {logical_id: _value(template, logical_id) for logical_id in template.resources(SECRET)}


def _value(template: Template, logical_id: str) -> str:
    specs = template.secrets()
    if logical_id in specs:
        return specs[logical_id].generate()
    properties = template.properties(logical_id)
    if "SecretString" in properties:
        return str(properties["SecretString"])
    return random_text(properties["GenerateSecretString"]["PasswordLength"])
