"""RO-Crate 1.1: says in a standard form what a results folder holds, who made it and how.

Source  Soiland-Reyes et al. (2022), "Packaging research artefacts with RO-Crate", doi:10.3233/DS-210053;
        specification at https://w3id.org/ro/crate/1.1
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contrafact.experiment.manifest import Manifest

NAME = "ro-crate-metadata.json"
FOLDERS = {
    "outcomes": "Outcomes, one row per replication and outcome",
    "timeline": "Quantities over time, one row per replication, time and quantity",
    "cells": "Crowds by hour and hexagon, for hexagons that are not empty",
    "holders": "Holder of each facility by hour and replication",
    "events": "Seizures, recaptures, actions and other events",
    "draws": "Values drawn for each replication",
    "districts": "Harm to unarmed persons and hours in the street, summed by district, replication and arm",
    "switches": "Settings of contested switches under which each pair of a comparison stands",
    "divergence": "Hexagons in which an arm first differs: when, and in which share of the pairs",
    "effects": "Effect of each arm on each outcome",
}


def crate(manifest: Manifest, title: str, folder: Path) -> dict[str, Any]:
    """Metadata of a results folder that holds these files."""
    milestones = ["milestones.json"] if manifest.comparison is None else []
    parts = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.parquet"))
    program = {
        "@id": "#contrafact",
        "@type": "SoftwareApplication",
        "name": "contrafact",
        "softwareVersion": manifest.contrafact,
        "version": manifest.contrafact,
    }
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of {manifest.scenario}",
        "description": manifest.command,
        "instrument": {"@id": "#contrafact"},
        "endTime": manifest.created,
        "result": {"@id": "./"},
    }
    described = {
        "@id": NAME,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{title}: {len(manifest.replications)} simulated replications",
        "description": f"Results of a simulation of the scenario {manifest.scenario}; made by a model, not observed.",
        "datePublished": manifest.created,
        "license": "The licence is for whoever publishes these results to state.",
        "hasPart": [{"@id": part} for part in ["manifest.json", *milestones, *parts]],
        "mentions": {"@id": "#run"},
    }
    files = [_file("manifest.json", "How the run was made", "application/json")]
    files += [_file(part, "Rows of the record beside the simulated range", "application/json") for part in milestones]
    files += [_file(part, FOLDERS[part.split("/")[0]], "application/vnd.apache.parquet") for part in parts]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [described, root, action, program, *files]}


def _file(name: str, meaning: str, media_type: str) -> dict[str, str]:
    return {"@id": name, "@type": "File", "name": meaning, "encodingFormat": media_type}
