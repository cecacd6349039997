"""The Kubernetes API: kubeconfig, credentials, transport, lists and watches."""
