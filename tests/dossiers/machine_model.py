"""A second telling of the dossier's machine: plain Python, no database, written from the drawing and the law.

It says for every act by anybody whether it is carried out or how it is refused, and keeps by itself what the database
must hold afterwards: state, history, requests, stops of the legal clock, papers asked for, steps, money.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SUPPLEMENT_DAYS, PAYMENT_DAYS = 30, 10
STEPS = 2  # of the small service, after reception
WAITING = ("supplement_requested", "payment_requested")
EARLY = ("submitted", "received", "in_process")

# act → the states it leaves; each line of the drawing, once.
LEAVES = {
    "submit": ("draft",),
    "receive": ("submitted",),
    "refuse_receipt": ("submitted",),
    "request_supplement": EARLY,
    "supply": ("supplement_requested",),
    "start_processing": ("received",),
    "request_payment": (*EARLY, "completed"),
    "record_payment": ("payment_requested",),
    "request_withdrawal": (*EARLY, *WAITING),
    "refuse_withdrawal": ("withdrawal_requested",),
    "accept_withdrawal": ("withdrawal_requested",),
    "stop": ("received", "in_process", *WAITING),
    "expire": WAITING,
    "propose": ("in_process",),
    "complete": ("in_process",),
    "return_result": ("completed",),
    "transfer": ("received", "in_process"),
    "reschedule": ("received", "in_process"),
    "hand_over": ("received", "in_process"),
    "send_back": ("received", "in_process"),
}

# Who there is: at the receiving unit, at the agency, at another agency, and others who never may.
PEOPLE = (
    "applicant",
    "one_door",
    "specialist",
    "leader",
    "clerk",
    "specialist_and_leader",
    "one_door elsewhere",
    "specialist elsewhere",
    "leader elsewhere",
    "cashier",
    "auditor",
    "system_admin",
    "agency_admin",
    "stranger",
    "portal",
)


@dataclass
class Asked:
    kind: str
    returns_to: str
    answer_by: datetime | None


@dataclass
class DossierModel:
    state: str = "draft"
    history: list = field(default_factory=list)  # (act, source, target)
    asked: list = field(default_factory=list)  # open requests, the latest last
    stages: set = field(default_factory=set)
    stops: list = field(default_factory=list)  # (from, until) of the legal clock
    stopped_since: datetime | None = None
    received: bool = False
    processing: bool = False
    paper_supplied: bool = False
    paid: bool = False
    outcome: str = ""
    proposed_by: str | None = None
    step: int = 0
    rescheduled: bool = False
    elsewhere: bool = False  # transferred to the other agency

    # Who may -------------------------------------------------------------------------

    def office(self, who):
        """The roles of ``who`` over this dossier where it now is."""
        place = "elsewhere" if self.elsewhere else ""
        if who == "one_door":
            return {"one_door"}
        if who == "specialist_and_leader":
            return set() if self.elsewhere else {"specialist", "leader"}
        role, _, at = who.partition(" ")
        if role in ("specialist", "leader", "clerk") and at == place:
            return {role}
        return set()

    def may(self, act, who):
        if who == "portal":
            return act in ("request_payment", "record_payment", "expire", "return_result")
        if act in ("submit", "supply", "request_withdrawal"):
            return who == "applicant"
        offices = self.office(who)
        return bool(offices & self.offices_for(act))

    def offices_for(self, act):
        if act == "request_supplement":
            return {"specialist"} if self.state == "in_process" else {"one_door"}
        if act == "request_payment":
            return (
                {"one_door", "specialist"}
                if self.state in ("received", "in_process")
                else {"one_door"}
            )
        return {
            "receive": {"one_door"},
            "refuse_receipt": {"one_door"},
            "start_processing": {"one_door"},
            "record_payment": set(),
            "expire": set(),
            "refuse_withdrawal": {"one_door", "specialist", "leader"},
            "accept_withdrawal": {"one_door", "specialist", "leader"},
            "stop": {"leader"},
            "propose": {"specialist"},
            "complete": {"leader"},
            "return_result": {"one_door"},
            "transfer": {"one_door", "leader"},
            "reschedule": {"leader"},
            "hand_over": {"specialist", "clerk", "leader"},
            "send_back": {"leader", "clerk"},
        }[act]

    # What happens --------------------------------------------------------------------

    def refusal(self, act, who, now):
        """The name of the refusal, or ``None`` where the act is carried out."""
        if self.state not in LEAVES[act]:
            return "NotOffered"
        if not self.may(act, who):
            return "NotPermitted"
        return self.objection(act, who, now)

    def objection(self, act, who, now):
        if act in ("request_withdrawal", "stop", "expire") and self.outcome:
            return "NotAfterCompletion"
        if act in ("refuse_withdrawal", "accept_withdrawal"):
            wanted = {"specialist", "leader"} if self.processing else {"one_door"}
            return None if self.office(who) & wanted else "WrongDeskForWithdrawal"
        if act == "request_supplement":
            return "SupplementAskedBefore" if self.stage() in self.stages else None
        if act == "supply":
            return None if self.paper_supplied else "SupplementIncomplete"
        if act == "request_payment":
            return "FeePaid" if self.paid else None
        if act == "expire":
            return None if self.asked[-1].answer_by < now else "NotYetExpired"
        if act == "complete":
            if self.proposed_by is None:
                return "NothingProposed"
            return "ProposerMayNotSign" if self.proposed_by == who else None
        if act == "return_result":
            return None if self.paid else "FeeStillDue"
        if act == "reschedule":
            return "RescheduledBefore" if self.rescheduled else None
        if act == "start_processing":  # to the specialist of the first agency
            return "CannotTakeOver" if self.elsewhere else None
        if act == "transfer":
            return "AlreadyWithThatAgency" if self.elsewhere else None
        if act == "hand_over":
            return None if self.processing and self.step + 1 < STEPS else "NoSuchStep"
        if act == "send_back":
            return None if self.processing and self.step > 0 else "NoSuchStep"
        return None

    def carry_out(self, act, who, now):
        """Go along the edge; the caller knows that nothing objects."""
        source, target = self.state, self.target(act)
        if act in ("request_supplement", "request_payment", "request_withdrawal"):
            days = {"request_supplement": SUPPLEMENT_DAYS, "request_payment": PAYMENT_DAYS}.get(act)
            self.asked.append(Asked(act, source, days and end_of_day(now, days)))
        if act == "request_supplement":
            self.stages.add(self.stage())
            self.paper_supplied = False
        if act in ("supply", "record_payment", "refuse_withdrawal"):
            self.asked.pop()
        if target == "stopped":
            self.asked.clear()
        self.paid |= act == "record_payment"
        self.received |= act == "receive"
        self.processing |= act == "start_processing"
        self.rescheduled |= act == "reschedule"
        if act == "propose":
            self.proposed_by = who
        if act == "transfer":
            self.elsewhere = True
        self.step += {"hand_over": 1, "send_back": -1}.get(act, 0)
        self.turn_the_clock(act, target, now)
        self.outcome = {
            "complete": "granted",
            "accept_withdrawal": "withdrawn",
            "stop": "stopped",
            "expire": "expired",
        }.get(act, self.outcome)
        self.state = target
        self.history.append((act, source, target))

    def turn_the_clock(self, act, target, now):
        if not self.received or self.outcome:
            return
        if target in WAITING and self.stopped_since is None:
            self.stopped_since = now
        elif target not in WAITING and self.stopped_since is not None:
            self.stops.append((self.stopped_since, now))
            self.stopped_since = None

    def target(self, act):
        if act in ("supply", "record_payment", "refuse_withdrawal"):
            return self.asked[-1].returns_to
        return {
            "submit": "submitted",
            "receive": "received",
            "refuse_receipt": "not_received",
            "request_supplement": "supplement_requested",
            "start_processing": "in_process",
            "request_payment": "payment_requested",
            "request_withdrawal": "withdrawal_requested",
            "accept_withdrawal": "stopped",
            "stop": "stopped",
            "expire": "stopped",
            "complete": "completed",
            "return_result": "returned",
        }.get(act, self.state)

    def stage(self):
        return "appraisal" if self.state == "in_process" else "reception"

    def possible(self, now):
        """Every ``(act, who)`` that would be carried out now; money comes in by other ways."""
        return [
            (act, who)
            for act in LEAVES
            if act != "record_payment"
            for who in PEOPLE
            if self.refusal(act, who, now) is None
        ]


def end_of_day(now, days):
    return (now + timedelta(days=days)).replace(hour=23, minute=59, second=59, microsecond=0)
