"""Sample Jobs of the testbed; the seed enables all of them."""

import time

from nautobot.apps.jobs import (
    BooleanVar,
    ChoiceVar,
    DryRunVar,
    FileVar,
    IntegerVar,
    Job,
    JobButtonReceiver,
    JobHookReceiver,
    JSONVar,
    MultiChoiceVar,
    MultiObjectVar,
    ObjectVar,
    StringVar,
    TextVar,
    register_jobs,
)
from nautobot.dcim.models import Device, Location

name = "Testbed"


class Report(Job):
    """Logs several lines and returns its variables."""

    title = StringVar(description="A line of text", min_length=2, max_length=40, regex="^[A-Za-z ]+$", default="Inventory")
    lines = IntegerVar(description="How many lines to log", min_value=1, max_value=1000, default=5)
    verbose = BooleanVar(description="Log at debug level too", default=False)
    color = ChoiceVar(choices=(("red", "Red"), ("green", "Green")), default="green")
    shapes = MultiChoiceVar(choices=(("square", "Square"), ("circle", "Circle")), required=False)
    notes = TextVar(required=False)
    options = JSONVar(required=False)
    location = ObjectVar(model=Location, required=False, query_params={"location_type": "Site"})
    devices = MultiObjectVar(model=Device, required=False)

    class Meta:
        name = "Testbed Report"
        description = "Logs several lines and returns its variables."
        has_sensitive_variables = False
        field_order = ("title", "lines", "verbose")

    def run(self, *, title, lines, verbose, color, shapes=None, notes="", options=None, location=None, devices=None):
        for number in range(1, lines + 1):
            self.logger.info("%s: line %d of %d", title, number, lines, extra={"grouping": "report", "object": location})
        if verbose:
            self.logger.debug("a debug line")
        self.logger.warning("a warning line")
        self.logger.success("done", extra={"grouping": "summary"})
        return {
            "title": title, "lines": lines, "color": color, "shapes": list(shapes or []), "notes": notes, "options": options,
            "location": location.name if location else None, "devices": [device.name for device in devices or []],
        }  # fmt: skip


class Sleep(Job):
    """Sleeps, a log line a second, so that it can be cancelled or waited for in vain."""

    seconds = IntegerVar(default=30, min_value=0, max_value=280)

    class Meta:
        name = "Testbed Sleep"
        has_sensitive_variables = False

    def run(self, *, seconds):
        for second in range(seconds):
            self.logger.info("slept %d s", second)
            time.sleep(1)
        return seconds


class Rename(Job):
    """Sets a location's description, or says that it would."""

    dryrun = DryRunVar()
    location = ObjectVar(model=Location)
    description = StringVar()

    class Meta:
        name = "Testbed Rename"
        has_sensitive_variables = False
        dryrun_default = True

    def run(self, *, dryrun, location, description):
        if dryrun:
            self.logger.info("would change %s", location.name, extra={"object": location})
        else:
            location.description = description
            location.validated_save()
            self.logger.success("changed %s", location.name, extra={"object": location})
        return {"dryrun": dryrun, "location": location.name}


class CountLines(Job):
    """Takes a file and hands one back."""

    source = FileVar(description="A text file")

    class Meta:
        name = "Testbed Count Lines"
        has_sensitive_variables = False

    def run(self, *, source):
        text = source.read().decode()
        count = len(text.splitlines())
        self.logger.info("%d lines", count)
        self.create_file("count.txt", f"{count}\n")
        return {"lines": count, "characters": len(text)}


class Fail(Job):
    """Logs an error and raises."""

    message = StringVar(default="as it should", required=False)

    class Meta:
        name = "Testbed Fail"
        has_sensitive_variables = False

    def run(self, *, message=""):
        self.logger.error("about to fail")
        raise RuntimeError(message or "as it should")


class Guarded(Job):
    """Runs only after an approval; the seed holds the workflow."""

    word = StringVar(default="please")

    class Meta:
        name = "Testbed Guarded"
        has_sensitive_variables = False

    def run(self, *, word):
        self.logger.info("approved: %s", word)
        return word


class Secretive(Job):
    """Has sensitive variables, so its input is not kept."""

    password = StringVar()

    class Meta:
        name = "Testbed Secretive"
        has_sensitive_variables = True

    def run(self, *, password):
        return len(password)


class OnChange(JobHookReceiver):
    """Logs what changed."""

    class Meta:
        name = "Testbed On Change"

    def receive_job_hook(self, change, action, changed_object):
        self.logger.info("%s %s", action, changed_object)


class OnButton(JobButtonReceiver):
    """Logs what its button was pressed on."""

    class Meta:
        name = "Testbed On Button"

    def receive_job_button(self, obj):
        self.logger.info("pressed on %s", obj)


register_jobs(Report, Sleep, Rename, CountLines, Fail, Guarded, Secretive, OnChange, OnButton)
