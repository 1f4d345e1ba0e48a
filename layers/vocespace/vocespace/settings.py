"""The environment of a function, read here and nowhere else. Each variable is set by a parameter of template.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_WEB_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[^\s?#@]*)?")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def _web_url(value: str) -> str:
    if not value:
        return value
    parts = _WEB_URL.fullmatch(value)
    if parts is None:
        raise ValueError("must be an origin and a path, nothing more")
    if parts["scheme"] != "https" and parts["host"] not in _LOOPBACK:
        raise ValueError("must be an https URL")
    return value.rstrip("/")


WebUrl = Annotated[str, AfterValidator(_web_url)]


def docs_enabled(environment: Mapping[str, str]) -> bool:
    """Whether the operator wants the API's documentation as a page; all that the function for it has to know."""
    return environment.get("API_DOCS") == "true"


class Settings(BaseModel):
    """What the operator decided for this deployment; an empty text means that nothing was given."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    connection_provider: Literal["livekit", "vocespace"] = "livekit"
    vocespace_url: WebUrl = ""
    public_base_url: WebUrl = ""
    guest_access: bool = False
    user_access: bool = False
    room_mapping: Literal["space", "room"] = "space"
    max_ttl_seconds: Annotated[int, Field(gt=0)] = 86_400
    signing_key_platform: str = ""
    iam_access: bool = False
    audit_event_bus: str = ""
    table_name: str
    signing_secret_id: str
    livekit_secret_id: str = ""
    livekit_events_queue_url: str = ""
    join_link_secret_id: str = ""
    booking_sources_secret_id: str = ""
    endpoints_secret_id: str = ""
    bookings_queue_url: str = ""
    meeting_events_queue_url: str = ""
    meeting_events_queue_arn: str = ""
    deliveries_queue_url: str = ""
    schedule_group: str = ""
    schedule_role_arn: str = ""
    schedule_dead_letters_arn: str = ""
    event_bus: str = ""
    mail_sender: str = ""
    allow_short_livekit_secret: bool = False
    allow_loopback_endpoints: bool = False
    secrets_age_faster_by: Annotated[float, Field(ge=1)] = 1
    local_clock_file: str = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.connection_provider == "vocespace" and not self.vocespace_url:
            raise ValueError("VOCESPACE_URL is needed by CONNECTION_PROVIDER=vocespace")
        return self

    @property
    def redeems_elsewhere(self) -> str | None:
        """The base URL of the VoceSpace server where tokens are redeemed; None: they are redeemed here."""
        return self.vocespace_url if self.connection_provider == "vocespace" else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Reads the variables that belong to us.

        Raises:
            pydantic.ValidationError: one is missing or malformed; its text names the variable, never its value.
        """
        return cls.model_validate({name.lower(): value for name, value in environment.items()})
