"""The figures of each question about the literal campaign."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest

from snu_analytics.errors import QuestionError
from snu_analytics.questions import PERIODS, ask, load_questions
from snu_analytics_tests.questions.campaign import ASSOCIATION, COLLECTIONS, TOWN, pseudonym_of

FIRST, LAST = date(2024, 3, 1), date(2024, 3, 20)


@pytest.fixture(scope="module")
def campaign(shared_world) -> Iterator[psycopg.Connection]:
    shared_world.hold(**COLLECTIONS)
    shared_world.load(str(FIRST), str(LAST))
    with psycopg.connect(shared_world.url) as connection:
        yield connection


@pytest.fixture
def answer(campaign):
    """A question's answer for the whole campaign, as rows."""

    def answer(name: str, by: str = "", first: date = FIRST, last: date = LAST, **where: str):
        asked = {dimension: [value] for dimension, value in where.items()}
        frame = ask(campaign, name, first, last, by.split(), asked)
        rows = frame.astype(object).where(frame.notna(), None)
        return [tuple(row) for row in rows.itertuples(index=False)]

    return answer


def test_who_changes_cohort_twice_counts_once(answer):
    assert answer("cohort_changes") == [(1,)]
    assert answer("cohort_changes", "from_cohort to_cohort") == [
        ("Juillet 2024", "Toussaint 2024", 1),
        ("Toussaint 2024", "Juillet 2024", 1),
    ]


def test_a_status_counts_after_any_that_was_ever_taken_the_one_at_creation_too(answer):
    assert answer("status_taken_after") == [
        ("ABANDONED", "IN_PROGRESS", 1),
        ("VALIDATED", "IN_PROGRESS", 1),
        ("VALIDATED", "WAITING_LIST", 1),
        ("VALIDATED", "WAITING_VALIDATION", 1),
        ("WAITING_VALIDATION", "IN_PROGRESS", 1),
        ("WITHDRAWN", "IN_PROGRESS", 1),
        ("WITHDRAWN", "VALIDATED", 1),
        ("WITHDRAWN", "WAITING_VALIDATION", 1),
    ]


def test_the_status_before_may_lie_before_the_period(answer):
    sixth = date(2024, 3, 6)
    assert answer("status_taken_after", first=sixth, last=sixth) == [
        ("VALIDATED", "WAITING_LIST", 1)
    ]


def test_a_status_is_asked_for_in_one_department(answer):
    assert answer(
        "status_taken_after", taken="VALIDATED", ever="WAITING_LIST", department="Rhône"
    ) == [("VALIDATED", "WAITING_LIST", 1)]
    assert (
        answer("status_taken_after", taken="VALIDATED", ever="WAITING_LIST", department="Paris")
        == []
    )


def test_moves_are_told_from_where_to_where(answer):
    assert answer("department_moves", "from_department to_department") == [("Paris", "Rhône", 1)]
    assert answer("department_moves", from_department="Paris") == [(1,)]
    assert answer("department_moves", to_department="Paris") == [(0,)]


def test_files_opened_are_told_by_status_at_creation_and_area(answer):
    assert answer("files_opened", "status") == [("IN_PROGRESS", 2), ("WAITING_LIST", 1)]
    assert answer("files_opened", "rural") == [(False, 1), (True, 1), (None, 1)]


def test_files_abandoned_are_told_by_the_status_they_were_left_in(answer):
    assert answer("files_abandoned", "day from_status") == [(date(2024, 3, 9), "IN_PROGRESS", 1)]


def test_registered_youngs_are_told_by_kind_of_area(answer):
    assert answer("registered_youngs", "qpv rural") == [(False, True, 1), (True, False, 1)]


def test_status_changes_of_inscriptions_are_told_from_which_to_which(answer):
    assert answer("inscription_status_changes", "from_status") == [
        ("IN_PROGRESS", "ABANDONED", 1),
        ("IN_PROGRESS", "WAITING_VALIDATION", 1),
        ("VALIDATED", "WITHDRAWN", 1),
        ("WAITING_LIST", "VALIDATED", 1),
        ("WAITING_VALIDATION", "VALIDATED", 1),
    ]


def test_inscription_figures_are_those_of_the_days(answer):
    assert answer("inscription_figures") == [
        ("abandoned", 1),
        ("completed", 1),
        ("created", 3),
        ("processed", 2),
        ("validated", 2),
        ("withdrawn", 1),
        ("withdrawn_after_validation", 1),
    ]
    assert answer("inscription_figures", "gender", figure="validated") == [
        ("female", "validated", 1),
        ("male", "validated", 1),
    ]


