"""A TCP relay between clients and a port of the router: it counts what goes by, and keeps how it began."""
import socket
import threading

BEGINNING = 2000  # bytes that are kept of each direction of each connection


class Relay:
    """Use with `with`: leaving the block ends its connections."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.bytes = 0  # both ways
        self.beginnings = []  # of what the router sent, one for each connection

    def __enter__(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in [self._listener, *self._sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended already
            one.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                router = socket.create_connection(('127.0.0.1', self.to_port))
            except OSError:
                return
            self._sockets += [client, router]
            self.beginnings.append(b'')
            number = len(self.beginnings) - 1
            threading.Thread(target=self._pass_on, args=(client, router, None), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(router, client, number), daemon=True).start()

    def _pass_on(self, source, target, number):
        try:
            while data := source.recv(65536):
                self.bytes += len(data)
                if number is not None and len(self.beginnings[number]) < BEGINNING:
                    self.beginnings[number] += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of them has gone
