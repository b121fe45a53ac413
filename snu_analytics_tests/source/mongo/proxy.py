"""A wire to a MongoDB server that is cut in the middle of an answer, so many times."""

import socket
import threading
from urllib.parse import urlsplit


class CuttingProxy:
    """Listens on a port of its own; closes the connection instead of passing a cursor's answer."""

    def __init__(self, url: str, cuts: int) -> None:
        self.cuts = cuts
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port or 27017)
        self._listener = socket.create_server(("127.0.0.1", 0))
        host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = parts._replace(netloc=host).geturl()

    def __enter__(self) -> "CuttingProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            for source, target, answers in ((client, server, False), (server, client, True)):
                threading.Thread(
                    target=self._pass, args=(source, target, answers), daemon=True
                ).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if answers and self.cuts and b"firstBatch" in data:
                    self.cuts -= 1
                    target.sendall(data[:20])
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
