"""Config contexts, groups, jobs, approvals and everything else that hangs on the objects of the other parts."""

import base64
import datetime
import inspect
from unittest import mock

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from nautobot.dcim.models import Device, DeviceType, Location, Platform
from nautobot.extras import models
from nautobot.extras.context_managers import web_request_context
from nautobot.extras.models import Contact, DynamicGroup, Job, JobQueue, ScheduledJob, Team
from nautobot.extras.signals import refresh_job_models
from nautobot.ipam.models import VLAN, Prefix
from nautobot.tenancy.models import Tenant
from nautobot.users.models import User

from seeds import firewall
from seeds.tools import content_type, installed, known, make, role

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
FUTURE = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)


def seed():
    contexts()
    groups()
    templates()
    integrations()
    attachments()
    metadata()
    if installed("nautobot.data_validation"):
        validation()
    firewall.generated()
    jobs()
    if hasattr(models, "ApprovalWorkflowDefinition"):
        approvals()
    else:
        waiting()
    views()
    changes()


def contexts():
    schema = make(
        models.ConfigContextSchema, name="NTP", description="Servers must be a list",
        data_schema={"type": "object", "properties": {"ntp": {"type": "array", "items": {"type": "string"}}}},
    )  # fmt: skip
    make(models.ConfigContext, name="Everywhere", weight=1000, data={"ntp": ["192.0.2.123"], "syslog": {"host": "192.0.2.5", "url": None}})
    make(
        models.ConfigContext, name="Leaves of AMS01", weight=2000,
        data={"ntp": ["198.51.100.1"], "vxlan": {"save": True, "vni": [10, 20]}},
        config_context_schema=schema, locations=[Location.objects.get(name="AMS01")], roles=[role("Leaf", Device)],
        device_types=[DeviceType.objects.get(model="DCS-7050SX")], platforms=[Platform.objects.get(name="EOS")],
        description="With overlays",
    )  # fmt: skip
    make(models.ConfigContext, name="Acme", data={"customer": "acme"}, tenants=[Tenant.objects.get(name="Acme")], is_active=False)


def groups():
    """Groups by a filter, of other groups, and by hand; their members are computed."""
    leaves = make(
        DynamicGroup, name="Leaves", content_type="dcim.device", group_type="dynamic-filter", filter={"role": ["Leaf"]},
        description="All leaves",
        tags=["production"],
    )  # fmt: skip
    here = make(
        DynamicGroup, name="Devices of AMS01", content_type="dcim.device", group_type="dynamic-filter", filter={"location": ["AMS01"]}
    )
    make(DynamicGroup, name="Loopbacks", content_type="ipam.ipaddress", group_type="dynamic-filter", filter={"role": ["Loopback"]})
    both = make(DynamicGroup, name="Leaves of AMS01", content_type="dcim.device", group_type="dynamic-set")
    both.add_child(leaves, operator="intersection", weight=10)
    both.add_child(here, operator="intersection", weight=20)
    picked = make(DynamicGroup, name="Picked", content_type="dcim.device", group_type="static", tenant=Tenant.objects.get(name="Acme"))
    picked.add_members(Device.objects.filter(name__in=["ams01-leaf-01", "nyc01-spine-01"]))
    make(DynamicGroup, name="Picked VLANs", content_type="ipam.vlan", group_type="static").add_members(VLAN.objects.filter(vid__lt=12))
    for group in DynamicGroup.objects.all():
        group.update_cached_members()
    firewall.of_group(leaves)


def templates():
    make(
        models.GraphQLQuery, name="Devices of a location",
        query='query ($location: String = "AMS01", $limit: Int = 5) {'
        " devices(location: [$location], limit: $limit) { name serial role { name } } }",
    )  # fmt: skip
    make(models.GraphQLQuery, name="Locations", query="{ locations { name parent { name } } }")
    make(
        models.ExportTemplate, content_type="dcim.device", name="Names",
        template_code="{% for d in queryset %}{{ d.name }}\n{% endfor %}",
        mime_type="text/plain", file_extension="txt", description="One a line",
    )  # fmt: skip
    make(
        models.CustomLink, content_type="dcim.device", name="Wiki", text="Wiki of {{ obj.name }}",
        target_url="https://wiki.example.com/{{ obj.name }}",
        new_window=True, group_name="Links", button_class="info",
    )  # fmt: skip
    make(models.CustomLink, content_type="dcim.location", name="Map", text="Map", target_url="https://maps.example.com", new_window=False)


