"""The record, the claims and the literature, and how a model's results are read against them."""

from contrafact.evidence.bundle import (
    Evidence,
    Reference,
    evidence_of,
    load_ledger,
    load_references,
    own_evidence,
    required_evidence,
    shipped_evidence,
    shipped_ledgers,
)
from contrafact.evidence.citations import citable, cite, kept_back, known_ids
from contrafact.evidence.claims import Claim, load_claims
from contrafact.evidence.errata import Erratum
from contrafact.evidence.ledger import Ledger, Observation
from contrafact.evidence.milestones import read_milestones

__all__ = [
    "Claim",
    "Erratum",
    "Evidence",
    "Ledger",
    "Observation",
    "Reference",
    "citable",
    "cite",
    "evidence_of",
    "kept_back",
    "known_ids",
    "load_claims",
    "load_ledger",
    "load_references",
    "own_evidence",
    "read_milestones",
    "required_evidence",
    "shipped_evidence",
    "shipped_ledgers",
]
