"""Files in every form a caller has at hand."""

from __future__ import annotations

import io

import pytest

import nbcore
from nbcore.testing import row, sent
from nbcore_apps._files import part


def test_every_form_of_a_file(tmp_path):
    path = tmp_path / "front.png"
    path.write_bytes(b"png")
    assert part(path) == part(str(path)) == ("front.png", b"png", "image/png")
    with path.open("rb") as opened:
        assert part(opened) == ("front.png", b"png", "image/png")
    assert part(("a.csv", b"x")) == ("a.csv", b"x", "text/csv")
    assert part(b"x", "image.png") == ("image.png", b"x", "image/png")
    assert part(io.BytesIO(b"x")) == ("file", b"x", "application/octet-stream")


@pytest.mark.parametrize("file", [io.StringIO("text"), 5, None, ("name", "text")])
def test_what_is_no_file_is_refused(file):
    with pytest.raises(nbcore.InputError, match="binary mode"):
        part(file)


def test_an_image_is_attached_to_a_record(server, memory):
    device = row("dcim/devices", "dcim.device", name="leaf")
    server.serve("dcim/devices", [device])
    server.on("POST", "extras/image-attachments/", row("extras/image-attachments", "extras.imageattachment", name="front"), status=201)
    made = memory.extras.image_attachments.upload(memory.dcim.devices.get(device["id"]), b"png", "front")
    assert made.name == "front"
    call = server.calls[-1]
    assert call.files == {"image": ("image.png", b"png", "image/png")}
    assert sent(call) == {"content_type": "dcim.device", "object_id": device["id"], "name": "front"}
    memory.extras.image_attachments.upload("dcim.rack", ("rack.png", b"png"), object_id=5)
    assert sent(server.calls[-1]) == {"content_type": "dcim.rack", "object_id": "5", "name": "rack.png"}
    with pytest.raises(nbcore.InputError, match="object_id"):
        memory.extras.image_attachments.upload("dcim.rack", b"png")


def test_the_images_of_a_device_type(server, memory):
    kind = row("dcim/device-types", "dcim.devicetype", model="M", front_image=None)
    server.serve("dcim/device-types", [kind])
    server.on("PATCH", f"dcim/device-types/{kind['id']}/", {**kind, "front_image": "https://nautobot.test/media/front.png"})
    record = memory.dcim.device_types.get(kind["id"])
    assert record.upload_images(front=b"png") is True
    assert record.front_image.endswith("front.png")
    assert server.calls[-1].files == {"front_image": ("front_image.png", b"png", "image/png")}
    with pytest.raises(nbcore.InputError, match="front or a rear"):
        record.upload_images()
