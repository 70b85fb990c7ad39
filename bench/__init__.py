"""Speed and memory of the commands beside the plain splunk-sdk doing the same work, in one run.

Whole processes are measured (CPU seconds of user and system, peak memory), fed with bodies that were encoded before. Trust the
ratios: candidate and peer alternate, so both see the same machine. Nothing here is needed by a test of the product.
"""
