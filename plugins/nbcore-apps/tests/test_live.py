"""What only the real Nautobot does: approvals, uploads, files, Git, groups, and jobs with all they take."""

from __future__ import annotations

import base64
import datetime

import pytest

import nbcore

pytestmark = pytest.mark.integration

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
JOB = "Refresh Dynamic Group Caches"
OLD_LOGS = {"cleanup_types": ["extras.JobResult"], "max_age": 9999}
PARENTS = {"cleanup_types": ["ipam.Prefix"]}
LATER = {"name": "apps-later", "interval": "future", "start_time": "2099-01-01T00:00:00Z"}


def test_an_image_is_attached(real, real_world):
    device = real_world.device()
    image = real.extras.image_attachments.upload(device, ("front.png", PNG), "front view")
    real_world.later(image.delete)
    assert (image.name, image.content_type, image.object_id, image.image_width) == ("front view", "dcim.device", device.id, 1)
    other = real.extras.image_attachments.upload("dcim.rack", PNG, object_id=real_world.rack.id)
    real_world.later(other.delete)
    assert other.name == "image.png"


def test_a_device_type_has_images(real, real_world):
    kind = real_world.device_type
    assert kind.upload_images(front=PNG, rear=("back.png", PNG)) is True
    assert "/devicetype-images/front_image" in kind.front_image
    assert "back" in real.dcim.device_types.get(kind.id).rear_image


def test_a_run_is_followed_to_its_end(real):
    run = real.extras.jobs.get(name=JOB).start()
    messages = [entry.message for entry in run.logs(follow=True, interval=0.2, timeout=60)]
    assert run.ok
    assert messages[-1] == "Job completed"
    assert messages == [entry.message for entry in run.job_result.logs()]
    with pytest.raises(nbcore.StatusConflictError, match="already finished"):
        run.cancel()


def test_a_job_tells_its_variables(real):
    assert [one["name"] for one in real.extras.jobs.get(name=JOB).variables()] == ["single_group"]


def test_a_job_whose_name_has_a_slash(real):
    assert real.extras.jobs.start("Check/Fix IPAM Parents", PARENTS | {"dryrun": True}).wait(60).status in ("SUCCESS", "FAILURE")


def test_a_scheduled_run_says_so_and_is_taken_off(real):
    run = real.extras.jobs.start(JOB, schedule=LATER)
    assert (run.id, run.status, run.done) == (None, "SCHEDULED", False)
    with pytest.raises(nbcore.JobTimeoutError, match="did not begin"):
        run.wait(5)
    assert run.schedule.handle().refresh().status == "SCHEDULED"
    assert run.cancel().status == "CANCELED"
    assert real.extras.scheduled_jobs.get(run.schedule.id) is None


def test_a_scheduled_job_is_tried_without_changes(real):
    run = real.extras.jobs.start("Check/Fix IPAM Parents", PARENTS, schedule=LATER)
    try:
        dry = run.schedule.dry_run().wait(60)
        assert dry.job_result.task_kwargs["dryrun"] is True
    finally:
        run.cancel()


def test_a_job_takes_a_file_and_makes_one(real, real_world):
    tenants = next(kind for kind in real.extras.content_types.all() if (kind.app_label, kind.model) == ("tenancy", "tenant"))
    name = real_world.name("tenant")
    read = real.extras.jobs.start(
        "Import Objects", {"content_type": tenants.id}, files={"csv_file": ("t.csv", f"name\n{name}\n".encode())}
    ).wait(60)
    assert read.ok
    real_world.later(real.tenancy.tenants.get(name=name).delete)
    written = real.extras.jobs.start("Export Object List", {"content_type": tenants.id}).wait(60)
    assert written.ok
    (file,) = written.job_result.files
    assert name in file.download().decode()


