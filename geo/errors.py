"""What can be wrong with a place, a value or a file: codes and facts, no sentences."""


class GeoError(Exception):
    """Something about a place or a file that a person can mend; `params` are the facts of the case."""

    code: str = "geo"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({facts})" if facts else self.code


class UnusableFile(GeoError):
    """The file cannot be read. Carries `file`, `problem` (which ends its code) and what the problem names."""

    def __init__(self, *, problem: str, **params: object) -> None:
        self.code = f"unusable_file.{problem}"
        super().__init__(problem=problem, **params)


class BadValue(Exception):
    """A word that cannot be understood: `code` says why, `value` is the word, `params` complete the sentence."""

    def __init__(self, code: str, value: str, **params: object) -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} ({self.value!r})"


class ChainageError(BadValue):
    """No chainage, or one that may mean two things: `not_a_chainage`, `decimal_comma`, `chainage_too_large`."""
