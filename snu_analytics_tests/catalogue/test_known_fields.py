"""Every field of the real schemas is kept for a reason or dropped for one; no other is known."""

from datetime import date

import bson
import pytest

from snu_analytics.catalogue import Entity, load_catalogue
from snu_analytics.simulation import Simulation, simulate
from snu_analytics.simulation.patch_damages import ODD_KEYS
from snu_analytics_tests.fixtures.histories import YOUNG

# The names of the application's own schemas, as its public source writes them.
SCHEMAS = {
    "young": """
        _id __v id fullName updatedAt createdAt deletedAt status statusPhase1 statusPhase2
        statusPhase3 gender birthdateAt region department academy cohort cohortId originalCohort
        cohortChangeReason source accountStatus situation grade schooled employed jdc isRegionRural
        qpv populationDensity inscriptionStep2023 reinscriptionStep2023 inscriptionDoneDate
        lastStatusAt statusPhase2OpenedAt departSejourAt hasStartedReinscription withdrawnReason
        parentAllowSNU parent1AllowSNU cohesionStayPresence presenceJDM departInform
        youngPhase1Agreement hasMeetingInformation isTravelingByPlane statusPhase2Contract
        phase2ApplicationStatus phase2NumberHoursDone phase2NumberHoursEstimated
        statusMilitaryPreparationFiles status_equivalence domains classeId etablissementId
        sessionPhase1Id
        firstName lastName email newEmail phone phoneZone birthCountry birthCity birthCityZip
        frenchNationality cniFiles latestCNIFileExpirationDate latestCNIFileCategory
        CNIFileNotValidOnStart files
        address complementAddress addressVerified coordinatesAccuracyLevel zip city cityCode country
        location foreignAddress foreignCity foreignCountry hostFirstName hostLastName hostAddress
        desiredLocation mobilityNearHome mobilityNearRelativeName
        parent1FirstName parent1LastName parent1Email parent1Phone parent1Status
        parent1AllowImageRights parent1AllowCovidAutotest parent2FirstName parent2Email
        parent2AllowSNU parentConsentmentFiles parentStatementOfHonorInvalidId
        rulesParent1 rulesParent2
        handicap handicapInSameDepartment allergies reducedMobilityAccess ppsBeneficiary
        paiBeneficiary medicosocialStructure medicosocialStructureName specificAmenagment
        specificAmenagmentType cohesionStayMedicalFileReceived autoTestPCR autoTestPCRFiles
        statusPhase1Motif statusPhase1MotifDetail departSejourMotif departSejourMotifComment
        withdrawnMessage inscriptionRefusedMessage imageRightFilesComment
        cohortDetailedChangeReason motivations engagedDescription engagedStructure
        professionnalProjectPrecision phase3StructureName phase3TutorFirstName phase3TutorEmail
        notes historic correctionRequests
        tokenEmailValidation parent1Inscription2023Token parent2Inscription2023Token
        forgotPasswordResetToken invitationToken token2FA phase3Token password loginAttempts
        lastLoginAt lastActivityAt lastLogoutAt userIps
        statusPhase2UpdatedAt statusPhase2ValidatedAt statusPhase3UpdatedAt statusPhase3ValidatedAt
        missionsInMail acceptRI acceptCGU statusPhase1Tmp inscriptionStep cohesion2020Step
        schoolName schoolNameOld schoolId schoolCity schoolZip cohesionCenterId cohesionCenterName
        cohesionCenterZip cohesionCenterCity codeCenterTmp ligneId busTmp meetingPointId
        highSkilledActivity highSkilledActivityType sameSchoolCLE
        emailVerified originalCohortId phase passeportPhase1SentAt passeportPhase2SentAt
        inscriptionCorrectionMessage token2FAExpires attempts2FA tokenEmailValidationExpires
        attemptsEmailValidation passwordChangedAt nextLoginAttemptIn forgotPasswordResetExpires
        invitationExpires cohesionStayMedicalFileDownload convocationFileDownload sessionPhase1IdTmp
        deplacementPhase1Autonomous transportInfoGivenByLocal autoAffectationPhase1ExpiresAt
        phase2ApplicationFilesType phase3MissionDomain phase3MissionDescription phase3MissionStartAt
        phase3MissionEndAt phase3TutorLastName phase3TutorPhone phase3TutorNote foreignZip
        schoolCertification schoolType schoolAddress schoolComplementAdresse schoolDepartment
        schoolRegion schoolCountry schoolLocation parent1PhoneZone parent1OwnAddress parent1Address
        parent1coordinatesAccuracyLevel parent1ComplementAddress parent1Zip parent1City
        parent1CityCode parent1Department parent1Region parent1Country parent1Location
        parent1FromFranceConnect parent1DataVerified parent1AddressVerified parent1ContactPreference
        parent2Status parent2LastName parent2Phone parent2PhoneZone parent2OwnAddress parent2Address
        parent2coordinatesAccuracyLevel parent2ComplementAddress parent2Zip parent2City
        parent2CityCode parent2Department parent2Region parent2Country parent2Location
        parent2FromFranceConnect parent2AllowImageRights parent2AllowImageRightsReset
        parent2ContactPreference hostRelationship hostCity hostZip hostDepartment hostRegion
        medicosocialStructureAddress medicosocialStructureComplementAddress medicosocialStructureZip
        medicosocialStructureCity medicosocialStructureDepartment medicosocialStructureRegion
        medicosocialStructureLocation highSkilledActivityInSameDepartment
        highSkilledActivityProofFiles parent1ValidationDate parent2ValidationDate
        parent2RejectSNUComment dataProcessingConsentmentFiles parentConsentment
        parentConsentmentFilesCompliant parentConsentmentFilesCompliantInfo consentment imageRight
        imageRightFiles imageRightFilesStatus psc1Info roadCodeRefund roadCodeRefundDate
        roadCodeRefundOrganization autoTestPCRFilesStatus autoTestPCRFilesComment rulesYoung
        rulesFiles informationAccuracy aknowledgmentTerminaleSessionAvailability
        professionnalProject period periodRanking mobilityNearSchool mobilityNearRelative
        mobilityNearRelativeAddress mobilityNearRelativeZip mobilityNearRelativeCity
        mobilityTransport mobilityTransportOther missionFormat engaged
        militaryPreparationFilesIdentity militaryPreparationFilesCensus
        militaryPreparationFilesAuthorization militaryPreparationFilesCertificate
        militaryPreparationCorrectionMessage hasNotes defenseInterest defenseTypeInterest
        defenseDomainInterest defenseMotivationInterest securityInterest securityDomainInterest
        solidarityInterest healthInterest educationInterest cultureInterest sportInterest
        environmentInterest citizenshipInterest rlDeleted
        """,
    "application": """
        _id __v id updatedAt createdAt status youngId missionId structureId youngCohort
        youngDepartment missionDepartment missionRegion isJvaMission contractStatus missionDuration
        priority hidden filesType cohortId
        youngFirstName youngLastName youngEmail youngBirthdateAt youngCity missionName tutorId
        tutorName contractId apiEngagementId statusComment contractAvenantFiles justificatifsFiles
        feedBackExperienceFiles othersFiles mission young contract tutor
        """,
    "mission": """
        _id __v updatedAt createdAt status mainDomain domains department region structureId
        placesTotal placesLeft pendingApplications placesStatus visibility format period duration
        isMilitaryPreparation isJvaMission hebergement remote startAt endAt
        name description actions justifications contraintes frequence subPeriod structureName
        statusComment tutorId tutorName address zip city country location jvaMissionId jvaRawData
        apiEngagementId
        hebergementPayant addressVerified lastSyncAt applicationStatus
        """,
    "structure": """
        _id __v updatedAt createdAt status legalStatus types sousType department region isNetwork
        isMilitaryPreparation isJvaStructure networkId
        name siret description website facebook twitter instagram networkName address zip city
        country location structureManager jvaStructureId jvaRawData associationTypes
        structurePubliqueType structurePubliqueEtatType structurePriveeType state
        addressVerified
        """,
    "classe": """
        _id __v updatedAt createdAt deletedAt status statusPhase1 cohort cohortId department region
        academy estimatedSeats totalSeats seatsTaken coloration type trimester filiere grades grade
        schoolYear etablissementId
        name comments uniqueKey uniqueKeyAndId uniqueId referentClasseIds cohesionCenterId sessionId
        ligneId pointDeRassemblementId metadata
        """,
    "mission_equivalence": """
        _id __v updatedAt createdAt status type sousType youngId missionDuration startDate endDate
        desc structureName address zip city frequency contactFullName contactEmail files message
        """,
}

