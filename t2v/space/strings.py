"""Every English sentence of the page, the API and the launch. The service's are in `t2v.service.sentences`.

The labels of settings are in their table, `t2v.request`.
"""

TITLE = "t2v"
TAGLINE = "A sentence in, a short video out."

# The form
PROMPT_HINT = "What should the video show?"
GENERATE, STOP, AGAIN = "Generate", "Stop", "Another seed"
ADVANCED = "Settings"
RANDOM, SIZE, FORMAT, MODEL = "Random seed", "Size", "File format", "Model"
SEED_HINT = "0 … {high}"
RANGE_HINT = "{low} … {high}"
SIZE_HINT = "multiples of {multiple}"
SIZE_WRONG = "Write it as width×height, such as 256×256."
DROP = "Drop a video made here to get its settings back"
FIT = "Make it fit"

MODEL_WORDS = "one of the models that the page lists"

# Beside the button
TOKENS = "{count} of {limit} tokens"
WEIGHT = "{words} ×{weight}"
CUT = "Cut off: “{words}”"
EXPECTED = "Takes {seconds}"
EXPECTED_MEMORY = " · {peak} of {memory} memory"
NOT_KNOWN = "The first run on this machine will tell how long it takes."
NOT_FITTING = "This would not fit into {memory} of memory."

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
TERMS = (
    "Every video here is generated, and its file says so. Say so too when you show it, and make none that "
    "demeans or harms people, or passes for a recording of real people or events."
)
GALLERY, GALLERY_EMPTY = "Your videos", "What you make stays here for {hours} hours."
EXAMPLES = "Examples"
ABOUT = "About this model"
RESTORED = "Settings restored from the file."
RESTORED_PARTLY = "The file was made with the model “{model}”, which isn't in the list here."
NO_SETTINGS = "This file holds no settings of ours."

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
DESCRIPTION = "Serve a page that turns a sentence into a video."
VARIABLES = (
    "Each option is also a variable, such as T2V_PORT for --port; T2V_AUTH_FILE names a file of accounts."
)
SHARE_WARNING = (
    "--share makes this page public: anybody who has the link can use this machine's time, through a relay\n"
    "run by Gradio. --auth user:password asks visitors for a password."
)
LISTENING = "{title} listens at {url}"
LAUNCH_FAILED = "The page can't start: {reason}"
PORT_TAKEN = "{port} is taken by another program; choose another, or leave --port out."
PORTS_TAKEN = "all ports from {first} to {last} are taken; choose one with --port."
PORT_FORBIDDEN = "this user may not listen at {port}; choose one from 1024 to 65535."
PORT_WRONG = "must be a whole number from 0 to 65535, not {value}"
HOST_UNKNOWN = "{host} is no address and no name that can be found."
HOST_ELSEWHERE = "{host} is not an address of this machine; 0.0.0.0 means all that it has."
LISTENING_FAILED = "can't listen at {link}: {reason}."
COUNT_WRONG = "must be a whole number from {least} to {most}, not {value}"
WORD_WRONG = "must be one of {words}, not {value}"
NOT_LATIN = "must be in Latin letters: the font has no others"
TEXT_LONG = "must be at most {most} characters, not {count}"
NAMES_WRONG = "must be names, separated by commas"
YES_WRONG = "must be yes or no, not {value}"
ROOT_WRONG = "must be a path such as /t2v, or an address with one, not {value}"
AUTH_WRONG = "must be user:password, both not empty"
TIME_WRONG = "must be a time such as 90s, 30m or 2h, not {value}"
SIZE_OF_DISK_WRONG = "must be a size such as 500MB or 2GB, at least 1MB, not {value}"
DEVICE_WRONG = "must be auto, cpu, mps, cuda, cuda:1 or cuda:0,cuda:1, not {value}"
DEVICE_MISSING = "{device} can't be used here ({reason})"
FILE_UNREADABLE = "the file can't be read ({reason})"
FILE_EMPTY = "the file is empty"
OPTION_EMPTY = "is empty; leave it out, or say what it is"
MISSPELT = "{name} is not a variable of this page, so it has no effect; did you mean {meant}?"
OUTPUTS_UNUSABLE = "{folder} can't be written ({reason}); choose another folder."
OUTPUTS_REFUSED = (
    "{folder} can't be used: {reason} Stop that program, remove the file or choose another folder."
)
VARIABLE_WRONG = "{name}: must be a whole number from 0 to {most}, not {value}"
VARIABLES_UNUSED = "Not used by this page: {names}."
CERTIFICATES_UNUSABLE = "{name} names no certificates that can be read, so the usual ones are used."
GPU_UNUSABLE = "PyTorch can't use the GPU here ({reason}), so videos are made on the processor."
MCP_UNUSABLE = "There are no tools of MCP, since Gradio can't use the package: {reason}"
MCP_OPEN = "Tools of MCP know no login, so there are none with --auth."
