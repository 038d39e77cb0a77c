"""C-STORE by TLS: both sides show who they are, and nobody holds up the others."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from waiting import wait_until

from cxr_severity.cli import main
from cxr_severity.service.exits import EXIT_CANNOT_START
from cxr_severity.worker import tls as tls_module
from cxr_severity.worker.dicomweb import Access, Archive
from cxr_severity.worker.dimse import Address, Peer
from cxr_severity.worker.faults import CannotStartError, DownError
from cxr_severity.worker.items import Result
from cxr_severity.worker.receive import SUCCESS, Listening, Receiver
from cxr_severity.worker.tls import Taking, Tls

from .films import film, place
from .hospital import free_port, tools

FILM = film(1)
RESULT = Result(place(1).instance, "sr", FILM)

_Key = ec.EllipticCurvePrivateKey


def _certificate(
    name: str, key: _Key, by: tuple[x509.Certificate, _Key] | None
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    return made.sign(by[1] if by else key, hashes.SHA256())


class Authority:
    """Signs certificates; its own lies in `file`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._own = _certificate(name, self._key, None)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def of(self, name: str) -> Tls:
        """Who is called so, and believes whom this authority has signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _certificate(name, key, (self._own, self._key))
        certificate, secret = self._folder / f"{name}-cert.pem", self._folder / f"{name}-key.pem"
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return Tls(certificate, secret, self.file)


@contextmanager
def listening(tls: Tls, take: Callable[[str, bytes], int]) -> Iterator[int]:
    port = free_port()
    receiver = Receiver(Listening("CXR", "127.0.0.1", port, tls=tls), take, 25_000_000)
    receiver.start()
    try:
        yield port
    finally:
        receiver.stop(patience=0)


def peer(port: int, tls: Tls | None, host: str = "127.0.0.1") -> Peer:
    return Peer(Address("CXR", host, port), "TEST", timeout=10, tls=tls)


def test_a_film_goes_from_one_to_the_other(tmp_path: Path) -> None:
    house = Authority(tmp_path, "house")
    taken: list[bytes] = []

    def take(_: str, data: bytes) -> int:
        taken.append(data)
        return SUCCESS

    with listening(house.of("worker"), take) as port:
        peer(port, house.of("modality")).store("1.2", RESULT)
        assert len(taken) == 1
        storescu = tools()["storescu"]
        sender, path = house.of("dcmtk"), tmp_path / "film.dcm"
        path.write_bytes(FILM)
        run = subprocess.run(
            [
                storescu, "-aec", "CXR", "+tls", str(sender.key), str(sender.certificate),
                "+cf", str(house.file), "127.0.0.1", str(port), str(path),
            ],
            capture_output=True, text=True,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
    assert len(taken) == 2


def test_nobody_else_is_let_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house, foreign = Authority(tmp_path, "house"), Authority(tmp_path, "foreign")
    mixed = Tls(foreign.of("a").certificate, foreign.of("a").key, house.file)

    def take(_: str, __: bytes) -> int:
        raise AssertionError("nothing may arrive")

    stranger = foreign.of("stranger")
    with listening(house.of("worker"), take) as port:
        for tls in (None, Tls(stranger.certificate, stranger.key, house.file), stranger):
            with pytest.raises(DownError):
                peer(port, tls).store("1.2", RESULT)
        wait_until(lambda: caplog.text.count("no TLS, or no certificate that --tls-ca") == 3)
        # Whoever's certificate is of another host is not sent to.
        with pytest.raises(DownError, match="certificate-not-trusted"):
            peer(port, house.of("modality"), "localhost").store("1.2", RESULT)
        # Nor whoever is signed by somebody else.
        with pytest.raises(DownError, match="certificate-not-trusted"):
            peer(port, foreign.of("modality")).store("1.2", RESULT)
    with pytest.raises(CannotStartError, match=r"TLS cannot be set up by .*none\.pem: .*No such"):
        peer(1, Tls(mixed.certificate, tmp_path / "none.pem", house.file))
    with pytest.raises(CannotStartError, match="TLS cannot be set up"):
        peer(1, Tls(house.of("b").certificate, house.of("c").key, house.file))


def test_files_that_are_being_renewed_are_no_results_fault(tmp_path: Path) -> None:
    own = Authority(tmp_path, "house").of("worker")
    to = peer(1, own)
    own.certificate.unlink()
    with pytest.raises(DownError, match="certificate-not-readable"):
        to.store("1.2", RESULT)


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        pass


@contextmanager
def dicomweb(tls: Tls | None) -> Iterator[str]:
    """A DICOMweb service that holds nothing, by HTTPS or, without `tls`, by HTTP."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Empty)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/dicom-web"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# What the server's library says of callers that hang up is of no interest.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_archive_by_https_is_trusted_where_it_is_signed_by_whom_we_name(tmp_path: Path) -> None:
    house, foreign = Authority(tmp_path, "house"), Authority(tmp_path, "foreign")
    cases = (
        (house.of("pacs"), None, "certificate-not-trusted"),
        (house.of("pacs"), foreign.file, "certificate-not-trusted"),
        (None, house.file, "no-tls"),
        (house.of("pacs"), house.file, ""),
    )
    for server, authorities, code in cases:
        with dicomweb(server) as url:
            archive = Archive(url, Access(timeout=10, authorities=authorities), 1000)
            if code:
                with pytest.raises(DownError, match=code):
                    archive.store("1.2", RESULT)
                with pytest.raises(DownError, match=code):
                    list(archive.search({}))
            else:
                assert list(archive.search({})) == []
            archive.close()
    with pytest.raises(CannotStartError, match=r"TLS cannot be set up by .*none\.pem: .*No such"):
        Archive("https://pacs", Access(authorities=tmp_path / "none.pem"), 1000)


