"""Search where the catalogue is as large as the country's: it answers from its indexes, in as many queries as ever."""

import json

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.catalogue.finding import index
from portal.catalogue.models import ServiceVersion
from tests.catalogue.factories import OfferingFactory

SERVICES = 10_000
SYLLABLES = 1_500
WORDS_OF_A_SERVICE = 12
INDEXES = ("catalogue_searchword", "catalogue_searchspelling")
# A syllable by its number: consonants and vowels as Vietnamese has them, four to six letters.
SYLLABLE = """(ARRAY['kh','ng','th','tr','ph','nh','ch','gi','b','d'])[1 + ({n}) % 10]
    || (ARRAY['a','oa','ie','uo','e'])[1 + ({n}) / 10 % 5] || (ARRAY['n','ng','nh','m','t'])[1 + ({n}) / 50 % 5]
    || chr((97 + ({n}) / 250 % 6)::int)"""


@pytest.fixture
def large_catalogue(own_database):
    """Services copied from a small one, each with words of its own; three units offer each."""
    first = OfferingFactory(service__fee_vnd=75_000)
    model = first.service
    offerings = [first, OfferingFactory(service=model), OfferingFactory(service=model)]
    units = ", ".join(str(offering.pk) for offering in offerings)
    columns = [field.column for field in ServiceVersion._meta.fields if not field.primary_key]
    copied = ["service.id" if name == "service_id" else f"version.{name}" for name in columns]
    number = f"(service.id * place * place % {SYLLABLES})"
    with connection.cursor() as cursor:
        for statement in (
            f"""INSERT INTO catalogue_publicservice (code, name_vi, name_en, field, field_en, agency_level,
                    owner_ministry_id, audience, life_events, highest_fee_vnd, folded)
                SELECT '8.' || lpad(n::text, 6, '0'), 'Dịch vụ ' || n, 'Service ' || n, 'Lĩnh vực ' || n % 40,
                    'Field ' || n % 40, agency_level, owner_ministry_id, audience, life_events, n % 7 * 50000, folded
                FROM catalogue_publicservice, generate_series(1, {SERVICES}) AS n WHERE id = {model.pk}""",
            f"""INSERT INTO catalogue_serviceversion ({", ".join(columns)})
                SELECT {", ".join(copied)}
                FROM catalogue_publicservice AS service, catalogue_serviceversion AS version
                WHERE service.id <> {model.pk} AND version.service_id = {model.pk}""",
            f"""INSERT INTO catalogue_offering (service_id, unit_id, handling_agency_id, competent_agency_id, level,
                    valid_from)
                SELECT service.id, unit_id, handling_agency_id, competent_agency_id, 1 + service.id % 4, valid_from
                FROM catalogue_publicservice AS service, catalogue_offering AS offering
                WHERE service.id <> {model.pk} AND offering.id IN ({units})""",
            f"""INSERT INTO catalogue_searchword (service_id, word, weight)
                SELECT DISTINCT service.id, {SYLLABLE.format(n=number)}, 60
                FROM catalogue_publicservice AS service, generate_series(1, {WORDS_OF_A_SERVICE}) AS place
                WHERE service.id <> {model.pk}""",
            """INSERT INTO catalogue_searchword (service_id, word, weight)
                SELECT id, code, 100 FROM catalogue_publicservice WHERE code LIKE '8.%'""",
        ):
            cursor.execute(statement)
        cursor.execute("SELECT DISTINCT word FROM catalogue_searchword")
        index.spell({word for (word,) in cursor.fetchall()})
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def nodes(plan):
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def whole_scans(queries):
    """The tables of the index of words that one of ``queries`` would read from end to end."""
    scanned = set()
    with connection.cursor() as cursor:
        for query in queries:
            if not any(table in query["sql"] for table in INDEXES):
                continue
            cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}".replace("%", "%"))
            (answer,) = cursor.fetchone()
            plan = (answer if isinstance(answer, list) else json.loads(answer))[0]["Plan"]
            scanned |= {
                node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"
            }
    return scanned & set(INDEXES)


@pytest.mark.slow  # a database of ten thousand services is filled first
def test_search_answers_from_its_indexes_at_ten_thousand_services(client, large_catalogue):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT word) FROM catalogue_searchword WHERE weight = 60"
        )
        common, other = cursor.fetchone()[0][5:7]
    slip = common[:2] + common[3:]
    asked = {
        reverse("catalogue:search"): [
            common,
            f"{common} {other}",
            f"{slip} {other}",
            "8.004711",
            "",
        ],
        reverse("catalogue:suggest"): [common[:3], f"{other} {slip}"],
    }
    for address, texts in asked.items():
        for text in texts:
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                page = client.get(address, {"q": text})
            assert page.status_code == 200
            assert len(captured) <= 2 + 5, text
            assert whole_scans(captured.captured_queries) == set(), text
    assert client.get(reverse("catalogue:search")).context["page"].paginator.count == SERVICES + 1
    assert client.get(reverse("catalogue:search"), {"q": slip}).context["rows"]
