"""The verifying side: from Python, from the command line, over HTTP."""
