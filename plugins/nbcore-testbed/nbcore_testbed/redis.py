"""Redis for one testbed: in memory, on a free port of loopback, with a password that the state file keeps."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Sequence

from . import places, processes
from .errors import ServerEnded, TestbedError
from .packages import clean_environment
from .ports import free_port, port_taken
from .state import State

BROKER, CACHE = 0, 1  # the numbers of the databases that Celery and Nautobot use
_FORGET = """
for _, key in ipairs(redis.call('keys', '*')) do
    if not string.find(key, '_kombu.binding', 1, true) then redis.call('del', key) end
end
return 1
"""


def start(state: State) -> None:
    """Start it.

    Raises:
        ServerEnded: it did not start.
    """
    state.redis_password = secrets.token_hex(16)
    for attempt in range(3):
        port = state.redis_port = free_port()
        state.redis = f"redis://:{state.redis_password}@127.0.0.1:{port}"
        # A file, since a password among the arguments would be seen by every user.
        settings = (
            f"port {port}", "bind 127.0.0.1", f"requirepass {state.redis_password}", 'save ""', "appendonly no", "databases 32",
            f'dir "{state.folder}"',
        )  # fmt: skip
        file = places.create(state.folder / "redis.conf", "".join(f"{line}\n" for line in settings))
        state.processes["redis"] = processes.spawn([state.programs["redis"], file], state.log("redis"), env=clean_environment())
        state.write()
        try:
            processes.wait_for(state.processes["redis"], lambda: _answers(state), "Redis", state.log("redis"), 30)
        except ServerEnded as error:
            if attempt == 2 or not port_taken(error):
                raise
        else:
            return


def forget(state: State) -> None:
    """Drop what Nautobot cached and every job that waits; what the worker said about itself stays.

    Raises:
        TestbedError: Redis is not there, or refuses.
    """
    send(state, ("FLUSHDB",), database=CACHE)
    send(state, ("EVAL", _FORGET, "0"), database=BROKER)


def send(state: State, *commands: Sequence[str], database: int = 0) -> list[str]:
    """Send commands, and give the first line of each answer.

    Raises:
        TestbedError: Redis is not there, or refuses.
    """
    answers = []
    try:
        with socket.create_connection(("127.0.0.1", state.redis_port), 10) as connection, connection.makefile("rb") as reader:
            for words in (("AUTH", state.redis_password), ("SELECT", str(database)), *commands):
                encoded = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
                connection.sendall(f"*{len(words)}\r\n{''.join(encoded)}".encode())
                answer = reader.readline().decode().strip()
                if answer.startswith("-") or not answer:
                    raise TestbedError(f"Redis refused {words[0]}: {answer}")
                answers.append(answer)
    except OSError as error:
        raise TestbedError(f"Redis does not answer: {error}.") from None
    return answers[2:]


def _answers(state: State) -> bool:
    with contextlib.suppress(TestbedError):
        return send(state, ("PING",)) == ["+PONG"]
    return False


def stop(state: State) -> None:
    """Stop it."""
    if "redis" in state.processes:
        processes.ask(state.processes["redis"])
        processes.end(state.processes["redis"])
