"""The fused operations of the fast path: Triton kernels, and their plain twins in PyTorch."""
