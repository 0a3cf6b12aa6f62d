"""Failure to converge: games of two numbers whose answer is known."""

from typing import Any

import numpy as np

from claims.dirac import better_rules, final_distances, limit_cycle, r1_threshold, radii, two_rates
from claims.record import Claim, Condition, Results, Verdict, judged


def _below(expected: str, value: float, bound: float) -> Condition:
    return Condition(expected, f"{value:.1e}", bool(value <= bound))


def radii_follow_the_formulas(results: Results) -> Verdict:
    """B1."""
    (row,) = results
    return judged(
        _below("radii within 1e-6 of the formulas", row["largest distance from the formulas"], 1e-6),
        _below("growth of the norm exact to 1e-12", row["largest error of the growth"], 1e-12),
    )


def distances_follow_the_table(results: Results) -> Verdict:
    """B2."""
    (row,) = results
    ends = row["minimax"], row["R1 0.3"][:2], row["noise 0.7"][:2], row["consensus 1"]
    return judged(
        Condition("minimax ends at 3.10, 1.42, 1.85", _shown(ends[0]), _shown(ends[0]) == "3.1, 1.42, 1.85"),
        Condition("R1 ends below 1e-5", _shown(ends[1]), max(ends[1]) < 1e-5),
        Condition("noise ends below 1e-4", _shown(ends[2]), max(ends[2]) < 1e-4),
        Condition(
            "consensus ends below 1e-9 with one step of D", _shown(ends[3][:2]), max(ends[3][:2]) < 1e-9
        ),
        Condition("and diverges with five", _shown(ends[3][2:]), ends[3][2] > 5),
    )


