"""What `sam build` has made, as one deployment of it would have it: each function's own code, and its layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local.template import FUNCTION, Template

LAYER = "AWS::Serverless::LayerVersion"

# What a deployment has to name before it decides anything about code.
_NAMED = {"LiveKitUrl": "wss://livekit.example.com", "LiveKitApiKey": "APIexample", "Release": "built"}


@dataclass(frozen=True, slots=True)
class BuiltFunction:
    """A function.

    Attributes:
        artifact: The folder of its own code.
        layers: The folders of its layers by logical id, in their order.
    """

    logical_id: str
    handler: str
    artifact: Path
    layers: dict[str, Path]

    @property
    def path(self) -> list[Path]:
        """What Lambda puts on the path for it, ahead of what the runtime brings."""
        return [self.artifact, *(folder / "python" for folder in self.layers.values())]

    @property
    def size(self) -> int:
        """How many bytes it has unzipped, its layers included."""
        return sum(map(bytes_in, (self.artifact, *self.layers.values())))


def bytes_in(folder: Path) -> int:
    """How many bytes the files of a folder have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Deployment:
    """What was built, as far as some parameters of the template have it deployed.

    Args:
        build: The folder that `sam build` has made.
        parameters: Those of them that decide it: Architecture, SnapStart, UserAccess, ApiDocs.
    """

    def __init__(self, build: Path, **parameters: str) -> None:
        self._build = build
        self._template = Template.load(build / "template.yaml", _NAMED | parameters)

    @property
    def runtime(self) -> str:
        """The name of the runtime, which is that of its interpreter."""
        runtime: str = self._template.document["Globals"]["Function"]["Runtime"]
        return runtime

    @property
    def layers(self) -> dict[str, Path]:
        """The folder of every layer that is deployed, whoever has it."""
        made = self._template.resources(LAYER).items()
        return {
            name: self._folder(name, "ContentUri") for name, each in made if self._is_deployed(each.get("Condition"))
        }

    @property
    def functions(self) -> list[BuiltFunction]:
        """Every function."""
        return [self._function(logical_id) for logical_id in self._template.resources(FUNCTION)]

    def _function(self, logical_id: str) -> BuiltFunction:
        properties = self._template.properties(logical_id)
        layers = {name: self._folder(name, "ContentUri") for name in properties["Layers"]}
        return BuiltFunction(logical_id, properties["Handler"], self._folder(logical_id, "CodeUri"), layers)

    def _folder(self, logical_id: str, where: str) -> Path:
        return self._build / str(self._template.properties(logical_id)[where])

    def _is_deployed(self, condition: str | None) -> bool:
        return condition is None or self._template.holds(condition)
