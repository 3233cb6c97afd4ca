"""The hub of the test: any of its users, one password, servers as processes of their own."""

import json

c = get_config()  # noqa: F821  (JupyterHub defines it)

with open("plan.json") as file:
    plan = json.load(file)

c.JupyterHub.bind_url = f"http://127.0.0.1:{plan['port']}"
c.JupyterHub.hub_port = plan["hub_port"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{plan['proxy_port']}"
c.ConfigurableHTTPProxy.command = plan["proxy"]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = plan["password"]
c.Authenticator.allow_all = True
c.JupyterHub.services = [{"name": "test", "api_token": plan["token"]}]
c.JupyterHub.load_roles = [
    {
        "name": "test",
        "scopes": ["admin:users", "admin:servers", "access:servers"],
        "services": ["test"],
    }
]
c.Spawner.environment = {"OMP_NUM_THREADS": "1"}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
