"""Every English sentence of the page, the API and the launch. The service's are in `t2v.service.sentences`.

The labels of settings are in their table, `t2v.request`.
"""

TITLE = "t2v"
TAGLINE = "A sentence in, a short video out."

# The head of the page, as messengers and search engines show it
HEAD_TITLE = "{title}: a sentence in, a short video out"
HEAD_DESCRIPTION = "Write what it should show, and watch it a moment later. Free, open, and private to you."
LINK_TITLE = "“{prompt}”, a video"
LINK_DESCRIPTION = (
    "Watch it here, and change the sentence. Made with {title}, which turns sentences into videos."
)

MODEL_MISSING = "This server has no model “{model}”: {used} is used instead."
EARLIER_MODEL = "This link's video was made with an earlier model: the one of now draws the same words anew."

# The chips that write a prompt
PRESS = "<span class='click'>Click</span><span class='tap'>Tap</span>"  # one is seen, by the kind of pointer
DRAWS = f"<b>Draws {{count}} emoji and things.</b> <i>{PRESS} to write.</i>"
SUBJECTS, COLOURS, SCENERY, MOTIONS = "Subject", "Background", "Scenery", "Motion"
SURPRISE = "Surprise me"
ALL_SUBJECTS = "See all"
FIND = "Find a subject"
NOT_FOUND, NEIGHBOURS = "None of them is called “{word}”.", "Near it:"  # prompting.js fills in the word
READ_AS = "Read as: <b>{words}</b>."
INSTEAD = "Instead:"
IDEAS = (  # for models that know any word
    "An astronaut riding a horse.",
    "A panda eating bamboo on a rock.",
    "Waves breaking on a beach at sunset, aerial view.",
    "A robot dancing in the rain, neon lights.",
)

# The form
PROMPT_HINT = "What should the video show?"
GENERATE, STOP, AGAIN, VARIATIONS = "Generate", "Stop", "Another like it", "4 variations"
SCREEN = "The video"
SETTINGS, ADVANCED = "Settings", "Advanced"
RANDOM, SIZE, MODEL = "Random seed", "Shape", "Model"
ADAPTER, STRENGTH, NO_ADAPTER = "Adapter (LoRA)", "Strength of the adapter", "None"
LENGTH, QUALITY, DRAFT, GOOD = "Length", "Quality", "Draft", "Good"
SECONDS = "{n:g} s"
SQUARE, CLASSIC, UPRIGHT, WIDE, TALL = "Square", "Classic 4:3", "Upright 3:4", "Wide", "Tall"
RATIO = "{width}:{height}"
SHAPE_OF = "{name}, {width}×{height}"
DEFAULTS = "Back to the defaults"
KEPT_SEED = "Seed {seed} is kept. Draw a new seed each time"
DURATION = "{frames} at {fps} a second are {seconds:.2g} s."
EXPLAINED = {  # a sentence for each setting that is a number or a name; its range follows
    "negative_prompt": "What the video should not show. It has no effect at guidance 1.",
    "steps": "How often the network refines the noise. Time grows with it; quality stops growing early.",
    "guidance": "How strictly the prompt is followed. High values look harsh; 1 takes half the time.",
    "frames": "How many pictures. The model learnt {native}; others look worse.",
    "fps": "How fast they are shown. It changes the pace, not the pictures.",
    "sampler": "The method of the steps. The model's own is {sampler}.",
    "eta": "How much fresh noise the sampler ddim adds at every step; 0 adds none.",
    "loop": "The last frame leads into the first, without a seam.",
    "seed": "The same seed and settings give the same video. Empty or -1 draws a new seed each time.",
    "size": "Width×height in pixels, multiples of {multiple}. You can write your own.",
}
SEED_HINT = "{low} … {high}"
RANGE_HINT = "{low}\N{NO-BREAK SPACE}…\N{NO-BREAK SPACE}{high}"
SIZE_WRONG = "Write it as width×height, such as 256×256."
STORY = "Tell a story: prompts over time"
STORY_HINT = "Each line is shown from its second on; in between, one turns into the next."
SCENE_AT, SCENE_SHOWS = "From this second", "What it shows then"
SCENE_EMPTY = "The scene at {time:g} s is empty: say what it shows, or remove it."
SCENE_ADD, SCENE_REMOVE = "Add a scene", "Remove this scene"
# A source
START_FROM = "Start from a picture or a video"
SOURCE = "A picture or a video: choose it, drop it, or take one with the camera"
FEW_PICTURES = "This model draws emoji: start from one of its videos or a simple picture, not from a photo."
SOURCE_WAY = "What to do with it"
STARTS = "Or one of these: your own videos, and the examples"
KEEP_WAY, CHANGE_WAY = "Animate the picture, continue the video", "Change it"
REPLACE_WAY = "Replace a part"
CHANGE_STEPS = (
    "This takes {steps} steps or more, so {steps} are set. Choose another way, and yours come back."
)
LOOP_STEPS = "A loop takes {steps} steps or more, so {steps} are set. Without it, yours come back."
END, MASK = "A last picture, for the video to end at", "Mask"
PAINT_HINT = "Paint over what is to be made anew. The rest stays, in every frame."
PAINT_ALT = "The first frame, to paint on"
PAINT_KEYS = "Arrow keys move the brush, with Shift a little. Space puts it down and lifts it."
BRUSH_DOWN, BRUSH_UP = "The brush is down.", "The brush is up."
PAINT_FIRST = "Paint over what is to be made anew, under “Replace a part”."
CHOOSE_FIRST = "Choose the picture or video that is to be changed, or “Animate”, under “Start from”."
PAINT_NONE = "Choose a picture or a video first."
PAINT_UNSEEN = "This browser can't show the file. Load a picture that is white where it is made anew."
PAINT_FAILED = "The mask could not be read or sent. Please try again."
BRUSH, ERASE, CLEAR, LOAD_MASK = "Brush", "Erase", "Clear", "Load a mask"
KEEP, STRENGTH = "Kept frames", "Strength"
KEEP_HINT = "A picture is one frame. Of a video the last frames are kept, and it goes on from there."
STRENGTH_HINT = "How much is made anew: 0 keeps it as it is, 1 keeps hardly anything."
CHOSEN_ALT = "What you have chosen"
MIDDLE_USED = "If its shape isn't the video's, its edges are cut off."
MADE_FROM = {  # what is said of a file's picture, to those who listen and beside it
    "source": ("What it started from", "Started from this"),
    "end": ("What it ends on", "Ends on this"),
}
CONTINUE, VARY, LOOP = "Continue", "Change", "Loop"
NO_LOOP = "This video is a loop already, or goes on from another one, so no loop is made of it."
THEN_CONTINUE, THEN_VARY = "Continue it next", "Change it next"
AWAITS = "Waits for the video that it starts from"
START_FROM_THIS = "Start from this"
FURTHER = "Each button makes a new video from this one, with the prompt as it is written now."

