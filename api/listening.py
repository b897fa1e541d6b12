"""Where several processes of the server listen together."""

from socket import IPPROTO_TCP, TCP_NODELAY, socket

from uvicorn import Config


def listening(config: Config) -> socket:
    """The socket on which several processes listen. What they accept sends each packet at once.

    uvicorn leaves that out (github.com/Kludex/uvicorn/issues/3149): an answer would wait 40 ms until its reader has
    confirmed the packet with its headers.
    """
    bound = config.bind_socket()
    bound.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return bound
