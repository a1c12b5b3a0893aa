"""What the documents say exists: commands, options, links, settings, queries; and the twins agree."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest

from basedb.cli.main import main
from basedb.domain import installed_domains
from basedb.query import parse
from basedb.store import open_store
from basedb.store.migrate import initialise
from basedb.store.native import reading
from etl.contract import load_contract
from etl.contract.schema import CONTRACT_SCHEMA, READER_OPTIONS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
GUIDES = ROOT / "docs" / "guides"
TWINS = sorted([*ROOT.glob("*.zh.md"), *(ROOT / "docs").rglob("*.zh.md")])
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# What people are told to type; the dictionary is generated and compared by a test of its own.
TYPED = [path for path in DOCUMENTS if path.name not in ("CHANGELOG.md", "dictionary.md")]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def told(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def blocks(path: Path) -> list[tuple[str, str]]:
    """(language, content) of every code block."""
    return _FENCE.findall(path.read_text("utf-8"))


def prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text("utf-8"))


def headings(path: Path) -> list[str]:
    return re.findall(r"^#{1,6} .+$", prose(path), re.M)


def lines(path: Path) -> Iterator[list[str]]:
    """The words of every line somebody is to type, and of those shown after a ``$``."""
    for language, content in blocks(path):
        for line in content.splitlines():
            if language == "sh":
                yield shlex.split(line)
            elif line.startswith("$ "):
                yield shlex.split(line[2:])


def commands(path: Path) -> list[list[str]]:
    """What follows `basedb` in those lines, up to a redirection."""
    found = []
    for words in lines(path):
        if words and words[0] == "basedb":
            end = next((at for at, word in enumerate(words) if word in (">", "|")), len(words))
            found.append(words[1:end])
    return found


def walk(words: list[str]) -> tuple[str, ...]:
    """The names of the command a line calls; AssertionError for a command or an option there is none of."""
    command: click.Command = main
    context = click.Context(main)
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        options = {name: item for item in command.params for name in (*item.opts, *item.secondary_opts)}
        if word in ("--help", "-h"):
            continue
        if word.startswith("-") and word != "-":
            option = options.get(word.split("=")[0])
            assert option is not None, f"no option {word} of basedb {' '.join(names)}: {words}"
            if isinstance(option, click.Option) and not option.is_flag and "=" not in word:
                next(rest)
        elif isinstance(command, click.Group):
            child = command.get_command(context, word)
            assert child is not None, f"no command {word}: {words}"
            command = child
            names.append(word)
    return tuple(names)


def leaves(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        yield names
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from leaves(child, (*names, name))


@pytest.mark.parametrize("path", TYPED, ids=told)
def test_every_command_and_option_exists(path: Path) -> None:
    for words in commands(path):
        walk(words)


def test_every_command_is_documented() -> None:
    documented = {walk(words) for path in TYPED for words in commands(path)}
    assert set(leaves(main)) - documented == set()


def test_every_module_and_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for path in TYPED:
        for words in lines(path):
            if words[:1] == ["make"]:
                assert set(words[1:]) <= targets, path
            for flag, module in pairwise(words):
                if flag == "-m":
                    assert importlib.util.find_spec(module) is not None, (path, module)


def anchor(heading: str) -> str:
    """As GitHub makes them."""
    text = heading.lstrip("# ").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=told)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in _LINK.findall(prose(path)):
        if link.startswith(("http://", "https://")):
            continue
        name, _, section = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not section or section in {anchor(heading) for heading in headings(target)}, link


def test_the_readme_leads_to_every_guide() -> None:
    led = {(README.parent / link).resolve() for link in _LINK.findall(prose(README))}
    assert {path for path in GUIDES.glob("*.md") if not path.name.endswith(".zh.md")} <= led


@pytest.mark.parametrize("twin", TWINS, ids=told)
def test_twins_have_the_same_headings_and_commands(twin: Path) -> None:
    original = twin.with_name(twin.name.replace(".zh.md", ".md"))

    def levels(path: Path) -> list[int]:
        return [heading.index(" ") for heading in headings(path)]

    def typed(path: Path) -> list[tuple[str, str]]:
        return [block for block in blocks(path) if block[0] in ("sh", "sql")]

    assert levels(twin) == levels(original)
    assert typed(twin) == typed(original)
    assert f"]({original.name})" in prose(twin) and f"]({twin.name})" in prose(original)


def queries() -> Iterator[tuple[Path, str]]:
    """Every query of the documents: blocks of SQL, and what is asked through the command."""
    for path in TYPED:
        yield from ((path, content) for language, content in blocks(path) if language == "sql")
        for words in commands(path):
            if "sql" in words:
                yield from ((path, word) for word in words if word.startswith("SELECT ") and "…" not in word)


def test_every_query_runs_on_both_stores(store_url: str) -> None:
    store = open_store(store_url)
    initialise(store, list(installed_domains().values()))
    asked = 0
    with reading(store, spatial=True) as reader:
        for path, query in queries():
            answer = reader.ask(parse(query, installed_domains()).text)
            assert answer.columns and list(answer.rows) is not None, (path, query)
            asked += 1
    assert asked > 20


def test_the_contract_of_the_guide_is_one(tmp_path: Path) -> None:
    whole = [text for language, text in blocks(GUIDES / "contracts.md") if "\nsource: " in text]
    assert whole
    for text in whole:
        path = tmp_path / "contract.yml"
        path.write_text(text, "utf-8")
        found = load_contract(path)
        load_contract(path, installed_domains()[found.domain])


def settings(schema: Any) -> Iterator[str]:
    """The names of all settings of a schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from settings(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from settings(part)


def test_every_setting_and_attribute_is_in_the_guide() -> None:
    # A base whose contracts have settings and attributes of their own lists them in its own guide.
    text = "\n".join(guide.read_text("utf-8") for guide in GUIDES.glob("*.md"))
    words = set(re.findall(r"\w+", text))
    named = set(settings(CONTRACT_SCHEMA)) | set(READER_OPTIONS)
    named |= {option for options in READER_OPTIONS.values() for option in options}
    for domain in installed_domains().values():
        named |= domain.targets()
    assert named - words == set()


def test_every_exit_code_is_documented() -> None:
    from basedb.cli import exits

    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    text = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    assert codes == {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)}
