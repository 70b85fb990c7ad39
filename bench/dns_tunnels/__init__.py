"""How soon | dnstunnel sees a tunnel, and how often it cries wolf: `python -m bench.dns_tunnels`."""
