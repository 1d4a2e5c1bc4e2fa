"""Files as others publish them, made by hand: squares of some kilometres, with numbers that can be summed by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import rasterio.warp
import shapely
from rasterio.transform import from_origin

from contrafact.world import cache as world_cache
from tests.importers.published import Write


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own cache of worlds."""
    monkeypatch.setattr(world_cache, "folder", lambda: tmp_path / "worlds")


@pytest.fixture
def write_polygons(tmp_path: Path) -> Write:
    """Writes polygons in degrees, with names and numbers, in a format and projection."""

    def write(
        shapes: dict[str, Any], people: list[float] | None = None, file: str = "wards.geojson",
        crs: str | None = "EPSG:4326", name: str = "name",
    ) -> Path:  # fmt: skip
        path = tmp_path / file
        drivers = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}
        made = list(shapes.values())
        if crs not in (None, "EPSG:4326"):
            made = [shapely.transform(shape, lambda p: _projected(p, str(crs))) for shape in made]
        fields = [np.array(list(shapes), dtype=object)]
        names = [name]
        if people is not None:
            fields.append(np.array(people, dtype=np.float64))
            names.append("people")
        pyogrio.raw.write(
            path, np.array([shape.wkb for shape in made], dtype=object), fields, names, driver=drivers[path.suffix],
            crs=crs, geometry_type="Unknown" if path.suffix != ".shp" else "Polygon",
        )  # fmt: skip
        return path

    return write


def _projected(points: Any, crs: str) -> Any:
    x, y = rasterio.warp.transform("EPSG:4326", crs, points[:, 0].tolist(), points[:, 1].tolist())
    return np.column_stack([x, y])


@pytest.fixture
def write_raster(tmp_path: Path) -> Write:
    """Writes persons per pixel, (row, column), from a north-west corner in degrees."""

    def write(values: Any, west: float, north: float, step: float, file: str = "people.tif", **more: Any) -> Path:
        path = tmp_path / file
        values = np.asarray(values, dtype=np.float32)
        options: dict[str, Any] = {"crs": "EPSG:4326", "nodata": -99999.0, **more}
        with rasterio.open(
            path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype="float32",
            transform=from_origin(west, north, step, step), **options,
        ) as target:  # fmt: skip
            target.write(values, 1)
        return path

    return write