def test_inscription_figures_are_told_by_day_age_and_region(answer):
    assert answer("inscription_figures", "day age region", figure="created") == [
        (date(2024, 3, 1), 16, "Île-de-France", "created", 2),
        (date(2024, 3, 2), 17, "Auvergne-Rhône-Alpes", "created", 1),
    ]


def test_mission_figures_are_those_of_the_days(answer):
    assert answer("mission_figures") == [
        ("abandoned", 1),
        ("cancelled", 1),
        ("completed", 3),
        ("created", 5),
        ("done", 1),
        ("missions_created", 2),
        ("missions_validated", 1),
        ("processed", 3),
        ("refused", 1),
        ("started", 1),
        ("structures_created", 2),
        ("validated", 2),
    ]


def test_a_decision_takes_the_days_since_the_file_was_complete(answer):
    assert answer("inscription_decision_times", "decision") == [("VALIDATED", 1, 3.0, 3.0)]


def test_the_funnel_counts_each_young_person_once_a_step(answer):
    assert answer("campaign_funnel", "campaign") == [
        (2024, "1 created", 3),
        (2024, "2 completed", 2),
        (2024, "3 validated", 2),
    ]


def test_the_funnel_tells_who_skipped_a_step(answer):
    assert answer("campaign_funnel", "skipped", step="2 completed") == [
        (False, "2 completed", 1),
        (True, "2 completed", 1),
    ]


def test_validated_is_counted_in_each_way(answer):
    assert answer("validated_reconciled") == [
        ("1 validations", 2),
        ("2 persons", 2),
        ("3 net", 1),
        ("4 now", 1),
    ]


def test_an_answer_takes_the_days_since_the_application_reached_the_structure(answer):
    assert answer("application_decision_times") == [(2, 3.0, 3.8)]
    assert answer("application_decision_times", "decision") == [
        ("REFUSED", 1, 4.0, 4.0),
        ("VALIDATED", 1, 2.0, 2.0),
    ]


def test_contracts_are_counted_on_the_day_they_are_signed(answer):
    assert answer("contracts_signed", "day mission_department") == [(date(2024, 3, 6), "Paris", 1)]


def test_applications_that_took_a_status_are_told_by_their_contract_of_today(answer):
    assert answer("applications_by_contract", taken="VALIDATED") == [
        ("VALIDATED", "VALIDATED", 1),
        ("VALIDATED", None, 1),
    ]
    assert answer("applications_by_contract", taken="WAITING_VALIDATION", contract_status="") == [
        ("WAITING_VALIDATION", None, 2)
    ]


def test_status_changes_of_applications_are_told_from_which_to_which(answer):
    assert answer("application_status_changes", "from_status", taken="REFUSED") == [
        ("WAITING_ACCEPTATION", "REFUSED", 1),
        ("WAITING_VALIDATION", "REFUSED", 1),
    ]


def test_applications_dropped_are_told_by_department_or_for_one_structure(answer):
    assert answer("applications_dropped", "mission_department") == [
        ("Rhône", "ABANDON", 1),
        ("Rhône", "CANCEL", 1),
    ]
    of_the_town = pseudonym_of("structure", TOWN)
    of_the_association = pseudonym_of("structure", ASSOCIATION)
    assert answer("applications_dropped", structure_id=of_the_town) == [
        ("ABANDON", 1),
        ("CANCEL", 1),
    ]
    assert answer("applications_dropped", structure_id=of_the_association) == []


def test_applications_decided_are_those_that_once_waited_for_the_structure(answer):
    assert answer("applications_decided", "mission_department") == [
        ("Paris", "VALIDATED", 1),
        ("Rhône", "REFUSED", 1),
    ]


def test_an_application_counts_under_each_type_of_its_structure(answer):
    assert answer("applications_by_structure", "structure_type") == [
        ("Agrément Service Civique", "VALIDATED", 1),
        ("Collectivité territoriale", "REFUSED", 1),
        ("Collectivité territoriale", "VALIDATED", 1),
        ("Corps en uniforme", "VALIDATED", 1),
    ]
    assert answer("applications_by_structure") == [("REFUSED", 1), ("VALIDATED", 2)]


