"""What members of the demo answered in their check-ins: courses of two measures, and words. Everybody in it
is invented."""

from dataclasses import dataclass

from care.form import Value
from care.measures import GAD7, PHQ9, Measure
from care.waves import Wave

Total = int | None
ORDER = (2, 4, 3, 1, 6, 7, 5, 8, 9)
"""Of the items of the PHQ-9: what is felt first."""
MOMENTS = (
    "My sister asked how I was, and I told her the truth.",
    "I sat with a colleague at lunch instead of alone.",
    "We quarrelled again, and I left the room.",
    "Jo wrote to me. I have not answered yet.",
    "I called my mother and did not pretend.",
)
WISHES = (
    "To hear how others say no.",
    "Some courage for a talk on Sunday.",
    "I would like to listen today.",
    "To try out how I could ask for help.",
)
BEFORE: dict[str, Value] = {
    "details_right": "right",
    "usual_place": "At home, in the small room",
    "private_place": "mostly",
    "device_tried": "well",
    "ready_feelings": 6,
    "ready_time": 8,
    "ready_change": 7,
    "people_now": "My partner, my sister, a friend from school. I see hardly anybody else since winter.",
    "problems": "We quarrel and then do not speak for days. At work nobody knows how I am.",
    "goal_1": "Say what I feel to one person a week",
    "goal_2": "Ask for help before it is too late",
    "group_hopes": "That others know what this is like.",
    "group_worries": "That I have nothing to say.",
}
MIDDLE: dict[str, Value] = {
    "changed": "I tell my sister more. At home it is still difficult.",
    "goals_still": "right",
    "tried_kinds": ("said_feeling", "reached_out"),
    "tried_helped": "Saying it before I am angry.",
    "tried_not": "Writing long messages at night.",
    "going_well": "I come every week, and I speak.",
    "group_hard": "Silences.",
    "group_belong": 7,
    "group_understood": 8,
    "group_safe": 8,
    "group_useful": 7,
    "ready_feelings": 7,
    "ready_time": 7,
    "ready_change": 8,
}
AFTER: dict[str, Value] = {
    "changed_between": "We speak on the same evening now, not days later.",
    "own_part": "I began to say what I need.",
    "made_difference": "That somebody asked me again the week after.",
    "plan_signs": "I sleep badly and stop answering messages.",
    "plan_worked": "Walking with Jo, writing one thing down before I speak.",
    "plan_call": "Jo, my sister, my doctor",
    "after_wish": "nothing",
    "sat_useful": 8,
    "sat_respected": 9,
    "sat_recommend": 9,
}
WORDS = {Wave.PRE: BEFORE, Wave.MID: MIDDLE, Wave.POST: AFTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One member. `weeks` are the totals of the PHQ-9 by session number from 1, None where the week was left
    out; `pre`, `mid` and `post` those of PHQ-9 and GAD-7, None where the round was. In the week `dark` the
    last item of the PHQ-9 was more than nothing; in the week `unsaid` it was passed over. Who has `words`
    wrote them too. A wave that was `told` in person was asked for no longer. Few of all that: a demo starts
    quickly."""

    pre: tuple[int, int]
    weeks: tuple[Total, ...] = ()
    mid: tuple[int, int] | None = None
    post: tuple[int, int] | None = None
    dark: int = 0
    unsaid: int = 0
    words: bool = False
    told: tuple[str, ...] = ()

    def of(self, wave: str, number: int) -> dict[str, Value] | None:
        """What was answered in a round; None where it was not."""
        if wave == Wave.WEEKLY:
            total = self.weeks[number - 1] if number <= len(self.weeks) else None
            return None if total is None else self._week(number, total)
        totals = {Wave.PRE: self.pre, Wave.MID: self.mid, Wave.POST: self.post}.get(Wave(wave))
        if totals is None:
            return None
        told = spread(PHQ9, totals[0])
        return told | WORDS[Wave(wave)] | spread(GAD7, totals[1]) if self.words else told

    def _week(self, number: int, total: int) -> dict[str, Value]:
        given: dict[str, Value] = {"mood": max(1, 9 - total // 3), **spread(PHQ9, total), "safe_now": "yes"}
        if self.words:
            given["moment"] = MOMENTS[number % len(MOMENTS)]
            given["want_today"] = WISHES[number % len(WISHES)]
        if number == self.dark:
            given["phq9_9"] = 1
        if number == self.unsaid:
            given["phq9_9"] = None
        return given


def spread(measure: Measure, total: int) -> dict[str, Value]:
    """Answers that add up to a total, the last item of the PHQ-9 left at nothing."""
    ids = [one.id for one in measure.items]
    asked = [ids[place - 1] for place in ORDER] if measure is PHQ9 else ids
    counted = [one for one in asked if one != measure.safety_item]
    each, rest = divmod(total, len(counted))
    given: dict[str, Value] = {one: each + (place < rest) for place, one in enumerate(counted)}
    if measure.safety_item:
        given[measure.safety_item] = 0
    return given


FINISHED = {
    # Gets reliably better, and well.
    "Anouk": Answers(
        pre=(16, 12), weeks=(16, 15, 16, 13, 12, 12, 10, 9, 9, 7, 6, 5), mid=(11, 8), post=(4, 3), words=True
    ),
    # Stays.
    "Ben": Answers(
        pre=(14, 10), weeks=(14, None, 15, None, 12, None, 13, None, 13), post=(13, 9), told=("mid",)
    ),
    # Gets worse; one week worried.
    "Chiara": Answers(
        pre=(11, 9),
        weeks=(11, 10, 11, 12, 12, 13, 14, 15, None, 17, 16, 17),
        post=(17, 13),
        dark=10,
        told=("mid",),
    ),
    # Leaves weeks out, then more of them.
    "Deniz": Answers(pre=(18, 13), weeks=(18, 17, None, 16, None, None, 15), told=("mid",)),
    "Emre": Answers(pre=(13, 14), post=(6, 6), told=("mid",)),
    "Finja": Answers(pre=(15, 11), post=(8, 6), told=("mid",)),
    "Gesa": Answers(pre=(17, 10), post=(9, 5), told=("mid",)),
    "Henri": Answers(pre=(12, 8), post=(7, 6), told=("mid",)),
}
MIDWAY = {
    # The form of this week and the one in the middle wait for her.
    "Ida": Answers(pre=(17, 13), weeks=(17, 16, 15, 15, 13, 11), words=True),
    "Jarek": Answers(pre=(13, 9), weeks=(13, None, 12, None, 13, 12)),
    "Kim": Answers(pre=(10, 11), weeks=(10, 11, 13, 14, 15, 17, 17), unsaid=7),
    "Lale": Answers(pre=(15, 12), weeks=(15, 14, None, 11, 9, 8, 8), mid=(8, 7), words=True),
    "Mats": Answers(pre=(16, 8), weeks=(16, None, 15, None, None, 14)),
    "Nele": Answers(pre=(12, 15), weeks=(None, 12, None, 10, None, 9)),
    "Omid": Answers(pre=(19, 14), weeks=(19, 18)),
    "Paula": Answers(pre=(14, 10), weeks=(None, 14)),
}
NEW = {"Quirin": Answers(pre=(16, 12)), "Rana": Answers(pre=(13, 9))}
