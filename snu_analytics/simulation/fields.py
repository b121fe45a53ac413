"""The fields of the true states, those that the plugin leaves out, and the names of events.

Written from the application's own schema, not from the catalogue: a field forgotten there shows as
a difference from the truth.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The collection of each model's documents, and that of its patches.
COLLECTIONS = {
    "young": ("youngs", "young_patches"),
    "application": ("applications", "application_patches"),
    "mission": ("missions", "mission_patches"),
    "structure": ("structures", "structure_patches"),
    "classe": ("classes", "classe_patches"),
    "mission_equivalence": ("missionequivalences", "missionequivalence_patches"),
}

# Everything about a document that is not identifying, free text or plumbing.
STATE_FIELDS = {
    "young": _names(
        """
        status statusPhase1 statusPhase2 statusPhase3 gender birthdateAt region department academy
        cohort originalCohort cohortChangeReason source accountStatus situation grade schooled
        employed jdc isRegionRural qpv populationDensity inscriptionStep2023 reinscriptionStep2023
        inscriptionDoneDate lastStatusAt statusPhase2OpenedAt departSejourAt createdAt deletedAt
        hasStartedReinscription withdrawnReason parentAllowSNU parent1AllowSNU cohesionStayPresence
        presenceJDM departInform youngPhase1Agreement hasMeetingInformation isTravelingByPlane
        statusPhase2Contract phase2ApplicationStatus phase2NumberHoursDone
        phase2NumberHoursEstimated statusMilitaryPreparationFiles status_equivalence domains
        classeId etablissementId sessionPhase1Id
        """
    ),
    "application": _names(
        """
        status youngId missionId structureId youngCohort youngDepartment missionDepartment
        missionRegion isJvaMission contractStatus missionDuration priority hidden filesType
        createdAt
        """
    ),
    "mission": _names(
        """
        status mainDomain domains department region structureId placesTotal placesLeft
        pendingApplications placesStatus visibility format period duration isMilitaryPreparation
        isJvaMission hebergement remote startAt endAt createdAt
        """
    ),
    "structure": _names(
        """
        status legalStatus types sousType department region isNetwork isMilitaryPreparation
        isJvaStructure networkId createdAt
        """
    ),
    "classe": _names(
        """
        status statusPhase1 cohort department region academy estimatedSeats totalSeats seatsTaken
        coloration type trimester filiere grades schoolYear etablissementId createdAt deletedAt
        """
    ),
    "mission_equivalence": _names(
        "status type sousType youngId missionDuration startDate endDate createdAt"
    ),
}

# The plugin is configured to leave these out of patches.
UNTRACKED = _names(
    """
    _id __v updatedAt statusPhase2UpdatedAt statusPhase2ValidatedAt statusPhase3UpdatedAt
    statusPhase3ValidatedAt lastLoginAt lastActivityAt lastLogoutAt loginAttempts userIps password
    """
)

CREATION = {
    "young": "inscription_created",
    "application": "application_created",
    "mission": "mission_created",
    "structure": "structure_created",
    "classe": "classe_created",
    "mission_equivalence": "equivalence_created",
}

# A change of one of these fields is this event. What a change of status means depends on the story,
# which names it itself.
EVENTS = {
    "young": {
        "inscriptionStep2023": "inscription_step_changed",
        "reinscriptionStep2023": "reinscription_step_changed",
        "statusPhase1": "phase1_status_changed",
        "statusPhase2": "phase2_status_changed",
        "statusPhase3": "phase3_status_changed",
        "cohort": "cohort_changed",
        "source": "source_changed",
        "department": "department_changed",
        "region": "region_changed",
        "cohesionStayPresence": "stay_presence_recorded",
        "departSejourAt": "stay_departure_recorded",
        "phase2NumberHoursDone": "phase2_hours_changed",
    },
    "application": {"contractStatus": "contract_status_changed"},
    "mission": {
        "mainDomain": "mission_domain_changed",
        "placesTotal": "mission_places_total_changed",
        "placesLeft": "mission_places_left_changed",
        "structureId": "mission_structure_changed",
        "department": "mission_department_changed",
        "region": "mission_region_changed",
        "duration": "mission_duration_changed",
        "isMilitaryPreparation": "mission_military_preparation_changed",
        "isJvaMission": "mission_origin_changed",
    },
    "structure": {
        "legalStatus": "structure_legal_status_changed",
        "types": "structure_types_changed",
        "sousType": "structure_subtype_changed",
        "department": "structure_department_changed",
        "region": "structure_region_changed",
        "isMilitaryPreparation": "structure_military_preparation_changed",
        "isNetwork": "structure_network_changed",
    },
    "classe": {
        "statusPhase1": "classe_phase1_status_changed",
        "cohort": "classe_cohort_changed",
        "estimatedSeats": "classe_estimated_seats_changed",
        "totalSeats": "classe_total_seats_changed",
        "seatsTaken": "classe_seats_taken_changed",
        "deletedAt": "classe_deleted",
    },
    "mission_equivalence": {},
}

_YOUNG_STATUS = {
    "WAITING_VALIDATION": "inscription_reexamined",
    "WAITING_CORRECTION": "inscription_correction_requested",
    "VALIDATED": "inscription_validated",
    "REFUSED": "inscription_refused",
    "WAITING_LIST": "inscription_waitlisted",
    "WITHDRAWN": "inscription_withdrawn",
    "ABANDONED": "inscription_abandoned",
    "NOT_ELIGIBLE": "inscription_not_eligible",
    "NOT_AUTORISED": "inscription_not_authorised",
    "REINSCRIPTION": "reinscription_started",
    "IN_PROGRESS": "inscription_reopened",
    "DELETED": "young_deleted",
}
_STATUS = {
    "young": _YOUNG_STATUS,
    "application": {
        "WAITING_VERIFICATION": "application_verification_requested",
        "WAITING_VALIDATION": "application_completed",
        "WAITING_ACCEPTATION": "application_offered",
        "VALIDATED": "application_validated",
        "REFUSED": "application_refused",
        "CANCEL": "application_cancelled",
        "IN_PROGRESS": "mission_started",
        "DONE": "mission_done",
        "ABANDON": "mission_abandoned",
    },
    "mission": {
        "DRAFT": "mission_withdrawn_to_draft",
        "WAITING_VALIDATION": "mission_submitted",
        "WAITING_CORRECTION": "mission_correction_requested",
        "VALIDATED": "mission_validated",
        "REFUSED": "mission_refused",
        "CANCEL": "mission_cancelled",
        "ARCHIVED": "mission_archived",
    },
    "mission_equivalence": {
        "WAITING_VERIFICATION": "equivalence_submitted",
        "WAITING_CORRECTION": "equivalence_correction_requested",
        "VALIDATED": "equivalence_validated",
        "REFUSED": "equivalence_refused",
    },
}
# Of these, every change of status is the same event, whatever it leads to.
_ANY_STATUS = {"structure": "structure_status_changed", "classe": "classe_status_changed"}
_UNFINISHED = ("IN_PROGRESS", "REINSCRIPTION", "NOT_AUTORISED", None)


def status_event(model: str, before: str | None, after: str | None) -> str | None:
    """What a change of status means where no story says it; None for a status without a name."""
    if model in _ANY_STATUS:
        return _ANY_STATUS[model]
    if model == "application" and (before, after) == ("WAITING_ACCEPTATION", "REFUSED"):
        return "application_declined"
    if model == "young" and after == "WAITING_VALIDATION":
        if before == "WAITING_CORRECTION":
            return "inscription_resubmitted"
        if before in _UNFINISHED:
            return "inscription_completed"
    return _STATUS[model].get(after or "")
