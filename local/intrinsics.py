"""CloudFormation's short YAML tags and intrinsic functions, as far as template.yaml uses them.

No library has this in a form that `make run` could use: SAM's translator resolves parameters but no `If` and no
resource, SAM CLI's resolver needs all of SAM CLI, and moto's is private, reads no SAM template and imports every
service that moto knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # where PyYAML was built without libyaml, which reads a template in a tenth of the time
    from yaml import SafeLoader  # type: ignore[assignment]

Tree = dict[str, Any]
PhysicalId = str | Mapping[str, str]
"""What `Ref` answers, or a mapping of `Ref` and attribute names to what each answers."""

PSEUDO_PARAMETERS: Final = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "vocespace-connect",
    "AWS::URLSuffix": "amazonaws.com",
}

_NO_VALUE: Final = object()
_EAGER: Final[dict[str, Callable[..., Any]]] = {
    "Equals": lambda left, right: str(left) == str(right),
    "Join": lambda separator, parts: separator.join(map(str, parts)),
    "Split": lambda separator, text: text.split(separator),
    "Select": lambda index, choices: choices[int(index)],
}
"""The functions whose arguments are resolved before the function itself."""

_VARIABLE = re.compile(r"\$\{(!?)([^{}]+)\}")


class TemplateError(ValueError):
    """The template, or a parameter given to it, is wrong."""


class _Loader(SafeLoader):
    """Reads `!GetAtt a.b` as `{"Fn::GetAtt": ["a", "b"]}`, and the other tags alike."""


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> Tree:
    value: object
    match node:
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            text = str(node.value)
            value = text.split(".", 1) if tag == "GetAtt" else text
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def load(text: str) -> Tree:
    """Reads a template's text, with every short tag in its long form."""
    document: Tree = yaml.load(text, Loader=_Loader)  # noqa: S506 - it is a SafeLoader
    return document


class Resolver:
    """Puts values in the place of intrinsic functions.

    A resource without a physical id goes by its logical id, its attributes by `LogicalId.Attribute`.
    """

    def __init__(self, document: Tree, parameters: Mapping[str, str], physical_ids: Mapping[str, PhysicalId]) -> None:
        self._conditions: Tree = document.get("Conditions", {})
        self._resources: Tree = document["Resources"]
        self._values = PSEUDO_PARAMETERS | dict(parameters)
        self._physical_ids = physical_ids
        self._lazy: dict[str, Callable[[Any], Any]] = {
            "Ref": self._reference,
            "GetAtt": lambda argument: self._attribute(*argument),
            "Sub": self._substitute,
            "If": self._if,
            "Not": lambda tests: not self.holds(tests[0]),
            "And": lambda tests: all(map(self.holds, tests)),
            "Or": lambda tests: any(map(self.holds, tests)),
        }

    def resolve(self, value: object) -> Any:  # noqa: ANN401 - a template's values have no type
        """Returns the value without intrinsic functions; what is `AWS::NoValue` is left out.

        Raises:
            TemplateError: a function is unknown or names something that is not there.
        """
        if isinstance(value, list):
            items = (self.resolve(item) for item in value)
            return [item for item in items if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name.removeprefix("Fn::"), argument)
        members = ((name, self.resolve(member)) for name, member in value.items())
        return {name: member for name, member in members if member is not _NO_VALUE}

    def holds(self, test: object) -> bool:
        """Whether a condition of the template, named or spelt out, is true."""
        if isinstance(test, dict) and list(test) == ["Condition"]:
            return self.holds(self._condition(test["Condition"]))
        return self.resolve(test) is True

    def _condition(self, name: str) -> object:
        try:
            return self._conditions[name]
        except KeyError:
            raise TemplateError(f"there is no condition {name}") from None

    def _call(self, function: str, argument: Any) -> Any:  # noqa: ANN401 - as resolve
        if function in self._lazy:
            return self._lazy[function](argument)
        if function in _EAGER:
            return _EAGER[function](*self.resolve(argument))
        raise TemplateError(f"{function} is not an intrinsic function that is known here")

    def _if(self, argument: list[Any]) -> Any:  # noqa: ANN401 - as resolve
        condition, then, otherwise = argument
        return self.resolve(then if self.holds(self._condition(condition)) else otherwise)

    def _reference(self, name: str) -> object:
        return _NO_VALUE if name == "AWS::NoValue" else self._named(name)

    def _named(self, name: str) -> str:
        return self._values[name] if name in self._values else self._attribute(name, "Ref")

    def _attribute(self, logical_id: str, attribute: str) -> str:
        if logical_id not in self._resources:
            raise TemplateError(f"there is no parameter or resource {logical_id}")
        physical_id = self._physical_ids.get(logical_id, {})
        if isinstance(physical_id, str):
            physical_id = {"Ref": physical_id}
        stand_in = logical_id if attribute == "Ref" else f"{logical_id}.{attribute}"
        return physical_id.get(attribute, stand_in)

    def _substitute(self, argument: str | list[Any]) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def value(variable: re.Match[str]) -> str:
            is_literal, name = variable.groups()
            if is_literal:
                return f"${{{name}}}"
            if name in variables:
                return str(self.resolve(variables[name]))
            logical_id, dot, attribute = name.partition(".")
            return self._attribute(logical_id, attribute) if dot else self._named(name)

        return _VARIABLE.sub(value, text)
