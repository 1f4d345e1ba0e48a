"""template.yaml as `make run` and the tests see it: resolved for given parameters and physical ids."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local.integrations import Integration, integrations
from local.intrinsics import PhysicalId, Resolver, TemplateError, Tree, load
from local.parameters import effective

FUNCTION = "AWS::Serverless::Function"
HTTP_API = "AWS::Serverless::HttpApi"
ALIAS = "AWS::Lambda::Alias"

_CREATE_TABLE = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "StreamSpecification",
)


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One function.

    Attributes:
        statements: What its role allows.
        routes: Method and path of each.
        signed_routes: Those of them that only IAM lets requests into.
    """

    logical_id: str
    handler: str
    environment: dict[str, str]
    timeout: int
    memory: int
    statements: tuple[Tree, ...]
    routes: tuple[tuple[str, str], ...]
    signed_routes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SecretSpec:
    """A secret that CloudFormation makes: members that are given, and one that is generated."""

    given: dict[str, str]
    generated: str
    length: int

    def generate(self) -> str:
        """Makes a value as Secrets Manager would."""
        return json.dumps({**self.given, self.generated: random_text(self.length)})


class Template:
    """A template with its parameters set.

    Attributes:
        document: The template as it was read, with every short tag in its long form.
        parameters: The value of every parameter.
    """

    def __init__(self, document: Tree, parameters: Mapping[str, str], physical_ids: Mapping[str, PhysicalId]) -> None:
        """Takes a template's document; `Template.load` reads one from a file.

        Raises:
            TemplateError: a parameter is unknown, missing or refused.
        """
        self.document = document
        self.parameters = effective(document, parameters)
        self._resolver = Resolver(document, self.parameters, physical_ids)

    @classmethod
    def load(
        cls,
        path: Path,
        parameters: Mapping[str, str] | None = None,
        physical_ids: Mapping[str, PhysicalId] | None = None,
    ) -> Self:
        """Reads a template.

        Args:
            path: The file.
            parameters: Values for its parameters, and for pseudo parameters such as `AWS::Region`.
            physical_ids: What `Ref` and `GetAtt` answer for resources; others go by their logical ids.

        Raises:
            TemplateError: a parameter is unknown, missing or refused.
        """
        return cls(load(path.read_text(encoding="utf-8")), parameters or {}, physical_ids or {})

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        declared: Tree = self.document.get("Outputs", {})
        return {name: self._resolver.resolve(output["Value"]) for name, output in declared.items()}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self._resolver.holds({"Condition": condition})

    def resources(self, kind: str) -> dict[str, Tree]:
        """The resources of one type by logical id, as the template has them."""
        resources: Tree = self.document["Resources"]
        return {name: resource for name, resource in resources.items() if resource["Type"] == kind}

    def properties(self, logical_id: str) -> Tree:
        """The properties of a resource, resolved, with SAM's globals merged in.

        Raises:
            TemplateError: there is no such resource, or a function in it is wrong.
        """
        return dict(self._resolver.resolve(self._merged(logical_id)))

    def functions(self) -> list[FunctionSpec]:
        """Every function of the stack."""
        routed = self.integrations()
        return [self._function(logical_id, routed) for logical_id in self.resources(FUNCTION)]

    def function_named(self, name: str) -> str:
        """The logical id of the function that goes by a name or an ARN, its own or an alias's.

        Raises:
            TemplateError: there is none.
        """
        for logical_id in self.resources(FUNCTION):
            if name in self._names(logical_id):
                return logical_id
        raise TemplateError(f"{name} is no function")

    def integrations(self) -> list[Integration]:
        """Every route of the stack's HTTP APIs, and what it invokes.

        Raises:
            TemplateError: a route invokes something that is no function.
        """
        bodies = (self.properties(logical_id)["DefinitionBody"] for logical_id in self.resources(HTTP_API))
        return [each for body in bodies for each in integrations(body)]

    def cors(self) -> Tree:
        """The CorsConfiguration of the stack's HTTP API, empty where it allows no origin."""
        configuration: Tree = self.properties("HttpApi").get("CorsConfiguration", {})
        return configuration

    def table(self, logical_id: str = "Table") -> Tree:
        """The arguments of DynamoDB's CreateTable for a table of the stack."""
        properties = self.properties(logical_id)
        name = self._resolver.resolve({"Ref": logical_id})
        return {"TableName": name} | {key: properties[key] for key in _CREATE_TABLE if key in properties}

    def secrets(self) -> dict[str, SecretSpec]:
        """Every secret of the stack with a generated member, by logical id."""
        found = {}
        for logical_id in self.resources("AWS::SecretsManager::Secret"):
            rule = self.properties(logical_id).get("GenerateSecretString", {})
            if "GenerateStringKey" in rule:
                given = json.loads(rule["SecretStringTemplate"])
                found[logical_id] = SecretSpec(given, rule["GenerateStringKey"], rule["PasswordLength"])
        return found

    def _merged(self, logical_id: str) -> Tree:
        resource: Tree | None = self.document["Resources"].get(logical_id)
        if resource is None:
            raise TemplateError(f"there is no resource {logical_id}")
        inherited = self.document.get("Globals", {}).get(resource["Type"].removeprefix("AWS::Serverless::"), {})
        merged: Tree = _merge(inherited, resource.get("Properties", {}))
        return merged

    def _function(self, logical_id: str, routed: list[Integration]) -> FunctionSpec:
        properties = self.properties(logical_id)
        variables = properties.get("Environment", {}).get("Variables", {})
        names = self._names(logical_id)
        own = [each for each in routed if each.arn in names]
        return FunctionSpec(
            logical_id=logical_id,
            handler=properties["Handler"],
            environment={name: str(value) for name, value in variables.items()},
            timeout=properties["Timeout"],
            memory=properties["MemorySize"],
            statements=self._statements(logical_id),
            routes=tuple(each.route for each in own),
            signed_routes=tuple(each.route for each in own if each.is_signed),
        )

    def _names(self, logical_id: str) -> set[str]:
        # Of the function and of its aliases: whichever of them is invoked, it is this function that answers.
        aliases = self.resources(ALIAS).items()
        named = [name for name, alias in aliases if alias["Properties"]["FunctionName"] == {"Ref": logical_id}]
        references = [{"Fn::GetAtt": [logical_id, "Arn"]}, *({"Ref": name} for name in [logical_id, *named])]
        return set(self._resolver.resolve(references))

    def _statements(self, logical_id: str) -> tuple[Tree, ...]:
        role, _ = self._merged(logical_id)["Role"]["Fn::GetAtt"]
        policies = self.properties(role)["Policies"]
        return tuple(statement for policy in policies for statement in policy["PolicyDocument"]["Statement"])


def random_text(length: int) -> str:
    """What Secrets Manager generates, without punctuation."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _merge(inherited: Any, own: Any) -> Any:  # noqa: ANN401 - a template's values have no type
    # SAM's rule for globals: mappings are merged, lists are joined, anything else is replaced, a function among it.
    if _is_mapping(inherited) and _is_mapping(own):
        both = inherited.keys() & own.keys()
        return inherited | own | {name: _merge(inherited[name], own[name]) for name in both}
    if isinstance(inherited, list) and isinstance(own, list):
        return inherited + own
    return own


def _is_mapping(value: Any) -> bool:  # noqa: ANN401 - a template's values have no type
    return isinstance(value, dict) and not any(name == "Ref" or name.startswith("Fn::") for name in value)
