"""Ports for servers that tests start."""

import socket

from tests.ports import free_port


def test_no_port_is_given_twice() -> None:
    given = [free_port() for _ in range(50)]

    assert len(set(given)) == len(given)


def test_a_port_on_which_somebody_listens_is_passed_over() -> None:
    following = free_port() + 1
    with socket.create_server(("127.0.0.1", following)):
        assert free_port() != following
