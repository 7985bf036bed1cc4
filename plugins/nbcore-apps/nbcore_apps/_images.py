"""Image attachments: files sent to the server."""

from __future__ import annotations

from typing import Any

from nbcore import Endpoint, InputError, Record

from ._files import File, part


class ImageAttachments(Endpoint):
    """Images attached to devices, locations and racks."""

    def upload(self, target: Record | str, file: File, name: str = "", *, object_id: Any = None) -> Record:
        """Attach an image (one POST).

        Args:
            target: a Device, Location or Rack, or an object type such as "dcim.device" together with object_id.
            file: a path, bytes, a file opened in binary mode, or (name, bytes).
            name: the attachment's name; the file's without one.
            object_id: the id of the object, where target is its type.

        Returns:
            The ImageAttachment; `.image` is its address.
        """
        if isinstance(target, Record):
            object_type, object_id = target["object_type"], target["id"]
        else:
            object_type = target
        if not object_type or not object_id:
            raise InputError("an image is attached to a Record, or to an object type with an object_id")
        content = part(file, "image.png")
        form = {"content_type": str(object_type), "object_id": str(object_id), "name": name or content[0]}
        data = self.api.request("POST", f"{self.path}/", body=form, files={"image": content}, endpoint=self.path, operation="create")
        return self.make(data)