def test_a_run_that_needs_approval(real, real_world):
    me = real.users.users.get(username="admin")
    group = real_world.make("users/groups", name=real_world.name("approvers"))
    before = [one.id for one in real.users.users.get(me.id).groups]
    me.update({"groups": [*before, group.id]})
    real_world.later(lambda: real.users.users.get(me.id).update({"groups": before}))
    rule = real_world.make(
        "extras/approval-workflow-definitions", name=real_world.name("rule"), model_content_type="extras.scheduledjob", weight=5000,
        model_constraints={"job_model__name": "Logs Cleanup"},
    )  # fmt: skip
    real_world.make(
        "extras/approval-workflow-stage-definitions", name="one", approval_workflow_definition=rule.id, sequence=1, min_approvers=1,
        approver_group=group.name,
    )  # fmt: skip
    started: list[nbcore.Record] = []

    def start():
        run = real.extras.jobs.start("Logs Cleanup", OLD_LOGS)
        started.append(run.schedule)
        return run

    def clear():
        for schedule in started:
            for workflow in real.extras.approval_workflows.filter(object_under_review_object_id=schedule.id):
                for stage in real.extras.approval_workflow_stages.filter(approval_workflow=workflow.id):
                    stage.delete()
                workflow.delete()
            schedule.delete()

    real_world.later(clear)

    run = start()
    assert (run.id, run.job_result, run.status) == (None, None, "AWAITING APPROVAL")
    with pytest.raises(nbcore.JobTimeoutError, match="AWAITING APPROVAL"):
        real.extras.jobs.run_and_wait(job_name="Logs Cleanup", data=OLD_LOGS, interval=0, max_rechecks=1)
    started.append(real.extras.scheduled_jobs.filter(sort="-date_changed").first())
    stage = real.extras.approval_workflow_stages.get(approval_workflow=run.approval.id)
    assert stage.comment(comments="why?").responses[0]["comments"] == "why?"
    assert stage.approve(comments="fine").state == "Approved"
    # Whether it begins at once is for the server's scheduler, which may not run.
    assert run.refresh().status in ("SCHEDULED", "PENDING", "STARTED", "SUCCESS")
    assert (run.job_result is None) == (run.status == "SCHEDULED")

    denied = start()
    real.extras.approval_workflow_stages.get(approval_workflow=denied.approval.id).deny(comments="no")
    assert (denied.wait(5).status, denied.ok) == ("DENIED", False)

    withdrawn = start()
    assert withdrawn.cancel().status == "CANCELED"


def test_a_git_repository_is_pulled(real, real_world):
    repository = real_world.make(
        "extras/git-repositories", name=real_world.name("repo"), slug=f"apps_{real_world.tag}", remote_url="http://127.0.0.1:99/x.git"
    )
    run = repository.sync().wait(120)
    assert run.job_result.name == "Git Repository: Sync"
    assert run.status == "FAILURE"
    assert repository.provided_contents == []


def test_a_secret_is_checked(real_world):
    secret = real_world.make(
        "extras/secrets", name=real_world.name("secret"), provider="environment-variable", parameters={"variable": "NOPE"}
    )
    assert secret.check()["result"] is False


def test_a_saved_view_is_ones_default(real, real_world):
    view = real_world.make("extras/saved-views", name=real_world.name("view"), view="tenancy:tenant_list", config={})
    view.set_default()
    assert real.extras.user_saved_view_associations.count(saved_view=view.id) == 1
    view.clear_default()
    assert real.extras.user_saved_view_associations.count(saved_view=view.id) == 0


def test_a_static_group_gets_members_and_loses_them(real, real_world):
    one, other = real_world.device("one"), real_world.device("other")
    group = real_world.make("extras/dynamic-groups", name=real_world.name("group"), content_type="dcim.device", group_type="static")
    group.add_members([one, other])
    assert set(group.members.list()) == {one, other}
    group.remove_members([one])
    assert group.members.list() == [other]
    group.remove_members([one])
    group.add_members([])


def test_what_is_connected(real, real_world):
    near, far = real_world.device("near"), real_world.device("far")
    one, other = real_world.interface(near, "e0"), real_world.interface(far, "e0")
    asked = {"peer_device": near.name, "peer_interface": "e0"}
    assert real.dcim.connected_device.get(**asked) is None
    real_world.cable(one, other)
    assert real.dcim.connected_device.get(**asked) == far
    assert real.dcim.connected_device.get(peer_device=near.name, peer_interface="nope") is None
    connection = real.dcim.interface_connections.filter(device=near.name).first()
    assert {connection.interface_a, connection.interface_b} == {one, other}