DROP = "Open a video made here: choose it, or drop it anywhere on the page"
FIT, FASTER = "Make it fit", "Fewer steps"

MODEL_WORDS = "one of the models that the page lists"
FILE_WORDS = {  # the endpoint's files
    "source": "a picture or a video to start from: handle_file(…) of Gradio's client, or an upload's path",
    "end": "a picture to end at, given in the same way",
    "mask": "a picture that is white where the source is made anew; the rest stays",
}
NOT_A_FILE = "{name}: must be an uploaded file, or its path"

# Beside the button
TOKENS = "{count} of {limit} tokens"
WEIGHT = "{words} ×{weight}"
CUT = "Cut off: “{words}”"
EXPECTED = "Takes {seconds}"
EXPECTED_MEMORY = "\u00a0· {peak} of {memory} memory"
ASKING = "Working out how long it takes …"
NOT_KNOWN = "How long it takes is known after the first run on this machine."
NOT_FITTING = "This would not fit into {memory} of memory."
TOO_LONG = " here, and this page stops after {minutes} min. {advice}"

# The screen
PROGRESS = "Progress"
EMPTY = "Your video appears here"
EMPTY_HINT = "Write a sentence and press Enter."
REEL = "Examples, one after the other"
REEL_HINT, TAKE = f"Made here. {PRESS} one to open it, or write your own.", "Open this example"
PLAY = "Play"
NEXT = "You are next"
PLACE = "Waiting, {ahead} ahead of you"
AFTER_OWN = "Waiting for your other video"
BEGINS = "\u00a0· begins in {seconds}"
MAKING = "Making the video"
QUEUE = "Under way"
STOP_ONE = "Stop: {prompt}"
VARIATION = "Variation with seed {seed}"
VARIATIONS_DONE = "Pick one to see it large"
VARIATIONS_UNDER_WAY = "{done} of {count} done\u00a0· {stage}"
GROUP = "All {count} variations"
LOADING = "Loading {model}"
FETCHED = ": {done} of {total} downloaded"
READING = "Reading the prompt"
DENOISING, DRAWING = "Step {step} of {steps}", "Drawing the frames"
DECODING = "Decoding the frames"
WRITING = "Writing the file"
STOPPING = "Stopping"
LEFT = "{seconds} left"
SHORT = "under a second"
ABOUT_SECONDS, ABOUT_MINUTES, ABOUT_HOURS = "about {n:.0f} s", "about {n:.0f} min", "about {n:.1f} h"
DONE = "Made in {seconds:.1f} s"
OPENED = "Opened from a file"
STOPPED = "Stopped"
FAILED = "That didn't work"
TRY_AGAIN, MAKE_AGAIN, MAKE_SMALLER = "Try again", "Make it after all", "Make it smaller"
FEWER_STEPS, USE = "With {steps}", "Use {model}"
PREVIEW_ALT = "The frames so far of: {prompt}"
VIDEO_ALT = "Video: {prompt}"
DOWNLOAD, COPY, COPIED, MORE, JSON = "Download", "Copy link", "Copied", "More", "Settings as JSON"
DOWNLOAD_AS = "Download as {format}"
FORMATS = {".webp": "WebP"}  # the others are their suffix in capitals
SHARE = "Share"
NO_LINK = "This video has no link: a link can't hold what it started from. Share the file instead."
SMOOTH, SMOOTH_WAIT, SMOOTH_WRONG = "Smooth, {fps} fps", "Smoothing …", "Smoothing failed, try again"
LARGER, LARGER_WAIT, LARGER_WRONG = "Larger", "Enlarging …", "That failed, try again"
SHOWN_SIZE, SHOWN_FPS = "\u00a0· shown at {width}×{height}", "\u00a0· shown at {fps} fps"
DELETE, DELETE_SURE = "Delete", "Really delete?"
NOTIFY, NOTIFIED = "Notify me when it's done", "You will be notified"
NOTICE_DONE, NOTICE_FAILED = "Your video is ready", "Your video could not be made"
SUMMARY = (
    "{width}×{height}, {frames} at {fps} fps\u00a0· {steps} of {sampler}, guidance {guidance:g}"
    "\u00a0· seed {seed}"
)
NEW, LOOPED = "{frames} after its source's", "\u00a0· a loop"
FRAME, STEP = ("frame", "frames"), ("step", "steps")
GONE = "This video is no longer kept. Its link makes it again."

