"""The Generalized Anxiety Disorder scale, letter for letter (Spitzer and others 2006), with its LOINC codes.

Many copies print its first answer as "Not at all sure"; the measure says "Not at all" (Zorowitz and others
2021). Caseness is 8 and reliable change 4, as in the manual of NHS Talking Therapies; the cut of the
screening paper is 10.
"""

from care.instrument import Band, Item, Measure
from care.measure_phq import LICENCE, OPTIONS

GAD7 = Measure(
    id="gad7",
    version="1",
    title="GAD-7",
    stem="Over the last 2 weeks, how often have you been bothered by the following problems?",
    options=OPTIONS,
    items=(
        Item("gad7_1", "69725-0", "Feeling nervous, anxious or on edge"),
        Item("gad7_2", "68509-9", "Not being able to stop or control worrying"),
        Item("gad7_3", "69733-4", "Worrying too much about different things"),
        Item("gad7_4", "69734-2", "Trouble relaxing"),
        Item("gad7_5", "69735-9", "Being so restless that it is hard to sit still"),
        Item("gad7_6", "69689-8", "Becoming easily annoyed or irritable"),
        Item("gad7_7", "69736-7", "Feeling afraid as if something awful might happen"),
    ),
    bands=(
        Band(0, 4, "minimal"),
        Band(5, 9, "mild"),
        Band(10, 14, "moderate"),
        Band(15, 21, "severe"),
    ),
    caseness=8,
    screen_cut=10,
    reliable_change=4,
    prorate_up_to=1,
    total_loinc="70274-6",
    licence=LICENCE,
)
