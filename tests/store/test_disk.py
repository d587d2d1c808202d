"""A network disk is refused, a local one is not."""

from pathlib import Path

import pytest

from store import disk

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:44 / /srv rw,relatime shared:2 - nfs4 server:/export rw
31 30 8:2 / /srv/local rw - xfs /dev/sdb1 rw
32 22 0:45 / /mnt/with\\040space rw shared:3 - cifs //server/share rw
33 22 0:46 / /twice rw - ext4 /dev/sdc1 rw
34 22 0:47 / /twice rw - nfs server:/x rw
"""


@pytest.mark.parametrize(
    ("directory", "kind"),
    [
        ("/var/lib/rooms", "ext4"),
        ("/srv/rooms", "nfs4"),
        ("/srv/local/rooms", "xfs"),
        ("/srv", "nfs4"),
        ("/srvother", "ext4"),
        ("/mnt/with space/rooms", "cifs"),
        ("/twice/rooms", "nfs"),
    ],
)
def test_the_deepest_and_latest_mount_counts(directory, kind):
    assert disk.file_system(Path(directory), MOUNTS) == kind


def test_a_network_disk_is_refused_by_name(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:44 / {tmp_path} rw - nfs4 s:/e rw\n")
    monkeypatch.setattr(disk, "MOUNTS", mounts)
    with pytest.raises(disk.DiskRefused, match=r"network file system.*nfs4.*IPT_DATA_DIR"):
        disk.refuse_network_disk(tmp_path)


def test_this_machines_own_disk_is_good_enough(tmp_path):
    disk.refuse_network_disk(tmp_path)
