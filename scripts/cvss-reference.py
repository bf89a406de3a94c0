"""Writes test/fixtures/scoring/cvss-*.txt: generated vectors with the scores of a reference implementation.

    python3 -m venv venv && venv/bin/pip install cvss==3.6 && venv/bin/python scripts/cvss-reference.py

The reference is Red Hat's `cvss` (https://github.com/RedHatProductSecurity/cvss). A line holds one letter a metric in the
order of the specification ("X" not defined; Provider Urgency by its first letter), the score, and the base score.
"""

import os
import random

from cvss import CVSS3, CVSS4

N = 2500
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "fixtures", "scoring")

BASE4 = [("AV", "NALP"), ("AC", "LH"), ("AT", "NP"), ("PR", "NLH"), ("UI", "NPA")] + [
    (m, "HLN") for m in ("VC", "VI", "VA", "SC", "SI", "SA")
]
MORE4 = (
    [("E", "APU"), ("CR", "HML"), ("IR", "HML"), ("AR", "HML")]
    + [("M" + m, ("S" if m in ("SI", "SA") else "") + v) for m, v in BASE4]
    + [("S", "NP"), ("AU", "NY"), ("R", "AUI"), ("V", "DC"), ("RE", "LMH"), ("U", "CGAR")]
)
BASE3 = [
    ("AV", "NALP"), ("AC", "LH"), ("PR", "NLH"), ("UI", "NR"), ("S", "UC"), ("C", "HLN"), ("I", "HLN"), ("A", "HLN"),
]
MORE3 = (
    [("E", "HFPU"), ("RL", "UWTO"), ("RC", "CRU"), ("CR", "HML"), ("IR", "HML"), ("AR", "HML")]
    + [("M" + m, v) for m, v in BASE3]
)
URGENCY = {"C": "Clear", "G": "Green", "A": "Amber", "R": "Red"}
TEMPORAL3 = ("E", "RL", "RC")


def vector(prefix, metrics, letters):
    parts = [
        f"{m}:{URGENCY[letter] if m == 'U' else letter}"
        for (m, _), letter in zip(metrics, letters)
        if letter != "X"
    ]
    return prefix + "/".join(parts)


def choose(rng, base, more):
    letters = [rng.choice(v) for _, v in base]
    # A third has base metrics only, a third a few more, a third most of them.
    share = rng.choice((0, 0.2, 0.8))
    return letters + [rng.choice(v) if rng.random() < share else "X" for _, v in more]


def score4(letters):
    metrics = BASE4 + MORE4
    whole = CVSS4(vector("CVSS:4.0/", metrics, letters))
    base = CVSS4(vector("CVSS:4.0/", BASE4, letters[: len(BASE4)]))
    return whole.base_score, base.base_score


def score3(letters):
    metrics = BASE3 + MORE3
    base, temporal, environmental = CVSS3(vector("CVSS:3.1/", metrics, letters)).scores()
    given = {m for (m, _), letter in zip(metrics, letters) if letter != "X"} - {m for m, _ in BASE3}
    # The score that counts is the last group that was given at all.
    if given - set(TEMPORAL3):
        return environmental, base
    return (temporal if given else base), base


for name, base, more, score in (("4.0", BASE4, MORE4, score4), ("3.1", BASE3, MORE3, score3)):
    rng = random.Random(20261126)
    with open(os.path.join(HERE, f"cvss-{name}.txt"), "w", encoding="ascii") as out:
        for _ in range(N):
            letters = choose(rng, base, more)
            overall, alone = score(letters)
            out.write(f"{''.join(letters)} {float(overall):.1f} {float(alone):.1f}\n")
