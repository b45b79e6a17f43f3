"""``csta-gateway init``: asks what a gateway has to know and writes its first settings."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from crm_adapter.location import Location
from crm_adapter.texts import Language
from csta.cli.exits import OK, Trouble
from csta.dialect import names
from csta.toml_file import ConfigError
from csta_gateway import config_file, initial
from csta_gateway.certificates import self_signed
from csta_gateway.cli.settings import add_config, language_of
from csta_gateway.config import ENDPOINT
from csta_gateway.initial import Answers, SourceKind
from csta_gateway.texts import text

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

DATA = Path("/var/lib/csta-gateway")


class Question(NamedTuple):
    """What is asked, unless the option says it.

    :param default: taken for an empty answer and where nobody can be asked; None: it has to be said.
    :param check: raises ValueError about a wrong answer.
    :param when: whether the answers so far make it a question.
    :param secret: the answer does not show, and no option takes it.
    """

    key: str
    default: str | None
    check: Callable[[str], object] = str
    when: Callable[[dict[str, str]], bool] = lambda known: True
    secret: bool = False

    @property
    def option(self) -> str:
        """The option of the command line; secrets have one for a file they are read from."""
        return f"--{self.key.replace('_', '-')}{'-file' if self.secret else ''}"


def _one_of(*choices: str) -> Callable[[str], object]:
    def check(answer: str) -> None:
        if answer not in choices:
            raise ValueError(", ".join(choices))

    return check


def _endpoint(answer: str) -> None:
    if not ENDPOINT.fullmatch(answer):
        raise ValueError("tcp:pbx.example.org:8800")


def _certificate(answer: str) -> None:
    if answer not in ("self-signed", "proxy") and not Path(answer).is_file():
        raise ValueError("self-signed, proxy, /path/to/fullchain.pem")


def _host(answer: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", answer):
        raise ValueError("cti.example.org")


def _needs(key: str, *values: str) -> Callable[[dict[str, str]], bool]:
    return lambda known: known[key] in values if values else bool(known[key])


QUESTIONS = (
    Question("country", "DE", lambda answer: Location(country=answer)),
    Question("area_code", "", lambda answer: Location(area_code=answer)),
    Question("outside_prefix", "0", lambda answer: Location(outside_prefixes=(answer,))),
    Question("extension_length", "4", lambda answer: Location(internal_length=int(answer))),
    Question("dialect", "generic-xml", _one_of(*names())),
    Question("endpoint", None, _endpoint),
    Question("link_user", ""),
    Question("link_password", None, when=_needs("link_user"), secret=True),
    Question("source", "embedded", _one_of(*get_args(SourceKind))),
    Question("source_at", None, when=_needs("source", "file", "tryton", "carddav", "ldap")),
    Question("source_url", None, when=_needs("source", "sagecrm"), secret=True),
    Question("source_place", None, when=_needs("source", "tryton", "ldap")),
    Question("source_user", "", when=_needs("source", "tryton", "carddav", "ldap")),
    Question("source_password", None, when=_needs("source_user"), secret=True),
    Question("address", "0.0.0.0"),  # noqa: S104 -- with a certificate
    Question("port", str(initial.PORT), int),
    Question("certificate", "self-signed", _certificate),
    Question("host", "localhost", _host, when=_needs("certificate", "self-signed")),
)


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("init", help="ask what a gateway has to know, and write its first settings")
    add_config(parser)
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="for databases; default: %(default)s")
    parser.add_argument("--language", choices=get_args(Language), help="default: that of the environment, else en")
    for question in QUESTIONS:
        words = text(f"init.ask.{question.key}", "en").replace("%", "%%")
        shown = f"{words}; default: {question.default or 'none'}" if question.default is not None else words
        parser.add_argument(question.option, dest=question.key, metavar="FILE" if question.secret else "X", help=shown)
    parser.set_defaults(command=_init)


def _init(options: argparse.Namespace) -> int:
    language = options.language or language_of(os.environ)
    path, data = Path(os.path.abspath(options.config)), Path(os.path.abspath(options.data))
    _refuse_overwriting(path, language)
    known: dict[str, str] = {"source_user": ""}
    for question in QUESTIONS:
        if question.when(known):
            known[question.key] = _answer(question, options, language)
    answers = Answers(
        language=language,
        **{**known, "extension_length": int(known["extension_length"]), "port": int(known["port"])},  # type: ignore[arg-type] # the others are text
    )
    written = initial.written(answers, path.parent, data)
    try:
        config_file.parse(written, str(path))
    except ConfigError as error:
        raise Trouble.usage(f"{error}\n{text('init.wrong', language)}") from error
    _write(path, data, answers, written)
    print(text("init.done", language, path=path))
    for command in ("probe", "user add LOGIN --role admin --device 2001", "run"):
        print(f"  csta-gateway {command} --config {path}")
    return OK


def _answer(question: Question, options: argparse.Namespace, language: Language) -> str:
    """What the option says, else what is typed, else the default."""
    said = getattr(options, question.key)
    if said is not None:
        answer = _first_line(said) if question.secret else said
        if objection := _objection(question, answer):
            raise Trouble.usage(text("init.option", language, option=question.option, reason=objection))
        return answer
    if not sys.stdin.isatty():
        if question.default is None:
            raise Trouble.usage(text("init.needed", language, option=question.option))
        return question.default
    return _asked(question, language)


def _asked(question: Question, language: Language) -> str:
    words = text(f"init.ask.{question.key}", language)
    prompt = f"{words} [{question.default}]: " if question.default else f"{words}: "
    while True:
        answer = (getpass.getpass(prompt) if question.secret else input(prompt)).strip() or question.default
        if answer is None:
            continue
        objection = _objection(question, answer)
        if not objection:
            return answer
        print(text("init.again", language, reason=objection), file=sys.stderr)


def _objection(question: Question, answer: str) -> str:
    try:
        question.check(answer)
    except ValueError as problem:
        return str(problem)
    return ""


def _first_line(path: str) -> str:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Trouble.usage(f"{path}: {problem}") from problem
    return lines[0] if lines else ""


def _refuse_overwriting(path: Path, language: Language) -> None:
    for each in (path, *(path.parent / name for name in initial.BESIDE)):
        if each.exists():
            raise Trouble.usage(text("init.exists", language, path=each))


def _write(path: Path, data: Path, answers: Answers, written: str) -> None:
    """Secrets first, each readable by its owner only: settings that are there are whole."""
    files = initial.secrets(answers, path.parent)
    if answers.certificate == "self-signed":
        files[initial.certificate(path.parent)] = self_signed(answers.host, datetime.now(UTC)).decode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for secret, content in files.items():
            _create(secret, content, 0o600)
        _create(path, written, 0o644)
    except OSError as problem:
        place = problem.filename or path
        raise Trouble(text("init.not_written", answers.language, path=place, reason=problem.strerror)) from problem


def _create(path: Path, content: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(content if content.endswith("\n") else f"{content}\n")
