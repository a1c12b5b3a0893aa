"""A village where it is hard to tell who is who, and a steward who decides it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from basedb.stewardship.lookup import looking
from basedb.stewardship.plan import Plan
from basedb.stewardship.queue import Item, read_queue
from basedb.stewardship.split_merge import plan_pair, plan_split
from etl.quarantine import Decision
from etl.revision import Revised, Reviser
from population import DOMAIN
from tests.etl.city import CONTRACTS, City, insured, loosened, marriage, number, resident

LI, LI_LATER, WANG, WANG_OTHER, ZHANG = (
    number("19550701", 1), number("19550701", 3), number("19560603", 2), number("19560603", 4), number("19700101", 3),
)  # fmt: skip
FAR = "河南省漯河市舞阳县铜山镇北程洼村42号"
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def settle(city: City) -> City:
    """Four residents; of the insured, one has a name and birth date only, one another number, two share one.

    1 李建国, 2 王秀英, 3 张伟, 4 陈静 of the register; 5 李建国 of another county: doubtful with 1;
    6 王秀英 with a number of her own: a conflict with 2; 7 赵敏 under the number of 3.
    """
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    city.deliver(
        "ga_population", 1,
        [
            resident("李建国", LI), resident("王秀英", WANG, "0002", 性别="女"), resident("张伟", ZHANG, "0003"),
            resident("陈静", number("19800202", 4), "0004", 性别="女"),
        ],
    )  # fmt: skip
    city.deliver(
        "rs_insured", 1,
        [
            insured("李建国", "", "P1", 出生年月="1955-07-01", 居住地址=FAR, 手机号码="13511110001"),
            insured("王秀英", WANG_OTHER, "P2", 出生年月="1956-06-03", 手机号码="13511110002"),
            insured("赵敏", ZHANG, "P3", 出生年月="1970-01-01", 手机号码="13511110003"),
        ],
    )  # fmt: skip
    return city


class Steward:
    """Decides about the people of a city; every decision is a second after the one before."""

    def __init__(self, city: City, name: str = "李主任"):
        self.city, self.name, self._count = city, name, 0

    @property
    def reviser(self) -> Reviser:
        return Reviser(self.city.store, DOMAIN, self.city.contracts)

    def decision(self, reason: str = "核实") -> Decision:
        self._count += 1
        return Decision(self.name, reason, NOW + timedelta(seconds=self._count))

    def queue(self) -> list[Item]:
        with looking(self.city.store) as lookup:
            return read_queue(lookup, DOMAIN.entity, NOW)

    def decide(self, left: int, right: int, verdict: str) -> Revised:
        with looking(self.city.store) as lookup:
            plan = plan_pair(lookup, DOMAIN.entity, left, right, verdict)
        return self.enter(plan)

    def split(self, person: int, *records: str) -> Revised:
        with looking(self.city.store) as lookup:
            plan = plan_split(lookup, DOMAIN.entity, person, records)
        return self.enter(plan)

    def enter(self, plan: Plan) -> Revised:
        return self.reviser.enter(plan, self.decision())

    def withdraw(self, *judgements: int) -> Revised:
        return self.reviser.withdraw(judgements, self.decision())


def who(city: City) -> dict[int, list[str]]:
    """Persons by id, each as its records: source:key:role, with * for versions that are superseded."""
    found: dict[int, list[str]] = {}
    for person, text in city.query(
        "SELECT person_id, source || ':' || source_key || CASE WHEN role = 'self' THEN '' ELSE ':' || role END"
        " || CASE WHEN status = 'superseded' THEN '*' ELSE '' END FROM population.person_mention"
        " JOIN population.source_record USING (record_id) ORDER BY 1, 2"
    ):
        found.setdefault(person, []).append(text)
    return found


WEDDING = marriage(("李建国", LI), ("王秀英", WANG))
