"""The measurements that the chapter on speed quotes: `python -m bench --help`."""
