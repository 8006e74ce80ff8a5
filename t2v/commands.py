"""The commands of `t2v` besides making videos. Those of more than a few lines have modules of their own.

A command is a row of COMMANDS: its help, its arguments, and a function that prints or raises.
"""

import argparse
import re
import shlex
from collections.abc import Callable
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from t2v import decoding, endless_command, larger, selection_commands, warm
from t2v.again import again
from t2v.amounts import amounts, in_words
from t2v.arguments import add_places, add_request, places_of, settings_of
from t2v.checkpoints import CATALOGUE, EMBEDDED
from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.given import Given
from t2v.languages.names import emoji_character
from t2v.lines import Paths
from t2v.measures import counted, duration
from t2v.prompts import Item, items_of
from t2v.request import SETTINGS, Request
from t2v.second import second_complete
from t2v.streams import plain, say
from t2v.texts import read_text
from t2v.translation import Translator
from t2v.video import Settings, Video, VideoError, kind_of
from t2v.vocabulary import Vocabulary

SYNONYMS = dict.fromkeys(("app", "gui", "launch", "page", "run", "start", "ui", "webui"), "serve")
VOCABULARY = EMBEDDED_FOLDER / "vocabulary.json"
OF_SOURCE = [row.name for row in SETTINGS.values() if row.of_source]
HARMLESS = re.compile(r"[\w ,.]")  # in the format of printf, between quotes


def _models(args: argparse.Namespace) -> None:
    for entry in CATALOGUE.values():
        made_for = entry.native
        clip = f"{made_for.frames} frames of {made_for.width}×{made_for.height} at {made_for.fps} fps"
        download = f"{entry.size / 1e9:.1f} GB to download" if entry.size else "built in"
        steps = counted(made_for.steps, "step")
        say(f"{entry.id}\n  {entry.title}: {clip}, {steps}, guidance {made_for.guidance:g}")
        say(f"  {download}; licence {entry.licence}\n  {entry.limits}")


def _check(args: argparse.Namespace) -> None:
    from t2v.checkpoints import examine  # imports torch

    say("\n".join(map(plain, examine(args.path).split("\n"))))


def _info(args: argparse.Namespace) -> None:
    settings = Video.read_settings(args.file)
    if settings is None:
        raise VideoError("The video holds no settings of t2v.")
    if args.json:
        say(settings.to_json())
        return
    width, height = settings.size
    lines = [f"{counted(settings.frames, 'frame')} of {width}×{height}, made by t2v {settings.version}"]
    lines += [f"model: {settings.model} {settings.revision}"]
    if settings.device:
        threads = f", {settings.threads} threads" if settings.threads else ""
        lines += [f"made on: {settings.device}, {settings.dtype}, memory {settings.memory}{threads}"]
    lines += [f"adapter: {adapter}" for adapter in settings.adapters]
    if settings.source:
        lines += [f"source: frames with the SHA-256 {settings.source}"]
    if settings.request:
        lines += [f"{name}: {value}" for name, value in asdict(settings.request).items()]
        lines += [f"again: {_command_line(settings, settings.request, kind_of(args.file))}"]
        model, *adapters = settings.model.split("+")
        if "/" not in model and model not in ("", EMBEDDED):
            lines += [f"note: {model} is a folder: say where it lies"]
        local = [name for name in adapters if "/" not in name and name.partition(":")[0] not in ADAPTERS]
        lines += [f"note: {name} is a file: say where it lies" for name in local]
    lines += [f"note: {note}" for note in settings.notes]
    say("\n".join(plain(line).rstrip() for line in lines))


def _words(args: argparse.Namespace) -> None:
    vocabulary = Vocabulary.open(EMBEDDED_FOLDER)
    if args.word:
        say("\n".join(map(plain, _found(vocabulary, " ".join(args.word)))))
        return
    say(f"{len(vocabulary.subjects)} subjects, one a line; of colours and motions there are these:")
    say(f"colours of a subject: {', '.join(vocabulary.tints)}")
    say(f"backgrounds: {', '.join(vocabulary.backgrounds)}\nmotions: {', '.join(vocabulary.motions)}")
    if vocabulary.scenery:
        say(f"scenery: {', '.join(vocabulary.scenery)}")
    say("such as: a panda moving left on a blue background\n")
    say("\n".join(f"{emoji_character(code)}  {name}" for name, code in vocabulary.subjects.items()))


def _found(vocabulary: Vocabulary, word: str) -> list[str]:
    """The subjects that a word means, in any of the languages; or those near it."""
    read = Translator(vocabulary).read(word).sentence
    names = vocabulary.search(word) or list(vocabulary.explain(read).known)
    if names:
        return [f"{emoji_character(vocabulary.subjects.get(name, ''))}  {name}" for name in names]
    near = vocabulary.near(read)
    return [f"not known; near: {', '.join(near)}" if near else "not known; t2v words lists all that are"]


def _plan(args: argparse.Namespace) -> None:
    from t2v.resume import Model

    items, chosen = items_of(args), places_of(args)
    if not items:
        items = [
            Item(1, "", Request("a video", **settings_of(args)), Paths(args.source, args.end, args.mask))
        ]
    native = Model.of(args.model).native
    complete = [item.complete(native) for item in items]
    one, count = complete[0], len(complete)
    found = amounts(complete, [".mp4"] * count, chosen, native)
    clip = f"{counted(one.frames, 'frame')} of {one.width}×{one.height}, {counted(one.steps, 'step')}"
    if second := second_complete(one, native):
        clip += f", then {counted(second.walked, 'step')} at {second.width}×{second.height}"
    each = f" a video, {duration(found.seconds)} for {count} videos" if count > 1 else ""
    lines = [f"{clip}, guidance {one.guidance:g}", *in_words(found)]
    say("\n".join([*lines, duration(found.seconds / count) + each]))


