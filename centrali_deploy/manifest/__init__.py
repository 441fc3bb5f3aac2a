"""Reading manifests: YAML text in, the desired state out, or every problem at once with its place."""
