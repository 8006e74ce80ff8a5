"""Names that other programs have for what t2v has: a wrong name is answered with the right one."""

from collections.abc import Iterable
from difflib import get_close_matches

# A setting's name in other programs -> its name here.
NAMES_ELSEWHERE = {
    "num_inference_steps": "steps",
    "num_steps": "steps",
    "ddim_steps": "steps",
    "guidance_scale": "guidance",
    "cfg_scale": "guidance",
    "cfg": "guidance",
    "num_frames": "frames",
    "video_length": "frames",
    "max_frames": "frames",
    "generator": "seed",
    "scheduler": "sampler",
    "sampler_name": "sampler",
    "n_prompt": "negative_prompt",
    "negative": "negative_prompt",
    "frame_rate": "fps",
    "ddim_eta": "eta",
    "text": "prompt",
    "video": "source",
    "image": "source",
    "init_image": "source",
    "denoising_strength": "strength",
}
SEVERAL = "give a list of prompts for several videos, such as [prompt] * 4"
BEST = "the best of several is `t2v best`, and best_of of t2v.selection; a request makes one video"
GRID = "a sheet is `t2v grid`, and grid of t2v.selection; a request makes one video"
ENDLESS = "it is `t2v endless`, and endless of t2v.endless; a request continues a video by source and keep"
# What other programs take in a call, and t2v doesn't -> what does the same here.
WAYS = {
    "num_videos": SEVERAL,
    "num_videos_per_prompt": SEVERAL,
    "num_samples": SEVERAL,
    "batch_size": SEVERAL,
    "best": BEST,
    "best_of": BEST,
    "grid": GRID,
    "seeds": GRID,
    "guidances": GRID,
    "endless": ENDLESS,
    "callback": "it is called on_step here, in the library",
    "callback_on_step_end": "it is called on_step here, in the library",
    "output_type": "the frames are always an array of uint8, video.frames",
    "return_dict": "the answer is always a Video",
    "prompt_embeds": "a prompt is text",
    "size": "give width and height in pixels",
    "resolution": "give width and height in pixels",
    "duration": "give frames and fps",
}
MINIMAL = 'memory="minimal" of from_pretrained does this'
ATTENTION = "attention is chosen by itself, or by set_attention_slicing"
# Methods of other programs' pipelines -> what does the same here.
METHODS = {
    "to": 'the device is chosen at loading: from_pretrained(model, device="cuda")',
    "cuda": 'the device is chosen at loading: from_pretrained(model, device="cuda")',
    "cpu": 'the device is chosen at loading: from_pretrained(model, device="cpu")',
    "half": 'the precision is chosen at loading: from_pretrained(model, dtype="float16")',
    "scheduler": 'the sampler is a setting of each video: pipe(prompt, sampler="dpmpp_2m")',
    "enable_model_cpu_offload": 'memory="low" of from_pretrained does this',
    "enable_sequential_cpu_offload": MINIMAL,
    "enable_vae_slicing": MINIMAL,
    "enable_vae_tiling": MINIMAL,
    "enable_attention_slicing": ATTENTION,
    "enable_xformers_memory_efficient_attention": ATTENTION,
    "enable_freeu": "it is not offered",
    "load_lora_weights": "an adapter is part of the model's name, as `t2v models` says",
    "set_progress_bar_config": "pipe(prompt, progress=True) shows a bar",
}
# What other programs' from_pretrained takes -> what does the same here.
LOADING = {
    "torch_dtype": "it is called dtype here",
    "pretrained_model_name_or_path": "it is called model here",
    "device_map": "it is called device here",
    "revision": 'a revision is part of the name, "owner/name@revision"',
    "variant": "the files are chosen by dtype",
    "use_safetensors": "safetensors are read first wherever there are any",
    "cache_dir": "set HF_HOME, the hub's own variable",
    "local_files_only": "set HF_HUB_OFFLINE=1, the hub's own variable",
    "token": "set HF_TOKEN, the hub's own variable",
}


def hint(name: str, known: Iterable[str]) -> str:
    """Return what to write instead of a setting's name that isn't in `known`."""
    names = list(known)
    if name in NAMES_ELSEWHERE:
        return f"it is called {NAMES_ELSEWHERE[name]} here"
    if name in WAYS:
        return WAYS[name]
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else f"the settings are {', '.join(names)}"