def integrations():
    access = models.SecretsGroup.objects.get(name="Device access")
    with mock.patch("nautobot.extras.models.datasources.GitRepository.clone_to_directory"):
        make(
            models.GitRepository, name="Config Contexts", remote_url="https://git.example.com/contexts.git", branch="main",
            secrets_group=access,
            provided_contents=["extras.configcontext"], tags=["lab"],
        )  # fmt: skip
    make(
        models.ExternalIntegration, name="Ticketing", remote_url="https://tickets.example.com/api", http_method="POST",
        secrets_group=access,
        extra_config={"queue": "net", "url": None}, headers={"X-Token": "{{ secret }}"}, verify_ssl=False,
        ca_file_path="/etc/ssl/ca.pem", tags=["lab"],
    )  # fmt: skip
    make(
        models.Webhook, name="Tell the ticket system", payload_url="https://tickets.example.com/hook", type_create=True,
        type_update=True, enabled=False,
        content_types=["dcim.location", "dcim.device"], additional_headers="X-Team: net", body_template='{"event": "{{ event }}"}',
        secret="hush",
    )  # fmt: skip
    make(
        models.Webhook, name="On delete", payload_url="https://example.com", type_delete=True, enabled=False, content_types=["ipam.prefix"]
    )


def attachments():
    admin = User.objects.get(username="admin")
    site, device = Location.objects.get(name="AMS01"), Device.objects.get(name="ams01-leaf-01")
    for record, text in ((site, "The lift is **slow**."), (device, "Replaced a fan."), (device, "Second note.")):
        make(models.Note, assigned_object=record, user=admin, note=text)
    ann, team = Contact.objects.get(name="Ann Example"), Team.objects.get(name="Network Operations")
    make(models.ContactAssociation, associated_object=site, contact=ann, role="On Site", status="Primary")
    make(models.ContactAssociation, associated_object=device, team=team, role="Support", status="Secondary")
    path = f"image-attachments/location_{site.pk}_front.png"
    picture = models.ImageAttachment(content_type=content_type(site), object_id=site.pk, name="front", image_height=1, image_width=1)
    picture.image.storage.delete(path)
    picture.image.save("front.png", ContentFile(PIXEL), save=False)
    picture.validated_save()
    models.FileProxy(name="input.txt", file=ContentFile(b"one\ntwo\n", name="input.txt")).save()


def metadata():
    device = Device.objects.get(name="ams01-leaf-01")
    ann, on = Contact.objects.get(name="Ann Example"), ["dcim.device", "ipam.prefix"]
    source = make(
        models.MetadataType, name="System of Record", data_type="select", content_types=on, description="Who says so", tags=["lab"]
    )
    for weight, word in enumerate(("CMDB", "Nautobot")):
        make(models.MetadataChoice, metadata_type=source, value=word, weight=100 + weight)
    owner = make(models.MetadataType, name="Data Owner", data_type="contact-or-team", content_types=on)
    raw = make(models.MetadataType, name="Raw", data_type="json", content_types=on)
    seen = make(models.MetadataType, name="Last Seen", data_type="datetime", content_types=on)
    make(models.ObjectMetadata, metadata_type=source, assigned_object=device, scoped_fields=["serial", "name"], value="CMDB")
    make(models.ObjectMetadata, metadata_type=owner, assigned_object=device, scoped_fields=[], contact=ann)
    make(models.ObjectMetadata, metadata_type=raw, assigned_object=device, scoped_fields=["role"], value={"url": None, "save": [1]})
    make(
        models.ObjectMetadata,
        metadata_type=seen,
        assigned_object=Prefix.objects.get(network="10.0.2.0"),
        scoped_fields=[],
        value="2024-05-06T07:08:09",
    )


def validation():
    from nautobot.data_validation.models import (
        DataCompliance,
        MinMaxValidationRule,
        RegularExpressionValidationRule,
        RequiredValidationRule,
        UniqueValidationRule,
    )

    make(
        RegularExpressionValidationRule, name="Provider network names", content_type="circuits.providernetwork", field="name",
        tags=["lab"],
        regular_expression="^[A-Z]", error_message="A name starts with a capital.",
    )  # fmt: skip
    make(
        MinMaxValidationRule, name="Rack height", content_type="dcim.rack", field="u_height", min=1, max=60, error_message="Too low or high"
    )
    make(RequiredValidationRule, name="Provider accounts", content_type="circuits.provider", field="account", enabled=False)
    make(UniqueValidationRule, name="Few alike", content_type="dcim.manufacturer", field="description", max_instances=3, enabled=False)
    device = Device.objects.get(name="ams01-leaf-01")
    for valid in (True, False):
        DataCompliance.objects.create(
            compliance_class_name="Names", content_type=content_type(device), object_id=device.pk, validated_object_str=str(device),
            valid=valid,
            last_validation_date=timezone.now(), validated_attribute="name" if valid else "serial",
            message="" if valid else "Not as we like it",
            validated_attribute_value=device.name if valid else device.serial,
        )  # fmt: skip


