"""Does with the Python client what its users do, and prints a line of JSON of what came of it."""

import json

from kubernetes import client, config, watch
from kubernetes.dynamic import DynamicClient
from kubernetes.stream import portforward, stream

config.load_kube_config()
core = client.CoreV1Api()
seen = {}

version = core.list_namespaced_config_map("default").metadata.resource_version
made = core.create_namespaced_config_map(
    "default", {"metadata": {"name": "py", "labels": {"of": "py"}}, "data": {"x": "1"}}
)
seen["created"] = made.metadata.creation_timestamp.tzinfo is not None
core.patch_namespaced_config_map("py", "default", {"data": {"x": "2"}})
core.delete_namespaced_config_map("py", "default")
events = []
follow = watch.Watch()
for event in follow.stream(
    core.list_namespaced_config_map, "default", label_selector="of=py", resource_version=version, timeout_seconds=3
):
    events.append([event["type"], (event["object"].data or {}).get("x")])
    if event["type"] == "DELETED":
        follow.stop()
seen["watched"] = events
try:
    core.read_namespaced_config_map("py", "default")
except client.ApiException as error:
    seen["missing"] = [error.status, json.loads(error.body)["reason"]]

core.create_namespaced_pod(
    "default", {"metadata": {"name": "web"}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}}
)
seen["phase"] = core.read_namespaced_pod("web", "default").status.phase
seen["exec"] = stream(
    core.connect_get_namespaced_pod_exec, "web", "default", command=["echo", "hello"], stdout=True, stderr=True
)
shell = stream(
    core.connect_get_namespaced_pod_exec,
    "web",
    "default",
    command=["sh", "-c", "cat; exit 3"],
    stdin=True,
    stdout=True,
    stderr=True,
    _preload_content=False,
)
shell.write_stdin("typed\n")
seen["typed"] = shell.readline_stdout(timeout=10)
shell.close()
seen["logged"] = len(core.read_namespaced_pod_log("web", "default", tail_lines=2).splitlines())
forward = portforward(core.connect_get_namespaced_pod_portforward, "web", "default", ports="80")
socket = forward.socket(80)
socket.setblocking(True)
socket.sendall(b"GET /py HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
seen["forwarded"] = socket.recv(1024).decode().splitlines()[0]
socket.close()

accounts = DynamicClient(client.ApiClient()).resources.get(api_version="kubesphere.io/v1alpha1", kind="ServiceAccount")
accounts.create({"metadata": {"name": "py"}}, namespace="default")
seen["dynamic"] = [one.metadata.name for one in accounts.get(namespace="default").items if one.metadata.name == "py"]
print(json.dumps(seen))
