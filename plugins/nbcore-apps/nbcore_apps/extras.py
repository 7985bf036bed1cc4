"""nb.extras: jobs, statuses, roles, tags, custom fields, groups, secrets, changes and whatever else belongs to no other app."""

from __future__ import annotations

from typing import Any

from nbcore import ActionSpec, AppSpec, EndpointSpec, Record

from ._common import NautobotApp, field
from ._graphql import GraphQLQueries, GraphQLQuery
from ._groups import DynamicGroup
from ._images import ImageAttachments
from ._jobs import Job, Jobs
from ._runs import JobRun


class JobResult(Record):
    """What became of a run of a job."""

    __slots__ = ()

    def handle(self) -> JobRun:
        """The handle of the run, to follow its log, wait for its end or cancel it."""
        return JobRun(self.api, self)


class ScheduledJob(Record):
    """A job that is to run later, or that awaits approval."""

    __slots__ = ()

    def handle(self) -> JobRun:
        """The handle of its run, to wait for its approval and its end, or cancel it."""
        return JobRun(self.api, None, self)

    def dry_run(self) -> JobRun:
        """Run it now, without changes (one POST, never sent twice)."""
        return JobRun.of(self.api, {"job_result": self.detail_action("dry-run").create().serialize(init=True)})


class GitRepository(Record):
    """A Git repository that the server reads."""

    __slots__ = ()

    def sync(self) -> JobRun:
        """Let the server pull it and refresh its data (one POST, never sent twice)."""
        return JobRun.of(self.api, self.detail_action("sync").create())


class SavedView(Record):
    """A saved view of a list in the web interface."""

    __slots__ = ()

    def set_default(self) -> None:
        """Make it the default of the user whose token it is."""
        self.detail_action("set-default").create()

    def clear_default(self) -> None:
        """Leave the user without a default for that list."""
        self.detail_action("set-default").delete()


class ObjectChange(Record):
    """A change of an object; its text is the id of the request that made it."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "request_id") or super().__str__()


class CustomFieldChoice(Record):
    """A choice of a custom field; its text is its value."""

    __slots__ = ()

    def __str__(self) -> str:
        return field(self, "value") or super().__str__()


def _post(name: str, returns: Any = "records") -> ActionSpec:
    return ActionSpec(name, methods=("POST",), returns=returns)


_CONTEXT_SETS = (
    "cluster_groups", "clusters", "device_families", "device_redundancy_groups", "device_types", "locations", "platforms", "roles",
    "tenant_groups", "tenants",
)  # fmt: skip

app = AppSpec(
    "extras",
    "extras",
    (
        EndpointSpec("approval-workflow-definitions", json_fields=("model_constraints",)),
        EndpointSpec("approval-workflow-stage-definitions"),
        EndpointSpec("approval-workflow-stages", actions=(_post("approve"), _post("comment"), _post("deny"))),
        EndpointSpec("approval-workflows", actions=(_post("cancel"),)),
        EndpointSpec("computed-fields"),
        EndpointSpec("config-context-schemas", json_fields=("data_schema",)),
        EndpointSpec("config-contexts", json_fields=("data",), m2m_fields=_CONTEXT_SETS),
        EndpointSpec("contact-associations"),
        EndpointSpec("contacts", m2m_fields=("teams",)),
        EndpointSpec("content-types", key="integer"),
        EndpointSpec("custom-field-choices", CustomFieldChoice),
        EndpointSpec("custom-fields", json_fields=("default", "scope_filter")),
        EndpointSpec("custom-links"),
        EndpointSpec("dynamic-group-memberships"),
        EndpointSpec(
            "dynamic-groups",
            DynamicGroup,
            json_fields=("filter",),
            m2m_fields=("children",),
            assigned_by={"children": "extras/dynamic-group-memberships"},
            actions=(ActionSpec("members", returns="records", paged=True),),
        ),
        EndpointSpec("export-templates"),
        EndpointSpec("external-integrations", json_fields=("extra_config", "headers")),
        EndpointSpec("file-proxies", actions=(ActionSpec("download", returns="bytes"),)),
        EndpointSpec("git-repositories", GitRepository, json_fields=("provided_contents",), actions=(_post("sync", "json"),)),
        EndpointSpec("graphql-queries", GraphQLQuery, json_fields=("variables",), actions=(_post("run", "json"),), endpoint=GraphQLQueries),
        EndpointSpec("image-attachments", endpoint=ImageAttachments),
        EndpointSpec("job-buttons"),
        EndpointSpec("job-hooks"),
        EndpointSpec("job-logs"),
        EndpointSpec("job-queue-assignments"),
        EndpointSpec("job-queues"),
        EndpointSpec(
            "job-results",
            JobResult,
            json_fields=("data", "result", "task_args", "task_kwargs", "celery_kwargs", "meta"),
            m2m_fields=("files",),
            actions=(ActionSpec("cancel", methods=("GET", "POST"), returns="records"), ActionSpec("logs", returns="records")),
        ),
        EndpointSpec(
            "jobs",
            Job,
            m2m_fields=("job_queues",),
            assigned_by={"job_queues": "extras/job-queue-assignments"},
            actions=(_post("run", "json"), ActionSpec("variables")),
            endpoint=Jobs,
        ),
        EndpointSpec("metadata-choices"),
        EndpointSpec("metadata-types"),
        EndpointSpec("notes"),
        EndpointSpec("object-changes", ObjectChange, json_fields=("object_data", "object_data_v2")),
        EndpointSpec("object-metadata", json_fields=("value",)),
        EndpointSpec("relationship-associations"),
        EndpointSpec("relationships", json_fields=("source_filter", "destination_filter")),
        EndpointSpec("roles"),
        EndpointSpec(
            "saved-views",
            SavedView,
            json_fields=("config",),
            actions=(ActionSpec("set-default", methods=("POST", "DELETE"), returns="records"),),
        ),
        EndpointSpec(
            "scheduled-jobs",
            ScheduledJob,
            json_fields=("args", "kwargs", "celery_kwargs"),
            m2m_fields=("associated_approval_workflows",),
            actions=(_post("dry-run"),),
        ),
        EndpointSpec("secrets", json_fields=("parameters",), actions=(ActionSpec("check"),)),
        EndpointSpec("secrets-groups", m2m_fields=("secrets",), assigned_by={"secrets": "extras/secrets-groups-associations"}),
        EndpointSpec("secrets-groups-associations"),
        EndpointSpec("static-group-associations"),
        EndpointSpec("statuses"),
        EndpointSpec("tags"),
        EndpointSpec("teams", m2m_fields=("contacts",)),
        EndpointSpec("user-saved-view-associations"),
        EndpointSpec("webhooks"),
    ),
    app=NautobotApp,
)
