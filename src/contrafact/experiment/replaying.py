"""Execute one replication of a results folder again and compare its digest with the recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contrafact.experiment import comparing, kinds
from contrafact.experiment.loading import scenario_of
from contrafact.experiment.manifest import read_manifest
from contrafact.experiment.protocol import AnyJob, Notify, to_stderr
from contrafact.model.extending import check_same, read_mechanisms


@dataclass(frozen=True)
class Replayed:
    """Digest of the replication executed again, the recorded one, and what has changed on the machine since."""

    replication: int
    digest: str
    recorded_digest: str
    differences: tuple[str, ...]

    @property
    def match(self) -> bool:
        """Whether both digests are the same."""
        return self.digest == self.recorded_digest

    def as_dict(self) -> dict[str, object]:
        """What ``contrafact replay --json`` prints."""
        return {
            "match": self.match,
            "digest": self.digest,
            "recorded_digest": self.recorded_digest,
            "replication": self.replication,
            "differences": list(self.differences),
        }


def replay(
    folder: str | Path, replication: int = 0, notify: Notify = to_stderr, mechanisms: Sequence[str | Path] = ()
) -> Replayed:
    """Simulate one replication as its manifest says, of a comparison all its arms.

    mechanisms  files of the user's own with which the results were made, the same to the byte

    InputError(s) where the manifest cannot be trusted.
    """
    place = Path(folder)
    record = read_manifest(place)
    recorded = record.digest_of(replication)
    own = read_mechanisms(mechanisms)
    check_same(record.mechanisms, own, str(place))
    crisis = scenario_of(record, place, own)
    job: AnyJob = (
        kinds.of(crisis).job(record.seed, frozenset(), record.length, notify)
        if record.comparison is None
        else comparing.recorded_job(crisis, record, notify)
    )
    again = job.simulate(replication)
    return Replayed(replication, again.digest, recorded, tuple(record.differences()))
