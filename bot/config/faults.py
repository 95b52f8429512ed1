"""What pydantic found wrong, as `path: what, and what is allowed`, one line each."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from bot.config.models import Config, Person
from bot.config.values import shown


def sentences(error: ValidationError) -> list[str]:
    details = [detail for detail in error.errors(include_url=False) if not _said_of_the_key(detail)]
    return [_sentence(detail) for detail in details if not _only_spoilt(detail, details)]


def _only_spoilt(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """A list is short by the items that are at fault themselves, which is told already."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in details
    )


def _said_of_the_key(detail: ErrorDetails) -> bool:
    """A name that load() put in is the key above it, whose fault is told already."""
    loc = detail["loc"]
    return len(loc) > 1 and loc[-1] in ("name", "email") and detail["input"] == loc[-2]


def _sentence(detail: ErrorDetails) -> str:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    path = dotted(loc)
    value = detail.get("input")
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return f"{path}: unknown{_meant(loc)}"
        case "missing":
            return f"{path}: is missing"
        case "literal_error":
            kind = str(loc[-1]) if not isinstance(loc[-1], int) else str(loc[-2])
            return f"{path}: {shown(value)} is not {a(kind.rstrip('s'))}; allowed: {_listed(context['expected'])}"
        case "value_error":
            return f"{path}: {context['error']}"
        case "string_type":
            return (
                f"{path}: {_kind(value)} where text belongs{'; write it in quotes' if _scalar(value) else ''}"
            )
        case "tuple_type":
            return f"{path}: {_kind(value)} where a list belongs"
        case "dict_type" | "mapping_type" | "model_type" | "model_attributes_type":
            return f"{path}: {_kind(value)} where a block of `key: value` lines belongs"
        case "too_short" | "string_too_short":
            return f"{path}: is empty; allowed: at least one"
        case "string_too_long":
            return f"{path}: is too long; allowed: {context['max_length']} characters"
        case "string_pattern_mismatch":
            return f"{path}: {shown(value)} is not written as it should be; allowed: {_examples(loc)}"
        case "bool_type" | "bool_parsing":
            return f"{path}: {_kind(value)} where true or false belongs"
        case _:
            return f"{path}: {detail['msg']}"


def a(kind: str) -> str:
    """The kind with its article."""
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def dotted(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)


def suggestion(word: str, allowed: list[str]) -> str:
    """`, did you mean x?` where one of them is near, else the allowed ones."""
    near = process.extractOne(word.lower(), allowed, score_cutoff=65)
    if near:
        return f", did you mean {near[0]}?"
    return f"; allowed: {', '.join(allowed)}" if allowed else ""


def _meant(loc: tuple[int | str, ...]) -> str:
    model = _model_at(loc[:-1])
    hidden = {"email"} if model is Person else {"name", "version"}
    return (
        suggestion(str(loc[-1]), [field for field in model.model_fields if field not in hidden])
        if model
        else ""
    )


def _model_at(loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model whose field is at fault: the last model type met when walking down the path."""
    annotation: Any = Config
    for part in loc:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(str(part))
            annotation = field.annotation if field else None
        else:
            annotation = (get_args(annotation) or (None,))[-1]
            if annotation is Ellipsis:
                annotation = None
        annotation = _unwrapped(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _unwrapped(annotation: Any) -> Any:
    """Without Annotated and `| None`, and tuple[X, ...] as something whose last argument is X."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if type(None) in get_args(annotation):
        annotation = get_args(annotation)[0]
    args = get_args(annotation)
    return dict[str, args[0]] if args and args[-1] is Ellipsis else annotation  # type: ignore[valid-type]


def _listed(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")


def _scalar(value: Any) -> bool:
    return isinstance(value, bool | int | float)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing stands"
        case bool() | int() | float():
            return f"{shown(value).lower()} stands"
        case str():
            return f"{shown(value)} stands"
        case list() | tuple():
            return "a list stands"
        case dict():
            return "a block stands"
        case _:
            return f"{type(value).__name__} stands"


def _examples(loc: tuple[int | str, ...]) -> str:
    clock = 'a time such as "09:00"'
    return {"at": clock, "begin": clock, "end": clock}.get(str(loc[-1]), "see the schema")
