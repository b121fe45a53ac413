"""Alerts reach real addresses, an SMTP server and a webhook, once; none is lost on the way."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from snu_analytics.errors import AlertError
from snu_analytics.monitoring import (
    alerts_due,
    close_failure,
    open_failure,
    ping,
    raise_alert,
    send_alerts,
)
from snu_analytics.warehouse import connect


class Inbox(Message):
    """Keeps the bodies of the mails that it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[tuple[str, str]] = []

    def handle_message(self, message) -> None:
        body = message.get_payload(0) if message.is_multipart() else message
        self.mails.append((message["Subject"], body.get_payload(decode=True).decode()))


@pytest.fixture
def mail() -> Iterator[tuple[str, Inbox]]:
    """The address of a mail server of the test's own, and what it takes."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"mailto://127.0.0.1:{port}?from=snu@example.org&to=team@example.org&mode=insecure", inbox
    controller.stop()


@pytest.fixture
def web() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The address, without its scheme, of a web server of the test's own; what was asked of it."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked.append((self.path, self.rfile.read(length).decode()))
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST = _answer  # noqa: N815 - names that http.server asks for

        def log_message(self, *_) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def warehouse(warehouse_url):
    with connect(warehouse_url) as connection:
        yield connection


def due(warehouse) -> list[str]:
    return [sentence for _, sentence in alerts_due(warehouse)]


def test_a_failure_is_raised_once_and_again_when_it_is_well(warehouse):
    for _ in range(2):
        open_failure("nightly", "2024-03-01", "young/raw_patches: no answer", warehouse)
    for _ in range(2):
        close_failure("nightly", "2024-03-01", warehouse)
    assert due(warehouse) == [
        "nightly of 2024-03-01 failed. young/raw_patches: no answer",
        "nightly of 2024-03-01 is well again.",
    ]


def test_all_that_is_due_is_sent_in_one_mail_and_once(warehouse, mail):
    address, inbox = mail
    raise_alert("first", warehouse)
    raise_alert("second", warehouse)
    assert send_alerts([address], warehouse) == 2
    assert send_alerts([address], warehouse) == 0
    assert [(subject, body.split()) for subject, body in inbox.mails] == [
        ("snu_analytics: 2 alerts", ["first", "second"])
    ]


def test_a_webhook_is_called(warehouse, web):
    place, asked = web
    raise_alert("nightly of 2024-03-01 failed.", warehouse)
    send_alerts([f"json://{place}/hook"], warehouse)
    ((path, body),) = asked
    assert (path, json.loads(body)["message"]) == ("/hook", "nightly of 2024-03-01 failed.")


def test_what_no_address_takes_stays_due_and_the_address_is_not_named(warehouse):
    raise_alert("first", warehouse)
    with pytest.raises(AlertError) as fault:
        send_alerts(["json://user:secret@127.0.0.1:1/hook"], warehouse)
    assert str(fault.value) == (
        "1 alerts were not taken by entry 1 of SNU_ALERT_URLS: it is no address of Apprise, or "
        "does not answer"
    )
    assert due(warehouse) == ["first"]


def test_an_address_that_does_not_answer_keeps_nothing_from_the_others(warehouse, web):
    place, asked = web
    raise_alert("first", warehouse)
    with pytest.raises(AlertError, match="entry 2 of SNU_ALERT_URLS"):
        send_alerts([f"json://{place}/hook", "json://127.0.0.1:1/hook"], warehouse)
    assert (due(warehouse), len(asked)) == ([], 1)


def test_the_eye_outside_is_called_by_its_protocol(web):
    place, asked = web
    for signal in ("start", "done", "fail"):
        ping(f"http://{place}/abc", signal)
    assert [path for path, _ in asked] == ["/abc/start", "/abc", "/abc/fail"]


def test_an_eye_outside_that_does_not_answer_is_not_named():
    with pytest.raises(AlertError, match=r"^SNU_PING_URL does not answer \(URLError\)$"):
        ping("http://127.0.0.1:1/secret", "start")
