"""Every English sentence that the page or the API can show."""

TITLE = "t2v"
TAGLINE = "A sentence in, a short video out."

# The form
PROMPT = "Prompt"
PROMPT_HINT = "What should the video show?"
GENERATE, STOP, AGAIN = "Generate", "Stop", "Another seed"
SETTINGS = "Settings"
NEGATIVE = "Negative prompt"
NEGATIVE_HINT = "What the video should not show"
RANDOM = "Random seed"
SEED, STEPS, GUIDANCE, FRAMES, SIZE = "Seed", "Steps", "Guidance", "Frames", "Size"
SAMPLER, ETA, FPS, FORMAT, MODEL = "Sampler", "Noise (eta)", "Frames a second", "File format", "Model"
LABELS = {
    "prompt": PROMPT,
    "negative_prompt": NEGATIVE,
    "seed": SEED,
    "steps": STEPS,
    "guidance": GUIDANCE,
    "frames": FRAMES,
    "size": SIZE,
    "sampler": SAMPLER,
    "eta": ETA,
    "fps": FPS,
    "format": FORMAT,
    "model": MODEL,
}
SEED_HINT = "0 … {high}"
RANGE_HINT = "{low} … {high}"
SIZE_HINT = "multiples of {multiple}"
SIZE_WRONG = "Write it as width×height, such as 256×256."
MODEL_WRONG = "Choose one of the models in the list."
FORMAT_WRONG = "Choose MP4, GIF or WebP."
DROP = "Drop a video made here to get its settings back"
FIT = "Make it fit"

# Beside the button
TOKENS = "{count} of {limit} tokens"
CUT = "Cut off: “{words}”"
EXPECTED = "Takes {seconds}"
EXPECTED_MEMORY = " · {peak} of {memory} memory"
NOT_KNOWN = "The first run on this machine will tell how long it takes."
NOT_FITTING = "This would not fit into {memory} of memory."
NOT_ENGLISH = "This model knows English only; it will guess at the rest."

# The screen
PROGRESS = "Progress"
EMPTY = "Your video appears here"
EMPTY_HINT = "Write a sentence and press Enter."
EMPTY_HINT_EXAMPLES = "Write a sentence and press Enter, or pick an example below."
NEXT = "You are next"
PLACE = "Waiting, {ahead} ahead of you"
LOADING = "Loading {model}"
FETCHED = ": {done} of {total} downloaded"
READING = "Reading the prompt"
DENOISING = "Step {step} of {steps}"
DECODING = "Decoding the frames"
WRITING = "Writing the file"
STOPPING = "Stopping"
LEFT = "{seconds} left"
SHORT = "under a second"
ABOUT_SECONDS, ABOUT_MINUTES, ABOUT_HOURS = "about {n:.0f} s", "about {n:.0f} min", "about {n:.1f} h"
DONE = "Made in {seconds:.1f} s"
STOPPED = "Stopped"
FAILED = "That didn't work"
PREVIEW_ALT = "The frames so far of: {prompt}"
VIDEO_ALT = "Video: {prompt}"
DOWNLOAD, LINK, COPY, COPIED, JSON = "Download", "Link to these settings", "Copy link", "Copied", "As JSON"
SUMMARY = (
    "{width}×{height}, {frames} frames at {fps} fps · {steps} steps of {sampler}, guidance {guidance:g}"
    " · seed {seed}"
)
GONE = "This video is no longer kept. Its link makes it again."

# Below
GALLERY, GALLERY_EMPTY = "Your videos", "What you make stays here for {hours} hours."
EXAMPLES = "Examples"
ABOUT = "About this model"
RESTORED = "Settings restored from the file."
RESTORED_PARTLY = "The file was made with the model “{model}”, which isn't in the list here."
NO_SETTINGS = "This file holds no settings of ours."

DOWNLOAD_SIZE = " ({size} to download)"

# What went wrong
QUEUE_FULL = "All {places} places in the queue are taken. Please try again in a minute."
VISITOR_FULL = "You already have a video under way: wait for it, or stop it."
ABANDONED = "Nobody was following this video any more, so it was stopped."
DEADLINE = "It took longer than {minutes} minutes, so it was stopped. Fewer steps or frames will help."
OUT_OF_MEMORY = "The device ran out of memory. Fewer frames or a smaller size will fit."
FITTING = " {frames} frames of {width}×{height} should fit."
NO_SPACE = "The disk is full, so the video could not be written."
DISK_SHORT = "The disk is nearly full ({free} MB left), so no video can be made now."
DEVICE_FAULT = "The device reported a fault. It has been restarted: please try again."
WORKER_DIED = "The process that makes the videos ended unexpectedly. It has been restarted: please try again."
UNEXPECTED = "Something went wrong inside the model ({name}). The server's log has the details."
CLOSING = "The server is being restarted. Please try again in a minute."
UNKNOWN_MODEL = "must be one of {models}"

# What the API refuses
LOGIN_FIRST = "This page asks for a login."
NO_SESSION = "session_hash: is missing"
BODY_FIELD_WRONG = "{name}: is not what Gradio's queue takes there"
BODY_WRONG = "The body must be a JSON object."
BODY_LARGE = "The body must be at most {size} KB."
DATA_WRONG = "data: must be a list of the arguments, the prompt first"
PROMPT_MISSING = "prompt: is missing: say what the video should show"
TOO_MANY = "data: has more than the {count} arguments, which are {names}"
UNKNOWN_ARGUMENT = "{name}: is not a setting; the settings are {names}"
NOT_PLAIN = "{name}: must be text, a number or null"
NO_ENDPOINT = "There is no such endpoint; the only one is /generate."

# Launching
SHARE_WARNING = (
    "--share makes this page public: anybody who has the link can use this machine's time, through a relay\n"
    "run by Gradio. --auth user:password asks visitors for a password."
)
LISTENING = "{title} listens at {url}"
LAUNCH_FAILED = "The page can't start: {reason}"
PORT_TAKEN = "--port: {port} is taken by another program; choose another, or leave --port out."
PORTS_TAKEN = "--port: all ports from {first} to {last} are taken; choose one with --port."
PORT_FORBIDDEN = "--port: this user may not listen at {port}; choose one from 1024 to 65535."
PORT_WRONG = "must be a whole number from 0 to 65535, not {value}"
HOST_UNKNOWN = "--host: {host} is no address and no name that can be found."
HOST_ELSEWHERE = "--host: {host} is not an address of this machine; 0.0.0.0 means all that it has."
LISTENING_FAILED = "--host, --port: can't listen at {link}: {reason}."
QUEUE_WRONG = "must be a whole number from 1 to 100000, not {value}"
AUTH_WRONG = "must be user:password, both not empty"
OUTPUTS_UNUSABLE = "--outputs: {folder} can't be written ({reason}); choose another folder."
VARIABLE_WRONG = "{name}: must be a whole number from 0 to {most}, not {value}"
VARIABLES_UNUSED = "Not used by this page: {names}."
CERTIFICATES_UNUSABLE = "{name} names no certificates that can be read, so the usual ones are used."
GPU_UNUSABLE = "PyTorch can't use the GPU here ({reason}), so videos are made on the processor."
MCP_UNUSABLE = "There are no tools of MCP, since Gradio can't use the package: {reason}"
MCP_OPEN = "Tools of MCP know no login, so there are none with --auth."
