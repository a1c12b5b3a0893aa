"""Helper processes for work over chunks: plain children that import nothing of the caller's.

`multiprocessing` starts a child by importing the caller's main module again, which would repeat a
script that loads a file without a main guard. These children run this module instead and take
pickled calls on their standard input.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import SimpleQueue
from typing import Any

Mapper = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


class WorkerDied(RuntimeError):
    """A helper process ended before it answered (killed, or out of memory)."""


@contextmanager
def mapper(processes: int) -> Iterator[Mapper]:
    """`map` over `processes` children, results in order; the plain `map` for one process.

    Functions and arguments must be picklable and importable. An exception of a call is raised by
    the iteration over the results.
    """
    if processes < 2:
        yield map
        return
    children: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    started = [_start() for _ in range(processes)]
    for child in started:
        children.put(child)

    def call(function: Callable[[Any], Any], argument: Any) -> Any:
        child = children.get()
        try:
            return _ask(child, function, argument)
        finally:
            children.put(child)

    try:
        with ThreadPoolExecutor(processes) as pool:
            yield lambda function, arguments: _in_order(
                pool, lambda item: call(function, item), iter(arguments), processes + 1
            )
    finally:
        for child in started:
            child.kill()
            child.communicate()


def _in_order(
    pool: ThreadPoolExecutor, call: Callable[[Any], Any], arguments: Iterator[Any], ahead: int
) -> Iterator[Any]:
    """Results in order, at most `ahead` calls under way: chunks must not pile up in memory."""
    waiting = deque(pool.submit(call, item) for item in islice(arguments, ahead))
    while waiting:
        result = waiting.popleft().result()
        waiting.extend(pool.submit(call, item) for item in islice(arguments, 1))
        yield result


def available_processes() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0))


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _ask(child: subprocess.Popen[bytes], function: Callable[[Any], Any], argument: Any) -> Any:
    assert child.stdin and child.stdout
    try:
        pickle.dump((function, argument), child.stdin, protocol=5)
        child.stdin.flush()
        failed, answer = pickle.load(child.stdout)
    except (EOFError, BrokenPipeError) as error:
        raise WorkerDied(f"辅助进程意外结束（退出码 {child.poll()}） / a helper process died") from error
    if failed:
        raise answer
    return answer


def _serve() -> None:
    """Answer calls until the caller closes the pipe."""
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up among the answers
    while True:
        try:
            function, argument = pickle.load(calls)
        except EOFError:
            return
        # What the imports made is no garbage: looking through it again and again takes a fifth of the time.
        gc.freeze()
        try:
            answer = (False, function(argument))
        except Exception as error:  # noqa: BLE001 - handed to the caller, who raises it
            answer = (True, error)
        pickle.dump(answer, answers, protocol=5)
        answers.flush()


if __name__ == "__main__":
    _serve()
