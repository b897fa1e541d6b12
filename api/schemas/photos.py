"""What programs are told and tell about photos as evidence."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.questions import IsoMoment, Strict
from roads.domain.photos import MOST_MASKS, CrossCheck, MaskKind, Mismatch, PhotoKind, PhotoSubject, Position, SelfCheck
from roads.i18n import say
from roads.queries.photos import Evidence, KeptPhoto, Mask, Upload
from roads.usecases.photos import Taken

Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class SentQuestion(Strict):
    """What the device says of a photo it sends: phones leave the position out of the file."""

    taken_at: IsoMoment | None = Field(None, description="when the photo was taken, by the device")
    lon: Degrees | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = Field(
        None, description="what its sender calls the photo"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        if self.accuracy_m is not None and self.lon is None:
            raise ValueError("an accuracy needs lon and lat")
        return self

    def taken(self) -> Taken:
        """As use cases take it."""
        position = None if self.lon is None or self.lat is None else Position(self.lon, self.lat)
        return Taken(position, self.taken_at, self.accuracy_m)


class ViewQuestion(Strict):
    """Which copy of a photo: `masks=off` shows engineers what the masks hide."""

    size: Literal["full", "small"] = "full"
    masks: Literal["on", "off"] = "on"


class MismatchShape(BaseModel):
    """What does not fit together, in words: shown, never a reason to refuse."""

    code: Mismatch
    because: str


class DeviceShape(BaseModel):
    """What the device said."""

    lon: float | None
    lat: float | None
    accuracy_m: float | None = None
    taken_at: datetime | None


class PhotoShape(BaseModel):
    """A kept photo. `taken_at`, `lon` and `lat` are what the file itself says."""

    id: int
    content_hash: str
    kind: PhotoKind | None
    bytes: int | None
    width: int | None
    height: int | None
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    kept_at: datetime
    revision: int
    released_on: date | None


class SelfCheckShape(BaseModel):
    """The file against the device: metres and hours apart, empty where one of them is silent."""

    metres: float | None
    hours: float | None


class PlaceCheckShape(BaseModel):
    """A photo against what it shows: metres from the place, by file and by device, and hours from the day."""

    file_m: float | None
    device_m: float | None
    hours: float | None


class SentShape(PhotoShape):
    """A photo that was sent, and how it fits what the device said."""

    device: DeviceShape
    check: SelfCheckShape
    mismatches: list[MismatchShape]


class AttachedShape(SentShape):
    """A photo that was sent as evidence of a defect."""

    defect: int
    place_check: PlaceCheckShape


class EvidenceShape(PhotoShape):
    """A photo beside what it is evidence of."""

    subject: PhotoSubject
    subject_id: int
    name: str
    used_on: date
    attached_by: str
    device: DeviceShape
    place_check: PlaceCheckShape
    mismatches: list[MismatchShape]


class EvidenceList(BaseModel):
    """Photos in the order they came."""

    items: list[EvidenceShape]


class MaskShape(BaseModel):
    """A region that the public sees black, in fractions of the upright photo's width and height."""

    model_config = ConfigDict(extra="forbid")

    left: Annotated[float, Field(ge=0, lt=1)]
    top: Annotated[float, Field(ge=0, lt=1)]
    right: Annotated[float, Field(gt=0, le=1)]
    bottom: Annotated[float, Field(gt=0, le=1)]
    kind: MaskKind

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if not (self.left < self.right and self.top < self.bottom):
            raise ValueError("left < right and top < bottom expected")
        return self


class Masks(BaseModel):
    """All regions of a photo: those that are not named are lifted."""

    model_config = ConfigDict(extra="forbid")

    masks: Annotated[list[MaskShape], Field(max_length=MOST_MASKS)]


class PhotoFacts(PhotoShape):
    """A photo with its masks and with all it is evidence of that the asker may see."""

    masks: list[MaskShape]
    uses: list[EvidenceShape]


def told(photo: KeptPhoto) -> dict[str, object]:
    """The facts of a photo by the names of `PhotoShape`."""
    return {name: getattr(photo, name) for name in PhotoShape.model_fields}


def sent_shape(photo: KeptPhoto, upload: Upload, language: str) -> SentShape:
    """A photo that was sent, in the language of its sender."""
    check = upload.check(photo)
    return SentShape(
        **told(photo),  # type: ignore[arg-type]
        device=_device_sent(upload),
        check=SelfCheckShape(metres=check.metres, hours=check.hours),
        mismatches=list(mismatches(check, None, language)),
    )


def attached_shape(photo: KeptPhoto, upload: Upload, defect: int, check: CrossCheck, language: str) -> AttachedShape:
    """A photo that was sent as evidence of a defect, in the language of its sender."""
    own = upload.check(photo)
    return AttachedShape(
        **told(photo),  # type: ignore[arg-type]
        defect=defect,
        device=_device_sent(upload),
        check=SelfCheckShape(metres=own.metres, hours=own.hours),
        place_check=_place(check),
        mismatches=list(mismatches(own, check, language)),
    )


def evidence_shape(one: Evidence, language: str) -> EvidenceShape:
    """A photo beside what it is evidence of, in the reader's language."""
    return EvidenceShape(
        **told(one.photo),  # type: ignore[arg-type]
        subject=one.subject,
        subject_id=one.subject_id,
        name=one.name,
        used_on=one.used_on,
        attached_by=one.attached_by,
        device=DeviceShape(lon=one.device_lon, lat=one.device_lat, taken_at=one.device_at),
        place_check=_place(one.check),
        mismatches=list(mismatches(None, one.check, language)),
    )


def facts_shape(photo: KeptPhoto, masks: Sequence[Mask], uses: Sequence[Evidence], language: str) -> PhotoFacts:
    """A photo with its masks and uses, in the reader's language."""
    return PhotoFacts(
        **told(photo),  # type: ignore[arg-type]
        masks=[_mask_shape(mask) for mask in masks],
        uses=[evidence_shape(one, language) for one in uses],
    )


def _mask_shape(mask: Mask) -> MaskShape:
    return MaskShape.model_validate({**_sides(mask), "kind": mask.kind})


def _sides(mask: Mask) -> dict[str, float]:
    region = mask.region
    return {"left": region.left, "top": region.top, "right": region.right, "bottom": region.bottom}


def _device_sent(upload: Upload) -> DeviceShape:
    return DeviceShape(
        lon=upload.device_lon,
        lat=upload.device_lat,
        accuracy_m=upload.device_accuracy_m,
        taken_at=upload.device_at,
    )


def _place(check: CrossCheck) -> PlaceCheckShape:
    return PlaceCheckShape(file_m=check.exif_m, device_m=check.device_m, hours=check.hours)


def mismatches(own: SelfCheck | None, place: CrossCheck | None, language: str) -> Iterator[MismatchShape]:
    """What does not fit, of the photo itself and of the place it should show, as sentences."""
    for check in (own, place):
        for code in check.mismatches() if check else ():
            yield MismatchShape(code=code, because=say(f"photo.mismatch.{code}", language, _measured(check, code)))


def _measured(check: SelfCheck | CrossCheck | None, code: Mismatch) -> dict[str, object]:
    measures = {
        Mismatch.EXIF_FAR_AWAY: ("metres", "exif_m"),
        Mismatch.DEVICE_FAR_AWAY: ("metres", "device_m"),
        Mismatch.OTHER_TIME: ("hours", "hours"),
        Mismatch.POSITIONS_DIFFER: ("metres", "metres"),
        Mismatch.CLOCKS_DIFFER: ("hours", "hours"),
    }
    name, attribute = measures[code]
    return {name: round(getattr(check, attribute))}