def _command_line(settings: Settings, request: Request, suffix: str) -> str:
    """Return the command that makes the same video again, in a file of the same kind, for a POSIX shell."""
    model = settings.model
    id, plus, adapters = model.partition("+")
    if settings.revision and "/" in id:  # a hub id
        model = f"{id}@{settings.revision}{plus}{adapters}"
    where = {name: getattr(settings, name) for name in ("device", "dtype", "memory")}
    flags: dict[str, Any] = {"model": model} | where | request.without_source()
    if settings.source:
        flags |= {"from": "SOURCE"} | {name: getattr(request, name) for name in OF_SOURCE}
    prompt = flags.pop("prompt")
    if suffix != ".mp4":
        flags["output"] = f"video-%d{suffix}"
    given = {name: str(value) for name, value in flags.items() if value not in (None, "")}
    words = [f"--{name.replace('_', '-')}={_shell_word(value)}" for name, value in given.items()]
    words = [word.removesuffix("=True") for word in words]  # a flag
    return " ".join(["t2v", *words, "--", _shell_word(prompt)])


def _shell_word(text: str) -> str:
    """Quote the text; if a part of it would control the terminal, let printf make it from its bytes."""
    if plain(text) == text:
        return shlex.quote(text)
    parts = (c if HARMLESS.match(c) else "".join(f"\\{byte:03o}" for byte in c.encode()) for c in text)
    return f"""\"$(printf '{"".join(parts).replace(chr(92) + "045", "%%")}')\""""


def meant(word: str) -> str:
    """The command that a word nearly is; "" for a word of its own."""
    if word in SYNONYMS:
        return SYNONYMS[word]
    if word.startswith("-"):  # an option: --model is no misspelt "models"
        return ""
    near = get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.75)
    return near[0] if near and not _can_be_drawn(word) else ""


def _can_be_drawn(word: str) -> bool:
    """Return whether the embedded model was taught the word: a plane, a chick, a sword."""
    taught = read_text(VOCABULARY).lower()
    return re.search(rf"\b{re.escape(word.lower())}\b", taught) is not None


class Command(NamedTuple):
    """A command of `t2v`: its line of help, its arguments, and the function that runs it."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], Any]
    run: Callable[[argparse.Namespace], None]


def _info_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="an MP4, GIF or WebP")
    parser.add_argument("--json", action="store_true", help="one line of JSON")


def _words_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("word", nargs="*", help="a subject to look for, in any of 21 languages, or an emoji")


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    from t2v.space import options, strings  # brings the service

    parser.epilog = strings.VARIABLES
    options.add_to(parser)


def _serve(args: argparse.Namespace) -> None:
    from t2v.space import launch, options

    launch.serve(options.settle(args))


def _again_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="an MP4, GIF or WebP made here")
    parser.add_argument("--from", dest="source", metavar="FILE", help="what it started from, if anything")
    parser.add_argument("--end", metavar="FILE", help="the picture that it ended at, if any")
    parser.add_argument("--mask", metavar="FILE", help="its mask, if any")
    add_places(parser)


def _again(args: argparse.Namespace) -> None:
    """Say whether the video is the same; if it isn't, that is an error, with its exit code."""
    given = Given.of(args.source, args.end, args.mask)
    found, reasons = again(Path(args.file), given, places_of(args))
    if found.same:
        say(f"{plain(args.file)}: the same to the last bit")
        return
    why = "; ".join(reasons) or "nothing that the file tells of is different"
    far = f"at most {found.largest} of 255 apart, {found.share:.1%} of the numbers differ"
    raise VideoError(f"{args.file}: not the same: {far}. {why}.")


COMMANDS = {
    "serve": Command("serve the page, where videos are made in a browser", _serve_arguments, _serve),
    "models": Command("list the known models", lambda parser: None, _models),
    "check": Command(
        "say whether a model or weight file is sound", lambda parser: parser.add_argument("path"), _check
    ),
    "plan": Command("say how long videos would take, and how much memory", add_request, _plan),
    "words": Command("list or search what the embedded model draws", _words_arguments, _words),
    "again": Command("make a file's video anew, and say whether it is the same", _again_arguments, _again),
    "best": Command(
        "make several videos of a prompt, and keep the best",
        selection_commands.best_arguments,
        selection_commands.run_best,
    ),
    "grid": Command(
        "make a sheet of seeds and guidances",
        selection_commands.grid_arguments,
        selection_commands.run_grid,
    ),
    "endless": Command(
        "make a video without an end, until Ctrl-C", endless_command.arguments, endless_command.run
    ),
    "decode": Command("decode a video's kept latents again", decoding.arguments, decoding.run),
    "larger": Command("enlarge a video, by a second model where there is one", larger.arguments, larger.run),
    "warm": Command("compile ahead what a model needs on this machine", warm.arguments, warm.run),
    "info": Command("show the settings that made a video", _info_arguments, _info),
}
