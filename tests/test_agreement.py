"""The measurement of agreement: its prompts differ where they should, its summary counts."""

from benchmarks import agreement


def test_each_prompt_differs_from_the_own_in_one_thing():
    for number in range(24):
        own, subject, motion = (
            words.removesuffix(" background").split(" on a ") for words in agreement.prompts(number)
        )
        (who, how), (other, same), (whom, another) = (
            each[0].split(" ", 2)[1:] for each in (own, subject, motion)
        )
        assert own[1] == subject[1] == motion[1]
        assert (how, who) == (same, whom) and who != other and how != another


def test_the_summary_counts_where_the_own_prompt_agrees_best():
    lines = agreement.summary([[0.5, -1.0, 0.6], [0.4, -3.0, 0.1]])
    assert lines[0].split() == ["own", "median", "0.45,", "0.40", "to", "0.50"]
    assert lines[-1] == "own above subject in 2, above motion in 1 of 2 videos"
