"""What is wrong with a command line, in Chinese and English, and which word was probably meant."""

from __future__ import annotations

import difflib

import click


def told(error: click.UsageError) -> str:
    """One line that says what is wrong with how a command was called, and where its help is."""
    help_ = f"；用法见 {error.ctx.command_path} --help / see its --help" if error.ctx else ""
    return f"{_zh(error)} / {error.format_message().rstrip('.')}{help_}"


def _zh(error: click.UsageError) -> str:
    if isinstance(error, click.MissingParameter) and error.param is not None:
        kind = "选项" if isinstance(error.param, click.Option) else "参数"
        return f"缺少{kind} {_name(error.param)}"
    if isinstance(error, click.BadParameter):
        return f"{_name(error.param)} 的值有误" if error.param else "参数的值有误"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}" + _meant(error.possibilities or [])
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 用法有误"
    group = error.ctx.command if error.ctx else None
    if isinstance(group, click.Group) and error.message.startswith("No such command") and error.ctx:
        word = error.message.split("'")[1] if "'" in error.message else ""
        return f"没有命令 {word}" + _meant(
            difflib.get_close_matches(word, group.list_commands(error.ctx), cutoff=0.7)
        )
    if isinstance(group, click.Group) and error.message.startswith("Missing command"):
        return f"缺少子命令（{'、'.join(group.list_commands(error.ctx))}）" if error.ctx else "缺少子命令"
    return "命令用法有误"


def _name(parameter: click.Parameter) -> str:
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name


def _meant(close: list[str] | tuple[str, ...]) -> str:
    return f"，是不是 {'、'.join(close)}？" if close else ""