def test_the_paths_through_a_patch_panel(real, real_world):
    device, panel = real_world.device("device"), real_world.device("panel")
    port = real_world.interface(device, "e0")
    rear = real_world.make("dcim/rear-ports", name="r", type="8p8c", positions=1, device=panel.id)
    front = real_world.make("dcim/front-ports", name="f", type="8p8c", rear_port=rear.id, rear_port_position=1, device=panel.id)
    real_world.cable(port, front)
    (path,) = real.dcim.front_ports.get(front.id).paths()
    assert path.origin == port
    assert path.path[-1] == rear
    assert [type(item).__name__ for item in real.dcim.interfaces.get(port.id).trace()[0]] == ["Interface", "Cable", "FrontPort"]


def test_the_figures_of_a_location(real_world):
    real_world.device()
    assert {one["title"]: one["count"] for one in real_world.location.stats()}["Devices"] == 1


def test_a_token_is_made_by_name_and_password(real, real_world):
    token = real.users.tokens.provision("admin", "admin", description=real_world.tag, write_enabled=False)
    real_world.later(token.delete)
    assert token.write_enabled is False
    with nbcore.Api(real.options.url, token.key) as nb:
        assert nb.status()["nautobot-version"]
    with pytest.raises(nbcore.PermissionDeniedError, match="Invalid username"):
        real.users.tokens.provision("admin", "no")


def test_numbers_are_ids_of_groups_and_content_types(real, real_world):
    group = real_world.make("users/groups", name=real_world.name("group"))
    assert isinstance(group.id, int)
    assert real.users.groups.get(group.id) == group
    kind = real.extras.content_types.all()[0]
    assert real.extras.content_types.get(kind.id) == kind


def test_the_helpers_that_belong_to_no_model(real):
    assert {"id": "name__ic", "name": "contains (ic)"} in real.core.lookup_choices("dcim.device", "name")
    assert real.ui.core.lookup_value_dom_element("dcim.device", "name")["field_type"]
    tenants = next(kind for kind in real.extras.content_types.all() if (kind.app_label, kind.model) == ("tenancy", "tenant"))
    assert {"name", "required"} <= real.core.csv_import_fields(tenants.id)[0].keys()
    assert real.core.settings_schema()["title"] == "Nautobot Settings"


def test_many_to_many_fields_that_the_server_leaves_out_are_loaded_when_read(real, real_world):
    vlans = real_world.make("ipam/vlan-groups", name=real_world.name("vlans"))
    vlan = real_world.make("ipam/vlans", name=real_world.name("vlan"), vid=7, vlan_group=vlans.id, status="Active")
    device = real_world.device()
    port = real_world.make(
        "dcim/interfaces", name="e0", type="1000base-t", device=device.id, status="Active", mode="tagged", tagged_vlans=[vlan.id]
    )
    found = real.dcim.interfaces.get(port.id)
    assert "tagged_vlans" not in found
    assert found.tagged_vlans == [vlan]
    assert found.updates() == {}


def test_a_note_on_a_record_that_can_have_none(real, real_world):
    user = real_world.make("users/users", username=real_world.name("user"))
    with pytest.raises(nbcore.RouteNotFoundError):
        user.notes.list()


def test_a_run_can_be_stopped_before_it_begins(real):
    run = real.extras.jobs.start(JOB, schedule={**LATER, "start_time": (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1))})
    assert run.cancel().done


class LosesAnswers:
    """Lets every POST to an allocating route reach the server, and loses its answer."""

    def __init__(self):
        self.lost = 0
        self.told = []

    @nbcore.hookimpl(wrapper=True)
    def nbcore_send(self, call):
        reply = yield
        if call.operation == "allocate" and reply.status == 201:
            self.lost += 1
            raise nbcore.ProtocolError("the answer was lost", call)
        return reply

    @nbcore.hookimpl
    def nbcore_changed(self, change):
        self.told.append((change.action, change.endpoint, change.id))


