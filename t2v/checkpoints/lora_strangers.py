"""Name the adapters that t2v can't apply: of other kinds, and of other models."""

import re
from collections.abc import Iterable

from .lora_file import LoRAFile

REFUSED = (  # a pattern of tensor names, and what they belong to
    (r"hada_w[12]|lokr_w[12]|oft_blocks|\.glora_", "a LyCORIS adapter, not a plain LoRA: t2v can't apply it"),
    (r"lora_magnitude_vector|\.dora_scale$", "a DoRA, whose magnitudes t2v can't apply"),
    (r"\.lora_mid\.", "a LoRA with a third factor a layer (LoCon), which t2v can't apply"),
    (r"^(emb_params|string_to_param|clip_[lg])\b", "a textual inversion, which adds words and is no LoRA"),
)
OTHERS = (
    (r"motion_modules", "a motion LoRA of AnimateDiff, which needs a Stable Diffusion image model"),
    (
        r"lora_te2_|text_encoder_2\.|(?<![a-z])add_embedding|transformer_blocks[._][1-9]",
        "a LoRA of Stable Diffusion XL",
    ),
    (r"double_blocks|single_transformer_blocks|single_blocks", "a LoRA of Flux or HunyuanVideo"),
    (r"blocks[._]\d+[._](self_attn|cross_attn|ffn)", "a LoRA of Wan"),
    (r"joint_blocks|context_embedder", "a LoRA of Stable Diffusion 3"),
    (r"init_attn|fps_embedding|fps_embed|framestride", "a LoRA of VideoCrafter"),
    (
        r"(^|\.)transformer\.(transformer_)?blocks|patchify_proj|caption_projection",
        "a LoRA of a transformer model (CogVideoX, LTX-Video …)",
    ),
    (r"time_stack|temporal_transformer_blocks", "a LoRA of Stable Video Diffusion"),
    (r"(^|\.)(model\.)?layers\.\d+\.(self_attn\.q_proj|mlp\.gate_proj)", "a LoRA of a language model"),
)
OLD_TEXT_WIDTH = 768  # of Stable Diffusion 1


def refused(file: LoRAFile) -> str | None:
    """Say what a file is whose kind of adapter can't be applied to any model; None if it may be applied."""
    if file.config.get("use_dora"):
        return REFUSED[1][1]
    kind = file.config.get("peft_type")
    if kind not in (None, "LORA"):
        return f"an adapter of PEFT's kind {str(kind)[:20]}, not a LoRA: t2v can't apply it"
    return _first(REFUSED, file.tensors)


def other(file: LoRAFile) -> str | None:
    """Say which other model a LoRA was made for; None if that isn't known."""
    what = _first(OTHERS, file.tensors)
    if what is None and file.items:
        return _nameless(file)
    crossed = [t for name, t in file.tensors.items() if re.search(r"attn2[._]to_[kv].*(down|lora_A)", name)]
    if what is None and any(t.ndim > 1 and t.shape[1] == OLD_TEXT_WIDTH for t in crossed):
        return "a LoRA of Stable Diffusion 1, an image model, whose text is 768 wide"
    return what


def _nameless(file: LoRAFile) -> str | None:
    """Recognise a list by its shapes: image models have no kernels along time."""
    if len(file.items) % 2:
        return None
    downs = file.items[1::2]
    along_time = any(t.ndim == 5 for t in file.items)
    if not along_time and any(t.ndim == 2 and t.shape[1] == OLD_TEXT_WIDTH for t in downs):
        return "a LoRA of Stable Diffusion 1, an image model, whose text is 768 wide"
    if along_time and file.items[0].ndim == 2:  # its first layer is the time's, not a convolution
        return "a LoRA of VideoCrafter's network, such as T2V-Turbo's for VideoCrafter2"
    return None


def _first(patterns: Iterable[tuple[str, str]], names: Iterable[str]) -> str | None:
    names = list(names)
    return next((what for pattern, what in patterns if any(re.search(pattern, x) for x in names)), None)
