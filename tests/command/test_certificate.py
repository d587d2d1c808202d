"""The certificate for a trial on a local network names the machine's address and keeps its key private."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from cryptography import x509

from command import certificate


def test_it_names_the_address_lasts_a_month_and_its_key_is_private(tmp_path):
    now = datetime(2025, 3, 24, 17, 0, tzinfo=UTC)

    certified, key = certificate.make(tmp_path, "192.0.2.7", now)

    read = x509.load_pem_x509_certificate(certified.read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [IPv4Address("192.0.2.7")]
    assert read.not_valid_after_utc == now + timedelta(days=30)
    assert key.stat().st_mode & 0o777 == 0o600
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certified, key)
