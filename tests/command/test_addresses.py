"""The address that other devices on the network reach this machine by."""

import ipaddress
import subprocess

import pytest

from command import addresses


def test_it_is_one_of_this_machines_own_addresses_and_not_loopback():
    try:
        address = addresses.local_network_address()
    except OSError:
        pytest.skip("NOT RUN: this machine is on no network")

    own = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    assert address in own
    assert not ipaddress.ip_address(address).is_loopback
