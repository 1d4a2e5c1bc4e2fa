"""The ODD document: the model and one scenario, described by the ODD protocol from what the code itself declares."""

from contrafact.report.odd.assembly import document

__all__ = ["document"]