def jobs():
    """All sample jobs enabled; a queue that has a worker, one that has none; a run that is over, and one planned."""
    refresh_job_models(sender=None, apps=apps)
    default, _ = JobQueue.objects.get_or_create(name="default", defaults={"queue_type": "celery"})
    bulk = make(JobQueue, name="bulk", queue_type="celery", description="The testbed's worker serves it", tags=["lab"])
    unserved = make(JobQueue, name="unserved", queue_type="celery", tenant=Tenant.objects.get(name="Acme"), description="Has no worker")
    Job.objects.filter(module_name="testbed_jobs").update(enabled=True)
    report = Job.objects.get(job_class_name="Report", module_name="testbed_jobs")
    report.job_queues_override = True
    report.job_queues.set([default, bulk, unserved])
    report.tags.add("production")
    report.validated_save()
    admin = User.objects.get(username="admin")
    make(
        models.JobButton,
        name="Press",
        text="Press {{ obj }}",
        job=Job.objects.get(job_class_name="OnButton"),
        content_types=["dcim.location"],
    )
    make(
        models.JobHook, name="On cluster types", job=Job.objects.get(job_class_name="OnChange"), type_create=True, enabled=False,
        content_types=["virtualization.clustertype"],
    )  # fmt: skip
    started = datetime.datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=datetime.UTC)
    over = models.JobResult.objects.create(
        name=report.name, task_name=report.class_path, job_model=report, user=admin, status="SUCCESS", worker="celery@testbed",
        date_started=started, date_done=started + datetime.timedelta(seconds=2), result={"title": "Inventory", "url": None},
        task_args=[], task_kwargs={"title": "Inventory", "save": True}, celery_kwargs={"queue": "default"},
        **known(models.JobResult, info_log_count=1),
    )  # fmt: skip
    for level in ("info", "warning", "success"):
        models.JobLogEntry.objects.create(job_result=over, log_level=level, grouping="run", message=f"A line at {level}")
    models.JobResult.objects.create(
        name="Testbed Fail", task_name="testbed_jobs.Fail", job_model=Job.objects.get(job_class_name="Fail"), status="FAILURE",
        user=admin,
        date_started=started, date_done=started, result={"exc_type": "RuntimeError", "exc_message": ["as it should"]},
        traceback="RuntimeError",
    )  # fmt: skip
    make(models.FileProxy, name="output.txt", file=ContentFile(b"done\n", name="output.txt"), job_result=over)
    yearly = {"interval": "custom", "crontab": "0 0 1 1 *", "start_time": FUTURE}
    ScheduledJob.create_schedule(report, admin, name="Report of the new year", **yearly, **inputs(title="Yearly"))


def inputs(**values) -> dict:
    """The job's own variables, as create_schedule takes them: by one argument in newer versions, each by itself in older ones."""
    parameter = inspect.signature(ScheduledJob.create_schedule).parameters["job_kwargs"]
    return values if parameter.kind is parameter.VAR_KEYWORD else {"job_kwargs": values}


def approvals():
    """The guarded job runs once an approver has approved; one run waits, one was denied."""
    group = Group.objects.get(name="Approvers")
    guarded = Job.objects.get(job_class_name="Guarded")
    workflow = make(
        models.ApprovalWorkflowDefinition, name="Guarded jobs", model_content_type="extras.scheduledjob", weight=10, tags=["critical"],
        model_constraints={"job_model__name": guarded.name},
    )  # fmt: skip
    make(
        models.ApprovalWorkflowStageDefinition, approval_workflow_definition=workflow, sequence=1, name="First look", min_approvers=1,
        approver_group=group, denial_message="Not now",
    )  # fmt: skip
    admin = User.objects.get(username="admin")
    for name in ("Guarded and waiting", "Guarded and denied"):
        ScheduledJob.create_schedule(guarded, admin, name=name, interval="future", start_time=FUTURE, **inputs(word="please"))
    stage = models.ApprovalWorkflowStage.objects.get(
        approval_workflow__object_under_review_object_id=ScheduledJob.objects.get(name=name).pk
    )
    models.ApprovalWorkflowStageResponse.objects.create(approval_workflow_stage=stage, user=admin, state="Denied", comments="No")


def waiting():
    """Before workflows (Nautobot 3.0), a job itself says that its runs wait for an approval."""
    guarded = Job.objects.get(job_class_name="Guarded")
    guarded.approval_required, guarded.approval_required_override = True, True
    guarded.validated_save()
    ScheduledJob.create_schedule(
        guarded, User.objects.get(username="admin"), name="Guarded and waiting", interval="future", start_time=FUTURE,
        approval_required=True, **inputs(word="please"),
    )  # fmt: skip


def views():
    admin, reader = User.objects.get(username="admin"), User.objects.get(username="reader")
    view = make(
        models.SavedView, owner=admin, name="Leaves only", view="dcim:device_list", is_shared=True,
        config={"filter_params": {"role": ["Leaf"]}, "pagination_count": 50, "sort_order": ["name"], "table_config": {}},
    )  # fmt: skip
    make(models.SavedView, owner=reader, name="Mine", view="dcim:location_list", is_shared=False)
    make(models.UserSavedViewAssociation, saved_view=view, user=reader, view_name="dcim:device_list")


def changes():
    """A few entries in the change log: created, updated and deleted by admin."""
    with web_request_context(User.objects.get(username="admin"), context_detail="testbed"):
        platform = make(Platform, name="Short-lived")
        site = Location.objects.get(name="Retired Site")
        site.description = "Closed in 2022"
        site.validated_save()
        platform.delete()
