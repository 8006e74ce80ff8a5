"""The files in deploy/: Kubernetes and Ray take them as they are, and what they say of t2v is true."""

import itertools
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from ray.serve.schema import ServeDeploySchema

from t2v.cli import _generate_parser
from t2v.shards import shard_of
from t2v.space import gate
from t2v.space.options import OPTIONS

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
BASE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
VERSION = "1.34"  # the oldest that is still maintained


def documents(name: str) -> dict[str, Any]:
    """-> the documents of a file by their kinds"""
    text = (DEPLOY / "kubernetes" / f"{name}.yaml").read_text(encoding="utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def pods(document: dict) -> list[dict]:
    """-> the templates of pods in a document, however deep"""
    found = [document["template"]] if isinstance(document.get("template"), dict) else []
    for value in document.values():
        for each in value if isinstance(value, list) else [value]:
            found += pods(each) if isinstance(each, dict) else []
    return found


EVERY = [document for path in KUBERNETES for document in documents(path.stem).values()]
PODS = [pod for document in EVERY for pod in pods(document)]


def containers() -> list[dict]:
    return [container for pod in PODS for container in pod["spec"]["containers"]]


@pytest.mark.parametrize("document", EVERY, ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
def test_kubernetes_takes_every_document(document: dict):
    """Of a kind that it doesn't know itself, the pods."""
    if document["apiVersion"].startswith("ray.io/"):
        assert len(pods(document)) == 2
        return
    kubernetes_validate.validate(document, VERSION, strict=True)


@pytest.mark.parametrize("pod", PODS, ids=range(len(PODS)))
def test_every_pod_is_one_that_may_not_be_root(pod: dict):
    whole = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "any"}, "spec": pod["spec"]}
    kubernetes_validate.validate(whole, VERSION, strict=True)
    assert pod["spec"]["securityContext"]["runAsNonRoot"]
    volumes = {volume["name"] for volume in pod["spec"].get("volumes", [])}
    mounted = {each["name"] for one in pod["spec"]["containers"] for each in one.get("volumeMounts", [])}
    assert volumes == mounted


def test_a_wrong_field_is_found():
    (job,) = (each for each in EVERY if each["kind"] == "Job")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job | {"spec": job["spec"] | {"completion": 8}}, VERSION, strict=True)


def test_variables_are_options_with_values_that_can_be_used():
    compose = [yaml.safe_load(path.read_text()) for path in DEPLOY.glob("compose.*.yaml")]
    named = [(each["name"], each["value"]) for one in containers() for each in one.get("env", [])]
    named += [pair for file in compose for pair in file["services"]["t2v"].get("environment", {}).items()]
    ours = [(name, str(value)) for name, value in named if name.startswith("T2V_")]
    assert len(ours) > 8
    for name, value in ours:
        if name.endswith("_FILE"):
            assert OPTIONS[name.removeprefix("T2V_").removesuffix("_FILE").lower()].secret
        else:
            OPTIONS[name.removeprefix("T2V_").lower()].read(value)


def test_probes_ask_what_is_answered_without_a_login():
    probes = [each for one in containers() for name, each in one.items() if name.endswith("Probe")]
    assert len(probes) == 3 and all(gate.LOGIN_PAGE.fullmatch(each["httpGet"]["path"]) for each in probes)


def test_the_grace_of_the_page_is_less_than_the_pods():
    spec = documents("page")["Deployment"]["spec"]["template"]["spec"]
    variables = {each["name"]: each["value"] for each in spec["containers"][0]["env"]}
    assert OPTIONS["grace"].read(variables["T2V_GRACE"]) + 10 < spec["terminationGracePeriodSeconds"]


def test_services_lead_to_the_pages_port():
    for name, kind in (("page", "Deployment"), ("rayservice", "RayService")):
        found = documents(name)
        service, pod = found["Service"]["spec"], pods(found[kind])[0]
        assert service["selector"].items() <= pod["metadata"]["labels"].items()
        ports = {each["name"]: each["containerPort"] for each in pod["spec"]["containers"][0]["ports"]}
        assert ports[service["ports"][0]["targetPort"]] == 7860


def test_the_jobs_parts_are_disjoint_and_whole():
    spec = documents("batch")["Job"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    words = _generate_parser().parse_args(container["args"])
    variables = {each["name"]: each["value"] for each in container["env"]}
    all = list(range(100))
    parts = [
        shard_of(words.shard, variables | {"JOB_COMPLETION_INDEX": str(index)}).of(all)
        for index in range(spec["completions"])
    ]
    assert sorted(itertools.chain(*parts)) == all and spec["completionMode"] == "Indexed"
    assert words.resume and words.file == "/prompts/prompts.txt" and container["command"] == ["t2v"]


def test_ray_serve_takes_the_application_and_finds_it():
    spec = documents("rayservice")["RayService"]["spec"]
    schema = ServeDeploySchema.model_validate(yaml.safe_load(spec["serveConfigV2"]))
    (application,) = schema.applications
    module, _, name = application.import_path.partition(":")
    source = (ROOT / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
    (deployment,) = application.deployments
    assert re.search(rf"^{name} = {deployment.name}\.bind\(", source, re.MULTILINE)
    needed = deployment.ray_actor_options.resources
    head = spec["rayClusterConfig"]["headGroupSpec"]
    assert needed == yaml.safe_load(yaml.safe_load(head["rayStartParams"]["resources"])) == {"page": 1}
    with pytest.raises(ValueError, match="import_pth"):
        ServeDeploySchema.model_validate({"applications": [{"name": "t2v", "import_pth": "a:b"}]})


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("compose.*.yaml")), ids=lambda path: path.stem)
def test_compose_files_change_services_that_are_there(path: Path):
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "t2v" in file["services"] and f"-f compose.yaml -f deploy/{path.name} up" in path.read_text()
    for name, service in file["services"].items():
        assert name in BASE["services"] or service["image"].count(":") == 1
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in file["volumes"]


def test_prometheus_scrapes_the_page_of_the_compose_file():
    scraped = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"][0]["static_configs"]
    assert scraped == [{"targets": ["t2v:7860"]}]
