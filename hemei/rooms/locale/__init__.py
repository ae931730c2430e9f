"""The Chinese that the libraries lack: catalogues in `zh_Hans/`, and `collect`, the tool that keeps them complete."""
