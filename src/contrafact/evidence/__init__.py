"""The record, the claims and the literature, and how a model's results are read against them."""

from contrafact.evidence.citations import Reference, cite, kept_back, known_ids, load_references
from contrafact.evidence.claims import Claim, load_claims
from contrafact.evidence.ledger import Ledger, Observation, load_ledger, shipped_ledgers
from contrafact.evidence.milestones import read_milestones

__all__ = [
    "Claim",
    "Ledger",
    "Observation",
    "Reference",
    "cite",
    "kept_back",
    "known_ids",
    "load_claims",
    "load_ledger",
    "load_references",
    "read_milestones",
    "shipped_ledgers",
]