# Below
TERMS = (
    "Every video here is generated, and its file says so. Say so too when you show it, and make none that "
    "demeans or harms people, or passes for a recording of real people or events."
)
GALLERY, GALLERY_EMPTY = "Your videos", "What you make stays here for {hours} hours."
SHOW_MORE = "Show more"
EXAMPLES = "Examples"
ABOUT = "About this model"
RESTORED = "Settings restored from the file."
RESTORED_PARTLY = "The file was made with the model “{model}”, which isn't in the list here."
UNREADABLE = "The file can't be read."
FEWER = "{count} of {wanted} are under way: that is all that there is room for."
NO_SETTINGS = "This file holds no settings of ours. A video can start from it."

# What the API refuses
LOGIN_FIRST = "This page asks for a login."
NO_SESSION = "session_hash: is missing"
BODY_FIELD_WRONG = "{name}: is not what Gradio's queue takes there"
BODY_WRONG = "The body must be a JSON object."
BODY_LARGE = "The body must be at most {size} KB."
DATA_WRONG = "data: must be a list of the arguments, the prompt first"
PROMPT_MISSING = "prompt: is missing: say what the video should show"
TOO_MANY = "data: has more than the {count} arguments, which are {names}"
UNKNOWN_ARGUMENT = "{name}: is not a setting; {hint}"
NOT_PLAIN = "{name}: must be text, a number or null"
NO_ENDPOINT = "There is no such endpoint; the only one is /generate."

# What the description of /v1 says
V1_ABOUT = (
    "Videos in OpenAI's shape. Every setting of a video is a field of its own; in forms all values are texts."
)
V1_ABOUT_SECONDS = "length; frames are seconds times frames a second"
V1_ABOUT_SIZE = "width and height in pixels, such as 256x256"
V1_ABOUT_WEBHOOK = "an address, on a host that the owner allows, that hears of the video's end"
V1_FILES = {
    "input_reference": "what to start from: image_url, a data URL, or file_id, a video's id; in forms a file",
    "end": "a picture to end at, given in the same way",
    "mask": "a picture that is white where the source is made anew, given in the same way; the rest stays",
}
V1_ONCE = "two requests with the same key make one video"

