"""A young person's applications to missions, and what they leave in the young's own document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snu_analytics.catalogue import load_catalogue
from snu_analytics.simulation.recorder import Recorder

if TYPE_CHECKING:
    from snu_analytics.simulation.young_story import YoungStory

_KEPT = frozenset(load_catalogue().entities["application"].fields)

_HOURS_TO_DO = 84
_STATUS_2 = {
    "statusPhase2": "phase2_status_changed",
    "phase2NumberHoursDone": "phase2_hours_changed",
}
_CONTRACT = {"contractStatus": "contract_status_changed"}


@dataclass(frozen=True)
class Mission:
    """What an application copies from its mission."""

    mission_id: str
    structure_id: str
    name: str
    department: str
    region: str
    jva: str
    hours: int


class ApplicationStory:
    """One application, from its creation on."""

    def __init__(self, story: YoungStory, mission: Mission, rank: int) -> None:
        self._story = story
        self._mission = mission
        self._rank = rank
        self.record = Recorder("application", _KEPT, story.random, story.end)
        story.applications.append(self.record)

    def tell(self) -> bool:
        """Whether the mission was done."""
        story = self._story
        fate = story.random.random()
        if fate < 0.12:
            self._create("WAITING_ACCEPTATION", story.staff)
            if story.chance(0.35):
                self._status("REFUSED", "application_declined", story.own)
                return False
            self._status("WAITING_VALIDATION", "application_completed", story.own)
        elif fate < 0.2:
            self._create("WAITING_VERIFICATION", story.own)
            self._status("WAITING_VALIDATION", "application_completed", story.staff)
        else:
            self._create("WAITING_VALIDATION", story.own)
        if story.chance(0.1):
            self._status("CANCEL", "application_cancelled", story.own)
            return False
        if story.chance(0.2):
            self._status("REFUSED", "application_refused", story.staff)
            if story.chance(0.95):
                return False
        self._status("VALIDATED", "application_validated", story.staff)
        self._sign()
        return self._do()

    def _create(self, status: str, user: dict[str, Any]) -> None:
        story, mission, young = self._story, self._mission, self._story.young.document
        self.record.create(
            story.clock.later(12),
            {
                "status": status,
                "youngId": story.young.ref,
                "youngFirstName": young["firstName"],
                "youngLastName": young["lastName"],
                "youngEmail": young["email"],
                "youngBirthdateAt": young["birthdateAt"].isoformat(),
                "youngCity": young["city"],
                "youngDepartment": young["department"],
                "youngCohort": young["cohort"],
                "missionId": mission.mission_id,
                "missionName": mission.name,
                "missionDepartment": mission.department,
                "missionRegion": mission.region,
                "missionDuration": str(mission.hours),
                "structureId": mission.structure_id,
                "isJvaMission": mission.jva,
                "contractStatus": "DRAFT",
                "priority": str(self._rank),
                "hidden": "false",
                "filesType": [],
            },
            "application_created",
            user,
        )
        self._follow()

    def _status(self, status: str, event: str, user: dict[str, Any], days: float = 5) -> None:
        self.record.save(self._story.clock.later(days), {"status": status}, {"status": event}, user)
        self._follow()

    def _sign(self) -> None:
        story = self._story
        contracts = story.young.document["statusPhase2Contract"]
        for status in ("SENT", "VALIDATED"):
            self.record.save(
                story.clock.later(3), {"contractStatus": status}, _CONTRACT, story.staff
            )
            story.save(story.clock.at_once(), {"statusPhase2Contract": [*contracts, status]})
        if story.chance(0.5):
            kinds = ["contractAvenantFiles", "justificatifsFiles"]
            self.record.save(story.clock.later(2), {"filesType": kinds}, user=story.own)

    def _do(self) -> bool:
        story = self._story
        if story.chance(0.7):
            self._status("IN_PROGRESS", "mission_started", story.staff, 10)
        if story.chance(0.08):
            self._status("ABANDON", "mission_abandoned", story.staff, 15)
            return False
        self._status("DONE", "mission_done", story.staff, 25)
        return True

    def _follow(self) -> None:
        """The young's own list of application statuses, and the status of its phase 2."""
        story = self._story
        statuses = [record.document["status"] for record in story.applications if record.document]
        open_ones = {"WAITING_VALIDATION", "WAITING_VERIFICATION", "VALIDATED", "IN_PROGRESS"}
        phase2 = "IN_PROGRESS" if open_ones & set(statuses) else "WAITING_REALISATION"
        if story.young.document["statusPhase2"] == "VALIDATED":
            phase2 = "VALIDATED"
        changes = {"phase2ApplicationStatus": statuses, "statusPhase2": phase2}
        story.save(story.clock.at_once(), changes, _STATUS_2)


def apply_to_missions(story: YoungStory) -> None:
    """One to three applications, until the hours are done."""
    hours = 0
    for rank in range(1, story.random.randint(1, 3) + 1):
        mission = story.random.choice(story.missions)
        if not ApplicationStory(story, mission, rank).tell():
            continue
        hours += mission.hours
        now: datetime = story.clock.at_once()
        done: dict[str, Any] = {"phase2NumberHoursDone": str(hours)}
        if hours >= _HOURS_TO_DO:
            done |= {"statusPhase2": "VALIDATED", "statusPhase2ValidatedAt": now}
        story.save(now, done, _STATUS_2)
        if hours >= _HOURS_TO_DO:
            break
    if hours >= _HOURS_TO_DO and story.chance(0.1):
        changes = {"statusPhase3": "WAITING_VALIDATION", "phase3StructureName": "Association"}
        event = {"statusPhase3": "phase3_status_changed"}
        story.save(story.clock.later(40), changes, event, story.own)
        story.save(story.clock.later(10), {"statusPhase3": "VALIDATED"}, event, story.staff)
