"""The commands, each with what it does in one line, and the help that lists them.

It imports nothing, so that `--help` is there at once.
"""

COMMANDS = {
    "init": "Write a small project to begin with.",
    "validate": "Check manifests without a network.",
    "fmt": "Order and indent manifests, comments kept.",
    "plan": "Show what apply would change.",
    "apply": "Change the workspace to what the manifests say.",
    "show": "Show a saved plan.",
    "drift": "Show what others changed since the last apply.",
    "destroy": "Delete everything that is ours.",
    "forget": "Let go of resources without deleting them.",
    "history": "List what was applied, or show one apply.",
    "rollback": "Take back what one apply changed.",
    "unlock": "Break the lock of an apply that will not go on.",
    "test": "Run functions of the manifests in a fresh local workspace.",
    "invoke": "Invoke a trigger, and wait for what comes of it.",
    "runs": "List and show runs of functions, and run them again.",
    "serve": "Run a local workspace on a port.",
    "schema": "Print the JSON Schema of manifests, for editors.",
}

EXAMPLES = (
    "centrali-deploy validate workspace.yaml",
    "centrali-deploy plan --local examples/workspace.yaml",
    "centrali-deploy apply --yes centrali/",
)


def help_text() -> str:
    """What `centrali-deploy --help` prints."""
    width = max(map(len, COMMANDS))
    return "\n".join(
        [
            "Usage: centrali-deploy COMMAND [OPTIONS] [PATHS]...",
            "",
            "  Configuration as code for Centrali workspaces: manifests in YAML, a plan of",
            "  what differs from the live workspace, and exactly that applied.",
            "",
            "Commands:",
            *(f"  {name:<{width}}  {does}" for name, does in COMMANDS.items()),
            "",
            "Options:",
            "  -h, --help  Show this, or after a command what it takes.",
            "  --version   Show the version.",
            "",
            "Examples:",
            *(f"  {example}" for example in EXAMPLES),
            "",
        ]
    )
