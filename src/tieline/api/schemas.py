"""JSON Schemas of declared types: as JSON writes them, and as PHP's form encoding delivers them."""

import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from tieline.api.method import Page
from tieline.api.php_form import scalar

Schema = dict[str, Any]
WHOLE_NUMBER = "^-?[0-9]+$"
_NUMBER = "^-?[0-9]+([.][0-9]+)?(e[+-]?[0-9]+)?$"
_SCALARS: dict[str, Schema] = {
    "integer": {"type": "string", "pattern": WHOLE_NUMBER},
    "number": {"type": "string", "pattern": _NUMBER},
    "boolean": {"enum": ["0", "1"]},
    "null": {"const": ""},
}


def plain(hint: Any) -> Any:
    """Strip our marks off a type, so that msgspec can describe it."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Page:
        return Any
    if origin is Annotated:
        return plain(args[0])
    if origin in (Union, types.UnionType):
        return Union[tuple(plain(arg) for arg in args)]  # noqa: UP007 - made at run time
    if origin in (list, dict):
        return origin[tuple(plain(arg) for arg in args)]
    return hint


def describe(hints: Iterable[Any], place: str) -> tuple[list[Schema], dict[str, Schema]]:
    """Return the schemas of types, and those of the structures in them by name; they are referred to at `place`."""
    described, components = msgspec.json.schema_components(
        [plain(hint) for hint in hints], ref_template=f"#/{place}/{{name}}"
    )
    return list(described), components


class FormSchemas:
    """Schemas of what a form carries: every scalar is a text, and what is empty vanishes."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components
        self._vanishing: dict[str, bool] = {}

    def components(self) -> dict[str, Schema]:
        """Return all structures as a form carries them."""
        return {name: self.of(schema) for name, schema in self._components.items()}

    def vanishes(self, schema: Schema) -> bool:
        """Tell whether a value of this schema may leave nothing in a form."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in self._vanishing:
                self._vanishing[name] = True  # a structure inside itself ends somewhere
                self._vanishing[name] = self.vanishes(self._components[name])
            return self._vanishing[name]
        if "anyOf" in schema:
            return any(map(self.vanishes, schema["anyOf"]))
        if schema.get("type") == "object":
            return not self._kept(schema)
        return schema.get("type") == "array" or not schema.keys() & {"type", "enum", "const"}

    def of(self, schema: Schema) -> Schema:
        """Return a schema as it is after PHP's encoding and decoding."""
        about = {name: schema[name] for name in ("title", "description") if name in schema}
        if "$ref" in schema:
            return schema
        if "anyOf" in schema:
            return {"anyOf": [self.of(part) for part in schema["anyOf"]]} | about
        if "enum" in schema:
            return {"enum": [scalar(value) for value in schema["enum"]]} | about
        if "const" in schema:
            return {"const": scalar(schema["const"])} | about
        match schema.get("type"):
            case "array":
                return {"type": "array", "items": self.of(schema.get("items", {}))} | about
            case "object" if "properties" in schema:
                return self._structure(schema) | about
            case "object":
                inner = self.of(schema["additionalProperties"]) if schema.get("additionalProperties") else {}
                return {"type": ["object", "array"], "additionalProperties": inner, "items": inner} | about
            case kind:
                return (_SCALARS[kind] | about) if kind in _SCALARS else schema

    def _kept(self, schema: Schema) -> list[str]:
        properties = schema.get("properties", {})
        return [name for name in schema.get("required", []) if not self.vanishes(properties[name])]

    def _structure(self, schema: Schema) -> Schema:
        told: Schema = {
            "type": "object",
            "properties": {name: self.of(inner) for name, inner in schema["properties"].items()},
            "required": self._kept(schema),
        }
        if "additionalProperties" in schema:
            told["additionalProperties"] = schema["additionalProperties"]
        return told
