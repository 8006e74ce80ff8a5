"""Nouns that people type first: COCO's 80 classes in everyday words, and 22 beside them."""

NOUNS = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee",
    "skis", "snowboard", "ball", "kite", "baseball bat", "glove", "skateboard", "surfboard", "racket",
    "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "plant", "bed",
    "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "phone", "microwave", "oven",
    "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier",
    "toothbrush",
    "tree", "house", "sun", "moon", "flower", "sea", "mountain", "robot", "dragon", "ghost", "star", "castle",
    "ship", "guitar", "drum", "balloon", "gift", "cloud", "rainbow", "snowman", "fire", "water",
)  # fmt: skip


def prompt_of(noun: str) -> str:
    """The prompt that asks for a noun."""
    return f"a {noun} on a green background"
