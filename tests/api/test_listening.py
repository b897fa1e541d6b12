"""Where several processes of the server listen together."""

from socket import IPPROTO_TCP, TCP_NODELAY, create_connection

from uvicorn import Config

from api.listening import listening


def test_what_is_accepted_sends_each_packet_at_once() -> None:
    with listening(Config("api.served:served_app", port=0)) as bound:
        bound.listen()
        with create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            assert accepted.getsockopt(IPPROTO_TCP, TCP_NODELAY)
