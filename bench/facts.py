"""Facts in bulk for the benchmarks: outcomes in number, with the spread of real demand."""

from django.db import connection
from django.db.backends.utils import CursorWrapper

DAYS = 1826
LAST_DAY = "2025-11-19"

PLACES = """
INSERT INTO campaigns_borough (id, name, slug, in_london, ons_code, population, population_year,
    tile_row, tile_col)
SELECT n, 'Borough ' || n, 'borough-' || n, n <= 32,
    CASE WHEN n <= 32 THEN 'E09' || lpad((n + 1)::text, 6, '0') END,
    CASE WHEN n <= 32 THEN 250000 END, CASE WHEN n <= 32 THEN 2021 END,
    CASE WHEN n <= 32 THEN (n - 1) / 8 END, CASE WHEN n <= 32 THEN (n - 1) % 8 END
FROM generate_series(1, 34) AS n;
INSERT INTO campaigns_team (id, name, slug, kind)
SELECT n, 'Team ' || n, 'team-' || n, 'specialist' FROM generate_series(1, 18) AS n;
INSERT INTO cases_case (id, reference, system, borough_id, status, restricted)
SELECT n, '01/' || lpad(n::text, 7, '0') || '/26', 'connect', 1 + n % 34, 'open', false
FROM generate_series(1, 200000) AS n;
INSERT INTO cases_suspect (id, case_id, number)
SELECT n, n, 1 FROM generate_series(1, 200000) AS n;
SELECT setval(pg_get_serial_sequence(name, 'id'), 200001)
FROM unnest(ARRAY['cases_case', 'cases_suspect', 'campaigns_borough', 'campaigns_team']) AS name;
"""

OUTCOMES = """
INSERT INTO cases_outcome (id, happened_at, kind, case_id, suspect_id, borough_id, team_id,
    offence, order_kind, caution_kind, route, bail_kind, no_further_action_type, void_reason)
SELECT gen_random_uuid(), happened_at, kind, "case", "case", 1 + mod("case", 34),
    CASE WHEN of_command THEN 1 + mod(mod("case", 34), 12) ELSE 13 + floor(random() * 6) END,
    CASE WHEN kind IN ('order', 'disclosure_application') THEN '' ELSE offence END,
    CASE kind WHEN 'order' THEN (ARRAY['dvpn', 'dvpo', 'nmo', 'ro_c', 'spo'])[fifth] ELSE '' END,
    CASE kind WHEN 'caution' THEN 
        (ARRAY['simple', 'conditional', 'simple', 'simple', 'youth'])[fifth] ELSE '' END,
    CASE kind WHEN 'disclosure_application' THEN
        (ARRAY['right_to_ask', 'right_to_know', 'right_to_ask', 'right_to_know',
            'route_not_stated'])[fifth]
        ELSE '' END,
    CASE kind WHEN 'bail' THEN
        (ARRAY['conditional_bail', 'conditional_bail', 'conditional_bail', 'conditional_bail',
            'unconditional_bail'])[fifth] ELSE '' END,
    CASE kind WHEN 'no_further_action' THEN (ARRAY['ho16', 'ho15', 'ho16', 'ho14', 'ho10'])[fifth]
        ELSE '' END,
    ''
FROM (
    SELECT start + n * step AS happened_at, 1 + floor(random() * 200000)::int AS "case",
        random() < 0.8 AS of_command, 1 + floor(random() * 5)::int AS fifth,
        (ARRAY['arrest', 'no_further_action', 'charge', 'bail', 'released_under_investigation',
            'voluntary_attendance', 'caution', 'order', 'disclosure_application'])
            [width_bucket(random(), ARRAY[0, 0.46, 0.64, 0.76, 0.90, 0.94, 0.97, 0.985, 0.995])]
            AS kind,
        (ARRAY['assault_no_injury', 'assault_injury', 'harassment', 'crim_damage', 'mal_comms',
            'stalking', 'ccb', 'threats_kill', 'public_order', 'rape', 'breach_nmo', 'breach_ro',
            'sexual_assault', 'gbh_intent', 'nfs'])
            [width_bucket(random(), ARRAY[0, 0.32, 0.52, 0.64, 0.74, 0.81, 0.86, 0.90, 0.925, 0.95,
                0.965, 0.975, 0.985, 0.99, 0.995])] AS offence
    FROM generate_series(0, %(rows)s - 1) AS n,
        (SELECT (%(last_day)s::date - %(days)s + 1)::timestamp AT TIME ZONE 'Europe/London'
                AS start,
            (%(days)s * interval '1 day') / %(rows)s AS step) AS span
) AS drawn
"""


def load(rows: int) -> None:
    """Fills an empty database, past triggers and with the indexes built after."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT setseed(0.25)")
        cursor.execute(PLACES)
        indexes = _drop_indexes(cursor)
        cursor.execute(OUTCOMES, {"rows": rows, "days": DAYS, "last_day": LAST_DAY})
        for index in indexes:
            cursor.execute(index)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _drop_indexes(cursor: CursorWrapper) -> list[str]:
    """Drops the plain indexes of outcomes, and gives the statements that make them again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename = 'cases_outcome' AND indexname <> 'cases_outcome_pkey'"
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]