def test_a_structure_is_what_it_is_known_as_today(answer):
    assert answer("applications_by_structure", "legal_status") == [
        ("ASSOCIATION", "VALIDATED", 1),
        ("PUBLIC", "REFUSED", 1),
        ("PUBLIC", "VALIDATED", 1),
    ]


def test_young_people_starting_and_ending_a_mission_are_counted(answer):
    assert answer("mission_starts_and_ends", "day") == [
        (date(2024, 3, 10), "IN_PROGRESS", 1),
        (date(2024, 3, 20), "DONE", 1),
    ]


def test_new_missions_are_told_by_department_and_domain(answer):
    assert answer("missions_created", "department main_domain") == [
        ("Paris", "CULTURE", 1),
        ("Rhône", "SPORT", 1),
    ]


def test_missions_that_took_a_status_are_told_by_department_or_for_one_structure(answer):
    assert answer("mission_status_changes", "department", taken="VALIDATED") == [
        ("Paris", "VALIDATED", 1)
    ]
    assert answer("mission_status_changes", structure_id=pseudonym_of("structure", TOWN)) == [
        ("REFUSED", 1)
    ]


def test_periods_are_weeks_months_and_campaigns(answer):
    assert answer("files_opened", "week month campaign") == [
        (date(2024, 2, 26), date(2024, 3, 1), 2024, 3)
    ]


def test_both_ends_of_the_period_are_included(answer):
    days = {"first": date(2024, 3, 5), "last": date(2024, 3, 6)}
    assert answer("registered_youngs", **days) == [(2,)]
    assert answer("registered_youngs", first=date(2024, 3, 6), last=date(2024, 3, 6)) == [(1,)]


def test_without_a_row_nobody_is_counted(answer):
    early = date(2020, 1, 1)
    assert answer("registered_youngs", first=early, last=early) == [(0,)]
    assert answer("inscription_figures", first=early, last=early) == []
    assert answer("inscription_decision_times", first=early, last=early) == [(0, None, None)]


def test_analysts_ask_and_readers_may_not(campaign, shared_warehouse_url):
    as_analyst = shared_warehouse_url.replace("//postgres@", "//snu_analyst@")
    with psycopg.connect(as_analyst) as connection:
        assert ask(connection, "files_opened")["value"].tolist() == [3]
    as_reader = shared_warehouse_url.replace("//postgres@", "//snu_reader@")
    with (
        psycopg.connect(as_reader) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        ask(connection, "files_opened")


COUNTING = [name for name, question in load_questions().items() if not question.counts.measures]


@pytest.mark.parametrize("name", COUNTING)
def test_every_question_can_be_told_by_each_of_its_dimensions(campaign, name):
    for dimension in load_questions()[name].dimensions:
        asked = ask(campaign, name, FIRST, LAST, [dimension], {dimension: ["none such"]})
        assert asked.columns[0] == dimension
        assert asked.empty


TOLD = [
    (name, breakdown)
    for name, question in load_questions().items()
    for breakdown in question.breakdowns
]


@pytest.mark.parametrize(("name", "breakdown"), TOLD)
def test_rows_that_are_answers_come_by_each_of_their_breakdowns(campaign, name, breakdown):
    question = load_questions()[name]
    by = [] if breakdown == "total" else breakdown.split(",")
    shown = [d for d in question.dimensions if d in (*PERIODS, *question.columns_of(breakdown))]
    for dimension in shown:
        asked = ask(campaign, name, FIRST, LAST, by, {dimension: ["none such"]})
        assert list(asked.columns) == list(
            dict.fromkeys(["day", *by, *question.apart, *question.counts.measures])
        )
        assert asked.empty


def test_rows_by_one_dimension_do_not_tell_another(campaign):
    with pytest.raises(QuestionError, match="flows by total does not tell region: ask for it by"):
        ask(campaign, "flows", FIRST, LAST, where={"region": ["Bretagne"]})


def test_a_breakdown_has_a_view_of_its_own_whose_rows_add_up(campaign):
    totals = "SELECT sum(value) FROM analytics.q_flows"
    for breakdown in ("gender", "region", "department"):
        (by,) = campaign.execute(f"{totals}_by_{breakdown} WHERE phase = 'inscription'").fetchall()
        assert [by] == campaign.execute(f"{totals} WHERE phase = 'inscription'").fetchall()


def test_a_breakdown_that_is_not_there_names_those_that_are(campaign):
    with pytest.raises(QuestionError, match="flows has no breakdown gender,region: known are tot"):
        ask(campaign, "flows", FIRST, LAST, ["gender", "region"])
