"""The small files of published folders, in the forms that they have had from 2023 on.

Names and values are those of the Hub's repositories. No peer of today would save them so.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from t2v.networks.tokenizer import clip_merges, token_ids

START, END = "<|startoftext|>", "<|endoftext|>"
FEW = clip_merges()[:40]


def token(content: str, typed: bool = False, **more: bool) -> dict:
    """A special word as older files have it: an object."""
    kind = {"__type": "AddedToken"} if typed else {}
    flags = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    return kind | {"content": content} | flags | more


def write(folder: Path, **files: dict | list | str) -> Path:
    """Files of `folder` by their names without suffix: text as .txt, all else as .json."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in files.items():
        if isinstance(values, str):
            (folder / f"{name}.txt").write_text(values, encoding="utf-8")
        else:
            (folder / f"{name}.json").write_text(json.dumps(values, indent=2))
    return folder


def vocabulary(merges: Iterable[str] = FEW) -> dict:
    """vocab.json and merges.txt, as arguments of `write`."""
    merges = list(merges)
    return {"vocab": token_ids(merges), "merges": "\n".join(["#version: 0.2", *merges, ""])}


OLD_CONFIG = {  # of transformers 4.2x
    "add_prefix_space": False,
    "bos_token": token(START, typed=True),
    "do_lower_case": True,
    "eos_token": token(END, typed=True),
    "errors": "replace",
    "model_max_length": 77,
    "name_or_path": "hf-models/stable-diffusion-v2-768x768/tokenizer",
    "pad_token": END,
    "special_tokens_map_file": "./special_tokens_map.json",
    "tokenizer_class": "CLIPTokenizer",
    "unk_token": token(END, typed=True),
}
OLD_MAP = {"bos_token": token(START), "eos_token": token(END), "pad_token": "!", "unk_token": token(END)}
PLAIN = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}


def decoder(vocabulary: dict[str, int], *contents: str, **more: bool) -> dict:
    """`added_tokens_decoder` of transformers 4.34 and later."""
    return {str(vocabulary[content]): token(content, special=True, **more) for content in contents}


NEW_CONFIG = {  # of transformers 4.34 … 4.57
    "add_prefix_space": False,
    "added_tokens_decoder": decoder(token_ids(FEW), "!", START, END),
    "bos_token": START,
    "clean_up_tokenization_spaces": True,
    "do_lower_case": True,
    "eos_token": END,
    "errors": "replace",
    "model_max_length": 77,
    "pad_token": "!",
    "tokenizer_class": "CLIPTokenizer",
    "unk_token": END,
}
OTHER_ORDER = {
    word: number for number, word in enumerate([START, END, *sorted(token_ids(FEW).keys() - {START, END})])
}
TOKENIZERS = {  # the files of tokenizer/, by what is special about them
    "Stable Diffusion 2": {"tokenizer_config": OLD_CONFIG, "special_tokens_map": OLD_MAP},
    "Stable Diffusion 1": {
        "tokenizer_config": OLD_CONFIG,
        "special_tokens_map": OLD_MAP | {"pad_token": END},
    },
    "plain words": {"tokenizer_config": OLD_CONFIG | PLAIN, "special_tokens_map": PLAIN | {"pad_token": "!"}},
    "pad as an object": {"special_tokens_map": OLD_MAP | {"pad_token": token("!", normalized=False)}},
    "pad as an object in the config": {
        "tokenizer_config": OLD_CONFIG | {"pad_token": token("!", typed=True)}
    },
    "only the config": {"tokenizer_config": OLD_CONFIG},
    "only the map": {"special_tokens_map": OLD_MAP},
    "neither": {},
    "a map without padding": {"tokenizer_config": OLD_CONFIG, "special_tokens_map": {"bos_token": START}},
    "a config without padding": {"tokenizer_config": {"model_max_length": 77}},
    "transformers 4.34": {"tokenizer_config": NEW_CONFIG, "special_tokens_map": PLAIN},
    "transformers 4.34, objects": {
        "tokenizer_config": NEW_CONFIG | {"pad_token": token("!", typed=True)},
        "special_tokens_map": OLD_MAP | {"pad_token": END},
    },
    "decoder without padding": {
        "tokenizer_config": {key: value for key, value in NEW_CONFIG.items() if key != "pad_token"},
        "special_tokens_map": OLD_MAP,
    },
    "an empty decoder": {
        "tokenizer_config": OLD_CONFIG | {"added_tokens_decoder": {}},
        "special_tokens_map": OLD_MAP,
    },
    "padding with a word": {
        "tokenizer_config": OLD_CONFIG,
        "special_tokens_map": PLAIN | {"pad_token": "th"},
    },
    "padding with the end of a word": {"tokenizer_config": OLD_CONFIG | {"pad_token": "a</w>"}},
    "padding with the start": {"tokenizer_config": OLD_CONFIG | {"pad_token": START}},
    "other ends": {"tokenizer_config": OLD_CONFIG | PLAIN | {"bos_token": "<", "eos_token": ">"}},
    "few places": {"tokenizer_config": OLD_CONFIG | {"model_max_length": 9}, "special_tokens_map": OLD_MAP},
    "another order": {"vocab": OTHER_ORDER, "tokenizer_config": OLD_CONFIG, "special_tokens_map": OLD_MAP},
    "a learnt word": {
        "tokenizer_config": OLD_CONFIG,
        "special_tokens_map": OLD_MAP,
        "added_tokens": {"<cat-Toy>": len(token_ids(FEW))},
    },
    "a learnt word since 4.34": {
        "tokenizer_config": NEW_CONFIG
        | {
            "added_tokens_decoder": NEW_CONFIG["added_tokens_decoder"]
            | {str(len(token_ids(FEW))): token("<cat-Toy>", special=False)}
        }
    },
}

