"""The About text of a model: what it is, what it learnt from, its limits, what it must not be used for."""

from t2v.checkpoints.catalogue import CATALOGUE, EMBEDDED
from t2v.service.backend import OfferedModel

USES = """
**Not for** scenes that demean or harm people, sexual or violent content, or videos that pass for recordings
of real people or events. Say that a video was generated when you show it.
"""

ABOUT_UNKNOWN = """
A model that was given by whoever started this page. Its maker's page says what it was trained on, what it
can't do, and under which licence it may be used.
"""

ABOUT_EMOJI = """
The same three parts as ModelScope's model, a hundredth of its size, so that they run on a processor: a text
encoder reads the sentence, a UNet turns noise into video latents in two steps, an autoencoder decodes them.

**Trained on** Microsoft's Fluent emoji (MIT licence), put on colours and into sceneries, and set in motion.
It composes subjects, colours and motions that it was shown, and guesses at everything else.
"""

ABOUT_MODELSCOPE = """
A diffusion model of 1.7 billion parameters in three parts: a CLIP text encoder reads the sentence, a UNet
turns noise into video latents in many small steps, and an autoencoder decodes them to frames.

**Trained on** LAION-5B, ImageNet, WebVid and other public data, filtered for aesthetics, watermarks and
duplicates.

**Limits.** It knows English only, can't write legible text, doesn't reach film quality, and is weak at scenes
of many parts. What it shows follows its data: people and places that are rare there are shown poorly or as
clichés, and some videos bear a stock-footage watermark.

**Cite** Wang et al. 2023, *ModelScope Text-to-Video Technical Report* (arXiv 2308.06571); Luo et al. 2023,
*VideoFusion* (CVPR); Rombach et al. 2022 (latent diffusion); Bain et al. 2021 (WebVid).
"""


def text(choice: OfferedModel) -> str:
    """Markdown."""
    known = ABOUT_EMOJI if choice.id == EMBEDDED else ABOUT_MODELSCOPE
    story = known if choice.id in CATALOGUE else ABOUT_UNKNOWN
    licence = f"**Licence of the weights:** {choice.licence}." if choice.licence else ""
    parts = (f"### {choice.title}", choice.limits, story, USES, licence)
    return "\n\n".join(part.strip() for part in parts if part)
