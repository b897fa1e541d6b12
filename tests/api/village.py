"""People without an account who pass by a road under warranty, and what they send by the site's forms."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from api.auth import moment
from roads.db import transaction
from tests.api.office import Office
from tests.api.pages import words_of
from tests.factories import point_beside


@dataclass(frozen=True)
class Village:
    """A road under warranty with everybody around it, and people who pass by."""

    office: Office
    client: TestClient

    @property
    def engine(self) -> Engine:
        return self.office.engine

    def form(self, ago_s: float = 10) -> str:
        """A form that was sent so long ago."""
        app: Any = self.client.app
        token: str = app.state.letterbox.form(moment() - timedelta(seconds=ago_s))
        return token

    def get(self, path: str) -> Response:
        self.client.cookies.clear()
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> Response:
        self.client.cookies.clear()
        return self.client.post(path, data={"form": self.form(), **fields})

    def send(self, at_m: float, photos: list[bytes] | None = None, language: str = "en", **fields: str) -> Response:
        """The form of a report, sent."""
        lon, lat = point_beside(at_m, 2)
        told = {"form": self.form(), "lat": str(lat), "lon": str(lon), "distress": "pothole", **fields}
        files = [("photo", (f"{number}.jpg", one, "image/jpeg")) for number, one in enumerate(photos or [])]
        self.client.cookies.clear()
        empty = [("photo", ("", b"", "application/octet-stream"))]
        return self.client.post(f"/{language}/report", data=told, files=files or empty)

    def reported(self, at_m: float, photos: list[bytes] | None = None, **fields: str) -> str:
        """The code of a new report."""
        answer = self.send(at_m, photos, **fields)
        assert answer.status_code == 303, words_of(answer.text)
        return answer.headers["location"].removeprefix("/en/reports/").removesuffix("?done=sent")

    def as_engineer(self, method: str, path: str, who: str = "engineer", **fields: str) -> Response:
        cookie, token = self.office.browser(who)
        self.client.cookies.clear()
        data = {"token": token, **fields} if method == "POST" else None
        return self.client.request(method, path, headers=cookie, data=data)

    def row(self, words: str, **values: object) -> Any:
        with transaction(self.engine) as session:
            return session.execute(text(words), values).one()

    def rows(self, words: str, **values: object) -> list[Any]:
        with transaction(self.engine) as session:
            return list(session.execute(text(words), values))

    def change(self, words: str) -> None:
        with transaction(self.engine, None) as session:
            session.execute(text(words))

    def id_of(self, code: str) -> int:
        return int(self.row("SELECT id FROM report WHERE code = :code", code=code).id)
