from snu_analytics.catalogue import load_catalogue
from snu_analytics.warehouse import warehouse_metadata
from snu_analytics_tests.warehouse.lines import rows

CATALOGUE = load_catalogue()


def test_each_entity_has_its_event_table(warehouse_url):
    assert rows(
        warehouse_url,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'analytics' ORDER BY tablename",
    ) == [
        ("alert_due",),
        ("application_event",),
        ("audited_day",),
        ("classe_event",),
        ("classe_membership",),
        ("closed_count",),
        ("daily_figure",),
        ("day_load",),
        ("erased_subject",),
        ("erasure_due",),
        ("erasure_log",),
        ("flow",),
        ("frozen_month",),
        ("history_audit",),
        ("mission_equivalence_event",),
        ("mission_event",),
        ("named_lock",),
        ("objective",),
        ("objective_progress",),
        ("open_failure",),
        ("pool_difference",),
        ("pool_load",),
        ("pool_movement",),
        ("projection",),
        ("pseudonym_key",),
        ("quarantine",),
        ("risk_report",),
        ("structure_event",),
        ("watch",),
        ("withheld",),
        ("young_event",),
        ("young_membership",),
    ]


def test_the_event_columns_come_in_the_order_and_with_the_types_promised(warehouse_url):
    assert rows(
        warehouse_url,
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'analytics' AND table_name = 'application_event' "
        "ORDER BY ordinal_position",
    ) == [
        ("event_id", "uuid", "NO"),
        ("change_id", "uuid", "NO"),
        ("subject_id", "uuid", "NO"),
        ("event_date", "date", "NO"),
        ("event_order", "smallint", "NO"),
        ("phase", "text", "NO"),
        ("event_name", "text", "NO"),
        ("field", "text", "YES"),
        ("from_value", "text", "YES"),
        ("to_value", "text", "YES"),
        ("state_before", "jsonb", "NO"),
        ("state_after", "jsonb", "NO"),
        ("status", "text", "YES"),
        ("young_id", "uuid", "YES"),
        ("mission_id", "uuid", "YES"),
        ("structure_id", "uuid", "YES"),
        ("young_cohort", "text", "YES"),
        ("young_department", "text", "YES"),
        ("mission_department", "text", "YES"),
        ("mission_region", "text", "YES"),
        ("is_jva_mission", "text", "YES"),
        ("contract_status", "text", "YES"),
        ("gender", "text", "YES"),
        ("age", "smallint", "YES"),
        ("region", "text", "YES"),
        ("department", "text", "YES"),
        ("actor_role", "text", "YES"),
        ("quality", "text", "NO"),
        ("doubts_before", "jsonb", "YES"),
        ("doubts_after", "jsonb", "YES"),
        ("key_id", "text", "YES"),
    ]


def test_every_table_and_column_has_a_comment(warehouse_url):
    assert (
        rows(
            warehouse_url,
            "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
            "WHERE relnamespace = 'analytics'::regnamespace AND relkind = 'r' AND attnum > 0 "
            "AND (col_description(attrelid, attnum) IS NULL "
            "OR obj_description(pg_class.oid, 'pg_class') IS NULL)",
        )
        == []
    )


def test_comments_give_units_and_origin():
    table = warehouse_metadata(CATALOGUE).tables["analytics.application_event"]
    assert table.columns["age"].comment == (
        "Full years of age on the day of the event (years); "
        "after the event, from the young at that instant: birthdateAt"
    )


def test_the_comment_of_the_figures_defines_each_one():
    table = warehouse_metadata(CATALOGUE).tables["analytics.daily_figure"]
    comment = table.comment or ""
    assert "inscription, created: inscriptions begun: inscription_created" in comment
    assert "mission, refused: applications refused: application_refused" in comment


def test_the_indexes_serve_a_day_and_a_history(warehouse_url):
    assert rows(
        warehouse_url,
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = 'analytics.young_event'::regclass ORDER BY 1",
    ) == [
        (
            "CREATE INDEX young_event_event_date_event_name_idx ON analytics.young_event "
            "USING btree (event_date, event_name)",
        ),
        (
            "CREATE INDEX young_event_milestone_idx ON analytics.young_event "
            "USING btree (event_date) INCLUDE (subject_id, field, to_value, gender, age, region, "
            "department, cohort, source) WHERE ((field IS NULL) OR ((field = 'statusPhase1'::text) "
            "AND (to_value = 'DONE'::text)) OR ((field = 'statusPhase2'::text) "
            "AND (to_value = 'VALIDATED'::text)))",
        ),
        (
            "CREATE INDEX young_event_status_by_day_idx ON analytics.young_event "
            "USING btree (event_date) INCLUDE (subject_id, event_order, from_value, to_value, "
            "gender, age, region, department, cohort, source) "
            "WHERE (field = 'status'::text)",
        ),
        (
            "CREATE INDEX young_event_status_idx ON analytics.young_event "
            "USING btree (subject_id, event_date, event_order) INCLUDE (field, from_value, "
            "to_value) WHERE ((field = 'status'::text) OR (field IS NULL))",
        ),
        (
            "CREATE INDEX young_event_subject_id_event_order_idx ON analytics.young_event "
            "USING btree (subject_id, event_date, event_order)",
        ),
        ("CREATE UNIQUE INDEX young_event_pkey ON analytics.young_event USING btree (event_id)",),
    ]


def test_a_group_of_unknowns_stands_once(warehouse_url):
    assert rows(
        warehouse_url,
        "INSERT INTO analytics.daily_figure (day, phase, figure, value) VALUES "
        "('2024-03-01', 'inscription', 'created', 1), ('2024-03-01', 'inscription', 'created', 2) "
        "ON CONFLICT DO NOTHING RETURNING value",
    ) == [(1,)]
