"""Settings from the environment (prefix ROADS_), read once at the edge and passed down as values."""

import re
from base64 import b64decode
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.bbox import KAZAKHSTAN, WORLD, Box
from roads.domain.errors import BadSetting

_PICTURES = re.compile(r"(https?://[a-z0-9.-]+(?::[0-9]{1,5})?)/[^\s'\";,]*\{z\}[^\s'\";,]*")
ED25519_KEY_BYTES = 32


class Settings(BaseSettings):
    """Every setting with its default; see the README for what each does."""

    model_config = SettingsConfigDict(env_prefix="ROADS_", frozen=True)

    database_url: str = ""
    time_zone: str = "Asia/Almaty"
    snap_distance_m: float = Field(default=30.0, gt=0, le=100)
    languages: str = "kk,ru,en"
    area: str = ""
    base_url: str = "http://127.0.0.1:8000"
    maps_folder: Path = Path(".local/maps")
    data_folder: Path = Path(".local/data")
    media_url: str = ".local/media"
    basemap_url: str = ""
    basemap_attribution: str = ""
    secret_key: str = ""
    demo_password: str = ""
    ledger_key: str = Field(default="", repr=False)
    ledger_name: str = Field(default="sapaly-zhol", pattern=r"^[^\s+]+$")
    smtp_url: str = Field(default="", repr=False)
    mail_from: str = ""
    mail_sink: Path | None = None
    webhooks_to_private: bool = False

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as missing:
            raise ValueError(f"{value!r} is no time zone") from missing
        return value

    @field_validator("area")
    @classmethod
    def _box(cls, value: str) -> str:
        Box.parse(value) if value not in ("", "world") else None
        return value

    @field_validator("basemap_url")
    @classmethod
    def _pictures(cls, value: str) -> str:
        # The host goes into the content security policy: nothing but a host may stand there.
        if value and not _PICTURES.fullmatch(value):
            raise ValueError("an address such as https://host/{z}/{x}/{y}.png expected")
        return value

    @field_validator("ledger_key")
    @classmethod
    def _private_key(cls, value: str) -> str:
        try:
            is_key = value == "" or len(b64decode(value, validate=True)) == ED25519_KEY_BYTES
        except ValueError:
            is_key = False
        if not is_key:
            raise ValueError("not the base64 of 32 bytes")
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone that decides what "today" is."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def box(self) -> Box:
        """Where coordinates may lie; rows outside are set aside."""
        return KAZAKHSTAN if not self.area else WORLD if self.area == "world" else Box.parse(self.area)

    @cached_property
    def basemap_origin(self) -> str:
        """The one other host a map page may load pictures from; empty for none."""
        found = _PICTURES.fullmatch(self.basemap_url)
        return found.group(1) if found else ""

    @cached_property
    def language_codes(self) -> tuple[str, ...]:
        """Languages offered, the first one by default."""
        return tuple(code.strip() for code in self.languages.split(",") if code.strip())


SHORTEST_SECRET_KEY = 32


def read_settings_to_serve() -> Settings:
    """The settings for a server, which must have a secret of its own: no default serves. Errors: BadSetting."""
    known = read_settings()
    if len(known.secret_key) < SHORTEST_SECRET_KEY:
        raise BadSetting(
            setting="ROADS_SECRET_KEY",
            problem=f"a server needs {SHORTEST_SECRET_KEY} random characters or more, kept over restarts",
        )
    return known


def read_settings() -> Settings:
    """The settings as they stand in the environment. Errors: BadSetting naming the first one that cannot work."""
    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        name = "ROADS_" + "_".join(str(part) for part in first["loc"]).upper()
        raise BadSetting(setting=name, problem=first["msg"]) from None
