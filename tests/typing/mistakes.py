"""Mistakes that a type checker must find. Each line with one ends in what mypy and pyright call it, and in a part of what mypy says:
`# mypy-code, pyrightRule: text`.

Nothing here is run. `check.py` compares what both find with what stands here.
"""

from __future__ import annotations

import nbcore
from nbcore import ActionSpec, AppSpec, Call, Endpoint, EndpointSpec, Record, RecordSet

nb = nbcore.api("https://nautobot.example.com")


class Device(Record):
    __slots__ = ()


# --- in a script -----------------------------------------------------------------------------------------------------------

print(nb.dcim.devices.get(name="a").name)  # union-attr, reportOptionalMemberAccess: Item "None" of "Record | None" has no attribute "name"
names: list[str] = nb.dcim.devices.all()  # assignment, reportAssignmentType: Incompatible types in assignment (expression has type
device: Device = nb.dcim.devices.all()[0]  # assignment, reportAssignmentType: Incompatible types in assignment (expression has type
made: Record = nb.dcim.devices.create([{"name": "a"}])  # assignment, reportAssignmentType: Incompatible types in assignment (expression
nb.dcim.devices.create([{"name": "a"}], on_error="skip")  # call-overload, reportArgumentType: No overload variant of "create" of
nb.dcim.devices.all().values("name", prefer="graphql")  # arg-type, reportArgumentType: Argument "prefer" to "values" of "RecordSet" has
nb.dcim.devices.all().count.real  # attr-defined, reportAttributeAccessIssue: "Callable[[], int]" has no attribute "real"
nb.dcim.devices.trace.nosuch  # attr-defined, reportAttributeAccessIssue: "Action" has no attribute "nosuch"
nb.dcim.devices.all().nosuch  # attr-defined, reportAttributeAccessIssue: "RecordSet[Record]" has no attribute "nosuch"
nb.dcim.devices.all().sort(7)  # arg-type, reportArgumentType: Argument 1 to "sort" of "RecordSet" has incompatible type "int"; expected
nbcore.Api(threading="yes")  # arg-type, reportArgumentType: Argument "threading" to "Api" has incompatible type "str"; expected "bool"
nbcore.Api(lazy="never")  # arg-type, reportArgumentType: Argument "lazy" to "Api" has incompatible type "Literal['never']"; expected
nb.token = "another"  # misc, reportAttributeAccessIssue: Property "token" defined in "Api" is read-only

# --- in a package -----------------------------------------------------------------------------------------------------------

EndpointSpec(7)  # arg-type, reportArgumentType: Argument 1 to "EndpointSpec" has incompatible type "int"; expected "str"
EndpointSpec("devices", record=dict)  # arg-type, reportArgumentType: Argument "record" to "EndpointSpec" has incompatible type
EndpointSpec("devices", key="number")  # arg-type, reportArgumentType: Argument "key" to "EndpointSpec" has incompatible type
EndpointSpec("devices", json_fields="facts")  # arg-type, reportArgumentType: Argument "json_fields" to "EndpointSpec" has incompatible
EndpointSpec("devices", endpoint=Device)  # arg-type, reportArgumentType: Argument "endpoint" to "EndpointSpec" has incompatible type
ActionSpec("run", methods=("PURGE",))  # arg-type, reportArgumentType: Argument "methods" to "ActionSpec" has incompatible type
ActionSpec("run", returns="xml")  # arg-type, reportArgumentType: Argument "returns" to "ActionSpec" has incompatible type
AppSpec("lab", "plugins/lab", endpoints=("devices",))  # arg-type, reportArgumentType: Argument "endpoints" to "AppSpec" has incompatible


class Devices(Endpoint[Device]):
    def leaves(self) -> RecordSet[str]:  # type-var, reportInvalidTypeArguments: Type argument "str" of "RecordSet" must be a subtype of
        return self.filter(role="leaf")  # return-value, reportReturnType: Incompatible return value type (got "RecordSet[Device]",

    def first(self) -> Device:
        return self.all().first()  # return-value, reportReturnType: Incompatible return value type (got "Device | None", expected "Device")


def send(call: Call) -> None:
    call.method = "GET"  # misc, reportAttributeAccessIssue: Property "method" defined in "Call" is read-only
    nb.request("GET", "status/", returns="xml")  # arg-type, reportArgumentType: Argument "returns" to "request" of "ApiBase" has
