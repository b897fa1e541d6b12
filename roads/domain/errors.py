"""What can go wrong, in the trade's words: codes and facts; the sentences stand in the catalogue."""

from typing import ClassVar


class RoadsError(Exception):
    """Something a person can mend. `code` finds the sentence `error.<code>`, `params` fill it."""

    code: ClassVar[str] = "unexpected"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({facts})" if facts else self.code


class DatabaseUnusable(RoadsError):
    """The database is down, too old, without PostGIS or without a right we need. Carries `problem`."""

    code = "database_unusable"


class MediaUnusable(RoadsError):
    """The store of photos does not answer, or refuses us. Carries `problem`, which is not for the public."""

    code = "media_unusable"


class NotFound(RoadsError):
    """There is no such thing. Carries `thing` and `key`."""

    code = "not_found"


class NotAllowed(RoadsError):
    """The actor lacks a permission. Carries `actor` and `permission`."""

    code = "not_allowed"


class BadSetting(RoadsError):
    """A setting has a value that cannot work. Carries `setting` and `problem`."""

    code = "bad_setting"
