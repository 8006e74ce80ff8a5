"""The evaluation's tables, in Markdown."""

from collections import defaultdict

import numpy as np

from training.nouns import NOUNS, prompt_of
from training.trials import GROUPS, SEEDS

COLUMNS = {
    "subject right": "subject", "class right": "its class", "ground right": "ground", "motion right": "motion",
    "colour right": "colour", "relation right": "relation", "all right": "all", "psnr": "PSNR",
    "flicker": "flicker /255",
}  # fmt: skip
ENOUGH = 7  # of the SEEDS videos of a noun


def report(records: list[dict], seeds: list[float]) -> str:
    """The table of all groups, and the figures below it."""
    lines = [f"| | clips | {' | '.join(COLUMNS.values())} |", "|---|---:|" + "---:|" * len(COLUMNS)]
    for group, title in GROUPS.items():
        for truth in (True, False):
            rows = [r for r in records if r["group"] == group and r["truth"] == truth]
            if rows and "subject right" in rows[0]:
                lines.append(_row(f"{title}: truth through the VAE" if truth else title, rows))
    lines += ["", *_continued(records), *_loops(records), *_line(records), *_nouns(records)]
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


def _continued(records: list[dict]) -> list[str]:
    lines = []
    for group in ("first", "eight"):
        for truth in (True, False):
            if rows := _of(records, group, truth):
                mean = {
                    key: np.mean([r[key] for r in rows])
                    for key in rows[0]
                    if isinstance(rows[0][key], float | bool)
                }
                lines.append(
                    f"{GROUPS[group].capitalize()}{', truth through the VAE' if truth else ''}, {len(rows)} clips: "
                    f"next frame {mean['next']:.1f} dB, all others {mean['psnr']:.1f} dB to the true clip; subject "
                    f"kept at the end {mean['subject kept']:.3f} (its class {mean['kept, its class']:.3f})."
                )
    return lines


def _loops(records: list[dict]) -> list[str]:
    lines = []
    for truth in (True, False):
        if rows := _of(records, "loop", truth):
            seam, near = (-10 * np.log10(np.mean([r[key] for r in rows])) for key in ("seam", "neighbours"))
            lines.append(
                f"Loops{', truth through the VAE' if truth else ''}, {len(rows)} clips: last to first {seam:.1f} dB, "
                f"neighbours {near:.1f} dB."
            )
    return lines


def _line(records: list[dict]) -> list[str]:
    lines = []
    for truth in (True, False):
        if rows := [r for r in _of(records, "one", truth) if np.isfinite([r["line"], r["mirrored"]]).all()][
            :12
        ]:
            there, mirrored = (np.mean([r[key] for r in rows]) for key in ("line", "mirrored"))
            lines.append(
                f"At the line's place{', truth through the VAE' if truth else ''}, {len(rows)} videos: {there:.2f} "
                f"levels from the ground, at the mirrored places {mirrored:.2f}: {there / mirrored:.2f} times."
            )
        if truth and (rows := _of(records, "one", truth)):
            lines.append(f"VAE, {len(rows)} clips: {np.mean([r['psnr'] for r in rows]):.1f} dB.")
    return lines


def _nouns(records: list[dict]) -> list[str]:
    """How many nouns are known: their words, and their emoji in ENOUGH of SEEDS videos; the others by name"""
    if not (rows := _of(records, "nouns")):
        return []
    hits: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        hits[row["prompt"]].append(row)
    right = {prompt: sum(row["class right"] for row in rows) for prompt, rows in hits.items()}
    exact = {prompt: sum(row["subject right"] for row in rows) for prompt, rows in hits.items()}
    unknown = [noun for noun in NOUNS if prompt_of(noun) not in hits]
    missed = [f"{n} ({exact[p]})" for n in NOUNS if (p := prompt_of(n)) in hits and exact[p] < ENOUGH]
    known = sum(count >= ENOUGH for count in exact.values())
    return [
        f"Nouns: {len(hits)} of {len(NOUNS)} in the vocabulary, {known} found in {ENOUGH} of {SEEDS} seeds "
        f"({sum(count >= ENOUGH for count in right.values())} by class). Not in it: {', '.join(unknown) or 'none'}. "
        f"Found in fewer: {', '.join(missed) or 'none'}."
    ]
