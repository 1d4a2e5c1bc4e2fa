"""Pages of the reference, each from what the program itself declares: commands, scenario format, parameters, API."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import click

import contrafact as cf
from contrafact.cli import main
from contrafact.model import ORDER, recording
from contrafact.model.recording import OUTCOMES
from contrafact.report import wording

PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
MOST_KINDS = 6
FIELDS = "| key | value | meaning |\n|---|---|---|"


def pages() -> dict[str, str]:
    """Markdown by name of the page."""
    return {
        "commands": "\n".join(commands()),
        "scenario": "\n".join(scenario()),
        "parameters": "\n".join(parameters()),
        "outcomes": "\n".join(outcomes()),
        "python": "\n".join(python()),
    }


def commands() -> Iterator[str]:
    """Every command with its arguments, options and help."""
    yield "# Commands\n\nEvery command takes `--help`. Exit codes: 0 done, 1 the run failed, 2 wrong input, 3 a check"
    yield "failed, 130 interrupted.\n"
    context = click.Context(main, info_name="contrafact")
    for path, command in _commands(main, ()):
        name = " ".join(path)
        yield f"## {name}\n"
        with click.Context(command, info_name=f"contrafact {name}", parent=None) as own:
            own.max_content_width = 100
            yield f"```text\n{command.get_help(own)}\n```\n"
    context.close()


def _commands(group: click.Group, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, (*above, name))
        else:
            yield (*above, name), command


def scenario() -> Iterator[str]:
    """Sections of a scenario file and their keys, from the schema for editors."""
    schema = cf.schema()
    definitions = schema["$defs"]
    yield "# Scenario files\n\nA scenario is a folder with `scenario.yaml`, the files that it names, and the tables of"
    yield "its record in `evidence/`. `contrafact new` writes one; `contrafact schema` writes this page for editors.\n"
    yield "A **sourced** value is `{value: ..., evidence: [ids]}`, or `{value: ..., assumption: why, prior: {...}}`.\n"
    yield "## City\n\n" + definitions["City"]["description"] + "\n"
    yield from _fields(definitions["City"])
    for name, part in sorted(definitions.items()):
        if name in ("City", "Lattice") or not name[0].isupper() or "properties" not in part:
            continue
        yield f"\n## {name}\n\n{part.get('description', '')}\n"
        yield from _fields(part)
    (actions,) = definitions["City"]["properties"]["actions"]["patternProperties"].values()
    yield "\n## Actions\n"
    for offered in actions["anyOf"]:
        action = definitions[offered["$ref"].rpartition("/")[2]] if "$ref" in offered else offered
        kind = action["properties"]["kind"]["const"]
        yield f"\n### {kind}\n\n{action.get('description', '')}\n"
        yield from _fields(action)


def _fields(part: dict[str, Any]) -> Iterator[str]:
    needed = part.get("required", ())
    yield FIELDS
    for key, field in part["properties"].items():
        mark = "" if key in needed else " (optional)"
        yield f"| `{key}`{mark} | {_kind(field)} | {_cell(field.get('description', ''))} |"


def _kind(field: dict[str, Any]) -> str:
    """A word for what stands under a key."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        kind = f"[{name}](#{name.lower()})"
    elif len(field.get("anyOf", ())) > MOST_KINDS:
        kind = "[an action](#actions)"
    elif "anyOf" in field:
        kind = " or ".join(dict.fromkeys(_kind(one) for one in field["anyOf"] if one.get("type") != "null"))
    elif "const" in field or "enum" in field:
        kind = ", ".join(f"`{one}`" for one in field.get("enum", [field.get("const")]))
    elif field.get("type") == "array":
        kind = f"list of {_kind(field.get('items', {}))}"
    elif field.get("type") == "object":
        kind = _mapping(field)
    else:
        kind = PLAIN.get(str(field.get("type")), "any value")
    return kind


def _mapping(field: dict[str, Any]) -> str:
    """A word for a mapping: a sourced value with its unit, or what the mapping holds."""
    if "value" in field.get("properties", {}):
        return "sourced: " + _cell(field["description"].partition(";")[0])
    if "properties" in field:
        return str(field.get("title", "mapping"))
    (inner,) = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")][:1]
    return f"mapping of {_kind(inner)}" if isinstance(inner, dict) else "mapping"


def parameters() -> Iterator[str]:
    """Every parameter by mechanism, in the order of the loop."""
    yield "# Parameters\n\nNumbers that mechanisms declare, in the order in which mechanisms run. A scenario replaces a"
    yield "default under `parameters:`.\n"
    for module in (*ORDER, recording):
        if module.PARAMETERS:
            yield f"\n## {module.__name__.rpartition('.')[2]}\n\n| name | default | unit | prior | evidence | meaning |"
            yield "|---|---|---|---|---|---|"
        for one in module.PARAMETERS:
            prior = "" if one.prior is None else f"{one.prior.kind} {', '.join(f'{n:g}' for n in one.prior.numbers)}"
            cells = (f"`{one.name}`", f"{one.default:g}", one.unit, prior, one.evidence, _cell(one.meaning))
            yield f"| {' | '.join(cells)} |"


def outcomes() -> Iterator[str]:
    """Every outcome, harm first as everywhere."""
    yield "# Outcomes\n\n| outcome | name | unit | meaning |\n|---|---|---|---|"
    for one in OUTCOMES:
        yield f"| {wording.outcome(one.name)} | `{one.name}` | {one.unit} | {_cell(one.meaning)} |"


def python() -> Iterator[str]:
    """Public names of the package with their signatures and docstrings."""
    yield "# Python\n\n`import contrafact as cf`\n"
    for name in sorted(cf.__all__):
        found = getattr(cf, name)
        if inspect.ismodule(found) or not callable(found) or not inspect.getdoc(found):
            continue
        signature = ""
        if inspect.isfunction(found):
            signature = re.sub(r"(?:contrafact|collections|pathlib)\.(?:\w+\.)*", "", str(inspect.signature(found)))
        yield f"## {name}\n\n```python\n{name}{signature}\n```\n\n```text\n{inspect.getdoc(found)}\n```\n"


def _cell(text: str) -> str:
    """Text as it may stand in a cell of a table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").replace("``", "`").split())