# What /v1 refuses
V1_UNKNOWN = "There is no such address; the description is at /v1/openapi.json."
V1_METHOD = "This method isn't allowed here; the description is at /v1/openapi.json."
V1_BROKEN = "Something went wrong inside the server; its log has the details."
V1_NO_KEY = "An API key is missing: send it as the header Authorization: Bearer KEY."
V1_KEY = "This API key is not one of this server's."
V1_LOGIN = "This server has a login and no API keys; its owner sets some with T2V_KEYS."
V1_CLOSED = (
    "This server has no API keys, so only its own machine may call it; its owner sets some with T2V_KEYS."
)
V1_FOREIGN = "A page of another site needs an API key here; any will do."
V1_NO_VIDEO = "There is no video {id}; it may have been deleted, or its time was over."
V1_NOT_READY = "The video is not ready yet: GET /v1/videos/{id} tells its status."
V1_NOT_MADE = "There is no file, since the video could not be made: {problem}"
V1_BODY_TYPE = "The body must be JSON, multipart/form-data or a URL-encoded form."
V1_BODY = "The body must be a JSON object."
V1_LARGE = "The body must be at most {size} MB."
V1_FIELD = "is not a field of a video; {hint}"
V1_TWICE = "is given twice"
V1_TEXT = "must be a text, a number, true, false or null"
V1_SECONDS = "must be a number of seconds above 0, not {value}"
V1_SECONDS_FRAMES = "says the same as frames: give only one of them"
V1_SECONDS_LONG = "{seconds:g} s at {fps} frames a second are {frames} frames: frames {message}"
V1_SIZE_SIDES = "says the same as width and height: give only one of them"
V1_REFERENCE = (
    "must be a file, or an object with image_url, a data URL, or file_id, the id of a video of yours"
)
V1_EMPTY = "is an empty file: send a picture or a video"
V1_NO_FETCH = "image_url must be a data URL with base64: this server fetches nothing from elsewhere"
V1_REFERENCE_GONE = "there is no video {id} of yours, or it has failed"
V1_NO_SPACE = "The disk is full, so the file could not be taken."
V1_LIMIT = "must be a whole number from 1 to {most}"
V1_ORDER = "must be asc or desc"
V1_VARIANT = "must be video, thumbnail or spritesheet"
V1_IDEMPOTENCY = "The header Idempotency-Key must be 1 to {most} printable letters."
V1_PAST_END = "The video isn't kept any more."
KEYS_WRONG = (
    "must be keys of 8 to 200 letters, digits and .-_~+/=, one a line, perhaps with their places behind"
)
WEBHOOK_HOSTS_WRONG = "must be hosts such as hooks.example.com, or http://127.0.0.1:9000, not {value}"
WEBHOOK_SECRET_WRONG = "must be 16 letters or more, or whsec_ and base64"
WEBHOOK_SECRET_MISSING = "is missing: receivers check the messages of --webhook-hosts by it"

# Launching
PACKAGES_MISSING = "The page needs {names}: pip install 't2v[app]'"
DESCRIPTION = "Serve a page that turns a sentence into a video."
VARIABLES = (
    "Each option is also a variable, such as T2V_PORT for --port; T2V_AUTH_FILE names a file of accounts."
)
SHARE_WARNING = (
    "--share makes this page public: anybody who has the link can use this machine's time, through a relay\n"
    "run by Gradio. --auth user:password asks visitors for a password."
)
LISTENING = "{title} listens at {url}"
LISTENING_OUTSIDE = "From other machines and phones of this network: {url}"
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
DEVICE_OF_NODES = "with --ray it must be auto, cpu or cuda: the nodes' devices are Ray's to give"
CLUSTER_WRONG = "must be auto, host:6379 or ray://host:10001, not {value}"
FOLDER_MISSING = "there is no such folder"
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


def counted(number: int, forms: tuple[str, str]) -> str:
    """ "1 frame", "2 frames" """
    return f"{number} {forms[number != 1]}"


def use(title: str) -> str:
    """ "Emoji, in the package" -> "Use Emoji" """
    return USE.format(model=title.partition(",")[0])