OLD_UNET = {  # keys of unet/config.json that came, went, or never were UNet3DConditionModel's
    "_diffusers_version": "0.15.0.dev0",
    "_name_or_path": "./models/model_scope_diffusers/",
    "center_input_sample": False,
    "dual_cross_attention": False,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "only_cross_attention": False,
    "upcast_attention": None,
    "use_linear_projection": True,
    "sample_size": 32,
}
BETAS = {
    "_diffusers_version": "0.15.0.dev0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "steps_offset": 1,
    "trained_betas": None,
}
SOLVER = {
    "algorithm_type": "dpmsolver++",
    "dynamic_thresholding_ratio": 0.995,
    "lower_order_final": True,
    "sample_max_value": 1.0,
    "solver_order": 2,
    "solver_type": "midpoint",
    "thresholding": False,
}
CLIPPED = {"clip_sample": False, "clip_sample_range": 1.0, "set_alpha_to_one": False, "skip_prk_steps": True}
SCHEDULERS = {  # scheduler_config.json, by the class that it names
    "DDIMScheduler": BETAS | CLIPPED,
    "DDPMScheduler": BETAS | CLIPPED | {"variance_type": "fixed_small"},
    "PNDMScheduler": BETAS | CLIPPED,
    "DPMSolverMultistepScheduler": BETAS | SOLVER | CLIPPED,
    "DPMSolverSinglestepScheduler": BETAS | SOLVER,
    "DEISMultistepScheduler": BETAS | SOLVER | {"algorithm_type": "deis", "solver_type": "logrho"},
    "UniPCMultistepScheduler": BETAS | {"disable_corrector": [], "predict_x0": True, "solver_type": "bh2"},
    "EulerDiscreteScheduler": BETAS | {"interpolation_type": "linear", "use_karras_sigmas": False},
    "EulerAncestralDiscreteScheduler": BETAS | {"timestep_spacing": "linspace"},
    "HeunDiscreteScheduler": BETAS | {"clip_sample": False, "use_karras_sigmas": False},
    "KDPM2DiscreteScheduler": BETAS,
    "KDPM2AncestralDiscreteScheduler": BETAS,
    "LCMScheduler": BETAS | CLIPPED | {"original_inference_steps": 50, "timestep_scaling": 10.0},
    "TCDScheduler": BETAS | CLIPPED,
    "SASolverScheduler": BETAS | {"predictor_order": 2, "corrector_order": 2, "predict_x0": True},
}
