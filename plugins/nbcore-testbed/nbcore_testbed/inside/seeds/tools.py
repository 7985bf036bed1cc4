"""What every part of the seed uses to make and to find objects, and to leave out what an older Nautobot or app lacks."""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from nautobot import __version__
from nautobot.extras.models import Role, RoleField, Status, StatusField, Tag

RELEASE = tuple(map(int, __version__.split(".")[:2]))


def installed(app: str) -> bool:
    """Whether the app is one of this Nautobot's."""
    return apps.is_installed(app)


def model(label: str):
    """The model of a label such as `ipam.IPAddressRange`; None where this Nautobot has none."""
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def known(model, /, **fields) -> dict:
    """Those of the fields that this version of the model has."""
    names = {field.name for field in model._meta.get_fields()}
    return {name: value for name, value in fields.items() if name in names}


def make(model, /, **fields):
    """Validate and save one object.

    Statuses, roles, tags and content types may be given by name; `cf` is its custom field data; many-to-many values are lists.
    """
    many = {}
    for name in list(fields):
        field = next((found for found in model._meta.get_fields() if found.name == name), None)
        if field is None:
            continue
        if name == "tags":
            many[name] = [tag(word) for word in fields.pop(name)]
        elif field.many_to_many:
            values = fields.pop(name)
            many[name] = [content_type(value) if field.related_model is ContentType else value for value in values]
        elif isinstance(field, StatusField) and isinstance(fields[name], str):
            fields[name] = status(fields[name], model)
        elif isinstance(field, RoleField) and isinstance(fields[name], str):
            fields[name] = role(fields[name], model)
        elif field.related_model is ContentType:
            fields[name] = content_type(fields[name])
    if "cf" in fields:
        fields["_custom_field_data"] = fields.pop("cf")
    if any(isinstance(field, StatusField) and not field.blank for field in model._meta.fields):
        fields.setdefault("status", status("Active", model))
    record = model(**fields)
    record.validated_save()
    for name, values in many.items():
        getattr(record, name).set(values)
    return record


def content_type(value) -> ContentType:
    """The content type of a label such as `dcim.device`, of a model, or of an object."""
    if isinstance(value, ContentType):
        return value
    return ContentType.objects.get_for_model(apps.get_model(value) if isinstance(value, str) else value)


def status(name: str, model) -> Status:
    return _for_model(Status, name, model)


def role(name: str, model) -> Role:
    return _for_model(Role, name, model)


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def _for_model(kind, name: str, model):
    """The status or role of that name, allowed for the model from now on."""
    found, _ = kind.objects.get_or_create(name=name, defaults={"color": "9e9e9e"})
    found.content_types.add(content_type(model))
    return found
