"""Recognise a model, or a part of one, by the names of its tensors or of its diffusers class."""

import re
from collections.abc import Collection

FAMILY = "t2v runs text-to-video models of the ModelScope family"

# Patterns of tensor names, the most specific first: (pattern, kind of the weights).
TENSOR_KINDS = (
    (r"\.(qweight|qzeros|g_idx)$", "quantised to integers (GPTQ or AWQ)"),
    (r"\.weight\.(absmax|quant_map|quant_state\..+)$|\.SCB$", "quantised to integers (bitsandbytes)"),
    (r"\.weight\._(data|scale)$|_packed_params", "quantised to integers (quanto or PyTorch)"),
    (r"(^|\.)scaled_fp8$|\.(scale_weight|weight_scale|weight_scale_inv)$", "float8 numbers with scales"),
    (r"(^|[._])(hada_w[12]|lokr_w[12])", "a LyCORIS adapter, which only changes another model"),
    (
        r"(^|\.)(lora_(up|down|A|B|unet|te\d?)\b|lora_(unet|te\d?)_|.*\.lora[._]|.*_lora\.)",
        "a LoRA, which only changes another model",
    ),
    (r"^(emb_params|string_to_param|clip_[lg])\b", "a textual inversion, which only adds words to a model"),
    (r"controlnet_cond_embedding|^control_model\.|(^|\.)input_hint_block\.", "a ControlNet"),
    (r"^ip_adapter\.|(^|\.)to_k_ip\.", "an IP-Adapter"),
    (r"(^|\.)motion_modules\.", "an AnimateDiff motion module, which needs a Stable Diffusion image model"),
    (
        r"^model\.diffusion_model\..*\.time_stack\.|(^|\.)temporal_transformer_blocks\.",
        "Stable Video Diffusion",
    ),
    (
        r"(^|\.)(init_attn\.0|fps_embedding\.0|framestride_embed|fps_embed)\.|^model\.diffusion_model\..*temopral",
        "a VideoCrafter or DynamiCrafter model",
    ),
    (r"^(image_latents_proj_in|image_latents_temporal_encoder)\.", "an I2VGen-XL UNet"),
    (r"(^|\.)(temopral_conv|temp_convs|transformer_in)\.", "a video UNet"),
    (r"^conditioner\.embedders\.", "a whole Stable Diffusion XL image model"),
    (r"^model\.diffusion_model\.joint_blocks\.|^joint_blocks\.", "Stable Diffusion 3, an image model"),
    (r"(^|\.)txt_in\.individual_token_refiner\.", "a HunyuanVideo transformer"),
    (r"(^|\.)(double_blocks|single_transformer_blocks)\.", "a Flux or HunyuanVideo transformer"),
    (r"(^|\.)(patchify_proj|caption_projection)\.", "an LTX-Video or PixArt transformer"),
    (r"(^|\.)blocks\.\d+\.(cross_attn\.norm_q|ffn\.0)|^condition_embedder\.", "a Wan transformer"),
    (r"^patch_embed\.text_proj\.|(^|\.)transformer_blocks\.\d+\.attn1\.norm_q", "a CogVideoX transformer"),
    (r"^model\.diffusion_model\.", "a whole Stable Diffusion image model"),
    (
        r"^(down_blocks\.0\.(resnets|attentions)|input_blocks\.1\.0\.in_layers|mid_block\.resnets)",
        "a Stable Diffusion image UNet",
    ),
    (r"^(en|de)coder\.(downsamples|upsamples|conv_in\.conv|conv1)\b", "a video VAE of another family"),
    (r"^(first_stage_model\.)?(en|de)coder\.(conv_in|down|up|mid)", "a VAE"),
    (r"(^|\.)block\.\d+\.layer\.\d+\.SelfAttention\.", "a T5 text encoder"),
    (r"(^|\.)(text_model\.)?(encoder\.layers\.\d+\.self_attn|transformer\.resblocks)", "a CLIP text encoder"),
    (r"^(visual\.|vision_model\.|(text_model\.)?embeddings\.patch_embedding)", "CLIP's vision half"),
    (r"(^|\.)(layers\.\d+\.self_attn\.q_proj|h\.\d+\.attn\.c_attn|lm_head)\.", "a language model"),
    (r"(^|\.)(RRDB_trunk|rdb1)\.", "an image upscaler"),
)

# Classes of diffusers by the start of their name, the most specific first.
CLASS_KINDS = (
    ("AnimateDiff", "AnimateDiff"),
    ("MotionAdapter", "an AnimateDiff motion module"),
    ("UNetMotion", "AnimateDiff"),
    ("StableVideoDiffusion", "Stable Video Diffusion"),
    ("UNetSpatioTemporal", "Stable Video Diffusion"),
    ("I2VGenXL", "I2VGen-XL"),
    ("CogVideoX", "CogVideoX"),
    ("CogView", "the image model CogView"),
    ("Wan", "Wan"),
    ("LTX", "LTX-Video"),
    ("Hunyuan", "Hunyuan"),
    ("Mochi", "Mochi"),
    ("Allegro", "Allegro"),
    ("Latte", "Latte"),
    ("SkyReels", "SkyReels"),
    ("Cosmos", "Cosmos"),
    ("EasyAnimate", "EasyAnimate"),
    ("ConsisID", "ConsisID"),
    ("Sana", "Sana"),
    ("Flux", "the image model Flux"),
    ("StableDiffusionXL", "the image model Stable Diffusion XL"),
    ("StableDiffusion3", "the image model Stable Diffusion 3"),
    ("StableDiffusion", "a Stable Diffusion image model"),
    ("LatentConsistency", "a Stable Diffusion image model"),
    ("AltDiffusion", "an image model"),
    ("UNet2D", "a Stable Diffusion image model"),
    ("PixArt", "the image model PixArt"),
    ("Kandinsky", "Kandinsky"),
)


def kind(names: Collection[str]) -> str | None:
    """Return the kind of weights that have tensors called `names`, in a few words; None if unknown."""
    if any(name.startswith("visual.") for name in names) and "token_embedding.weight" in names:
        return "a whole CLIP model"
    for pattern, what in TENSOR_KINDS:
        if any(re.search(pattern, name) for name in names):
            return what
    return None


def family(name: object) -> str | None:
    """Return the model family of the diffusers class called `name`, in a few words; None if unknown."""
    if not isinstance(name, str):
        return None
    return next((what for start, what in CLASS_KINDS if name.startswith(start)), None)
