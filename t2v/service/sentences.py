"""Every English sentence that the service says. Those of the page are in `t2v.space.strings`."""

# Why no job is taken
QUEUE_FULL = "All {places} places in the queue are taken. Please try again in a minute."
VISITOR_FULL = "You have {places} videos under way, as many as one visitor may: wait for one, or stop one."
VISITOR_HAS_ONE = "You already have a video under way: wait for it, or stop it."
DISK_SHORT = "The disk is nearly full ({free} MB left), so no video can be made now."
UNKNOWN_MODEL = "must be one of {models}"
WORD_REFUSED = "no videos of “{word}” are made here; please leave the word out"
FILES_BUSY = "Many files are being made just now. Please try again in a minute."
FILES = {"source": "", "end": "The last picture: ", "mask": "The mask: "}  # before what is wrong with one
SOURCE_GONE = "The file is no longer here: upload it again"
SOURCE_DELETED = "The video or picture that it starts from was deleted meanwhile."
FORMAT_WRONG = "Choose MP4, GIF or WebP."

# Why a job ended without a video
ABANDONED = "Nobody was following this video any more, so it was stopped."
SOURCE_FAILED = "The video that it was to start from could not be made, so it wasn't made either."
SOURCE_STOPPED = "The video that it was to start from was stopped, so it wasn't made either."
DEADLINE = "It took longer than {minutes} minutes, so it was stopped. {advice}"
OUT_OF_MEMORY = "The device ran out of memory. Fewer frames or a smaller size will fit."
FITTING = " {frames} frames of {width}×{height} should fit."
NO_SPACE = "The disk is full, so the video could not be written."
NOT_NOTED = "The video could not be noted in the outputs folder, so it can't be shown."
DEVICE_FAULT = "The device reported a fault. It has been restarted: please try again."
WORKER_ENDED = "The process that makes the videos had to be ended. It has been restarted: please try again."
DIED_TWICE = (
    "The process that made this video ended unexpectedly, twice. Fewer frames or a smaller size may help."
)
UNEXPECTED = "Something went wrong inside the model ({name}). The server's log has the details."
CLOSING = "The server is being restarted. Please try again in a minute."
ENDED_TWICE = "The server ended twice while it made this video, so it isn't tried again."
MODEL_GONE = "The server was restarted without the model {model}. Please choose another."

# Why a video of the API isn't there
CANCELLED = "It was cancelled."
LOST = "It was lost when the server ended: please ask for it again."
NO_WEBHOOKS = "are not sent by this server: its owner names their hosts with T2V_WEBHOOK_HOSTS"
WEBHOOK_WRONG = "must be an address of a host that the owner of this server allows: {hosts}"
KEY_REUSED = "This idempotency key came with another request before: choose a new one for each request."

# The database
STORE_LOCKED = "{name} in the outputs folder is locked by another program."
STORE_UNUSABLE = "{name} in the outputs folder can't be used ({reason})."
STORE_NEWER = "{name} in the outputs folder was written by a newer t2v."
STORE_DAMAGED = "{name} in the outputs folder was damaged; a new one was begun, the old one is {old}."

# A cluster
OTHER_VERSION = "node {node} has t2v {version}, and this is {ours}: install one version on all."
NODE_FAILED = "the worker on node {node} has ended: {reason}"

# Models and prompts
DOWNLOAD_SIZE = " ({size} to download)"
NOT_ENGLISH = "This model knows English only; it will guess at the rest."


def quicker(steps: int) -> str:
    """Say what makes a video of so many steps quicker."""
    return "Fewer steps or frames will help." if steps > 1 else "Fewer frames will help."


def visitor_full(places: int) -> str:
    """Say that a visitor has no place left."""
    return VISITOR_HAS_ONE if places == 1 else VISITOR_FULL.format(places=places)
