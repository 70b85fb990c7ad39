"""What builds and checks the repository: one module per thing it makes. Nothing here ships, and nothing that ships imports it."""
