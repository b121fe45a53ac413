"""Which changes count in which figure, through the real tables."""

import pytest

from snu_analytics_tests.fixtures.histories import (
    APPLICATION,
    REF,
    YOUNG,
    add,
    patch,
    replace,
    write_dump,
)
from snu_analytics_tests.fixtures.pipeline import rows, run_days

DAY = "2024-03-02"


def figures_of(folder, warehouse_url, **collections) -> list[str]:
    run_days(folder, write_dump(folder / "dump", **collections), warehouse_url, DAY)
    return [
        figure
        for (figure,) in rows(warehouse_url, "SELECT figure FROM analytics.daily_figure ORDER BY 1")
    ]


@pytest.mark.parametrize(
    ("before", "after", "figures"),
    [
        ("IN_PROGRESS", "WAITING_VALIDATION", ["completed"]),
        ("REINSCRIPTION", "WAITING_VALIDATION", ["completed"]),
        ("WAITING_CORRECTION", "WAITING_VALIDATION", []),
        ("VALIDATED", "WAITING_VALIDATION", []),
        ("IN_PROGRESS", "VALIDATED", ["completed", "processed", "validated"]),
        ("NOT_AUTORISED", "REFUSED", ["completed", "processed", "refused"]),
        ("REINSCRIPTION", "WAITING_LIST", ["completed", "processed", "waitlisted"]),
        ("WAITING_VALIDATION", "VALIDATED", ["processed", "validated"]),
        ("WAITING_VALIDATION", "WAITING_CORRECTION", ["correction_requested", "processed"]),
        ("WAITING_CORRECTION", "REFUSED", ["processed", "refused"]),
        ("WAITING_LIST", "VALIDATED", ["processed", "validated"]),
        ("WAITING_LIST", "REFUSED", ["processed", "refused"]),
        ("WITHDRAWN", "VALIDATED", ["validated"]),
        ("VALIDATED", "WITHDRAWN", ["withdrawn", "withdrawn_after_validation"]),
        ("WAITING_LIST", "WITHDRAWN", ["withdrawn"]),
        ("IN_PROGRESS", "ABANDONED", ["abandoned"]),
    ],
)
def test_a_status_change_of_an_inscription_counts_as(
    tmp_path, warehouse_url, before, after, figures
):
    changes = [patch(f"{DAY}T10:00", replace("/status", before, after))]
    assert figures_of(tmp_path, warehouse_url, young_patches=changes) == figures


@pytest.mark.parametrize(
    ("status", "figures"),
    [
        ("WAITING_VALIDATION", ["completed", "created"]),
        ("WAITING_VERIFICATION", ["created"]),
        ("WAITING_ACCEPTATION", ["created"]),
    ],
)
def test_an_application_counts_at_its_creation_as(tmp_path, warehouse_url, status, figures):
    created = [patch(f"{DAY}T10:00", add("/status", status), add("/youngId", REF))]
    assert figures_of(tmp_path, warehouse_url, application_patches=created) == figures


@pytest.mark.parametrize(
    ("before", "after", "figures"),
    [
        ("WAITING_ACCEPTATION", "WAITING_VALIDATION", ["completed"]),
        ("WAITING_VALIDATION", "VALIDATED", ["processed", "validated"]),
        ("WAITING_VERIFICATION", "REFUSED", ["processed", "refused"]),
        ("WAITING_ACCEPTATION", "REFUSED", []),
        ("REFUSED", "VALIDATED", ["validated"]),
        ("WAITING_VALIDATION", "CANCEL", ["cancelled"]),
        ("VALIDATED", "IN_PROGRESS", ["started"]),
        ("VALIDATED", "DONE", ["done"]),
        ("IN_PROGRESS", "ABANDON", ["abandoned"]),
    ],
)
def test_a_status_change_of_an_application_counts_as(
    tmp_path, warehouse_url, before, after, figures
):
    changes = [patch(f"{DAY}T10:00", replace("/status", before, after))]
    assert figures_of(tmp_path, warehouse_url, application_patches=changes) == figures


def test_one_row_per_group_holds_the_number_of_its_events(tmp_path, warehouse_url):
    changes = [
        patch(
            f"{DAY}T10:00",
            replace("/status", "WAITING_VALIDATION", "VALIDATED"),
            ref=f"65a{number:021x}",
        )
        for number in range(3)
    ]
    youngs = [
        {"_id": change["ref"], "gender": gender}
        for change, gender in zip(changes, ("male", "male", "female"), strict=True)
    ]
    figures_of(tmp_path, warehouse_url, youngs=youngs, young_patches=changes)
    assert rows(
        warehouse_url,
        "SELECT gender, value FROM analytics.daily_figure WHERE figure = 'validated' ORDER BY 1",
    ) == [("female", 1), ("male", 2)]


def test_a_definition_prints():
    printed = {
        f"{f.phase} {f.figure}": f.definition for e in (YOUNG, APPLICATION) for f in e.figures
    }
    assert printed["inscription created"] == "inscriptions begun: inscription_created"
    assert printed["inscription completed"].endswith(
        "inscription_completed; or status changes from IN_PROGRESS, REINSCRIPTION, NOT_AUTORISED "
        "to VALIDATED, REFUSED, WAITING_LIST"
    )
    assert printed["mission completed"].endswith(
        "application_created with the value WAITING_VALIDATION; or application_completed"
    )