def _shown(values: list[float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)


def cycle_and_slow_approach(results: Results) -> Verdict:
    """B3."""
    (row,) = results
    cycle = [value for name, value in row.items() if name.startswith("simultaneous")]
    slow = [value for name, value in row.items() if name.startswith("alternating")]
    return judged(
        Condition("radius within 1 % of √(2h)", _shown(cycle), max(abs(np.array(cycle) - 1)) <= 0.01),
        Condition("distance within 5 % of the formula", _shown(slow), max(abs(np.array(slow) - 1)) <= 0.05),
    )


def threshold_at_a_quarter(results: Results) -> Verdict:
    """B4."""
    (row,) = results
    out, into = row.values()
    return judged(
        Condition("γ = 0.04 leaves", f"{out:.3g} times the start", out > 1),
        Condition("γ = 0.06 comes in", f"{into:.3g} times the start", into < 1),
    )


def rules_differ(results: Results) -> Verdict:
    """B5."""
    (row,) = results
    signs = {
        "simultaneous 0.1": 1,
        "alternating 0.1": 0,
        "extragradient 0.5": -1,
        "extragradient 0.99": -1,
        "extragradient 1.01": 1,
        "optimistic 0.5": -1,
        "optimistic 0.57": -1,
        "optimistic 0.58": 1,
        "alternating 0.5, momentum -0.5": -1,
    }
    words = {1: "above 1", 0: "1", -1: "below 1"}
    found = {name: 0 if abs(row[name] - 1) < 1e-8 else int(np.sign(row[name] - 1)) for name in signs}
    return judged(
        *(Condition(f"{name} {words[s]}", f"{row[name]:.5f}", found[name] == s) for name, s in signs.items())
    )


def rates_alone_fail(results: Results) -> Verdict:
    """B6."""
    (row,) = results
    return judged(
        Condition("above 1 in all 50 pairs", str(row["pairs above 1"]), row["pairs above 1"] == row["pairs"])
    )


_MESCHEDER = "Mescheder, Geiger and Nowozin 2018, *Which training methods for GANs do actually converge?*"
_DIRAC = """The Dirac-GAN: one real point at 0, one fake point at θ, the logits ψx. Float64, learning rate h
    = 0.2 unless said."""
_EXACT: Any = {"exact": True, "seeds": (0,), "cost": 1.0}

CLAIMS = (
    Claim(
        id="B1",
        title="Without a regulariser the smallest GAN spirals out, at a known rate",
        source=f"{_MESCHEDER}, section 2; the formulas for the update follow from its eigenvalues.",
        statement="""Near the equilibrium simultaneous updates multiply the distance by √(1 + h²/4) (minimax
            and non-saturating), √(1 + h²) (Wasserstein), √(1 - hσ²/2 + h²/4) (noise), √(1 - hγ + h²/4) (R1)
            and |1 + h(-1/4 + i/2)| (consensus, γ = 1), within 1e-6. In every step of the minimax game the
            squared distance grows by exactly 1 + h² f′(ψθ)², within 1e-12.""",
        protocol=f"{_DIRAC} Spectral radii of the update by differences; 500 steps from (1, 1).",
        lesson="09b_what_damps_the_rotation",
        run=radii,
        verdict=radii_follow_the_formulas,
        **_EXACT,
    ),
    Claim(
        id="B2",
        title="Noise, R1 and consensus bring it to the equilibrium, consensus not with five steps",
        source=f"{_MESCHEDER}, sections 3 and 4, and the notebook of its authors for the setting.",
        statement="""From (1, 1), a distance of 1.41, the minimax game is after 500 steps at 3.10 with
            simultaneous updates, at 1.42 with alternating ones, and at 1.85 with five steps of the
            discriminator. R1 (γ = 0.3) is below 1e-5 and noise (σ = 0.7) below 1e-4, simultaneous and
            alternating. Consensus (γ = 1) is below 1e-9 so, and beyond 5 with five steps of the
            discriminator.""",
        protocol=f"""{_DIRAC} The three numbers are for simultaneous and alternating updates, and for five
            steps of the discriminator; the generator moves first, as in the notebook.""",
        lesson="09b_what_damps_the_rotation",
        run=final_distances,
        verdict=distances_follow_the_table,
        **_EXACT,
    ),
    Claim(
        id="B3",
        title="The non-saturating game ends on a circle, or comes in ever more slowly",
        source=f"{_MESCHEDER}: slower than linear. The two formulas are the course's own.",
        statement="""Simultaneous updates end on a circle of radius √(2h), within 1 % for h = 0.05, 0.1 and
            0.2. Alternating ones are after k steps at 1/√(1/r₀² + hk/8), within 5 % for k = 1,000 and
            10,000.""",
        protocol=f"{_DIRAC} 10,000 steps from (1, 1).",
        lesson="09a_failure_to_converge_by_hand",
        run=limit_cycle,
        verdict=cycle_and_slow_approach,
        **_EXACT,
    ),
    Claim(
        id="B4",
        title="R1 must be stronger than a quarter of the learning rate",
        source=f"{_MESCHEDER}, lemma on the eigenvalues with R1; the threshold γ = h/4 follows.",
        statement="At h = 0.2, γ = 0.04 leaves the equilibrium and γ = 0.06 comes in.",
        protocol=f"{_DIRAC} 5,000 simultaneous steps from (0.01, 0.01).",
        lesson="09b_what_damps_the_rotation",
        run=r1_threshold,
        verdict=threshold_at_a_quarter,
        **_EXACT,
    ),
    Claim(
        id="B5",
        title="Alternating orbits; extragradient, optimism and negative momentum spiral in",
        source="""Gidel et al. 2019, *A variational inequality perspective on generative adversarial
            networks* and *Negative momentum for improved game dynamics*; Daskalakis et al. 2018, *Training
            GANs with optimism*.""",
        statement="""On min max xy the spectral radius is above 1 for simultaneous updates and 1 for
            alternating ones; below 1 for extragradient up to a rate of 1, for optimistic updates up to 1/√3
            = 0.577, and for alternating ones with momentum -0.5.""",
        protocol="The bilinear game in float64, at the rates listed.",
        lesson="09b_what_damps_the_rotation",
        run=better_rules,
        verdict=rules_differ,
        **_EXACT,
    ),
    Claim(
        id="B6",
        title="Two learning rates alone cannot make it converge",
        source="""Against a reading of Heusel et al. 2017, *GANs trained by a two time-scale update rule
            converge to a local Nash equilibrium*.""",
        statement="""Of 50 random pairs of learning rates between 0.001 and 1, all have a spectral radius
            above 1.""",
        protocol=f"{_DIRAC} Simultaneous updates, minimax. The paper's theorem asks for more than two rates.",
        lesson="09b_what_damps_the_rotation",
        run=two_rates,
        verdict=rates_alone_fail,
        **_EXACT,
    ),
)