def test_what_was_allocated_is_found_after_a_lost_answer(real, real_world):
    losing = LosesAnswers()
    parent = real_world.prefix("10.99.6.0/28")
    container = real_world.prefix("10.99.7.0/24")
    group = real_world.make("ipam/vlan-groups", name=real_world.name("group"), range="10-20")
    with nbcore.Api(real.options.url, real.token, plugins=[losing]) as nb:
        addresses = nb.ipam.prefixes.get(parent.id).available_ips
        free = nb.ipam.prefixes.get(container.id).available_prefixes
        vlans = nb.ipam.vlan_groups.get(group.id).available_vlans
        taken = []
        real_world.later(lambda: [record.delete() for record in reversed(taken)])
        taken.append(addresses.create({"status": "Active"}, range_start="10.99.6.5", range_end="10.99.6.9"))
        taken += addresses.create([{"status": "Active"}] * 3, range_start="10.99.6.5", range_end="10.99.6.9")
        taken.append(free.create(prefix_length=28, status="Active"))
        taken += free.create([{"prefix_length": 28, "status": "Active"}] * 2)
        taken.append(vlans.create(name=real_world.name("one"), status="Active"))
        taken += vlans.create([{"name": real_world.name(what), "status": "Active"} for what in ("two", "three")])
    assert losing.lost == 6
    assert [record.address for record in taken[:4]] == [f"10.99.6.{last}/28" for last in (5, 6, 7, 8)]
    assert [record.prefix for record in taken[4:7]] == ["10.99.7.0/28", "10.99.7.16/28", "10.99.7.32/28"]
    assert [record.vid for record in taken[7:]] == [10, 11, 12]
    assert losing.told == [("create", record.endpoint.path, record.id) for record in taken]
    assert real.ipam.ip_addresses.count(parent=parent.id) == 4
    assert real.ipam.vlans.count(vlan_group=group.id) == 3


# Read-only lists that objects of no other route make: addresses that name this one as their `nat_inside`, what users answered, and a
# form of before the job queues.
_MADE_OTHERWISE = {"nat_outside_list", "responses", "task_queues"}


def test_what_the_server_ignores_and_other_objects_make_is_declared(real):
    """Of every list route of Nautobot's own apps: its many-to-many fields that a write does not set name the route that makes them."""
    declared, served = set(), set()
    for info in real.plugin_report():
        if info.group != "nbcore.apps" or info.distribution != "nbcore-apps":
            continue
        app = getattr(real, info.name)
        for spec in app.spec.endpoints:
            path = f"{app.path}/{spec.slug}"
            declared |= {(path, name) for name in spec.assigned_by}
            for where in spec.assigned_by.values():
                assert real.endpoint(where).count() >= 0
            if spec.key != "singleton" and "/" not in spec.slug:
                served |= {(path, name) for name in read_only_lists(real, path)}
    assert declared
    assert declared == served


def read_only_lists(real, path):
    """The many-to-many fields of a list route that it shows only."""
    answer = real.request("OPTIONS", f"{path}/")
    actions = answer.get("actions", {}) if isinstance(answer, dict) else {}
    fields = actions.get("POST") or actions.get("PUT") or {}
    first = real.endpoint(path).filter(exclude_m2m=False, limit=1, offset=0).first() if fields else None
    lists = {name for name, value in dict(first or {}).items() if isinstance(value, list)}
    return {name for name in lists - _MADE_OTHERWISE if name in fields and fields[name].get("read_only")}


def test_a_vlans_locations_are_told_not_to_be_written(real, real_world):
    site = real_world.location
    vlan = real.ipam.vlans.create(vid=3990, name="ignored", status="Active")
    real_world.later(vlan.delete)
    vlan.locations = [site]
    with pytest.warns(nbcore.IgnoredFieldWarning, match="objects of ipam/vlan-location-assignments make it"):
        assert vlan.save() is True
    with pytest.warns(nbcore.IgnoredFieldWarning, match=r"'custom_fields\.no_such'"):
        vlan.update({"custom_fields": {"no_such": 1}})
    with pytest.warns(nbcore.IgnoredFieldWarning, match="'last_updated'"):
        vlan.update({"last_updated": None})
    with pytest.raises(nbcore.UnknownFieldError, match="cannot be set"):
        real.ipam.vlans.sync([{"vid": 3990, "locations": [site]}], key="vid", among={"vid": 3990})
    assert vlan.update({"name": "  blanks  "}) is True


def test_a_schedule_that_somebody_else_deletes_ends_the_run(real):
    run = real.extras.jobs.start(JOB, schedule={**LATER, "name": "apps-deleted"})
    real.extras.scheduled_jobs.get(run.schedule.id).delete()
    assert run.refresh().status == "CANCELED"
    assert run.wait(5).done
    assert run.cancel().status == "CANCELED"
