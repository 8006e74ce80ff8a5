"""The evaluation's tables, in Markdown."""

import itertools

import numpy as np

from training.layout import AND, RELATIONS
from training.nouns import NOUNS, prompt_of
from training.trials import GROUPS, SEEDS

COLUMNS = {
    "subject right": "subject", "class right": "its class", "ground right": "ground",
    "motion right": "motion", "colour right": "colour", "relation right": "relation",
    "all right": "all", "psnr": "PSNR", "flicker": "flicker /255",
}  # fmt: skip
CONTINUED = ("next", "psnr", "subject kept", "kept, its class")
ENOUGH = 7  # of the SEEDS videos of a noun
LINED = 12  # videos whose line is measured


def report(records: list[dict], seeds: list[float]) -> str:
    """The table of all groups, and the figures below it."""
    lines = [f"| | clips | {' | '.join(COLUMNS.values())} |", "|---|---:|" + "---:|" * len(COLUMNS)]
    for group, title in GROUPS.items():
        for truth in (True, False):
            rows = [r for r in records if r["group"] == group and r["truth"] == truth]
            if rows and "subject right" in rows[0]:
                lines.append(_row(f"{title}: truth through the VAE" if truth else title, rows))
    lines += [
        "",
        *_continued(records),
        *_loops(records),
        *_line(records),
        *_relations(records),
        *_nouns(records),
    ]
    if seeds:
        lines.append(f"Between {SEEDS} seeds of one prompt: {np.mean(seeds):.1f} dB.")
    return "\n".join(lines)


def _row(title: str, rows: list[dict]) -> str:
    cells = []
    for key in COLUMNS:
        values = [row[key] for row in rows if key in row]
        mean = np.mean(values) if values else None
        digits = {"psnr": ".1f", "flicker": ".2f"}.get(key, ".3f")
        unit = " dB" if key == "psnr" else ""
        cells.append("" if mean is None else f"{mean:{digits}}{unit}")
    return f"| {title} | {len(rows)} | {' | '.join(cells)} |"


def _of(records: list[dict], group: str, truth: bool = False) -> list[dict]:
    return [r for r in records if r["group"] == group and r["truth"] == truth]


def _title(group: str, truth: bool) -> str:
    return f"{GROUPS[group].capitalize()}, truth through the VAE" if truth else GROUPS[group].capitalize()


def _relations(records: list[dict]) -> list[str]:
    """How many videos of all groups show two subjects in each relation; those with both right apart"""
    lines = []
    for truth in (True, False):
        rows = [r for r in records if "relation right" in r and r["truth"] == truth]
        right = {name: [r for r in rows if r["content"]["relation"] == name] for name in (AND, *RELATIONS)}
        shares = [f"{name} {_share(some)}" for name, some in right.items() if some]
        if shares:
            both = _share([r for r in rows if r["subject right"]])
            title = "Relations, truth through the VAE" if truth else "Relations"
            lines.append(f"{title}: {', '.join(shares)}; where both subjects are right {both}.")
    return lines


def _share(rows: list[dict]) -> str:
    return f"{sum(r['relation right'] for r in rows)} of {len(rows)}"


def _continued(records: list[dict]) -> list[str]:
    """Clips that go on from known frames."""
    lines = []
    for group, truth in itertools.product(("first", "eight"), (True, False)):
        if not (rows := _of(records, group, truth)):
            continue
        after, psnr, kept, alike = (np.mean([row[key] for row in rows]) for key in CONTINUED)
        lines.append(
            f"{_title(group, truth)}, {len(rows)} clips: the next frame {after:.1f} dB, all that are made "
            f"{psnr:.1f} dB to the true clip; subject kept to the end {kept:.3f}, its class {alike:.3f}."
        )
    return lines


def _loops(records: list[dict]) -> list[str]:
    lines = []
    for truth in (True, False):
        if rows := _of(records, "loop", truth):
            errors = [np.mean([row[key] for row in rows]) for key in ("seam", "neighbours")]
            seam, near = -10 * np.log10(np.maximum(errors, 1e-10))
            lines.append(
                f"{_title('loop', truth)}, {len(rows)} clips: last to first {seam:.1f} dB, "
                f"neighbours {near:.1f} dB."
            )
    return lines


def _line(records: list[dict]) -> list[str]:
    """The line's place in the first LINED videos, and the VAE's distance to the truth"""
    lines = []
    for truth in (True, False):
        rows = _of(records, "one", truth)
        free = [row for row in rows if np.isfinite([row["line"], row["mirrored"]]).all()][:LINED]
        if free:
            there, mirrored = (np.mean([row[key] for row in free]) for key in ("line", "mirrored"))
            lines.append(
                f"{_title('one', truth)}, {len(free)} clips: {there:.2f} levels from the ground at the "
                f"line's place, {mirrored:.2f} at its mirrored places: {there / mirrored:.2f} times."
            )
    if seen := [row["vae"] for row in records if "vae" in row]:
        lines.append(f"VAE: {np.mean(seen):.1f} dB, the mean of all frames of {len(seen)} true clips.")
    return lines


def _nouns(records: list[dict]) -> list[str]:
    """How many nouns are known: their words, and their emoji in ENOUGH of SEEDS videos; the others by name"""
    asked: dict[str, list[dict]] = {prompt_of(noun): [] for noun in NOUNS}
    for row in _of(records, "nouns"):
        asked[row["prompt"]].append(row)
    if not any(asked.values()):
        return []
    hits = {noun: sum(row["subject right"] for row in asked[prompt_of(noun)]) for noun in NOUNS}
    alike = [sum(row["class right"] for row in rows) >= ENOUGH for rows in asked.values()]
    strange = [noun for noun in NOUNS if not asked[prompt_of(noun)]]
    missed = [f"{noun} ({hits[noun]})" for noun in NOUNS if noun not in strange and hits[noun] < ENOUGH]
    return [
        f"Nouns: {len(NOUNS) - len(strange)} of {len(NOUNS)} in the vocabulary; "
        f"{sum(count >= ENOUGH for count in hits.values())} found in {ENOUGH} of {SEEDS} seeds, "
        f"{sum(alike)} by class. Not in it: {', '.join(strange) or 'none'}. "
        f"Found in fewer: {', '.join(missed) or 'none'}."
    ]