def test_silent_callers_hold_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = Authority(tmp_path, "house")
    modality = house.of("modality")
    with ExitStack() as silent, listening(house.of("worker"), lambda _, __: SUCCESS) as port:
        monkeypatch.setattr(tls_module, "HANDSHAKE_SECONDS", 60)
        for _ in range(3):
            silent.enter_context(socket.create_connection(("127.0.0.1", port)))
        peer(port, modality).store("1.2", RESULT)
        monkeypatch.setattr(tls_module, "HANDSHAKE_SECONDS", 0.1)
        last = silent.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        assert last.recv(1) == b"", "it is cut off in the end"
        wait_until(lambda: "turned away: it has said nothing of TLS in time" in caplog.text)


def test_renewed_files_count_from_the_next_caller_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = Authority(tmp_path, "old"), Authority(tmp_path, "new")
    own = old.of("worker")
    trusting_new = replace(old.of("modality"), authorities=new.file)
    with listening(own, lambda _, __: SUCCESS) as port:
        with pytest.raises(DownError, match="certificate-not-trusted"):
            peer(port, trusting_new).store("1.2", RESULT)
        renewed = new.of("renewed")
        own.certificate.write_bytes(renewed.certificate.read_bytes())
        peer(port, old.of("modality")).store("1.2", RESULT)  # the key is of the older one still
        assert "the files from before count" in caplog.text
        own.key.write_bytes(renewed.key.read_bytes())
        peer(port, trusting_new).store("1.2", RESULT)


def test_files_are_read_where_they_changed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = Authority(tmp_path, "house").of("worker")
    read, taking = 0, Tls.taking

    def counted(tls: Tls) -> ssl.SSLContext:
        nonlocal read
        read += 1
        return taking(tls)

    monkeypatch.setattr(Tls, "taking", counted)
    port = Taking(own)

    def called(times: int = 3) -> int:
        for _ in range(times):
            ours, theirs = socket.socketpair()
            theirs.close()
            assert port.shake(ours) is None
        return read

    assert called() == 1
    own.key.chmod(0o400)
    assert called() == 2
    whole = own.certificate.read_bytes()
    own.certificate.write_bytes(whole[:50])
    called()
    assert caplog.text.count("the files from before count") == 1
    own.certificate.unlink()
    called()
    assert caplog.text.count("the files from before count") == 2
    own.certificate.write_bytes(whole)
    assert called() == called()


def test_half_of_the_files_is_no_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in (["--tls-cert", "a.pem"], ["--to-tls", "A@h:1"]):
        command = ["listen", "--to", "A@h:1", "--memory", str(tmp_path / "m.db"), *more]
        assert main(command) == EXIT_CANNOT_START
        assert "TLS needs all of" in capsys.readouterr().err
