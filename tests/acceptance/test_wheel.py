"""What is shipped: a wheel and a source archive with everything in it, and what stands in deploy/."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import keel
from bot.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = ("keel.service", "keel-receive@.service", "keel-dispatch@.service")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    subprocess.run([*build, "-t", "wheel"], cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_content_comes_along(built: Path) -> None:
    with zipfile.ZipFile(built) as opened:
        inside = set(opened.namelist())
    content = [path.relative_to(ROOT) for path in (ROOT / "content").rglob("*") if path.is_file()]
    assert [path for path in content if "__pycache__" not in path.parts and f"bot/{path}" not in inside] == []
    assert not [name for name in inside if name.split("/")[0] not in ("bot",) and ".dist-info/" not in name]


async def test_the_demo_runs_from_the_wheel(built: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with zipfile.ZipFile(built) as opened:
        opened.extractall(there)
    paths = os.pathsep.join((str(there), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "HOME": str(tmp_path)}
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", "import bot, bot.__main__ as keel; print(bot.__file__); keel.main()", "demo",
        "--port", "0", env=environment, cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert demo.stdout is not None
    try:
        async with asyncio.timeout(60):
            place = (await demo.stdout.readline()).decode()
            said = (await demo.stdout.readline()).decode()
    finally:
        demo.terminate()
        await demo.wait()
    assert place.startswith(str(there))
    assert said.startswith("Open http://127.0.0.1:")


def test_what_runs_is_locked_as_what_is_tested() -> None:
    names = [dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text(), re.MULTILINE)) for path in locks()]
    everything, runs = names
    assert runs.items() <= everything.items()
    assert "pytest" not in runs
    assert {"prometheus-client", "python-telegram-bot"} <= runs.keys()


def test_who_wrote_what_runs_is_listed_with_the_terms() -> None:
    listed = re.findall(r"^\| ([\w.-]+) +\| (\S+) +\| (?!UNKNOWN)", (DEPLOY / "licences.md").read_text(), re.MULTILINE)
    known = {(re.sub(r"[-_.]+", "-", name.lower()), version) for name, version in listed}
    everywhere = re.findall(r"^([\w.-]+)==(\S+) \\", locks()[1].read_text(), re.MULTILINE)
    assert {(re.sub(r"[-_.]+", "-", name.lower()), version) for name, version in everywhere} - known == set()


def locks() -> tuple[Path, Path]:
    return ROOT / "requirements.lock", DEPLOY / "requirements.lock"


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_may_do_little(unit: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    copy = tmp_path / unit.replace("@.", "@0.")
    shutil.copy(DEPLOY / unit, copy)
    done = subprocess.run(
        [program, "security", "--offline=true", "--threshold=20", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_starts_a_command_of_keel_and_waits_for_its_end(unit: str) -> None:
    text = (DEPLOY / unit).read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=/opt/keel/bin/keel (\w+)$", text, re.MULTILINE)
    assert command is not None
    assert command.group(1) == (unit.split("-")[1].split("@", maxsplit=1)[0] if "-" in unit else "run")
    assert "TimeoutStopSec=20" in text


@pytest.mark.parametrize("file", ["compose.yaml", "compose.postgres.yaml"])
def test_containers_may_do_little(file: str) -> None:
    services = yaml.safe_load((DEPLOY / file).read_text(encoding="utf-8"))["services"]
    ours = [service for service in services.values() if "build" in service]
    assert ours
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert [name for name, service in services.items() if "5432" in str(service.get("ports"))] == []


def test_on_kubernetes_it_may_do_little_and_shows_one_path() -> None:
    items = yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))["items"]
    found = {item["kind"]: item for item in items}
    pod = found["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert not pod["automountServiceAccountToken"]
    for container in (*pod["initContainers"], *pod["containers"]):
        assert container["args"][0] in keel.commands
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        (own,) = container.get("env", [{"name": "KEEL_LISTEN"}])
        named = {own["name"]: "127.0.0.1:1", **found["ConfigMap"]["data"], "KEEL_TOKEN": "1:" + "t" * 35}
        Settings.read(named)  # an unknown name would be refused
        for probe in (container.get("readinessProbe"), container.get("livenessProbe")):
            assert probe is None or own["value"].endswith(f":{probe['httpGet']['port']}")
    (path,) = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert found["ConfigMap"]["data"]["KEEL_WEBHOOK_URL"].endswith(path["path"])


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "\nUSER keel\n" in text
    assert "/healthz" in text
    assert "--require-hashes -r deploy/requirements.lock" in text


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of every workflow."""
    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                yield file.name, step


def test_workflows_use_pinned_actions_and_what_is_there() -> None:
    found = list(steps())
    assert {name for name, _ in found} == {"test.yml", "release.yml", "image.yml"}
    for name, step in found:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), f"{name}: {step['uses']}"
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for _, step in found:
        for target in re.findall(r"\bmake (\w+)", step.get("run", "")):
            assert target in targets