NEVER_KEPT = {
    "health": """
        handicap handicapInSameDepartment allergies reducedMobilityAccess ppsBeneficiary
        paiBeneficiary medicosocialStructure medicosocialStructureName medicosocialStructureCity
        specificAmenagment specificAmenagmentType cohesionStayMedicalFileReceived
        cohesionStayMedicalFileDownload autoTestPCR autoTestPCRFiles parent1AllowCovidAutotest
        statusPhase1Motif statusPhase1MotifDetail departSejourMotif departSejourMotifComment
        """,
    "family": """
        parent1Status parent1FirstName parent1LastName parent1Email parent1Phone parent1Address
        parent1Zip parent1City parent1Region parent1Department parent1AllowImageRights
        parent2Status parent2FirstName parent2LastName parent2Email parent2Phone parent2AllowSNU
        parentConsentment parentConsentmentFiles parentStatementOfHonorInvalidId
        rulesParent1 rulesParent2 hostFirstName hostLastName hostRelationship
        """,
    "free text": """
        withdrawnMessage inscriptionRefusedMessage militaryPreparationCorrectionMessage
        departSejourMotifComment imageRightFilesComment cohortDetailedChangeReason motivations
        engagedDescription engagedStructure professionnalProjectPrecision phase3MissionDescription
        phase3TutorNote notes historic correctionRequests
        """,
    "secrets": """
        password tokenEmailValidation parent1Inscription2023Token parent2Inscription2023Token
        forgotPasswordResetToken forgotPasswordResetExpires invitationToken invitationExpires
        token2FA phase3Token loginAttempts userIps
        """,
    "who and where": """
        firstName lastName email newEmail phone birthCity birthCityZip birthCountry address zip city
        location schoolName schoolId cohesionCenterId ligneId meetingPointId files cniFiles
        """,
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_of_the_real_schema_is_kept_or_dropped(name):
    entity = load_catalogue().entities[name]
    assert [field for field in SCHEMAS[name].split() if not _listed(entity, field)] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_kept_field_is_one_of_the_real_schema(name):
    assert set(load_catalogue().entities[name].fields) <= set(SCHEMAS[name].split())


@pytest.mark.parametrize("kind", NEVER_KEPT)
def test_health_family_free_text_and_secrets_are_dropped_by_name(kind):
    for field in NEVER_KEPT[kind].split():
        assert field not in YOUNG.fields, field
        assert _listed(YOUNG, field), field


@pytest.mark.parametrize(
    "field", ["shoeSize", "Status", "statusPhase4", "firstname", "", "qpv.old"]
)
def test_a_field_of_no_list_is_unknown(field):
    assert not _listed(YOUNG, field)


def test_a_kept_field_wins_over_a_pattern_of_dropped_ones():
    assert YOUNG.dropped_name.match("parentAllowSNU")
    assert "parentAllowSNU" in YOUNG.fields


def test_every_kept_field_has_a_reason_and_a_category():
    for entity in load_catalogue().entities.values():
        for name, field in entity.fields.items():
            assert field.reason, name
            assert field.category, name


def test_of_a_birth_date_the_age_alone_is_kept():
    assert YOUNG.fields["birthdateAt"].treatment == "age"


def test_every_field_that_an_application_writes_is_known():
    invented = simulate(300, date(2022, 10, 1), date(2024, 6, 30), seed=3)
    for entity in load_catalogue().entities.values():
        assert _unknown(entity, invented) == set(), entity.name


def test_of_a_damaged_history_the_names_of_other_tools_alone_are_unknown():
    invented = simulate(300, date(2022, 10, 1), date(2024, 6, 30), seed=3, damage="everything")
    assert _unknown(YOUNG, invented) == set(ODD_KEYS)


def _unknown(entity: Entity, invented: Simulation) -> set[str]:
    """Top-level names of documents and of patches that the catalogue does not list."""
    documents = invented.collections.get(entity.collection, [])
    patches = invented.collections.get(entity.patches, [])
    paths = {op["path"] for patch in patches for op in bson.decode(patch).get("ops") or []}
    names = {path.split("/")[1].replace("~1", "/").replace("~0", "~") for path in paths}
    names |= {name for document in documents for name in bson.decode(document)}
    return {name for name in names if not _listed(entity, name)}


def _listed(entity: Entity, field: str) -> bool:
    """Whether the catalogue keeps or drops a field of the documents, by its top-level name."""
    return field in entity.fields or bool(entity.dropped_name.match(field))
