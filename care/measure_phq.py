"""The Patient Health Questionnaire, letter for letter (Kroenke, Spitzer and Williams 2001), with its LOINC
codes, and the PHQ-8: the same without the last item (Kroenke and others 2009).

The PHQ-8 keeps the item names of the PHQ-9, so that what was answered counts wherever eight items do: where
nobody can read an answer about self-harm in time, the ninth is not asked and the eight go on.

Cut points: caseness 10 and reliable change 6 as in the manual of NHS Talking Therapies; a difference that
matters is 5 (Loewe and others 2004); response is half, remission a total under 5. That the PHQ-8 takes the
same numbers is a judgement: it is the same scale without an item that is rarely answered with more than 0.
"""

from dataclasses import replace

from care.instrument import Band, Item, Measure, Option, Unscored

LICENCE = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an "
    "educational grant from Pfizer Inc. No permission required to reproduce, translate, display or "
    "distribute."
)
# Many copies print the first of these as something else ("Not at all sure"); those are misprints.
OPTIONS = (
    Option(0, "Not at all"),
    Option(1, "Several days"),
    Option(2, "More than half the days"),
    Option(3, "Nearly every day"),
)

_DIFFICULTY = Unscored(
    id="phq9_difficulty",
    loinc="69722-7",
    text=(
        "If you checked off any problems, how difficult have these problems made it for you to do your "
        "work, take care of things at home, or get along with other people?"
    ),
    options=(
        Option(0, "Not difficult at all"),
        Option(1, "Somewhat difficult"),
        Option(2, "Very difficult"),
        Option(3, "Extremely difficult"),
    ),
)

PHQ9 = Measure(
    id="phq9",
    version="1",
    title="PHQ-9",
    stem="Over the last 2 weeks, how often have you been bothered by any of the following problems?",
    options=OPTIONS,
    items=(
        Item("phq9_1", "44250-9", "Little interest or pleasure in doing things"),
        Item("phq9_2", "44255-8", "Feeling down, depressed, or hopeless"),
        Item("phq9_3", "44259-0", "Trouble falling or staying asleep, or sleeping too much"),
        Item("phq9_4", "44254-1", "Feeling tired or having little energy"),
        Item("phq9_5", "44251-7", "Poor appetite or overeating"),
        Item(
            "phq9_6",
            "44258-2",
            "Feeling bad about yourself - or that you are a failure or have let yourself or your family down",
        ),
        Item(
            "phq9_7",
            "44252-5",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
        ),
        Item(
            "phq9_8",
            "44253-3",
            "Moving or speaking so slowly that other people could have noticed? Or the opposite - being so "
            "fidgety or restless that you have been moving around a lot more than usual",
        ),
        Item(
            "phq9_9",
            "44260-8",
            "Thoughts that you would be better off dead or of hurting yourself in some way",
        ),
    ),
    unscored=_DIFFICULTY,
    bands=(
        Band(0, 4, "minimal"),
        Band(5, 9, "mild"),
        Band(10, 14, "moderate"),
        Band(15, 19, "moderately severe"),
        Band(20, 27, "severe"),
    ),
    caseness=10,
    reliable_change=6,
    mcid=5,
    remission_below=5,
    response_pct=50,
    safety_item="phq9_9",
    prorate_up_to=2,
    total_loinc="44261-6",
    licence=LICENCE,
)

PHQ8 = replace(
    PHQ9,
    id="phq8",
    title="PHQ-8",
    items=PHQ9.items[:8],
    bands=(*PHQ9.bands[:4], Band(20, 24, "severe")),
    safety_item=None,
    total_loinc="",
)
