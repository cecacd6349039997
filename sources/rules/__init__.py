"""What Kubernetes and kubectl say about an object: pure functions, each with its Kubernetes source named."""
