"""The resolver does with intrinsic functions what CloudFormation does."""

from __future__ import annotations

import textwrap

import pytest

from local.intrinsics import Resolver, TemplateError, load

HEAD = """
Conditions:
  IsLarge: !Equals [!Ref Size, large]
  IsSmall: !Not [!Condition IsLarge]
  IsBoth: !And [!Condition IsLarge, !Condition IsSmall]
  IsEither: !Or [!Condition IsLarge, !Condition IsSmall]
Resources:
  Queue: {Type: AWS::SQS::Queue}
"""


def resolve(value: str, *, size: str = "large", physical_id: object = None) -> object:
    """What a value, written as YAML, becomes."""
    document = load(HEAD + "Value:\n" + textwrap.indent(textwrap.dedent(value), "  "))
    physical_ids = {} if physical_id is None else {"Queue": physical_id}
    resolver = Resolver(document, {"Size": size}, physical_ids)  # type: ignore[arg-type]
    return resolver.resolve(document["Value"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Size", "large"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref Queue", "Queue"),
        ("!GetAtt Queue.Arn", "Queue.Arn"),
        ("!GetAtt [Queue, Arn]", "Queue.Arn"),
        ("!Sub '${Size}-${AWS::AccountId}'", "large-123456789012"),
        ("!Sub 'arn:${Queue.Arn}/${Queue}'", "arn:Queue.Arn/Queue"),
        ("!Sub '${!Literal} costs $5'", "${Literal} costs $5"),
        ("!Sub ['${Name}/${Size}', {Name: !Ref Queue}]", "Queue/large"),
        ("!If [IsLarge, big, small]", "big"),
        ("!If [IsSmall, big, small]", "small"),
        ("!If [IsBoth, both, one]", "one"),
        ("!If [IsEither, one, neither]", "one"),
        ("!Equals ['1', 1]", True),
        ("!Join ['-', [a, !Ref Size]]", "a-large"),
        ("!Split [',', 'a,b']", ["a", "b"]),
        ("!Select [1, !Split [',', 'a,b']]", "b"),
        ("{Fn::Join: ['', [a, b]]}", "ab"),
        ("{Ref: Size}", "large"),
        ("{Nested: [{Deep: !Ref Size}]}", {"Nested": [{"Deep": "large"}]}),
        ("{Count: 3, Enabled: true}", {"Count": 3, "Enabled": True}),
        ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
        ("{Kept: 1, Left: !Ref AWS::NoValue}", {"Kept": 1}),
        ("[!If [IsSmall, {A: 1}, !Ref AWS::NoValue], {B: 2}]", [{"B": 2}]),
    ],
)
def test_function_is_resolved(value: str, expected: object) -> None:
    """Each function, short and long, alone and nested."""
    assert resolve(value) == expected


def test_condition_follows_the_parameter() -> None:
    """The same template answers differently for another parameter."""
    assert resolve("!If [IsLarge, big, small]", size="small") == "small"


def test_physical_id_is_what_ref_answers() -> None:
    """A name alone answers Ref; a mapping answers Ref and attributes, the rest goes by its logical id."""
    assert resolve("!Ref Queue", physical_id="https://queue") == "https://queue"
    assert resolve("!GetAtt Queue.Arn", physical_id="https://queue") == "Queue.Arn"
    assert resolve("!GetAtt Queue.Arn", physical_id={"Arn": "arn:queue"}) == "arn:queue"
    assert resolve("!Ref Queue", physical_id={"Arn": "arn:queue"}) == "Queue"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("!Ref Nothing", "there is no parameter or resource Nothing"),
        ("!GetAtt Nothing.Arn", "there is no parameter or resource Nothing"),
        ("!Sub '${Nothing}'", "there is no parameter or resource Nothing"),
        ("!If [IsNothing, a, b]", "there is no condition IsNothing"),
        ("!Cidr [a, b]", "Cidr is not an intrinsic function that is known here"),
    ],
)
def test_what_is_not_there_is_an_error(value: str, message: str) -> None:
    """A slip of the pen is found here, not in the account."""
    with pytest.raises(TemplateError, match=message):
        resolve(value)
