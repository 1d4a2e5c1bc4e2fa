"""Files that are wrong as files: empty, too large, not text, not YAML, or outside the scenario's folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contrafact import scenario
from contrafact.errors import InputError
from contrafact.scenario.reading import LARGEST_BYTES

Edit = Callable[..., Path]


def only(file: Path) -> InputError:
    """The single error of a scenario."""
    (error,) = scenario.check(file)
    assert error.file == str(file)
    return error


@pytest.mark.parametrize(
    "content", [b"", b"\n# nothing\n", b"---\n", b"{}", b"null", b"[1, 2]", b"just words", b"\xef\xbb\xbf"]
)
def test_an_empty_file_and_one_that_is_no_mapping_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_bytes(content)
    error = only(file)
    assert (error.line, error.allowed) == (1, "a mapping that begins with format: 1")


def test_a_file_of_20_mb_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    with file.open("wb") as stream:
        stream.truncate(20_000_000)
    assert str(only(file)) == f"{file}: found 20.0 MB, expected at most 5 MB"
    assert LARGEST_BYTES == 5_000_000


def test_a_file_that_is_not_utf_8_is_refused_with_the_place_of_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_bytes("format: 1\ntitle: Алматы\n".encode("cp1251"))
    error = only(file)
    assert (error.line, error.column, error.message) == (2, 8, "found byte 0xc0, expected text in UTF-8")
    file.write_bytes("format: 1\n".encode("utf-16"))
    assert only(file).message == "found byte 0xff, expected text in UTF-8"


def test_control_characters_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text("format: 1\ntitle: a\x07b\n")
    error = only(file)
    assert (error.line, error.column) == (2, 9)
    assert error.message == "found the character U+0007, expected text without control characters"


@pytest.mark.parametrize("line", [r'title: "a\e[31mb"', r'title: "a\rb"', r'title: "a\x9bb"', r'"a\eb": 1'])
def test_control_characters_that_are_written_as_escapes_are_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(f"format: 1\n{line}\n")
    error = only(file)
    assert error.line == 2
    assert error.message.startswith("found the character U+00")
    assert error.message.endswith("expected text without control characters")


def test_a_yaml_bomb_is_refused_without_unfolding_it(tmp_path: Path) -> None:
    levels = [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    file = tmp_path / "scenario.yaml"
    file.write_text("\n".join(["a: &a [lol, lol]", *levels]))
    error = only(file)
    refused = "found the anchor &a, expected values written out; no anchors and aliases"
    # nine anchors, and eight lines of nine aliases each
    assert (error.line, error.message) == (1, f"{refused} (80 more in the file)")


def test_a_file_of_endless_depth_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text("a: " + "[" * 1_000_000)
    assert only(file).message == "found too many levels, expected at most 32 levels"


def test_text_that_is_no_yaml_is_refused_with_its_line(edited: Edit) -> None:
    file = edited(("title: A small town", "title: 'A small town"))
    error = only(file)
    assert error.message.startswith("not YAML: found unexpected end of stream")
    assert "begins in line 4" in error.message


@pytest.mark.parametrize(
    "name", ["../outside.geojson", "/etc/passwd", "a/../../outside.geojson", "C:\\outside", "..\\outside", "link"]
)
def test_a_path_outside_the_folder_is_refused(edited: Edit, name: str) -> None:
    file = edited(("file: districts.geojson", f"file: '{name}'"))
    outside = file.parent.parent / "outside.geojson"
    outside.write_text((file.parent / "districts.geojson").read_text())
    os.symlink(outside, file.parent / "link")
    error = only(file)
    assert error.key == "place.districts.file"
    assert error.allowed == "a path inside the scenario's folder"


@pytest.mark.parametrize("name", ["n" * 5000, "districts.geojson/x", ".", "a/" * 3000])
def test_a_name_that_can_be_no_file_is_refused(edited: Edit, name: str) -> None:
    assert only(edited(("file: districts.geojson", f"file: '{name}'"))).key == "place.districts.file"


def test_a_link_that_stays_inside_the_folder_is_followed(edited: Edit) -> None:
    file = edited(("file: districts.geojson", "file: link"))
    os.symlink("districts.geojson", file.parent / "link")
    assert scenario.check(file) == []


def test_a_data_file_of_6_mb_is_refused(edited: Edit) -> None:
    file = edited()
    with (file.parent / "districts.geojson").open("ab") as stream:
        stream.truncate(6_000_000)
    error = only(file)
    assert (error.key, error.allowed) == ("place.districts.file", "at most 5 MB")
    assert error.message == '"districts.geojson": found 6.0 MB, expected at most 5 MB'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"type": "Feature"}', "expected a GeoJSON FeatureCollection"),
        ('{"features": [{"properties": {}}]}', 'the feature has no property "name"'),
        ('{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Point"}}]}', "expected Polygon"),
        ('{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 91]]]}}]}',
         'the outline of "A"'),
    ],
)  # fmt: skip
def test_districts_that_are_no_polygons_are_told_with_their_file(edited: Edit, content: str, message: str) -> None:
    file = edited()
    (file.parent / "districts.geojson").write_text(content)
    beside = str(file.parent / "districts.geojson")
    errors = [error for error in scenario.check(file) if error.file == beside]
    assert len(errors) == 1
    assert errors[0].key == "place.districts.file"
    assert message in errors[0].message


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("longitude,south\n1,2\n", 1),
        ("lon,south_lat,north_lat\n76.9,43.2,43.3\n76.9,43.2\n", 3),
        ("lon,south_lat,north_lat\n", None),
    ],
)
def test_a_residence_mask_that_is_no_table_of_numbers_is_told_with_its_line(
    edited: Edit, content: str, line: int | None
) -> None:
    file = edited(("  detour:", "  residence_mask: {file: mask.csv, assumption: made up}\n  detour:"))
    (file.parent / "mask.csv").write_text(content)
    (error,) = scenario.check(file)
    assert (error.file, error.line) == (str(file.parent / "mask.csv"), line)
    assert error.key == "place.residence_mask.file"


def test_a_scenario_that_does_not_exist_is_told_with_the_shipped_ones() -> None:
    (error,) = scenario.check("almaty-2023")
    assert 'did you mean "almaty-2022"?' in error.message


def test_a_misspelt_path_is_told_the_nearest_file(edited: Edit) -> None:
    file = edited()
    (error,) = scenario.check(file.parent / "scenrio.yaml")
    assert f'did you mean "{file}"?' in error.message


def test_a_folder_whose_scenario_has_another_name_is_told_that_name(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text("format: 1\n")
    (error,) = scenario.check(tmp_path)
    assert error.message == f'the folder "{tmp_path}" has no scenario.yaml; did you mean "{tmp_path / "town.yaml"}"?'


def test_a_folder_without_a_scenario_is_told(tmp_path: Path) -> None:
    (error,) = scenario.check(tmp_path)
    assert error.message == f'the folder "{tmp_path}" has no scenario.yaml'
    assert error.allowed is not None
    assert "almaty-2022" in error.allowed
