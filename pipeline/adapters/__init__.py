"""How it touches the world: one module or folder per thing touched."""
